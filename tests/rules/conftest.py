# SPDX-License-Identifier: GPL-2.0
"""The fixtures of tests/net, and /etc/xt-trigger.conf with the program that reads it."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", name) for name in ("net", "tool", "programs", "docs")]

import fixtures  # noqa: E402
from rulesfile import RulesFile  # noqa: E402

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
