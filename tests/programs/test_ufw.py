# SPDX-License-Identifier: GPL-2.0-only
"""ufw: the three rules stand in its before.rules, and ufw itself loads them."""

import re
import shutil

import pytest

from router import MASQUERADE

DEFAULTS, CONF, BEFORE = "/etc/default/ufw", "/etc/ufw/ufw.conf", "/etc/ufw/before.rules"

NAT = """*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-F PREROUTING
-F POSTROUTING
-A PREROUTING -i wan -j TRIGGER --trigger-type dnat
%s
COMMIT

""" % MASQUERADE

# ufw's own chain starts with these words; what comes next is ours.
MARK = "# End required lines"
FILTER = """
-A ufw-before-forward -i br-lan -o wan -p tcp -j TRIGGER --trigger-type out \
--trigger-match 6660-6669 --trigger-relate tcp:113 --trigger-session --trigger-peer host
-A ufw-before-forward -i wan -j TRIGGER --trigger-type in
"""


@pytest.fixture
def ufw(router, default_backend, tmp_path):
    """A function that starts ufw in the router, with the backend under test."""
    saved = tmp_path / "ufw"
    shutil.copytree("/etc/ufw", saved)
    shutil.copy(DEFAULTS, tmp_path / "defaults")
    # Only what the test is about: a firewall that says no aloud, over IPv4.
    for name, value in (("IPV6", "no"), ("DEFAULT_INPUT_POLICY", '"REJECT"'),
                        ("DEFAULT_FORWARD_POLICY", '"REJECT"'), ("IPT_SYSCTL", "")):
        set_value(DEFAULTS, name, value)

    router.run("/usr/sbin/ufw", "route", "allow", "in", "on", "br-lan", "out", "on", "wan")
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


def test_before_rules(router, lan1, wan, ufw):
    """ufw's firewall opens the port while it is needed."""
    router.load(base=(), nat=())
    edit(BEFORE, r"\*filter", NAT + "*filter")
    edit(BEFORE, MARK, MARK + "\n" + FILTER)
    ufw()
    assert "-j ufw-before-forward" in router.iptables("-S FORWARD")
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None
