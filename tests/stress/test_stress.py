# SPDX-License-Identifier: GPL-2.0
"""Everything at once, on all CPUs, for XT_STRESS_SECS seconds (`make stress SECS=...`).

Floods of triggering packets from 60,000 addresses, inbound hits and misses, rules of both backends
replaced and deleted, the proc file read and written, conntrack flushed, namespaces created and
destroyed, limits changed, unloading tried all the time, and done every few seconds. Each of it must
really have happened (LEAST, LEAST_COUNTED). The counters add up each time before the module goes;
afterwards memory is back where it began, no connection is held, and nothing was logged.
"""

import contextlib
import errno
import glob
import multiprocessing
import os
import random
import re
import subprocess
import time

import pytest

from hosts import SLOW, CommandFailed, wait_until
from island import Island
from lab import SILENT, SILENT6, Lab
from procfile import PROC_FILE, line, meanwhile
from router import COUNTERS, DNAT, IN, MODULE, loaded, out, parse

SECS = int(os.environ.get("XT_STRESS_SECS") or 10)
WARM_UP = 4

# Real unloading: so often, and so long may it take on a slow and busy machine.
UNLOAD_EVERY = 3
PATIENCE = 60

# More than this is a leak: a few hundred of the many thousands that a short run opens.
SLACK_KB = 128

# What must have been done at the very least in each ten seconds (a debug kernel takes SLOW times
# as long), however slow the machine is...
LEAST = {
    "packets out": 8000, "packets in": 8000, "rules replaced, legacy": 2,
    "rules replaced, nft": 2, "rules deleted": 1, "namespaces ended with triggers": 1,
    "reads": 50, "writes": 50, "flushes of conntrack": 5, "limits changed": 20,
    "unloads refused": 2, "unloads": 1,
}

# ... and what the module must have counted of it. Few live long enough to expire: for one that
# does, the end waits.
LEAST_COUNTED = {
    "opened": 1000, "ended": 10, "closed": 100, "evicted": 100, "refused_full": 10,
    "waited": 100, "dnat": 50, "accepted": 50,
}

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113,udp:5000-5010 --trigger-timeout 1")
SESSION = out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session")
HOST = out("--trigger-match 7000-7010 --trigger-relate all:2000-2010 --trigger-peer host"
           " --trigger-timeout 2 --trigger-lifetime 3")
LAST = out("--trigger-match 8000 --trigger-relate all:1-19999 --trigger-owner last"
           " --trigger-refresh both --trigger-session --trigger-max 1000")
RULES = (PLAIN, SESSION, HOST, LAST, DNAT, IN)
RULESETS = (RULES, RULES[2:], (PLAIN, LAST, DNAT), RULES, (SESSION, HOST, IN), ())

OUTBOUND = ("udp:3000", "tcp:6667", "udp:7005", "udp:8000", "tcp:8000")
INBOUND = ("tcp:113", "udp:5005", "tcp:114", "udp:2000", "tcp:2010", "udp:19999", "tcp:1")

# What the file may answer while everything changes.
WRITE_ERRORS = (errno.ENOENT, errno.ENOSPC, errno.EIO)


def insist(command, *arguments, **options):
    """Until it succeeds: the module may just be going, or another hold the lock of iptables."""
    def done():
        try:
            command(*arguments, **options)
        except CommandFailed as failed:
            failures.append(str(failed))
            return False
        return True

    failures = []
    try:
        wait_until(done, command.__name__, PATIENCE)
    except AssertionError:
        raise AssertionError("again and again: " + failures[-1])


def load(router, *rules, **options):
    insist(router.load, *rules, **options)


class Stress:
    """The workers, which others run again and again, and what they share."""

    def __init__(self, lab, flood):
        self.lab = lab
        self.flood = flood
        self.run = multiprocessing.Event()      # rules may be loaded
        self.run.set()
        self.done = {what: multiprocessing.Value("L", 0) for what in LEAST}
        self.counted = {name: multiprocessing.Value("L", 0) for name in COUNTERS}

    def did(self, what, often=1):
        with self.done[what].get_lock():
            self.done[what].value += often

    # --- packets

    def burst(self, turn, src, dst, *ports):
        """A few thousand packets, each from another address."""
        start = time.monotonic()
        subprocess.run([self.flood, "4000", str(turn), src, dst, *ports], check=True)
        if SLOW > 1:    # floods take all of such a kernel, and RCU's callbacks would never come
            time.sleep(time.monotonic() - start)

    def outbound(self, turn):
        """Packets of LAN hosts."""
        v6 = turn % 3 == 2
        self.burst(turn, "2001:db8:a000::1" if v6 else "10.0.0.1",
                   SILENT6 if v6 else SILENT, *OUTBOUND)
        self.did("packets out", 4000)

    def inbound(self, turn):
        """Packets of remote hosts to the router, or to the addresses of owners."""
        targets = (self.lab.router.ip, "2001:db8:a000::1", self.lab.router.ip, "10.0.0.1")
        target = targets[turn % len(targets)]
        self.burst(turn, "2001:db8:b000::1" if ":" in target else "172.16.0.1", target, *INBOUND)
        self.did("packets in", 4000)

    # --- rules

    def _rules(self, backend, family, turn):
        router = self.lab.router
        router.backend = backend
        if not self.run.is_set():
            for each in (4, 6):
                load(router, family=each)
            self.run.wait(PATIENCE)
        rules = RULESETS[turn % len(RULESETS)]
        load(router, *rules, family=family)
        self.did("rules replaced, " + backend)
        if turn % 3 == 0 and SESSION in rules:
            insist(router.iptables, SESSION.replace("-A", "-D", 1), family)
            self.did("rules deleted")

    def legacy_rules(self, turn):
        self._rules("legacy", (4, 6)[turn % 2], turn // 2)

    def nft_rules(self, turn):
        self._rules("nft", (6, 4)[turn % 2], turn // 2)

    def namespaces(self, turn):
        """A namespace with rules and active triggers, gone a moment later."""
        if not self.run.wait(PATIENCE):
            return
        island = Island(("legacy", "nft")[turn % 2])
        load(island, PLAIN, SESSION, DNAT, IN, base=(), nat=())
        with contextlib.suppress(OSError), island, open(PROC_FILE, "w") as file:
            file.write("".join("+" + line("10.9.0.%d" % n, open="tcp:113,udp:5000-5010",
                                          timeout=1, expires=1) for n in range(1, 20)))
        inhabited = bool(island.triggers())
        island.end()
        if inhabited:
            self.did("namespaces ended with triggers")

    # --- the file, conntrack, the module

    def reader(self, turn):
        with contextlib.suppress(FileNotFoundError, OSError):
            with open(PROC_FILE) as file:
                text = file.read() if turn % 2 else file.read(5000)
            if turn % 2:
                parse(text)
            self.did("reads")

    def writer(self, turn):
        """Closes one, opens some, and now and then closes everything."""
        fields = dict(open="tcp:113,udp:5000-5010", timeout=1, expires=1)
        owners = ["10.0.%d.%d" % (turn % 256, n) for n in range(1, 9)]
        text = "/\n" if turn % 50 == 0 else "".join(
            "-owner={0}\n+{1}".format(owner, line(owner, **fields)) for owner in owners)
        try:
            fd = os.open(PROC_FILE, os.O_WRONLY)
        except FileNotFoundError:
            return
        try:
            os.write(fd, text.encode())
            self.did("writes")
        except OSError as error:
            assert error.errno in WRITE_ERRORS, error
        finally:
            os.close(fd)

    def conntrack(self, turn):
        """Often, but leaving connections some time to live."""
        subprocess.run(["/usr/sbin/conntrack", "-F"], check=True, stderr=subprocess.DEVNULL)
        self.did("flushes of conntrack")
        time.sleep(0.1)

    def limits(self, turn):
        """The parameters, and they are gone with the module from time to time."""
        for name, values in (("max_triggers", (1, 100, 4096, 100000)), ("max_per_host", (1, 64)),
                             ("reload_grace", (0, 1, 30))):
            with contextlib.suppress(OSError):
                with open("/sys/module/%s/parameters/%s" % (MODULE, name), "w") as file:
                    file.write(str(random.choice(values)))
                self.did("limits changed")
        time.sleep(0.05)

    def unloader(self, turn):
        """Tries, in vain; every few seconds everybody else lets go, and then it must succeed."""
        end = time.monotonic() + UNLOAD_EVERY
        while time.monotonic() < end:
            if loaded():
                self.did("unloads" if unload() else "unloads refused")
        self.unload_for_real()

    def unload_for_real(self):
        self.run.clear()
        wait_until(unused, "no rule is left", PATIENCE)
        if loaded():
            self.add_up()
            wait_until(unload, "rmmod %s when no rule is left" % MODULE, PATIENCE)
            self.did("unloads")
        self.run.set()

    def add_up(self):
        """What is to be counted has been, and is remembered: it goes with the module."""
        self.lab.router.check_counters()
        for name, value in self.lab.router.counters().items():
            self.counted[name].value += value

    def missing(self, seconds):
        """What has not been done often enough in so many seconds."""
        tens = seconds / 10 / SLOW
        return ["%s: %d of %d" % (what, done[what].value, least * tens)
                for done, wanted in ((self.done, LEAST), (self.counted, LEAST_COUNTED))
                for what, least in wanted.items() if done[what].value < least * tens]

    def everything(self, seconds):
        """All of it at once, for so long, and until enough of each is done, without an error."""
        lab = self.lab
        for value in (*self.done.values(), *self.counted.values()):
            value.value = 0
        with contextlib.ExitStack() as stack:
            for host, action in ((lab.lan1, self.outbound), (lab.wan, self.inbound),
                                 (lab.router, self.legacy_rules), (lab.router, self.nft_rules),
                                 (lab.router, self.namespaces), (lab.router, self.reader),
                                 (lab.router, self.writer), (lab.router, self.conntrack),
                                 (lab.router, self.limits), (lab.router, self.unloader)):
                stack.enter_context(meanwhile(host, action, PATIENCE))
            end = time.monotonic() + seconds
            with contextlib.suppress(AssertionError):       # said below
                wait_until(lambda: time.monotonic() > end and not self.missing(seconds),
                           "enough of everything", seconds + 2 * PATIENCE)
        self.run.set()
        for each in self.done, self.counted:
            print({name: value.value for name, value in each.items()})
        assert not self.missing(seconds)


def unused():
    """Whether nothing holds the module now, or there is none."""
    with contextlib.suppress(FileNotFoundError):
        with open("/sys/module/%s/refcnt" % MODULE) as file:
            return int(file.read()) == 0
    return True


def unload():
    """Whether the module is gone now."""
    return not loaded() or subprocess.run(["/sbin/rmmod", MODULE],
                                          stderr=subprocess.DEVNULL).returncode == 0


def clear(router):
    """No rule of either backend, no connection, no module."""
    for backend in ("legacy", "nft"):
        router.backend = backend
        for family in (4, 6):
            load(router, family=family)
    wait_until(lambda: router.conntrack("-F") == "" and not router.connections(),
               "no connection is held", PATIENCE)
    wait_until(unload, "rmmod %s" % MODULE, PATIENCE)


def memory():
    """The kernel's memory in kB by where it comes from: all that the module has is of these."""
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
    for shrink in glob.glob("/sys/kernel/slab/*/shrink"):
        with contextlib.suppress(OSError), open(shrink, "w") as file:
            file.write("1")
    with open("/proc/meminfo") as file:
        fields = dict(each.split(":") for each in file)
    used = {name: int(fields[name].split()[0]) for name in ("Percpu", "VmallocUsed")}
    with open("/proc/slabinfo") as file:
        for name, objects, _, size in (each.split()[:4] for each in list(file)[2:]):
            if re.fullmatch("kmalloc-(rnd-[0-9]+-)?[0-9]+k?|nf_conntrack", name):
                used[name] = int(objects) * int(size) // 1024
    return used


@pytest.fixture
def lab(module, kernel_log):
    lab = Lab("legacy")
    lab.router.ip_commands(
        *("route add %s via %s" % (net, gateway) for net, gateway in (
            ("10.0.0.0/8", lab.lan1.ip), ("2001:db8:a000::/36", lab.lan1.ip6),
            ("172.16.0.0/12", lab.wan.ip), ("2001:db8:b000::/36", lab.wan.ip6))))
    lab.wan.ip_commands("route add 10.0.0.0/8 via %s" % lab.router.ip,
                        "route add 2001:db8:a000::/36 via %s" % lab.router.ip6)
    yield lab
    lab.destroy()
    kernel_log.check()


@pytest.fixture
def flood(tmp_path):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flood.c")
    program = str(tmp_path / "flood")
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source],
                   check=True)
    return program


@pytest.fixture
def soon(request):
    """On a slow kernel, floods leave no time for grace periods that are not expedited."""
    if SLOW > 1:
        request.getfixturevalue("expedited")


@pytest.mark.time_limit(SECS + 900)
def test_everything_at_once(soon, lab, flood):
    """Everything at once: counters add up, memory is given back, nothing is logged."""
    stress = Stress(lab, flood)
    stress.everything(WARM_UP)
    clear(lab.router)
    # What the warm-up had is on its way back; the least that is seen counts.
    before = min((memory() for _ in range(3)), key=lambda used: sum(used.values()))

    stress.everything(SECS)
    lab.router.load(*RULES)
    with lab.lan1:
        stress.outbound(0)
    assert lab.router.counters()["opened"], "nothing opened"
    wait_until(lambda: lab.router.counters()["expired"], "something has expired", PATIENCE)
    lab.router.check_counters()
    clear(lab.router)
    if os.path.exists("/sys/kernel/debug/kmemleak"):
        print("memory is left to kmemleak: KASAN keeps freed memory for a while")
        return

    def left():
        after = memory()
        return {name: after[name] - before.get(name, 0) for name in after
                if after[name] != before.get(name)}

    wait_until(lambda: sum(left().values()) <= SLACK_KB, "memory is given back", 30)
    print(left())
