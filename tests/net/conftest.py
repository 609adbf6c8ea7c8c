# SPDX-License-Identifier: GPL-2.0
"""The fixtures of the functional tests; tests/programs has most of them, too."""

import os
import sys

import fixtures
import reloads

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "options"))

bare = fixtures.bare
busy = reloads.busy
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
