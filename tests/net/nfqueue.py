# SPDX-License-Identifier: GPL-2.0
"""What an intrusion detection is to the NFQUEUE target: a program that lets all packets on.

By hand, over netlink (linux/netfilter/nfnetlink_queue.h): no ready-made one is in every suite.
"""

import select
import socket
import struct
import threading

NETLINK_NETFILTER = 12
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
SUBSYSTEM = 3 << 8
MSG_PACKET, MSG_VERDICT, MSG_CONFIG = (SUBSYSTEM | n for n in range(3))
CFG_CMD, CFG_PARAMS, CMD_BIND, COPY_META = 1, 2, 1, 1
PACKET_HDR, VERDICT_HDR, NF_ACCEPT = 1, 2, 1


def _attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def _attributes(data):
    while data:
        length, kind = struct.unpack_from("=HH", data)
        yield kind, data[4:length]
        data = data[length + -length % 4:]


class Queue:
    """Serves one queue of a host until the end of the with statement."""

    def __init__(self, host, number):
        self.number = number
        self.passed = 0
        with host:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self._stop, self._stopping = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)

    def _send(self, kind, flags, *attributes):
        body = struct.pack("=BBH", 0, 0, socket.htons(self.number)) + b"".join(attributes)
        self._socket.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body)

    def __enter__(self):
        for attribute in (_attribute(CFG_CMD, struct.pack("!BBH", CMD_BIND, 0, 0)),
                          _attribute(CFG_PARAMS, struct.pack("!IB", 0, COPY_META))):
            self._send(MSG_CONFIG, NLM_F_REQUEST | NLM_F_ACK, attribute)
            answer = self._socket.recv(65536)
            kind, error = struct.unpack_from("=H", answer, 4)[0], answer[16:20]
            assert kind == NLMSG_ERROR and error == b"\0" * 4, answer
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.close()
        self._thread.join()
        self._socket.close()
        self._stopping.close()

    def _serve(self):
        while True:
            ready = select.select([self._socket, self._stopping], [], [])[0]
            if self._stopping in ready:
                return
            message = self._socket.recv(65536)
            assert struct.unpack_from("=H", message, 4)[0] == MSG_PACKET, message
            packet = dict(_attributes(message[20:]))[PACKET_HDR]
            self._send(MSG_VERDICT, NLM_F_REQUEST,
                       _attribute(VERDICT_HDR, struct.pack("!I", NF_ACCEPT) + packet[:4]))
            self.passed += 1
