# SPDX-License-Identifier: GPL-2.0
"""Fixtures of the tests that have a lab; see lab.py for the network.

Every test that takes `lab`, or one of its hosts, runs on both iptables
backends, starts from base rules, an empty conntrack and an empty table, and
fails when the kernel complained meanwhile or a trigger outlived its rules.
"""

import os
import subprocess
import tempfile

import pytest

import capture
from hosts import wait_until
from lab import Lab
from router import MODULE, Router, loaded

CHECK_LOG = os.path.join(os.path.dirname(__file__), "../guest/check-log")


class KernelLog:
    """What the kernel logged since the last look, as `dmesg --raw` prints it."""

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
            head, text = record.decode(errors="replace").split(";", 1)
            lines.append("<%d>%s" % (int(head.split(",")[0]) & 7, text.split("\n")[0]))

    def check(self):
        lines = self.new()
        if not lines:
            return
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            check = subprocess.run([CHECK_LOG, file.name], stdout=subprocess.PIPE, text=True)
        assert check.returncode == 0, "the kernel complained: " + check.stdout


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
def captured(topology, request):
    """With --capture-packets, everything that passes the router while the test runs."""
    directory = request.config.getoption("--capture-packets")
    if not directory:
        yield
        return
    name = capture.file_name(request.node.nodeid)
    with capture.packets(topology.router, os.path.join(directory, name)):
        yield


@pytest.fixture
def lab(topology, captured, kernel_log):
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
def expedited():
    """Grace periods that wait for nobody, for tests that would wait for them most of their time."""
    path = "/sys/kernel/rcu_expedited"
    with open(path, "w") as switch:
        switch.write("1")
    yield
    with open(path, "w") as switch:
        switch.write("0")


@pytest.fixture
def lan1(lab):
    return lab.lan1


@pytest.fixture
def lan2(lab):
    return lab.lan2


@pytest.fixture
def wan(lab):
    return lab.wan


@pytest.fixture
def default_backend(router):
    """Whoever calls iptables by that name gets the backend under test."""
    for tool in ("iptables", "ip6tables"):
        _alternatives("--set", tool, "/usr/sbin/%s-%s" % (tool, router.backend))
    yield
    for tool in ("iptables", "ip6tables"):
        _alternatives("--auto", tool)


def _alternatives(*arguments):
    subprocess.run(("/usr/bin/update-alternatives",) + arguments, check=True)
