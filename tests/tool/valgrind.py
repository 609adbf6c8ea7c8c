# SPDX-License-Identifier: GPL-2.0
"""xt-trigger under valgrind: no read of what is not there, no leak."""

import shutil

import pytest

from hosts import SLOW
from tool import PROGRAM, Tool

VALGRIND = ("/usr/bin/valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--show-leak-kinds=all", "--errors-for-leak-kinds=all")

# What each file of tests with it has as its pytestmark.
MARKS = [
    pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not in this suite's root"),
    pytest.mark.skipif(SLOW > 1, reason="valgrind takes too long where the tests wait longer"),
    pytest.mark.time_limit(300),
]


class Checked(Tool):
    """The program, and valgrind has nothing to say about it."""

    program = VALGRIND + (PROGRAM,)
