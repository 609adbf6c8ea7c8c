# SPDX-License-Identifier: GPL-2.0
"""Random rules, commands and packets: nothing may break the module.

Each test tells its seed in its name; `make fuzz SEED=... COUNT=...` repeats it, or runs longer.
What they judge by themselves stands at the top of each fuzzer; the kernel's log is judged as in
every test, and afterwards the main job works.
"""

import os
import random
import subprocess

import pytest

from hosts import wait_until
from procfile import as_commands, write, write_all
from router import DNAT, IN, Router, out
from tables import Tables
from tunnels import add_tunnels

SEED = int(os.environ.get("XT_FUZZ_SEED") or random.SystemRandom().randrange(10**6))
COUNT = int(os.environ.get("XT_FUZZ_COUNT") or 5000)

# How often a test stops to look; what is too little to look at is not worth it.
PARTS = max(1, min(20, COUNT // 2000))

pytestmark = [pytest.mark.time_limit(600 + COUNT // 100),
              pytest.mark.parametrize("seed", [SEED], ids="seed={}".format)]


def run(namespace, program, seed, *arguments):
    """Let a fuzzer make its share of the inputs in the namespace."""
    with namespace:
        done = subprocess.run([program, str(seed), str(COUNT // PARTS), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
    print(done.stdout.strip())
    assert done.returncode == 0, done.stdout.strip()


def run_in_parts(namespace, program, seed, *arguments):
    """The same in parts, each with a seed of its own; yields after each."""
    for part in range(PARTS):
        run(namespace, program, seed + part, *arguments)
        yield part


@pytest.fixture(autouse=True)
def works_afterwards(router, lan1, wan, expedited):
    """The main job, after whatever a test has done."""
    yield
    router.flush()
    router.load(out("--trigger-match 3000 --trigger-relate tcp:113"), DNAT, IN)
    assert wan.who_answers("tcp:113") is None
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_rules(router, fuzzer, seed, family):
    """A rule is taken if it is valid, else refused; what is taken is saved and loads again."""
    tables = Tables(router.backend, family)
    saved_rules = 0
    try:
        for table in ("filter", "nat", "mangle", "raw"):
            tables.done("iptables", "-t", table, "-S")
        for _ in run_in_parts(tables, fuzzer(router.backend), seed, family):
            saved = tables.save()
            tables.restore(saved)
            assert tables.save() == saved
            saved_rules += saved.count("-j TRIGGER")
    finally:
        tables.close()
    assert saved_rules


def lasting(text):
    """The lines that outlive the next seconds, without what time changes."""
    kept = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        field = dict(pair.split("=") for pair in line.split())
        timeout, expires, lifetime, age = (
            int(field.pop(name)) for name in ("timeout", "expires", "lifetime", "age"))
        del field["state"], field["id"]
        if (not timeout or expires > 20) and (not lifetime or age + 20 < lifetime):
            kept.append(sorted(field.items()))
    return sorted(kept)


def test_proc(router, fuzzer, seed):
    """Commands are carried out or refused, and the file can be saved and restored at any time."""
    program = fuzzer("proc")
    options = subprocess.run([program, "rules"], stdout=subprocess.PIPE, check=True,
                             universal_newlines=True).stdout.splitlines()
    for family in (4, 6):
        router.load(*(out(each) for each in options), family=family)
    router.set_parameter("max_triggers", 256)
    restored = 0
    for _ in run_in_parts(router, program, seed):
        router.check_counters()
        saved = router.read("/proc/net/xt_trigger")
        write(router, "/\n")
        assert router.triggers() == []
        write_all(router, as_commands(saved))
        again = router.read("/proc/net/xt_trigger")
        assert lasting(again) == lasting(saved)
        restored += len(lasting(saved))
    assert restored


# No rule relates port 7777 (packets.c); all options, all hooks, all limits are there.
PACKET_RULES = (
    "-t nat -A PREROUTING -i wan -j TRIGGER --trigger-type dnat",
    "-t nat -A PREROUTING -i wan -j TRIGGER --trigger-type dnat --trigger-name games"
    " --trigger-shadow",
    "-N mine", "-A FORWARD -j mine",
    out("--trigger-match 3000 --trigger-relate all:113,udp:5000-5010", "-A mine -i lan"),
    out("--trigger-match tcp:6667,all:7000-7010,sctp:1-99,21 --trigger-relate tcp:114"
        " --trigger-session", "-A mine -i lan"),
    out("--trigger-relate all:1-100,sctp:1-7776 --trigger-peer host --trigger-timeout 1",
        "-t mangle -A PREROUTING -i lan"),
    out("--trigger-name games --trigger-relate all:2000-2010 --trigger-owner last"
        " --trigger-refresh both --trigger-session --trigger-timeout 2",
        "-t mangle -A POSTROUTING -o wan"),
    out("--trigger-name games --trigger-match 1-65535 --trigger-relate all:21,all:7778-65535"
        " --trigger-max 3 --trigger-lifetime 2 --trigger-refresh both",
        "-t nat -A PREROUTING -i lan"),
    out("--trigger-relate tcp:5060 --trigger-timeout 1", "-t mangle -A OUTPUT"),
    "-A mine -j TRIGGER --trigger-type in",
    "-A mine -j TRIGGER --trigger-type in --trigger-name games",
    "-A INPUT -j TRIGGER --trigger-type in",
)
PACKET_BASE = (
    "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    "-A FORWARD -i lan -j ACCEPT",
)


@pytest.fixture
def fuzz_router(router):
    """A router between two tun devices, with rules of every kind."""
    between = Router(router.backend, "198.51.100.1", "2001:db8:2::1")
    add_tunnels(between)
    between.sysctl("net.netfilter.nf_conntrack_checksum", 0)
    between.load(*PACKET_RULES, base=PACKET_BASE)
    between.load6(*PACKET_RULES, base=PACKET_BASE)
    router.set_parameter("max_triggers", 64)
    router.set_parameter("max_per_host", 4)
    yield between
    between.ip_commands("link del lan", "link del wan")
    between.conntrack("-F")
    between.close()


def test_packets(fuzz_router, fuzzer, seed):
    """Whatever passes the router, nobody reaches a port that is not related."""
    program = fuzzer("packets")
    counted = {"opened": 0, "dnat": 0, "accepted": 0, "evicted": 0}
    for _ in run_in_parts(fuzz_router, program, seed):
        fuzz_router.check_counters()
        wait_until(lambda: fuzz_router.conntrack("-F") == "" and fuzz_router.connections() < 100,
                   "the connections are gone")
        counted = {name: fuzz_router.counters()[name] for name in counted}
    print(counted)
    assert all(counted.values()), counted
