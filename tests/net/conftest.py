# SPDX-License-Identifier: GPL-2.0-only
"""The fixtures of the functional tests; tests/programs has most of them, too."""

import fixtures

bare = fixtures.bare
kernel_log = fixtures.kernel_log
lab = fixtures.lab
lan1 = fixtures.lan1
lan2 = fixtures.lan2
module = fixtures.module
router = fixtures.router
topology = fixtures.topology
unload = fixtures.unload
wan = fixtures.wan
