-- Loops that are each compiled, so that code is written again and again: luajit.lua [ROUNDS [LENGTH]]
local sum = 0
for round = 1, tonumber(arg[1] or 12) do
	local made = loadstring("return function(n) local t = " .. round ..
		" for i = 1, n do t = (t + i * " .. round .. ") % 1000003 end return t end")()
	sum = sum + made(tonumber(arg[2] or 5000))
end
print(sum)
