# SPDX-License-Identifier: GPL-2.0
"""A packet that triggers while allocations fail: it goes on, and opens all or nothing.

The router is the owner, and sends to itself: then the packet passes the rule, in OUTPUT, in the
thread whose allocations fail.
"""

import collections
import itertools
import socket

import pytest

from blob import OUT, PEER_HOST, TCP, Item, replace, tginfo
from faults import numbers, undisturbed
from hosts import PATIENCE, family_of
from procfile import line, write
from router import out

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113", "-A OUTPUT")
HOST = PLAIN + " --trigger-peer host"
RULES = {"plain": PLAIN, "session": PLAIN + " --trigger-session", "host": HOST}
# The trigger and its host; a peer, and its line.
OWN = {"plain": 2, "session": 2, "host": 4}
ADDRESSES = {4: "127.0.0.1", 6: "::1"}
IP_RECVERR, IPV6_RECVERR = (socket.IPPROTO_IP, 11), (socket.IPPROTO_IPV6, 25)
TOKENS = itertools.count()


class Sender:
    """Datagrams from one end to the other, each a connection of its own, and whether they came."""

    def __init__(self, island, src, dst):
        self._island, self._src = island, src
        self._server = island.socket(family_of(dst), socket.SOCK_DGRAM)
        self._server.bind((dst, 3000))
        self._server.settimeout(PATIENCE)
        self._token = None

    def prepare(self):
        """The arguments of send()."""
        sock = self._island.socket(family_of(self._src), socket.SOCK_DGRAM)
        # Else UDP keeps it to itself when there is no memory for a neighbour.
        sock.setsockopt(*(IPV6_RECVERR if ":" in self._src else IP_RECVERR), 1)
        sock.bind((self._src, 0))
        sock.connect(self._server.getsockname())
        self._token = b"%d" % next(TOKENS)
        return sock.fileno(), self._token, len(self._token), 0

    def arrived(self):
        return self._server.recv(100) == self._token


def outcome(island, sender, attempt):
    """(whether the packet went out, how many are open); it did arrive if it went out."""
    assert attempt.hit or attempt.result >= 0
    sent = attempt.result >= 0
    assert not sent or sender.arrived()
    counters, triggers = island.status()
    assert counters["triggers"] == len(triggers)
    island.check_counters()
    return sent, len(triggers)


@pytest.mark.parametrize("family", ADDRESSES)
@pytest.mark.parametrize("rule", RULES)
def test_opens_all_or_nothing(faults, island, family, rule):
    address = ADDRESSES[family]
    island.load(RULES[rule], family=family, base=(), nat=())
    sender = Sender(island, address, address)
    seen = collections.Counter()
    for attempt in faults.attempts("send", sender.prepare):
        result = outcome(island, sender, attempt)
        seen[result] += 1
        for t in island.triggers():
            assert (t.owner, t.trigger, t.peer, t.session) == (
                address, "udp:3000", address if rule == "host" else "any", rule == "session")
        write(island, "/\n")
    assert result == (True, 1)
    # It went out, and what was missing was ours.
    assert seen[True, 0] >= OWN[rule], seen


def test_a_second_peer_or_none(faults, island):
    """What is open stays open as it was."""
    island.load(HOST, base=(), nat=())
    first, second = (Sender(island, "127.0.0.1", dst) for dst in ("127.0.0.1", "127.0.0.2"))
    seen = collections.Counter()

    def prepare():
        write(island, "/\n")
        faults.count("send", *first.prepare())
        assert first.arrived()
        return second.prepare()

    for attempt in faults.attempts("send", prepare):
        assert outcome(island, second, attempt)[1]
        peer = island.trigger().peer
        assert peer in ("127.0.0.1", "127.0.0.2,127.0.0.1")
        seen[attempt.result > 0, peer] += 1
    assert peer != "127.0.0.1"
    assert seen[True, "127.0.0.1"] >= 2, seen


HOST_DATA = tginfo(type=OUT, flags=PEER_HOST, timeout=600, match=[Item(3000, 3000)],
                   relate=[Item(113, 113, TCP)])

# So many that the hashes are full, with one more than their 64 buckets.
FULL = "".join("+" + line("127.0.1.%d" % n, peer="10.0.0.%d" % n) for n in range(65))


def test_where_the_hashes_have_to_grow_at_once(faults, islands):
    """Those of triggers, of hosts and of peers: without the worker that makes room in time."""
    seen = collections.Counter()
    for nth in numbers():
        island = islands()
        assert replace(island, "ipv4", "filter", "OUTPUT", HOST_DATA) == 0
        sender = Sender(island, "127.0.0.1", "127.0.0.1")
        arguments = sender.prepare()
        with undisturbed():
            write(island, FULL)
            attempt = faults.once(nth, "send", *arguments)
        result = outcome(island, sender, attempt)
        assert result[1] in (65, 66)
        seen[result] += 1
        if not attempt.hit:
            break
    assert result == (True, 66)
    assert seen[True, 65] >= OWN["host"] + 3, seen
