# SPDX-License-Identifier: GPL-2.0
"""xt-trigger.service as Debian's systemd boots: beside a firewall, and without the module.

The rules of docs/beside-firewalls.md for a native firewall, read from there, stand beside ours.
"""

from clock import set_synchronised
from procfile import write
from rulesfile import CONF, ENDS, IRC, STATE, TIMED


def test_boot_and_reboot(router, lan1, wan, machine):
    """One file and one unit: the port triggers work, and what is open is open after a reboot."""
    def is_up(*said):
        assert machine.is_active("nftables") == machine.is_active("xt-trigger") == "active"
        assert machine.said("xt-trigger") == list(said)

    machine.write(CONF, ENDS + IRC)
    machine.boot()
    assert machine.systemctl("is-enabled", "xt-trigger").strip() == "enabled"
    is_up()
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None

    machine.write(CONF, ENDS + "Restore=yes\n" + TIMED)
    machine.systemctl("reload", "xt-trigger")
    lan1.connect("tcp:6667")
    set_synchronised(True)
    machine.shut_down()
    machine.boot()
    is_up("restored 1 of 1")
    assert wan.who_answers("tcp:113") == lan1.ip

    # The file is of another boot again: what else it may meet.
    def starts(keeps, clock, *said, saved=lambda time: time):
        lan1.connect("tcp:6667")
        machine.systemctl("stop", "xt-trigger")
        write(router, "/\n")
        fields = dict(field.split("=") for field in machine.run("head", "-n1", STATE).split()[2:])
        machine.edit(STATE, (fields["boot"], fields["boot"][::-1]), (
            "saved=" + fields["saved"], "saved=%.3f" % saved(float(fields["saved"]))), mode=0o600)
        set_synchronised(clock)
        machine.write(CONF, "%sRestore=%s\n%s" % (ENDS, keeps, TIMED))
        machine.systemctl("start", "xt-trigger")
        is_up(*said)
        assert router.triggers() == []

    not_restored = "xt-trigger: %s:2: not restored: " % STATE
    starts("yes", False, not_restored + "it was saved before the last boot, and the clock is not"
           " synchronised", "restored 0 of 1")
    starts("no", True)
    starts("yes", True, not_restored + "its timeout is over", "restored 0 of 1",
           saved=lambda time: time - 3 * 86400)


def test_without_the_module(router, lan1, wan, machine, unloadable):
    """It costs port triggering alone: the firewall stands, and the unit says what is missing."""
    machine.write("/etc/modprobe.d/xt-trigger-test.conf", "install xt_TRIGGER /bin/false\n")
    machine.write(CONF, ENDS + IRC)
    machine.boot()
    assert machine.is_active("nftables") == "active"
    assert machine.is_active("xt-trigger") == "failed"
    said = machine.said("xt-trigger")
    assert [line for line in said
            if line.startswith("xt-trigger: the kernel module xt_TRIGGER cannot be loaded: ")]
    assert said[-1] == "xt-trigger: the rules are as they were"
    assert lan1.who_answers("tcp:6667") == wan.ip
    assert wan.who_answers("tcp:113") is None
