# SPDX-License-Identifier: GPL-2.0-only
"""The fixtures of the functional tests; tests/programs has the same."""

from fixtures import (  # noqa: F401 (pytest finds them here)
    bare, kernel_log, lab, lan1, lan2, module, router, topology, unload, wan)
