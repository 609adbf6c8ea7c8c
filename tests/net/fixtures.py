# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures of the tests that have a lab; see lab.py for the network.

Every test that takes `lab`, or one of its hosts, runs on both iptables
backends, starts from base rules, an empty conntrack and an empty table, and
fails when the kernel complained meanwhile or a trigger outlived its rules.
"""

import os
import re
import subprocess

import pytest

from hosts import wait_until
from lab import Lab
from router import MODULE, Router, loaded

COMPLAINTS = re.compile(
    r"WARNING|BUG|Oops|Call Trace|general protection|Internal error|stack-protector"
    r"|suspicious RCU|possible .*(deadlock|recursion)|inconsistent lock|lock held|bad unlock"
    r"|KASAN|KCSAN|UBSAN|KFENCE|kmemleak|refcount_t|unregister_netdevice|blocked for more than"
    r"|rcu.*stall|soft lockup|list_(add|del) corruption|use-after-free|ODEBUG")


class KernelLog:
    """What the kernel logged since the last look."""

    def __init__(self):
        self._fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(self._fd, 0, os.SEEK_END)

    def new(self):
        lines = []
        while True:
            try:
                record = os.read(self._fd, 8192)
            except BlockingIOError:
                return lines
            except BrokenPipeError:
                # The ring went round: records were lost, which is worth a failure.
                lines.append("WARNING: the kernel log overflowed")
                continue
            text = record.decode(errors="replace").split(";", 1)[1]
            lines.append(text.split("\n")[0])

    def check(self):
        complaints = [line for line in self.new() if COMPLAINTS.search(line)]
        assert not complaints, "the kernel complained:\n" + "\n".join(complaints)


def _unloads():
    """Whether rmmod succeeds; namespaces and nft rules may take a moment to go."""
    return not loaded() or subprocess.run(
        ["/sbin/rmmod", MODULE], stderr=subprocess.DEVNULL).returncode == 0


@pytest.fixture(scope="session")
def kernel_log():
    return KernelLog()


@pytest.fixture(scope="session")
def module(kernel_log):
    """At the end of everything the module can be removed, and that is quiet."""
    yield
    wait_until(_unloads, "rmmod %s" % MODULE, 20)
    kernel_log.check()


@pytest.fixture
def unload():
    """A function that removes the module, or fails when something still holds it."""
    return lambda: wait_until(_unloads, "rmmod %s" % MODULE)


@pytest.fixture(scope="session", params=["legacy", "nft"])
def topology(request, module):
    lab = Lab(request.param)
    yield lab
    lab.destroy()


@pytest.fixture
def lab(topology, kernel_log):
    yield topology
    topology.reset()
    kernel_log.check()


@pytest.fixture
def router(lab):
    return lab.router


@pytest.fixture
def bare(module, kernel_log):
    """A router of its own without any network, for what packets have no part in."""
    router = Router("nft", "127.0.0.1", "::1")
    yield router
    router.close_sockets()
    router.restore()
    router.close()
    kernel_log.check()


@pytest.fixture
def lan1(lab):
    return lab.lan1


@pytest.fixture
def lan2(lab):
    return lab.lan2


@pytest.fixture
def wan(lab):
    return lab.wan
