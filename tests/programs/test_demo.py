# SPDX-License-Identifier: GPL-2.0
"""IRC and ident: what `make demo` shows is true, on both backends."""

import pytest
import story
from screen import Screen


@pytest.fixture
def hosts_file():
    """/etc/hosts, which the story adds names to, is as before afterwards."""
    with open("/etc/hosts") as file:
        before = file.read()
    yield
    with open("/etc/hosts", "w") as file:
        file.write(before)


def test_the_demo(lab, hosts_file):
    """Every check of the story holds."""
    screen = Screen()
    story.tell(lab, screen)
    assert screen.checks >= 20, "the story has lost its checks"
