# SPDX-License-Identifier: GPL-2.0
"""ufw: its after.init loads our rules when its own are there."""

import os
import re
import shutil

import pytest

from hosts import CommandFailed
from recipes import FIREWALLS

DEFAULTS, CONF, BEFORE = "/etc/default/ufw", "/etc/ufw/ufw.conf", "/etc/ufw/before.rules"

NAT = FIREWALLS.file(BEFORE, "ufw")
AFTER = "/etc/ufw/after.init"
AFTER_TEXT = FIREWALLS.file(AFTER, "ufw")
COMMAND = re.search("`ufw (route [^`]*)`", FIREWALLS.section("ufw")).group(1).split()


@pytest.fixture
def ufw(router, script, tmp_path):
    """A function that starts ufw in the router, with the backend under test."""
    saved = tmp_path / "ufw"
    shutil.copytree("/etc/ufw", saved)
    shutil.copy(DEFAULTS, tmp_path / "defaults")
    # Only what the test is about: a firewall that says no aloud, over IPv4.
    for name, value in (("IPV6", "no"), ("DEFAULT_INPUT_POLICY", '"REJECT"'),
                        ("DEFAULT_FORWARD_POLICY", '"REJECT"'), ("IPT_SYSCTL", "")):
        set_value(DEFAULTS, name, value)

    edit(BEFORE, r"\*filter", NAT + "*filter")
    with open(AFTER, "w") as file:
        file.write(AFTER_TEXT)
    os.chmod(AFTER, 0o755)
    router.run("/usr/sbin/ufw", *COMMAND)
    set_value(CONF, "ENABLED", "yes")
    set_value(CONF, "LOGLEVEL", "off")
    # What its service does at boot. `ufw reload` starts it over with 126 calls of iptables,
    # which takes a minute in an emulated guest.
    yield lambda: router.run("/lib/ufw/ufw-init", "start")
    shutil.rmtree("/etc/ufw")
    shutil.copytree(saved, "/etc/ufw")
    shutil.copy(tmp_path / "defaults", DEFAULTS)


def edit(path, pattern, text):
    """Replace the one line that matches."""
    with open(path) as file:
        edited, times = re.subn("^%s$" % pattern, lambda _: text, file.read(), flags=re.MULTILINE)
    assert times == 1, "%d lines %r in %s" % (times, pattern, path)
    with open(path, "w") as file:
        file.write(edited)


def set_value(path, name, value):
    edit(path, name + "=.*", "%s=%s" % (name, value))


def test_after_init(router, lan1, wan, ufw):
    """ufw's firewall opens the port while it is needed; loading it again closes nothing."""
    router.load(base=(), nat=())
    ufw()
    assert "-j ufw-before-forward" in router.iptables("-S FORWARD")
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    ufw()
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None


def test_without_the_module(router, lan1, wan, ufw, no_module):
    """A missing module costs port triggering alone: ufw's firewall is there."""
    router.load(base=(), nat=())
    no_module()
    with pytest.raises(CommandFailed) as failed:
        ufw()
    assert "after.init" in str(failed.value)
    assert "-j ufw-before-forward" in router.iptables("-S FORWARD")
    assert lan1.who_answers("tcp:6667") == wan.ip
    assert wan.who_answers("tcp:113") is None
