# SPDX-License-Identifier: GPL-2.0
"""A namespace ends with rules, active triggers, sessions and open files in it, in any order."""

import os

import pytest

from hosts import Namespace, wait_until
from island import PLAIN, RULES, Island, plain
from procfile import PROC_FILE, meanwhile, opened, owners, read_all, refused, write
from router import Router
from test_namespaces import wait_ended, watch_end


@pytest.fixture(params=["legacy", "nft"])
def island(request, bare):
    """An inhabited namespace that the test ends."""
    island = Island(request.param)
    island.inhabit(30)
    return island


def test_with_all_that_is_in_it(bare, island):
    """Rules, active triggers and live sessions are there when it ends."""
    ends = watch_end(bare, island)
    island.end()
    wait_ended(bare, ends)


def test_with_a_reader_and_a_writer_in_progress(bare, island):
    """An open file holds its namespace, and delays the end of no other one."""
    ends = watch_end(bare, island)
    with opened(island, os.O_RDONLY) as reader, opened(island) as writer:
        assert len(os.read(reader, 500)) == 500
        os.write(writer, b"-owner=10.0.0")
        island.end()
        other = Namespace()
        other_ends = watch_end(bare, other, "other")
        other.close()
        wait_ended(bare, other_ends)
        os.write(writer, b".1\n")
        assert "owner=10.0.0.30 " in read_all(reader)
        with opened(bare, os.O_RDONLY) as unrelated:
            assert "owner=10.0.0.30 " not in read_all(unrelated)
        assert not ends()
    wait_ended(bare, ends)


def test_the_rules_go_first(bare, island):
    """Rules that are still on their way out when the namespace ends."""
    ends = watch_end(bare, island)
    island.load(base=())
    island.load6(base=())
    island.end()
    wait_ended(bare, ends)


def test_the_triggers_go_first(bare, island):
    """Closed by hand, and the namespace a moment later."""
    ends = watch_end(bare, island)
    write(island, "/\n")
    island.end()
    wait_ended(bare, ends)


def test_the_rules_come_and_go_at_the_end(bare, island):
    """Another process replaces the rules until the namespace is nobody else's."""
    ends = watch_end(bare, island)
    with meanwhile(island, lambda turn: island.load(*RULES[turn % 5:], base=())) as turns:
        wait_until(lambda: turns.value, "the first reload")
        island.end()
    wait_ended(bare, ends)


def test_readers_and_writers_to_the_end(bare, island):
    """Other processes read, open and close until the namespace is nobody else's."""
    ends = watch_end(bare, island)
    with meanwhile(island, lambda turn: open(PROC_FILE).read()) as reads:
        with meanwhile(island, lambda turn: write(island, "/\n+" + plain("10.1.0.1"))) as writes:
            wait_until(lambda: reads.value and writes.value, "both at work")
            island.end()
    wait_ended(bare, ends)


def test_fifty_of_them(bare):
    """Created, inhabited and destroyed; the first one that there was keeps what it has."""
    bare.load(PLAIN)
    write(bare, "+" + plain("10.0.0.1"))
    for n in range(50):
        island = Island(("legacy", "nft")[n % 2])
        island.inhabit(2, families=(4,))
        if n == 49:
            # The kernel takes them down in turn: the last one's end is the end of all.
            ends = watch_end(bare, island)
        island.end()
    wait_ended(bare, ends)
    assert bare.owners() == ["10.0.0.1"]
    bare.set_parameter("reload_grace", 0)
    bare.load()
    bare.wait_closed()


def test_one_file_for_each(bare):
    """Each namespace has its own table, counters and commands."""
    other = Router("nft", "127.0.0.1", "::1")
    try:
        for each in (bare, other):
            each.load(PLAIN)
            write(each, "".join("+" + plain(owner) for owner in owners(3)))
        write(other, "/\n")
        assert len(bare.triggers()) == 3 and bare.counters()["closed"] == 0
        assert other.triggers() == [] and other.counters()["closed"] == 3
        bare.set_parameter("max_triggers", 3)
        assert refused(bare, "+" + plain("10.0.0.9")) == "ENOSPC"
        assert refused(other, "+" + plain("10.0.0.9")) is None
        bare.set_parameter("reload_grace", 0)
        bare.load()
        bare.wait_closed()
        assert other.owners() == ["10.0.0.9"]
    finally:
        other.close()
