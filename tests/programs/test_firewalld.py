# SPDX-License-Identifier: GPL-2.0
"""firewalld: our rules stand beside its own, and its reload leaves them alone or parks them."""

import os
import re
import shutil
import subprocess

import pytest

from hosts import wait_until
from program import Program
from recipes import SCRIPT, for_ipv6
from zones import CONF, ZONES

SCRIPT6 = for_ipv6(SCRIPT)
COMMAND = "/usr/bin/firewall-cmd"


@pytest.fixture
def firewalld(router, default_backend, tmp_path):
    """A function that starts firewalld in the router, with this FirewallBackend."""
    saved = tmp_path / "saved"
    shutil.copytree(CONF, saved)
    os.makedirs("/run/dbus", exist_ok=True)
    for name, text in ZONES.items():
        write(name, text)
    programs = []

    def start(backend):
        set_value("FirewallBackend", backend)
        bus = Program(router, "/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile",
                      "--print-address")
        programs.append(bus)
        bus.expect("unix:path=")
        # As its service starts it.
        programs.append(Program(router, "/usr/sbin/firewalld", "--nofork", "--nopid"))
        wait_until(running, "firewalld is running", 150)

    yield start
    for program in reversed(programs):
        program.stop(30)
    shutil.rmtree(CONF)
    shutil.copytree(saved, CONF)


def running():
    return subprocess.run([COMMAND, "--state"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def write(name, text):
    with open(os.path.join(CONF, name), "w") as file:
        file.write(text)


def set_value(name, value):
    path = os.path.join(CONF, "firewalld.conf")
    with open(path) as file:
        text, times = re.subn("^%s=.*$" % name, "%s=%s" % (name, value), file.read(),
                              flags=re.MULTILINE)
    assert times == 1
    write("firewalld.conf", text)


@pytest.mark.time_limit(500)
def test_beside_firewalld(router, lan1, wan, script, firewalld):
    """With both of its backends firewalld lets in what `dnat` has mapped.

    Its reload deletes all rules of iptables, or leaves them alone, as the page says. What is open
    waits for them, and nobody is let in meanwhile.

    What only `in` has accepted, as for IPv6, it lets in with its iptables backend alone.
    """
    for family in (4, 6):
        router.load(family=family, base=(), nat=())
        router.iptables("-P FORWARD ACCEPT", family)
    native = router.backend == "nft"
    firewalld("nftables" if native else "iptables")

    def load_ours():
        router.run("/bin/sh", script)
        router.run("/bin/sh", stdin=SCRIPT6)

    load_ours()
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    lan1.connect("tcp:6667", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == (None if native else lan1.ip6)
    # In an emulated guest it takes longer than the 30 seconds that people have.
    router.set_parameter("reload_grace", 600)
    count = router.counting()
    router.run(COMMAND, "--reload")
    if native and int(router.run(COMMAND, "--version").split(".")[0]) >= 2:
        assert wan.who_answers("tcp:113") == lan1.ip
    else:
        assert "TRIGGER" not in router.run(router.tool("iptables-save"))
        wait_until(lambda: router.counters()["parked"] == 2, "parked")
        assert wan.who_answers("tcp:113") is None
        load_ours()
        assert wan.who_answers("tcp:113") == lan1.ip
    assert count("opened") == count("closed") == 0
    irc.echo()
    irc.close()
    router.wait_closed(family="ipv4")
    router.check_counters()
    assert wan.who_answers("tcp:113") is None
