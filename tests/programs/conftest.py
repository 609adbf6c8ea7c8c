# SPDX-License-Identifier: GPL-2.0
"""Real programs in the lab of tests/net, with its fixtures."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("net", "demo", "docs")]

import fixtures  # noqa: E402 (needs the path above)
from recipes import SCRIPT  # noqa: E402
from router import loaded  # noqa: E402

captured = fixtures.captured
default_backend = fixtures.default_backend
kernel_log = fixtures.kernel_log
lab = fixtures.lab
lan1 = fixtures.lan1
lan2 = fixtures.lan2
module = fixtures.module
router = fixtures.router
topology = fixtures.topology
unload = fixtures.unload
wan = fixtures.wan


@pytest.fixture
def hosts_file():
    """/etc/hosts, which the story and its like add names to, is as before afterwards."""
    with open("/etc/hosts") as file:
        before = file.read()
    yield
    with open("/etc/hosts", "w") as file:
        file.write(before)


@pytest.fixture
def script(default_backend):
    """The path of the script of docs/beside-firewalls.md; it loads the rules by itself."""
    path = "/etc/xt_trigger.sh"
    with open(path, "w") as file:
        file.write(SCRIPT)
    os.chmod(path, 0o755)
    yield path
    os.unlink(path)


@pytest.fixture
def no_module(unload):
    """A function that removes the module, so that no rule can load it any more."""
    def forget():
        unload()
        modprobe("/bin/false")
        assert not loaded()

    def modprobe(path):
        with open("/proc/sys/kernel/modprobe", "r+") as setting:
            old = setting.read().strip()
            setting.seek(0)
            setting.write(path)
        return old

    old = modprobe("/sbin/modprobe")
    yield forget
    modprobe(old)
