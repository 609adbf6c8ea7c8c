# SPDX-License-Identifier: GPL-2.0
"""The stress is the lab of tests/net with everything in it at once."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "net"))

import fixtures  # noqa: E402 (needs the path above)

expedited = fixtures.expedited
kernel_log = fixtures.kernel_log
module = fixtures.module
