#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A BitTorrent tracker of the UDP kind (BEP 15): tells peers of each other.

usage: tracker.py ADDRESS PORT
"""

import socket
import struct
import sys

CONNECT, ANNOUNCE, ERROR = 0, 1, 3
CONNECTION = 0x1234
INTERVAL = 3600


def main():
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    here.bind((sys.argv[1], int(sys.argv[2])))
    print("ready", flush=True)
    peers = []
    while True:
        request, (address, port) = here.recvfrom(2048)
        action, transaction = struct.unpack("!II", request[8:16])
        if action == CONNECT:
            answer = struct.pack("!IIQ", CONNECT, transaction, CONNECTION)
        elif action == ANNOUNCE:
            others = b"".join(peers)
            answer = struct.pack("!IIIII", ANNOUNCE, transaction, INTERVAL, 0,
                                 len(peers)) + others
            peer = (address, struct.unpack("!H", request[96:98])[0])
            peers.append(struct.pack("!4sH", socket.inet_aton(peer[0]), peer[1]))
            print("peer %s:%d" % peer, flush=True)
        else:
            answer = struct.pack("!II", ERROR, transaction) + b"unknown action"
        here.sendto(answer, (address, port))


if __name__ == "__main__":
    main()
