# What each call in strace's output (-f -k) was made for, by the functions it came through: lines of
# thread, address, length, protection and cause.  The innermost frame that a row names decides, but for
# rows that tell of whatever goes through there.
BEGIN {
	FS = "\t"
	# which frame it may be; how that begins; the cause
	row("any", "^libgc\\.so", "gc barrier")
	row("any", "SafepointMechanism::", "gc barrier")
	row("any", "^libc\\.so\\.6\\(pthread_create", "stack guard")
	row("any", "StackOverflow::", "stack guard")
	row("any", "^libc\\.so\\.6\\((__libc_)?(malloc|calloc|realloc|free|memalign)\\+", "arena")
	row("first", "^ld-linux", "relro")
	row("any", "^luajit", "jit")
	row("any", "SetPermissionsOnExecutableMemoryChunk|MemoryChunk::MemoryChunk", "jit")
	row("whole", "CodeSpace::|CodeRange::", "jit")
	row("any", "ReadOnlySpace::DetachPages|ReadOnlySpace::Seal", "seal")
	row("any", "MemoryAllocator::|FreeMemoryOnQueuedChunks|BoundedPageAllocator|GCInfoTable::Resize", "reserve")
	row("any", "VirtualSpace::|pd_commit_memory|pd_uncommit_memory", "reserve")
}

function row(where, frame, cause) {
	place[++nr] = where
	frames[nr] = frame
	causes[nr] = cause
}

function finish() {
	if (open)
		print open, cause == "" ? "other" : cause
	open = cause = ""
}

# "4242  mprotect(0x7f0000000000, 4096, PROT_READ) = 0", or in two halves
/^[0-9]+ +(pkey_)?mprotect\(/ {
	finish()
	tid = text = $0
	sub(/ .*/, "", tid)
	sub(/^[^(]*\(/, "", text)
	unfinished = text ~ /<unfinished/
	split(text, arg, ", ")
	sub(/[) ].*/, "", arg[3])
	asked[tid] = tid " " arg[1] " " arg[2] " " arg[3]
	if (!unfinished)
		open = asked[tid]
	depth = 0
	next
}

/^[0-9]+ +<\.\.\. (pkey_)?mprotect resumed>/ {
	finish()
	tid = $0
	sub(/ .*/, "", tid)
	open = asked[tid]
	depth = 0
	next
}

# " > /usr/lib/x86_64-linux-gnu/libc.so.6(malloc+0x99) [0x99999]"
/^ > / {
	if (open == "")
		next
	name = $0
	sub(/^ > [^(]*\//, "", name)
	depth++
	for (i = 1; i <= nr; i++)
		if ((cause == "" || place[i] == "whole") && name ~ frames[i] && (place[i] != "first" || depth == 1))
			cause = causes[i]
	next
}

{ finish() }
END { finish() }
