# SPDX-License-Identifier: GPL-2.0
"""What the tests of reloads share: rules, what is open by them, and whether it is unharmed."""

import multiprocessing
import socket
import struct
import time
from contextlib import contextmanager

import pytest

from hosts import wait_until
from lab import WAN2
from procfile import meanwhile
from router import DNAT, IN, out

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113")
SESSION = out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session")
HOST = out("--trigger-match 7000 --trigger-relate udp:5000 --trigger-peer host")
LAST = out("--trigger-match 8000 --trigger-relate tcp:115 --trigger-owner last")
RULES = (PLAIN, SESSION, HOST, LAST, DNAT, IN)


@pytest.fixture
def busy(router, lan1, lan2):
    """Active triggers of every kind, with age, peers, a session and places in line."""
    router.load(*RULES)
    for host in (lan1, lan2):
        for port in (3000, 7000, 8000):
            host.send("udp:%d" % port)
    lan1.send("udp:7000", dst=WAN2)
    irc = lan1.connect("tcp:6667")
    wait_until(lambda: min(t.age for t in router.triggers()) >= 1, "a second old")
    return irc


class Unharmed:
    """Remembers the table, and checks that it is as it was but for the time that went by."""

    def __init__(self, router):
        self.router = router
        self.count = router.counting()
        self.triggers = router.triggers()

    @staticmethod
    def lasting(trigger):
        """Without times, and without the connection that is followed for an answer alone."""
        return trigger._replace(age=0, expires=0, ct=trigger.ct if trigger.session else "-")

    def check(self, **counted):
        now = self.router.triggers()
        assert [self.lasting(t) for t in now] == [self.lasting(t) for t in self.triggers]
        assert all(t.age >= was.age for t, was in zip(now, self.triggers))
        for name in ("opened", "closed", "expired", "ended", "evicted"):
            assert self.count(name) == counted.get(name, 0), name


def flood(host, port, dst):
    """An action: a burst of datagrams from one of a few hundred source ports."""
    with host:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def burst(turn):
        source, target = socket.inet_aton(host.ip), socket.inet_aton(dst)
        for _ in range(20):
            datagram = struct.pack("!HHHH", 10000 + turn % 300, port, 8, 0)
            raw.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 1, 0, 64, 17, 0, source, target)
                       + datagram, (dst, 0))

    return burst


@contextmanager
def calls(lan, wan, triggers, opens):
    """Another process: lan triggers all the time, by UDP, and wan calls the port that this opens.

    Yields who got the calls: at, as counted so far, for "lan", "other" and "nobody"; and turns.
    """
    at = {who: multiprocessing.Value("L", 0) for who in ("lan", "other", "nobody")}
    with lan:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def call(turn):
        sender.sendto(b"", (lan.target, int(triggers.split(":")[1])))
        try:
            answers = wan.who_answers(opens)
        except (AssertionError, OSError):
            # A firewall that is being loaded drops without a word, also within a connection.
            answers = None
        at["lan" if answers == lan.ip else "other" if answers else "nobody"].value += 1
        # Others have work to do on these processors.
        time.sleep(0.05)

    with sender, meanwhile(wan, call) as turns:
        yield at, turns


def wait_for_turns(turns):
    """Until a call has begun and ended."""
    now = turns.value
    wait_until(lambda: turns.value > now + 1, "a call has begun and ended", 90)
