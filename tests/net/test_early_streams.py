# SPDX-License-Identifier: GPL-2.0
"""A remote host that sends before the port is open, and goes on (UDP)."""

import socket

from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate udp:5000")
DROP_NEW = "-A INPUT -i wan -m conntrack --ctstate NEW -j DROP"


class Stream:
    """Datagrams from one port of the remote host to one of the router."""

    def __init__(self, wan, router, arrives):
        self._socket = wan.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._target = router.ip, 5000
        arrives.serve("udp:5000")
        self._server = arrives.servers("udp:5000")[0].socket

    def send(self, text):
        self._socket.sendto(text, self._target)

    def received(self):
        return self._server.recv(100)


def test_where_input_accepts_it(router, lan1, wan):
    """The connection is the router's, with no NAT, as long as it goes on; a new one arrives."""
    router.load(TRIGGER, DNAT, IN)
    stream = Stream(wan, router, lan1)
    stream.send(b"too early")
    lan1.send("udp:3000")
    stream.send(b"lost")
    Stream(wan, router, lan1).send(b"new")
    assert stream.received() == b"new"


def test_where_input_drops_what_is_new(router, lan1, wan):
    """What was dropped has left no connection behind: the next packet is the first one."""
    router.load(DROP_NEW, TRIGGER, DNAT, IN)
    stream = Stream(wan, router, lan1)
    stream.send(b"too early")
    lan1.send("udp:3000")
    stream.send(b"in time")
    assert stream.received() == b"in time"
