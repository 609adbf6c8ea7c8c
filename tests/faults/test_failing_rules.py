# SPDX-License-Identifier: GPL-2.0
"""Loading a rule while allocations fail: the kernel says ENOMEM, and nothing of it is there.

Of an `out` rule the proc file tells: a line that is written there opens if and only if a rule is
loaded that could have opened it.
"""

import ctypes
import errno
import socket

import pytest

import batch
from blob import (DNAT, FAMILIES, IN, OUT, SO_SET_REPLACE, TCP, UDP, Item, entries_now, replace,
                  replacement, tginfo)
from hosts import wait_until
from procfile import line, refused
from router import MODULE

RULES = {
    "out": tginfo(type=OUT, name=b"mine", timeout=600, match=[Item(3000, 3000)],
                  relate=[Item(113, 113, TCP), Item(5000, 6000, UDP)]),
    "dnat": tginfo(type=DNAT, name=b"mine"),
    "in": tginfo(type=IN, name=b"mine"),
}
# The allocations that a rule is made of, if it is the first one like it: the rule, what it opens,
# the same as text, its name, its entries in the maps, and the single ports of three blocks; or the
# name alone. The maps are whole pages, which do not fail here (but in the unit tests).
OWN = {"out": 8, "dnat": 1, "in": 1}
OWNERS = {"ipv4": "10.0.0.1", "ipv6": "2001:db8::1"}
PLACES = {"filter": "FORWARD", "nat": "PREROUTING"}

# What else may be loaded elsewhere: rules that have nothing in common with ours, or make it known.
STRANGERS = {"filter": tginfo(type=IN, name=b"another"), "nat": tginfo(type=DNAT, name=b"another")}
KIN = {"filter": RULES["in"], "nat": RULES["dnat"]}


def users():
    """How many rules hold the module."""
    with open("/sys/module/xt_TRIGGER/refcnt") as file:
        return int(file.read())


@pytest.fixture
def island(islands):
    island = islands()
    island.run("/sbin/modprobe", MODULE)
    # Namespaces of earlier tests may be on their way out.
    wait_until(lambda: users() == 0, "no rule is left")
    return island


def check(island, family, kind, loaded):
    """The rule is there, or nothing is."""
    assert users() == loaded
    if kind == "out":
        error = refused(island, "+" + line(OWNERS[family], name="mine",
                                           open="tcp:113,udp:5000-6000"))
        assert error == (None if loaded else "ENOENT")
        # Open, and not waiting, is what owns its ports: the map has them.
        assert [(t.owner, t.state) for t in island.triggers()] == (
            [(OWNERS[family], "open")] if loaded else [])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", RULES)
def test_into_a_legacy_table(faults, island, family, kind):
    table, elsewhere = ("nat", "filter") if kind == "dnat" else ("filter", "nat")
    socket_family, level, _ = FAMILIES[family]
    sock = island.socket(socket_family, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def clear():
        assert replace(island, family, table, None, b"") == 0

    clear()
    entries = entries_now(sock, level, table)
    room = ctypes.create_string_buffer(16 * entries)
    value = replacement(family, table, PLACES[table], RULES[kind], entries,
                        ctypes.addressof(room))
    load = (sock.fileno(), level, SO_SET_REPLACE, value, len(value))

    for attempt in faults.attempts("setsockopt", lambda: load):
        assert attempt.result in ((0, -errno.ENOMEM) if attempt.hit else (0,))
        check(island, family, kind, loaded=attempt.result == 0)
        if attempt.result == 0:
            clear()

    counts = []
    known = {elsewhere: RULES["out"]} if kind == "out" else KIN
    for rules in (STRANGERS, known):
        assert replace(island, family, elsewhere, PLACES[elsewhere], rules[elsewhere]) == 0
        counts.append(faults.count("setsockopt", *load))
        clear()
    assert counts[0] - counts[1] >= OWN[kind]


NFT_TABLES = """
table {0} filter {{ chain FORWARD {{ type filter hook forward priority 0; }}; }}
table {0} nat {{ chain PREROUTING {{ type nat hook prerouting priority -100; }}; }}
"""


@pytest.mark.parametrize("kind,family", [("out", "ipv4"), ("dnat", "ipv6")])
def test_into_a_table_of_nftables(faults, island, family, kind):
    table = "nat" if kind == "dnat" else "filter"
    nft_family = {"ipv4": "ip", "ipv6": "ip6"}[family]
    sock = batch.opened(island)
    island.run("/usr/sbin/nft", "-f", "-", stdin=NFT_TABLES.format(nft_family))
    message = batch.batch(batch.rule(family, table, PLACES[table], RULES[kind]))
    load = (sock.fileno(), message, len(message), 0)

    def clear():
        island.run("/usr/sbin/nft", "flush", "ruleset")
        wait_until(lambda: users() == 0, "the rules are gone")
        island.run("/usr/sbin/nft", "-f", "-", stdin=NFT_TABLES.format(nft_family))

    for attempt in faults.attempts("send", lambda: load):
        error = -attempt.result if attempt.result < 0 else batch.answer(sock)
        assert error in ((0, errno.ENOMEM, errno.ENOBUFS) if attempt.hit else (0,))
        # It may be the answer for which there is no memory: ENOBUFS, and all is done.
        loaded = error == 0 or error == errno.ENOBUFS and users() > 0
        check(island, family, kind, loaded)
        if loaded:
            clear()

    counts = []
    for rule in (STRANGERS["filter"], RULES["out" if kind == "out" else "in"]):
        batch.done(island, batch.rule(family, "filter", "FORWARD", rule))
        counts.append(faults.count("send", *load))
        assert batch.answer(sock) == 0
        clear()
    assert counts[0] - counts[1] >= OWN[kind]
