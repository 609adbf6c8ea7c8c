# SPDX-License-Identifier: GPL-2.0
"""Fixtures of the tests whose allocations fail; see faults.py."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "net"), os.path.join(HERE, "..", "options")]

import fixtures  # noqa: E402 (needs the path above)
from faults import Faults, supported  # noqa: E402
from router import Router  # noqa: E402

kernel_log = fixtures.kernel_log
module = fixtures.module
unload = fixtures.unload


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    if not supported():
        pytest.skip("this kernel lets no allocation fail")
    faults = Faults(tmp_path_factory.mktemp("faults"))
    yield faults
    faults.close()


class Island(Router):
    """A router that has nobody but itself, and is an owner."""

    def __init__(self):
        super().__init__("legacy", "127.0.0.1", "::1")
        self.ip_commands("link set lo up")

    def close(self):
        self.close_sockets()
        super().close()


@pytest.fixture
def islands(faults, module, kernel_log):
    """A function that makes a router; all end with the test, and quietly."""
    made = []

    def make():
        made.append(Island())
        return made[-1]
    yield make
    for island in made:
        island.close()
    kernel_log.check()


@pytest.fixture
def island(islands):
    return islands()
