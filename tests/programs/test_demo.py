# SPDX-License-Identifier: GPL-2.0
"""IRC and ident: what `make demo` shows is true, on both backends."""

import story
from screen import Screen


def test_the_demo(lab, hosts_file):
    """Every check of the story holds."""
    screen = Screen()
    story.tell(lab, screen)
    assert screen.checks >= 20, "the story has lost its checks"
