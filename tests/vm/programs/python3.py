# Threads that allocate, and callbacks that C can call: python3.py [ROUNDS]
import ctypes
import sys
import threading
import time

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


def work(n):
    callbacks = [CALLBACK(lambda x, k=k: x + k) for k in range(4)]
    blocks = [bytearray(i % 7000 + 600) for i in range(n)]
    return sum(callback(len(blocks)) for callback in callbacks)


for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
    threads = [threading.Thread(target=work, args=(60,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.1)
