# SPDX-License-Identifier: GPL-2.0-only
"""Real programs in the lab of tests/net, with its fixtures."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "net"), os.path.join(HERE, "..", "demo")]

from fixtures import (  # noqa: E402,F401 (needs the path above; pytest finds them here)
    kernel_log, lab, lan1, lan2, module, router, topology, wan)
