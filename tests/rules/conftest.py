# SPDX-License-Identifier: GPL-2.0
"""The fixtures of tests/net, and /etc/xt-trigger.conf with the program that reads it."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", name) for name in ("net", "tool", "programs", "docs")]

import fixtures  # noqa: E402
from clock import set_synchronised  # noqa: E402
from machine import Machine, forget  # noqa: E402
from recipes import FIREWALLS  # noqa: E402
from rulesfile import CONF, STATE, RulesFile  # noqa: E402

NFTABLES = FIREWALLS.file("/etc/nftables.conf", "nftables")

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
def rules(router, default_backend, tmp_path):
    """`xt-trigger rules` on the router, whose file is empty."""
    rules = RulesFile(router, tmp_path)
    yield rules
    rules.remove()


@pytest.fixture
def hidden():
    """A function that takes a file away until the end of the test."""
    moved = []

    def hide(path):
        os.rename(path, path + ".hidden")
        moved.append(path)

    yield hide
    for path in moved:
        os.rename(path + ".hidden", path)


@pytest.fixture
def unloadable(unload):
    """The module is not loaded, and modprobe does not load it."""
    unload()
    path = "/etc/modprobe.d/xt-trigger-test.conf"
    with open(path, "w") as file:
        file.write("install xt_TRIGGER /bin/false\n")
    yield
    os.unlink(path)


@pytest.fixture
def machine(router, tmp_path):
    """Systemd on the router, switched off; a native firewall, its service and ours are enabled."""
    machine = Machine(router, tmp_path)
    machine.write("/etc/nftables.conf", NFTABLES)
    machine.enable("nftables", "xt-trigger")
    set_synchronised(False)
    yield machine
    set_synchronised(False)
    machine.close()
    forget(router)


@pytest.fixture(scope="module")
def booted(topology, tmp_path_factory):
    """Systemd on the router, up, for all tests of a file; `running` is what they take."""
    machine = Machine(topology.router, tmp_path_factory.mktemp("machine"))
    machine.boot()
    yield machine
    machine.close()


@pytest.fixture
def running(router, booted):
    """Systemd on the router, up; neither ours nor a firewall has been started yet."""
    forget(router)
    booted.write("/etc/nftables.conf", NFTABLES)
    yield booted
    booted.stop_all()
    for path in (CONF, STATE):
        if os.path.exists(booted.root + path):
            os.unlink(booted.root + path)
    forget(router)
