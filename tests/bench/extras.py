# SPDX-License-Identifier: GPL-2.0
"""What is measured once: opening, the collector, the proc file, reloads, memory, allocations.

Each function yields (what it is, number, unit).
"""

import glob
import statistics
import time

from cases import KNOWN, NEW, PEER, STRANGERS, inbound, outbound, replies
from listener import Listener
from procfile import PROC_FILE, line, opened, read_all, write_all
from setups import (CLOSED_PORT, LONG, OPENS, OUT, Iptables, Ours, Static, owner, port,
                    set_limits)

TRACING = "/sys/kernel/debug/tracing/"


class Opens(Ours):
    """One rule, which opens what it is told to; fields are those of its lines."""

    def __init__(self, network, backend, relate, options="", **fields):
        super().__init__(network, backend)
        self.rule = " ".join((OUT, OPENS, "--trigger-relate", relate, options))
        self.fields = dict(fields, open=relate, timeout=LONG, expires=LONG)

    def load(self, n):
        self.load_rules((self.rule, *self.in_rule))
        set_limits(n + 10000)
        write_all(self.router, "/\n")
        write_all(self.router, "".join("+" + line(owner(i), **self.fields) for i in range(n)))
        assert self.counters()["triggers"] == n


def first_packet(setup, close):
    """What the first packet of a new flow costs, with nothing open before it."""
    costs = []
    for i in range(9):
        if close:
            write_all(setup.router, "/\n")
        setup.network.forget()
        before = setup.counters()
        cost = setup.network.cost_once("lan", outbound(1, 1, 1, i), "wan")
        if close:
            assert setup.counters()["opened"] == before["opened"] + 1
        costs.append(cost.instructions)
    return statistics.median(costs[1:])


def opening(network, backend):
    """(v)"""
    nothing = Iptables(network, backend)
    nothing.load(0)
    without = first_packet(nothing, False)
    for relate in ("udp:20000", "udp:20000-20099", "udp:1024-65535"):
        setup = Opens(network, backend, relate)
        setup.load(0)
        yield "opening %s" % relate, first_packet(setup, True) - without, "instructions"
    setup = Opens(network, backend, "udp:20000")
    setup.load(0)
    with Listener(network.router) as listener:
        cost = first_packet(setup, True)
        assert [each.name for each in listener.receive()] == (
            ["opened", "closed"] * 8 + ["opened"]), "it was not heard"
    yield "opening udp:20000, with a listener to the events", cost - without, "instructions"


def worked():
    """Instructions that each of the kernel's workers has run."""
    each = {}
    for path in glob.glob("/proc/[0-9]*/schedstat"):
        try:
            with open(path[:-len("schedstat")] + "comm") as comm, open(path) as file:
                if comm.read().startswith("kworker/"):
                    each[path] = int(file.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass        # it has ended
    return each


def working(seconds):
    """Instructions that they run in one second, of so many seconds."""
    before = worked()
    time.sleep(seconds)
    return sum(now - before.get(path, 0) for path, now in worked().items()) / seconds


def collecting(network, backend):
    """What the collector does while nothing happens; time passes at once in this guest."""
    took = {}
    network.forget()        # conntrack's own collector is a worker, too
    for what, options, n in (("nothing", "", 0),
                             ("100,000 that wait for their timeout", "", 100000),
                             ("10,000 that wait for a session", "--trigger-session", 10000)):
        setup = Opens(network, backend, "udp:20000", options, session=1 if options else 0)
        setup.load(n)
        # Each is visited once after it has opened; hash tables grow and shrink.
        time.sleep(8)
        # Some have work to do now and then, and one that is idle for long ends.
        took[what] = statistics.median(working(5) for _ in range(8))
        assert setup.counters()["triggers"] == n
        if n:
            yield "collector, each second: " + what, took[what] - took["nothing"], "instructions"
        write_all(setup.router, "/\n")


def reading(network, backend):
    """(vi)"""
    took = {}
    setup = Opens(network, backend, "udp:20000")
    for n in (0, 10000):
        setup.load(n)
        with opened(network.router) as fd:
            start = time.perf_counter_ns()
            text = read_all(fd)
            took[n] = time.perf_counter_ns() - start
        assert text.count("\n") == n + 1
    yield ("reading %s, each of 10,000 lines" % PROC_FILE, (took[10000] - took[0]) / 10000,
           "instructions")


def reloading(network, backend):
    """(vii)"""
    kinds = {
        "-j TRIGGER --trigger-type out": "--dport %d -j TRIGGER --trigger-type out "
                                         "--trigger-relate udp:%d",
        "-j LOG": "--dport %d -j LOG --log-prefix %d",
    }
    setup = Iptables(network, backend)
    for name, rule in kinds.items():
        took = {}
        for n in (1024, 4096):
            rules = ["-A unused -p udp " + rule % (i + 1, i + 1) for i in range(n)]
            for _ in range(2):
                start = time.perf_counter_ns()
                setup.load_rules((), rules)
                took[n] = time.perf_counter_ns() - start
            yield "reloading %d rules %s, each" % (n, name), took[n] / n, "instructions"
    setup.load(0)


def slabs():
    """Bytes in use in the kernel's heaps, by the heap's name."""
    # What is freed is given back first: else it counts as used.
    time.sleep(1)
    for name in glob.glob("/sys/kernel/slab/kmalloc-*"):
        with open(name + "/shrink", "w") as file:
            file.write("1")
    with open("/proc/slabinfo") as file:
        rows = [row.split() for row in file.readlines()[2:]]
    return {row[0]: int(row[1]) * int(row[3]) for row in rows if row[0].startswith("kmalloc-")}


def memory(network, backend):
    """Of active triggers, each with an owner of its own; hash tables are not in it."""
    n = 10000
    for what, setup in (
            ("one range", Opens(network, backend, "udp:20000")),
            ("15 ranges", Opens(network, backend, ",".join("udp:%d" % port(i)
                                                           for i in range(15)))),
            ("--trigger-session", Opens(network, backend, "udp:20000", "--trigger-session",
                                        session=1)),
            ("--trigger-peer host, one peer", Opens(network, backend, "udp:20000",
                                                    "--trigger-peer host", peer=PEER))):
        setup.load(0)
        before = slabs()
        setup.load(n)
        after = slabs()
        for name in sorted(after):
            each = (after[name] - before.get(name, 0)) / n
            if each >= 1:
                yield "memory of an active trigger, %s: %s" % (what, name), each, "bytes"
        setup.load(0)


class Allocations:
    """Counts what the kernel allocates."""

    def __enter__(self):
        for event in ("kmalloc", "kmem_cache_alloc", "kmalloc_node", "kmem_cache_alloc_node"):
            try:
                with open(TRACING + "events/kmem/%s/enable" % event, "w") as file:
                    file.write("1")
            except FileNotFoundError:
                pass        # newer kernels have two events instead of four
        self._before = self._events()
        return self

    def __exit__(self, *exception):
        self.count = self._events() - self._before
        with open(TRACING + "events/kmem/enable", "w") as file:
            file.write("0")

    @staticmethod
    def _events():
        with open(TRACING + "per_cpu/cpu0/stats") as file:
            stats = dict(row.split(":") for row in file if ":" in row)
        return sum(int(stats[name]) for name in ("entries", "overrun", "dropped events"))


def allocations(network, backend):
    """How much more the kernel allocates for 1,000 packets than without our rules."""
    series = {
        "refresh": ("lan", outbound(KNOWN, 1, 1)),
        "known": ("wan", replies(KNOWN)),
        "miss": ("wan", inbound(str(CLOSED_PORT), 251, STRANGERS)),
    }
    found = {}
    for setup in (Iptables(network, backend), Ours(network, backend)):
        setup.load(1)
        network.forget()
        network.send("lan", outbound(64, 1, 1))
        network.send("wan", replies(64))
        for name, (side, packets) in series.items():
            network.send(side, packets)
            with Allocations() as counted:
                network.send(side, packets)
            found[setup.name, name] = counted.count
    for setup in (Static(network, backend), Ours(network, backend)):
        setup.load(1)
        for _ in range(2):
            network.forget()
            with Allocations() as counted:
                network.send("wan", inbound(str(port(0)), 1))
        found[setup.name, "hit"] = counted.count
    for name, base in (("refresh", "none"), ("known", "none"), ("miss", "none"),
                       ("hit", "static")):
        more = found["ours", name] - found[base, name]
        assert found[base, name] >= NEW, "no allocation was counted"
        assert more < NEW / 10, "%s allocates: %d times more for %d packets" % (name, more, NEW)
        yield "allocations of a %s packet, more than %s" % (name, base), round(more / NEW), ""


OF = {
    "legacy": (opening, collecting, reading, reloading, memory, allocations),
    "nft": (opening, reading, reloading),
}
