# SPDX-License-Identifier: GPL-2.0
"""Hosts that go on opening a port: a datagram from one address after the other, ten a second.

usage: load.py TARGET PORT ADDRESS...
"""

import itertools
import socket
import sys
import time

PAUSE = 0.1


def main(target, port, *addresses):
    socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in addresses]
    for sock, address in zip(socks, addresses):
        sock.bind((address, 0))
    for sock in itertools.cycle(socks):
        sock.sendto(b"load", (target, int(port)))
        time.sleep(PAUSE)


main(*sys.argv[1:])
