// Code that is worth compiling, and memory to collect: node.js [ROUNDS]
let sum = 0, kept = [];
function work(round) {
	const made = new Function('n',
		`let t = ${round}; for (let i = 0; i < n; i++) t = (t + i * ${round + 1}) | 0; return t;`);
	for (let i = 0; i < 10; i++)
		sum = (sum + made(5000)) | 0;
	kept = kept.slice(-20000).concat(Array.from({length: 2000}, (_, i) => ({i})));
}
const rounds = Number(process.argv[2] || 8);
for (let round = 0; round < rounds; round++)
	work(round);
console.log(sum, kept.length);
