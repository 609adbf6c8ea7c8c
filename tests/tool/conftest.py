# SPDX-License-Identifier: GPL-2.0
"""The fixtures of tests/net, and the program in the router's namespace."""

import os
import sys

import pytest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "net"))

import fixtures  # noqa: E402
from tool import Tool  # noqa: E402

bare = fixtures.bare
captured = fixtures.captured
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
def tool(router):
    """xt-trigger on the router of the lab."""
    return Tool(router)


@pytest.fixture
def bare_tool(bare):
    """xt-trigger on a router without a network."""
    return Tool(bare)
