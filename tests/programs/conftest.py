# SPDX-License-Identifier: GPL-2.0-only
"""Real programs in the lab of tests/net, with its fixtures."""

import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "net"), os.path.join(HERE, "..", "demo")]

import fixtures  # noqa: E402 (needs the path above)

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
def default_backend(router):
    """Whoever calls iptables by that name gets the backend under test."""
    for tool in ("iptables", "ip6tables"):
        _alternatives("--set", tool, "/usr/sbin/%s-%s" % (tool, router.backend))
    yield
    for tool in ("iptables", "ip6tables"):
        _alternatives("--auto", tool)


def _alternatives(*arguments):
    subprocess.run(("/usr/bin/update-alternatives",) + arguments, check=True)
