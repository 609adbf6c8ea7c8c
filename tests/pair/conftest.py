# SPDX-License-Identifier: GPL-2.0
"""The fixtures of the tests of two routers."""

import os
import resource
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", name) for name in ("net", "programs", "docs")]

import fixtures  # noqa: E402
from pair import MISSING, Pair  # noqa: E402

kernel_log = fixtures.kernel_log
module = fixtures.module


@pytest.fixture(scope="session", params=["legacy", "nft"])
def network(request, module):
    """Two routers that are cabled, with rules, and with nothing that runs on them."""
    missing = MISSING()
    if missing:
        pytest.skip(missing)
    pair = Pair(request.param)
    yield pair
    pair.destroy()


@pytest.fixture
def pair(network, kernel_log):
    """The same, with all programs running; the first router is primary."""
    # Hosts keep their sockets to the end of a test; those of twenty failovers are many.
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    network.start()
    yield network
    network.tell()
    network.stop()
    kernel_log.check()
