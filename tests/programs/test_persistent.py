# SPDX-License-Identifier: GPL-2.0
"""Rules that outlive a reboot: those of the firewall by netfilter-persistent, ours by the script.

Its package excludes that of ufw, which the guests have: so these are the commands of its plugin.
"""

import re

import pytest

from hosts import CommandFailed, wait_until
from recipes import FIREWALLS
from router import loaded

SAVE, = FIREWALLS.commands("iptables-persistent")
RESTORE = re.search(r"`(iptables-restore < [^`]*)`",
                    FIREWALLS.section("iptables-persistent")).group(1)
UNIT = FIREWALLS.file("/etc/systemd/system/trigger-rules.service")


@pytest.fixture
def shell(router, tmp_path):
    """Carries out a command of the page."""
    return lambda command: router.run(
        "/bin/sh", "-c", command.replace("/etc/iptables", str(tmp_path)))


def test_reboot(router, lan1, wan, script, shell, unload, tmp_path):
    """The firewall comes back without our rules, then the script brings them and the module."""
    router.load()
    shell(script)
    shell(SAVE)
    assert "trigger" not in (tmp_path / "rules.v4").read_text().lower()
    before = router.iptables("-S") + router.iptables("-t nat -S")
    assert "trigger" in before
    router.load(base=(), nat=())
    unload()
    shell(RESTORE)
    assert not loaded()
    shell(script)
    assert loaded()
    assert sorted((router.iptables("-S") + router.iptables("-t nat -S")).splitlines()) == \
        sorted(before.splitlines())
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_without_the_module(router, lan1, wan, script, shell, no_module):
    """A missing module costs port triggering alone: the firewall is there, and the LAN gets out."""
    router.load()
    shell(script)
    shell(SAVE)
    router.load(base=(), nat=())
    no_module()
    shell(RESTORE)
    with pytest.raises(CommandFailed):
        shell(script)
    rules = router.iptables("-S")
    assert "-P FORWARD DROP" in rules
    assert "-j trigger_in" not in rules
    assert lan1.who_answers("tcp:6667") == wan.ip
    assert wan.who_answers("tcp:113") is None


def test_reload(router, lan1, wan, script, shell):
    """Its restart replaces all rules by those of the file; the script brings ours back."""
    router.load()
    shell(script)
    shell(SAVE)
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    count = router.counting()
    shell(RESTORE)
    wait_until(lambda: router.counters()["parked"] == 1, "parked")
    assert wan.who_answers("tcp:113") is None
    shell(script)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert count("opened") == count("closed") == 0
    irc.close()
    router.wait_closed()
    router.check_counters()


def test_the_script_again(router, lan1, wan, script, shell):
    """A second run changes no rule and closes nothing."""
    router.load()
    shell(script)
    lan1.connect("tcp:6697")
    before = router.iptables("-S") + router.iptables("-t nat -S") + router.iptables("-t mangle -S")
    shell(script)
    assert router.iptables("-S") + router.iptables("-t nat -S") + \
        router.iptables("-t mangle -S") == before
    assert wan.who_answers("tcp:113") == lan1.ip


def test_the_service(router, script, tmp_path):
    """systemd has nothing to say about the unit, but about one with a mistake."""
    unit = tmp_path / "trigger-rules.service"

    def said(text):
        # Older ones want to see cgroups. The status depends on the units of the guest, too.
        unit.write_text(text)
        lines = router.run("/usr/bin/unshare", "--mount", "/bin/sh", "-ec",
                           "mount -t cgroup2 cgroup2 /sys/fs/cgroup;"
                           "systemd-analyze verify --man=no %s 2>&1 || :" % unit)
        return [line for line in lines.splitlines() if unit.name in line or script in line]

    assert said(UNIT) == []
    assert said(UNIT.replace("PartOf", "PortOf")) != []
