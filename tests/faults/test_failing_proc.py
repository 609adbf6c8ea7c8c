# SPDX-License-Identifier: GPL-2.0
"""The proc file while allocations fail: ENOMEM and nothing done, line by line, or all of it."""

import collections
import ctypes
import errno
import os

import pytest

from faults import numbers
from procfile import PROC_FILE, line, of_version_01, opened, without_time, write
from router import out

PEERS = "198.51.100.7,198.51.100.8"
OPEN = ("tcp:114", "tcp:115", "tcp:116")
RULES = [out("--trigger-match 3000 --trigger-relate tcp:113")] + [
    out("--trigger-match 3000 --trigger-relate %s --trigger-peer host" % each) for each in OPEN]


@pytest.fixture
def island(islands):
    island = islands()
    island.load(*RULES, base=(), nat=())
    return island


def host(owner="10.0.0.1", ports=OPEN[0], peers=PEERS, **fields):
    """The command that opens to two peers."""
    return "+" + line(owner, open=ports, peer=peers, **fields)


def saved(island):
    """What is open, but for the time."""
    island.check_counters()
    return without_time(of_version_01(island.read(PROC_FILE)))


def attempts(faults, island, name, *arguments, before=""):
    """Read or write a file that was just opened, each time when only `before` has been written."""
    for nth in numbers():
        write(island, "/\n" + before)
        with opened(island) as fd:
            attempt = faults.once(nth, name, fd, *arguments)
            yield attempt
        if not attempt.hit:
            return


def writes(faults, island, text, before=""):
    return attempts(faults, island, "write", text.encode(), len(text), before=before)


def test_open(faults, island):
    failed = 0
    with island:
        for attempt in faults.attempts("open", lambda: (PROC_FILE.encode(), os.O_RDWR)):
            if attempt.result >= 0:
                os.close(attempt.result)
            else:
                assert attempt.hit and attempt.result == -errno.ENOMEM
                failed += 1
    # What seq_file and we remember of an open file, at least.
    assert failed >= 2


def test_read(faults, island):
    room = ctypes.create_string_buffer(65536)
    failed = 0
    for attempt in attempts(faults, island, "read", room, len(room), before=host()):
        if attempt.result < 0:
            assert attempt.hit and attempt.result == -errno.ENOMEM
            failed += 1
        else:
            assert without_time(of_version_01(room.raw[:attempt.result].decode())) == \
                without_time(host()[1:])
    assert failed >= 1


def test_a_line_that_opens(faults, island):
    failed = 0
    for attempt in writes(faults, island, host()):
        if attempt.result < 0:
            assert attempt.hit and attempt.result == -errno.ENOMEM
            assert saved(island) == ""
            failed += 1
        else:
            assert attempt.result == len(host())
            assert saved(island) == without_time(host()[1:])
    # Room for the line, the trigger, its host, and each of the peers with its line.
    assert failed >= 7


def test_a_line_of_what_is_open(faults, island):
    """It gets more peers and more time; if not all of that, then nothing."""
    before = host(peers="198.51.100.1", expires=100)
    failed = 0
    for attempt in writes(faults, island, host(), before):
        trigger = island.trigger()
        if attempt.result < 0:
            assert attempt.hit and attempt.result == -errno.ENOMEM
            assert trigger.peer == "198.51.100.1" and trigger.expires <= 100
            failed += 1
        else:
            assert trigger.peer == PEERS + ",198.51.100.1" and trigger.expires > 100
    assert failed >= 5


@pytest.mark.parametrize("command", ["/\n", "-owner=10.0.0.1\n"])
def test_a_line_that_closes(faults, island, command):
    failed = 0
    for attempt in writes(faults, island, command, host()):
        if attempt.result < 0:
            assert attempt.hit and attempt.result == -errno.ENOMEM
            failed += 1
        assert bool(island.triggers()) == (attempt.result < 0)
    assert failed >= 1


def test_several_lines(faults, island):
    """Those in front are done, and the number of their bytes says so; the others can be again."""
    commands = [host(ports=each) for each in OPEN]
    ends = [sum(map(len, commands[:n])) for n in range(len(commands) + 1)]
    text = "".join(commands)
    failed = collections.Counter()
    for attempt in writes(faults, island, text):
        assert attempt.result in (-errno.ENOMEM, *ends[1:])
        done = ends.index(max(attempt.result, 0))
        assert saved(island) == without_time("".join(commands[:done]).replace("+", ""))
        if done < len(commands):
            assert attempt.hit
            failed[done] += 1
            write(island, text[ends[done]:])
            assert saved(island) == without_time(text.replace("+", ""))
    assert [failed[n] >= least for n, least in enumerate((7, 5, 5))] == [True] * 3
