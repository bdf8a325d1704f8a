#!/usr/bin/env python3
"""Many connections from strangers: most say nothing and are gone, a tenth say TLS's first word and leave it at that.

Arguments: the port on loopback, how many connections a second, and how many at least. Goes on until its standard input ends, at most
for ten times as many; then prints one JSON line {"made", "began_tls", "seconds"}. Runs inside a network namespace of the test's own.
"""

import collections
import json
import select
import socket
import ssl
import struct
import sys
import time

SLICES = 100  # a second
SOURCES = 100  # addresses 127.0.1.x


def client_hello():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["verbund/1"])
    outgoing = ssl.MemoryBIO()
    talk = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="member.verbund")
    try:
        talk.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def call(port, number):
    caller = socket.socket()
    caller.setblocking(False)
    # Ends with a reset, so that no port stays taken.
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.bind((f"127.0.1.{1 + number % SOURCES}", 0))
    caller.connect_ex(("127.0.0.1", port))
    return caller


def says(caller, hello):
    """Whether the caller could say its first word: not if the connection does not stand yet, or was ended already."""
    try:
        return caller.send(hello) == len(hello)
    except OSError:
        return False


def main():
    port, rate, least = (int(word) for word in sys.argv[1:4])
    hello, held = client_hello(), collections.deque()
    made = began_tls = owed = 0
    start = time.monotonic()
    print("begun", flush=True)
    while made < least or made < 10 * least and (owed or not select.select([sys.stdin], [], [], 0)[0]):
        for _ in range(rate // SLICES):
            caller = call(port, made)
            held.append(caller)
            made += 1
            owed += made % 10 == 1
            # Whoever could not is replaced by the next: a tenth of all begin TLS, none is quietly left out.
            if owed and says(caller, hello):
                owed -= 1
                began_tls += 1
        # Each is held for about a twentieth of a second.
        while len(held) > rate // 20:
            held.popleft().close()
        ahead = made / rate - (time.monotonic() - start)
        if ahead > 0:
            time.sleep(ahead)
    print(json.dumps({"made": made, "began_tls": began_tls, "seconds": round(time.monotonic() - start, 2)}), flush=True)


main()
