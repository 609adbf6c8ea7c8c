# SPDX-License-Identifier: GPL-2.0
"""xt-trigger.service beside each front end, its service and its own reload.

The hooks are those of docs/beside-firewalls.md. Packets trigger and arrive all the time.
"""

import os
import re
from collections import namedtuple

import pytest

import zones
from hosts import wait_until
from recipes import FIREWALLS
from reloads import calls, wait_for_turns
from router import MASQUERADE
from rulesfile import CONF, ENDS, IRC

NFTABLES = FIREWALLS.file("/etc/nftables.conf", "nftables")
GAME = "[Trigger game]\nProtocol=udp\nPort=3074\nOpen=tcp:114\n"

ALL = {"out", "dnat", "in"}
NONE = set()
# unit: its service; command: its own reload; keeps: None where that has a hook which brings our
# rules back; else the types of those that it leaves alone.
Front = namedtuple("Front", "unit command keeps")

# What `iptables-save` of a running system has: each table that was in use.
SAVED = """*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -i br-lan -o wan -j ACCEPT
-A FORWARD -j REJECT
COMMIT
*nat
%s
COMMIT
*mangle
COMMIT
""" % MASQUERADE
# Its package excludes that of ufw, which the guests have: what its service and program do.
PERSISTENT = """#!/bin/sh
case $1 in
start | restart | reload) iptables-restore </etc/iptables/rules.v4 ;;
save) iptables-save >/etc/iptables/rules.v4; ip6tables-save >/etc/iptables/rules.v6 ;;
flush) iptables -F ;;
esac
exec run-parts --arg="$1" /usr/share/netfilter-persistent/plugins.d
"""
PERSISTENT_UNIT = """[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/netfilter-persistent start
ExecReload=/usr/sbin/netfilter-persistent reload
ExecStop=/usr/sbin/netfilter-persistent stop
[Install]
WantedBy=multi-user.target
"""
FERM = """domain ip {
    table filter chain FORWARD {
        policy DROP;
        mod conntrack ctstate (ESTABLISHED RELATED) ACCEPT;
        interface br-lan outerface wan ACCEPT;
        REJECT;
    }
    table nat chain POSTROUTING outerface wan MASQUERADE;
}
"""
SHOREWALL = {
    "zones": "fw firewall\nlan ipv4\nnet ipv4\n",
    "interfaces": "?FORMAT 2\nlan br-lan\nnet wan\n",
    "policy": "lan net ACCEPT\n$FW all ACCEPT\nall all REJECT\n",
    "snat": "MASQUERADE 192.168.1.0/24 wan\n",
}
SECTION = "The rules of the file"
UFW = FIREWALLS.file("/etc/ufw/before.rules", "ufw")


def hook(machine, path, mode=0o644, behind=""):
    machine.write(path, FIREWALLS.file(path, SECTION) + behind, mode)


def ferm(machine, _backend):
    """It prefers iptables-legacy, whatever `iptables` is."""
    hook(machine, "/etc/ferm/ferm.conf", behind=FERM)
    return Front("ferm", ["ferm", "/etc/ferm/ferm.conf"], None)


def firewalld(machine, backend):
    machine.unmask("dbus.service", "dbus.socket")
    for name, text in zones.ZONES.items():
        machine.write(os.path.join(zones.CONF, name), text)
    machine.edit("/etc/firewalld/firewalld.conf", (
        "FirewallBackend=nftables",
        "FirewallBackend=%s" % ("nftables" if backend == "nft" else "iptables")))
    version = int(machine.run("firewall-offline-cmd", "--version").split(".")[0])
    if version < 1:
        # Else its stop unloads the module, as the page says.
        machine.edit("/etc/firewalld/firewalld.conf", ("CleanupOnExit=yes", "CleanupOnExit=no"))
    # From version 2 on it leaves the rules of iptables alone, if it has none itself.
    return Front("firewalld", ["firewall-cmd", "--reload"],
                 ALL if version >= 2 and backend == "nft" else NONE)


def nftables(machine, backend):
    machine.write("/etc/nftables.conf", "flush ruleset\n" + NFTABLES)
    return Front("nftables", ["nft", "-f", "/etc/nftables.conf"],
                 ALL if backend == "legacy" else NONE)


def persistent(machine, _backend):
    machine.write("/etc/iptables/rules.v4", SAVED)
    machine.write("/etc/iptables/rules.v6", "")
    machine.write("/usr/sbin/netfilter-persistent", PERSISTENT, 0o755)
    machine.write("/etc/systemd/system/netfilter-persistent.service", PERSISTENT_UNIT)
    hook(machine, "/usr/share/netfilter-persistent/plugins.d/50-xt-trigger", 0o755)
    return Front("netfilter-persistent", ["netfilter-persistent", "reload"], None)


def shorewall(machine, _backend):
    for name, text in SHOREWALL.items():
        machine.write("/etc/shorewall/" + name, text)
    # Nothing but zones: what else it does by default takes a minute in an emulated guest.
    machine.edit("/etc/shorewall/shorewall.conf", *(
        (old, re.sub("=.*", "=" + value, old)) for old, value in (
            ("ROUTE_FILTER=Yes", "No"), ("ACCOUNTING=Yes", "No"), ("CLEAR_TC=Yes", "No"),
            ("DYNAMIC_BLACKLIST=Yes", "No"), ("TC_ENABLED=Internal", "No"))))
    hook(machine, "/etc/shorewall/started")
    return Front("shorewall", ["shorewall", "reload"], None)


def ufw(machine, _backend):
    machine.edit("/etc/default/ufw", ("IPV6=yes", "IPV6=no"),
                 ("IPT_SYSCTL=/etc/ufw/sysctl.conf", "IPT_SYSCTL="),
                 ('DEFAULT_INPUT_POLICY="DROP"', 'DEFAULT_INPUT_POLICY="REJECT"'),
                 ('DEFAULT_FORWARD_POLICY="DROP"', 'DEFAULT_FORWARD_POLICY="REJECT"'))
    machine.edit("/etc/ufw/ufw.conf", ("ENABLED=no", "ENABLED=yes"),
                 ("LOGLEVEL=low", "LOGLEVEL=off"))
    machine.edit("/etc/ufw/before.rules", ("*filter", UFW + "*filter"))
    machine.edit("/etc/ufw/user.rules", ("### RULES ###", "### RULES ###\n"
                 "-A ufw-user-forward -i br-lan -o wan -j ACCEPT"))
    hook(machine, "/etc/ufw/after.init", 0o755)
    # What `ufw reload` does, but for a hundred calls of iptables that end where they began.
    return Front("ufw", ["sh", "-c", "/lib/ufw/ufw-init force-reload"], None)


class Beside:
    """Our rules beside a front end, with what lan1 has opened by them."""

    def __init__(self, router, lan1, wan, machine, front):
        self.router, self.lan1, self.wan = router, lan1, wan
        self.machine, self.front = machine, front
        self.irc = lan1.connect("tcp:6667")
        lan1.send("udp:3074")
        self.opened = self.ids()
        self.count = router.counting()

    def ids(self):
        return {t.open: t.id for t in self.router.triggers()}

    def types(self):
        """Which rules of ours are there."""
        saved = self.router.run(self.router.tool("iptables-save"))
        return set(re.findall(" --trigger-type ([a-z]+)", saved))

    def works(self):
        # A restart and a reload go on to ours when that of the front end is done.
        wait_until(self.machine.is_idle, "nothing is left to be done", 60)
        for unit in (self.front.unit, "xt-trigger"):
            assert self.machine.is_active(unit) == "active"
        assert self.types() == ALL
        assert self.ids() == self.opened and not self.router.triggers(state="parked")
        self.irc.echo()
        assert self.wan.who_answers("tcp:113") == self.lan1.ip
        assert self.wan.who_answers("tcp:112") is None

    def goes_and_comes(self, at, turns):
        """The front end's own reload, and nothing that brings ours back: nobody is let in then."""
        keeps = self.front.keeps
        if keeps is None:
            # A hook leaves a service alone that was stopped.
            self.machine.systemctl("stop", "xt-trigger")
            keeps = NONE
        self.machine.run(*self.front.command)
        assert self.types() == keeps
        if keeps == NONE:
            wait_until(lambda: self.router.counters()["parked"] == 2, "both are parked")
            assert self.wan.who_answers("tcp:113") is None
            wait_for_turns(turns)
            before = at["lan"].value
            wait_for_turns(turns)
            assert at["lan"].value == before
        self.machine.systemctl("start", "xt-trigger")
        self.machine.systemctl("reload", "xt-trigger")

    def adds_up(self):
        """Nothing was opened or closed, and the counters say so."""
        for name in ("opened", "closed", "expired", "ended", "evicted"):
            assert self.count(name) == 0, name
        self.router.check_counters()


# Three of them take most of the time, so each runs on one backend; programs/test_ufw and
# programs/test_firewalld have both.
FRONT_ENDS = [(backend, front) for backend, slow in (("legacy", (shorewall, ufw)),
                                                     ("nft", (firewalld,)))
              for front in (ferm, nftables, persistent) + slow]


@pytest.mark.time_limit(600)
@pytest.mark.parametrize("topology,front", FRONT_ENDS, indirect=["topology"],
                         ids=lambda value: getattr(value, "__name__", value))
def test_front_end(router, lan1, wan, running, front):
    """Whatever its service or its own command does to its rules, ours are there behind it.

    What is open stays so, with nobody let in while our rules are away.
    """
    front = front(running, router.backend)
    running.write(CONF, "%sFamily=ipv4\n%s%s" % (ENDS, IRC, GAME))
    running.enable("xt-trigger")
    running.start(front.unit, "xt-trigger")
    # What started them only wants them; this fails, and says why, if that one has failed.
    running.systemctl("start", front.unit)
    # In an emulated guest it takes longer than the 30 seconds that people have.
    router.set_parameter("reload_grace", 600)
    beside = Beside(router, lan1, wan, running, front)
    with calls(lan1, wan, "udp:3074", "tcp:114") as (at, turns):
        beside.works()
        running.systemctl("restart", front.unit)
        beside.works()
        if front.keeps is None:
            running.run(*front.command)
        else:
            running.systemctl("reload", front.unit)
        beside.works()
        beside.goes_and_comes(at, turns)
        beside.works()
    beside.adds_up()
    assert at["lan"].value and not at["other"].value
    assert beside.count("refreshed")


def test_what_netfilter_persistent_saves(running):
    """The plugin leaves nothing of ours in these files, which load without the module."""
    front = persistent(running, None)
    running.write(CONF, ENDS + IRC)
    running.start(front.unit, "xt-trigger")
    running.run("netfilter-persistent", "save")
    for family in "46":
        saved = running.run("cat", "/etc/iptables/rules.v" + family)
        assert "TRIGGER" not in saved and "*filter" in saved
