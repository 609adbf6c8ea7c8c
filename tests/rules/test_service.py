# SPDX-License-Identifier: GPL-2.0
"""xt-trigger.service on a machine that is up: enabled, started, reloaded and stopped."""

import os

import pytest

from hosts import wait_until
from procfile import write
from rulesfile import CONF, ENDS, IRC, STATE, TIMED


def rules(router):
    return router.run(router.tool("iptables-save"))


def test_enable_and_disable(router, running):
    """As README.Debian has it; until then nothing of ours is there."""
    running.write(CONF, ENDS + IRC)
    running.start("nftables")
    assert running.is_active("xt-trigger") == "inactive"
    assert "TRIGGER" not in rules(router)
    running.systemctl("enable", "--now", "xt-trigger")
    assert running.is_active("xt-trigger") == "active"
    assert "TRIGGER" in rules(router)
    assert running.ask("systemctl", "is-enabled", "xt-trigger-again") == "enabled"
    running.systemctl("disable", "--now", "xt-trigger")
    assert "TRIGGER" not in rules(router)
    assert running.ask("systemctl", "is-enabled", "xt-trigger-again") == "disabled"
    running.systemctl("restart", "nftables")
    wait_until(running.is_idle, "nothing is left to be done")
    assert "TRIGGER" not in rules(router)


def test_without_the_file(running):
    """The service that is enabled before there is a file waits for it, and fails nowhere."""
    running.start("nftables", "xt-trigger")
    assert running.is_active("nftables") == "active"
    assert running.is_active("xt-trigger") == "inactive"
    assert running.ask("systemctl", "--failed", "--no-legend") == ""


def test_reload(router, lan1, wan, running):
    """`systemctl reload` applies the file; with a mistake in it, what was applied stays."""
    running.write(CONF, ENDS + IRC)
    running.start("nftables", "xt-trigger")
    lan1.connect("tcp:6667")
    running.write(CONF, ENDS + IRC + "[Trigger web]\nPort=tcp:8000\nOpen=tcp:8001\n")
    running.systemctl("reload", "xt-trigger")
    assert wan.who_answers("tcp:113") == lan1.ip
    lan1.connect("tcp:8000")
    assert wan.who_answers("tcp:8001") == lan1.ip
    running.write(CONF, ENDS + IRC + "Port=0\n")
    running.ask("systemctl", "reload", "xt-trigger")
    assert running.said("xt-trigger") == [
        'xt-trigger: %s:10: [Trigger irc] Port=0: the key is there already, in line 6' % CONF]
    assert wan.who_answers("tcp:8001") == lan1.ip
    running.write(CONF, ENDS + IRC)
    running.systemctl("reload", "xt-trigger")
    assert wan.who_answers("tcp:8001") is None
    assert wan.who_answers("tcp:113") == lan1.ip


@pytest.mark.parametrize("keeps", ["yes", "no"])
def test_stop_and_start(router, lan1, wan, running, keeps):
    """Stop saves what is open and takes the rules away; start restores it where asked to."""
    running.write(CONF, "%sRestore=%s\n%s" % (ENDS, keeps, TIMED))
    running.start("nftables", "xt-trigger")
    lan1.connect("tcp:6667")
    running.systemctl("stop", "xt-trigger")
    assert "TRIGGER" not in rules(router)
    assert wan.who_answers("tcp:113") is None
    assert "owner=%s " % lan1.ip in running.run("cat", STATE)
    assert running.run("stat", "-c", "%a %U", STATE, os.path.dirname(STATE)).split() == [
        "600", "root", "700", "root"]
    write(router, "/\n")
    running.systemctl("start", "xt-trigger")
    assert wan.who_answers("tcp:113") == (lan1.ip if keeps == "yes" else None)
