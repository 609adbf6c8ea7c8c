# SPDX-License-Identifier: GPL-2.0
"""A namespace, or the module, that starts while allocations fail: it is there, or nothing is."""

import errno
import itertools
import os

import pytest

from hosts import CLONE_NEWNET, SLOW
from procfile import PROC_FILE
from router import MODULE, loaded, parse

# What a namespace cannot do without: what the core keeps for us, the table with the rules, the
# proc file. The four hashes start smaller when they have to.
NEEDED = 3
OWN = NEEDED + 4


@pytest.fixture
def island(islands):
    island = islands()
    island.run("/sbin/modprobe", MODULE)
    return island


def test_a_namespace(faults, island, unload):
    """Our share is the last but for those of devices: in the last half of all allocations.

    What is before is not for us to try: there kernels have mistakes of their own.
    """
    with island:        # and back to where we were
        count = faults.count("unshare", CLONE_NEWNET)
    for nth in itertools.count(count // 2):
        with island:
            attempt = faults.once(nth, "unshare", CLONE_NEWNET)
            if attempt.result == 0:
                with open(PROC_FILE) as file:
                    counters, triggers = parse(file.read())
                assert counters["opened"] == len(triggers) == 0
        # Devices have other words for ENOMEM.
        assert attempt.hit or attempt.result == 0
        if not attempt.hit:
            break
    unload()
    with island:
        # The kernel's own vary by a few.
        assert count - faults.count("unshare", CLONE_NEWNET) >= NEEDED


def test_the_module(faults, island, islands, unload):
    path = island.run("/sbin/modinfo", "-n", MODULE).strip()
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    load = ("finit_module", file, b"", 0)
    unload()
    # From the last allocation on, and not down to where the kernel makes a module of the file: it
    # ends with the shares of at least four namespaces, of which these are three. A debug kernel
    # makes an allocation of its own for each.
    others = [islands(), islands()]
    last, share, failed = faults.count(*load), OWN * min(SLOW, 2), 0
    for nth in range(last, last - 3 * share, -1):
        unload()
        attempt = faults.once(nth, *load)
        assert attempt.result in ((0, -errno.ENOMEM) if attempt.hit else (0,))
        is_there = attempt.result == 0
        failed += not is_there
        assert loaded() == os.path.exists(PROC_FILE) == is_there
        for each in (island, *others):
            with each:
                assert os.path.exists(PROC_FILE) == is_there
        with open("/proc/net/ip_tables_targets") as targets:
            assert ("TRIGGER\n" in targets) == is_there
    assert failed >= NEEDED
    os.close(file)
