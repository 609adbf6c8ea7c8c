# SPDX-License-Identifier: GPL-2.0
"""xt-trigger under valgrind: no read of what is not there, no leak."""

import shutil

import pytest

from hosts import SLOW
from procfile import line, write
from router import out
from tool import PROGRAM, Tool

VALGRIND = ("/usr/bin/valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--show-leak-kinds=all", "--errors-for-leak-kinds=all")

pytestmark = pytest.mark.skipif(not shutil.which("valgrind"),
                                reason="valgrind is not in this suite's root")


class Checked(Tool):
    """The program, and valgrind has nothing to say about it."""

    program = VALGRIND + (PROGRAM,)


@pytest.mark.time_limit(300)
@pytest.mark.skipif(SLOW > 1, reason="valgrind on a debug kernel takes too long")
def test_valgrind_has_nothing_to_say(bare):
    """Each command, as it does what it is for, and as it fails."""
    checked = Checked(bare)
    bare.load(out("--trigger-match 3000 --trigger-relate tcp:113"))
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 5)))
    assert "10.0.0.4" in checked.done("list")
    assert len(checked.json("list", "--json")) == 4
    saved = checked.done("save")
    checked.done("stats", "--prometheus")
    checked.done("close", "--json", "owner=10.0.0.1")
    checked.done("close", "--all")
    done = checked.run("restore", stdin=saved + "nonsense\n")
    assert (done.status, done.out) == (1, "restored 4 of 5\n")
    assert checked.run("list", "owner").status == 2
    assert len(bare.triggers()) == 4
