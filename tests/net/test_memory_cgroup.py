# SPDX-License-Identifier: GPL-2.0
"""Who restores a table pays for it: its memory is charged to a cgroup."""

import os
import re
import subprocess
import tempfile

import pytest

from hosts import wait_until
from procfile import PROC_FILE, line
from router import out

RULE = out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-peer host")
N = 2000
PEERS = ",".join("198.51.100.%d" % n for n in range(100, 116))


@pytest.fixture
def cgroup():
    """An empty memory cgroup."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["mount", "-t", "cgroup2", "none", root], check=True)
        try:
            with open(root + "/cgroup.subtree_control", "w") as file:
                file.write("+memory")
            os.mkdir(root + "/restorer")
            yield root + "/restorer"
            os.rmdir(root + "/restorer")
        finally:
            subprocess.run(["umount", root], check=True)


def slab(cgroup):
    """Bytes of kernel memory that the cgroup pays for."""
    with open(cgroup + "/memory.stat") as file:
        return int(re.search(r"^slab_unreclaimable (\d+)$", file.read(), re.M).group(1))


def test_what_is_restored_is_charged(router, cgroup):
    """An owner with 16 peers takes more than two kilobytes, of whoever writes its line."""
    version = tuple(int(number) for number in os.uname().release.split(".")[:2])
    if version < (5, 15):
        pytest.skip("before 5.15 nobody was charged for memory taken with softirqs off")
    router.load(RULE)
    text = "".join("+" + line("10.%d.%d.1" % (n >> 8, n & 255), peer=PEERS)
                   for n in range(N))
    router.run("/bin/sh", "-c", "echo $$ >%s/cgroup.procs; exec cat >%s" % (cgroup, PROC_FILE),
               stdin=text)
    assert len(router.triggers()) == N
    wait_until(lambda: slab(cgroup) > 2000 * N, "the cgroup is charged")
