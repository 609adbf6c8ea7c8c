# SPDX-License-Identifier: GPL-2.0-only
"""Real programs in the lab of tests/net, with its fixtures."""

import os
import sys

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
wan = fixtures.wan
