# SPDX-License-Identifier: GPL-2.0
"""How two CPUs get into each other's way: in a refresh, and in a flood of openings.

usage: parallel.py BACKEND, in a guest with two CPUs

Time, not instructions. So only a ratio means something, and only between what was
measured at nearly the same time, as the machine may have other work. It goes to
out/parallel.json.

Two that refresh one active trigger, against two that refresh two: one CPU sends for
one owner, on and on; the other for this owner and for another one in turn, some
hundred packets for each. Two such turns make a pair, and give a ratio.

Two that open with each packet, each for hosts of its own, in place of who has no
answer, against one that opens beside one whose packets trigger nothing.
"""

import json
import os
import statistics
import subprocess
import sys
import time

sys.path[:0] = ["tests/net"]

from cases import PEER      # noqa: E402
from network import ROUTER_IP, Network, Packets     # noqa: E402
from setups import OPENS, TRIGGER_PORT, Ours, owner, set_limits     # noqa: E402

TURN = 250          # packets
TURNS = 80
COUNT = TURN * TURNS
ROUNDS = 10
ROOM = 1000         # active triggers: who comes back behind twice as many has been evicted
SIDES = ("lan", "lan2")


class Both(Ours):
    def load(self, n):
        self.load_rules(("-A FORWARD -o wan -p udp " + OPENS + " --trigger-relate udp:113",
                         *self.in_rule))


def flow(side, src, count):
    """Packets of one flow for each source; each side has a port of its own."""
    return Packets(count, src, str(10000 + SIDES.index(side)), PEER, str(TRIGGER_PORT))


def establish(network):
    """A connection of each owner by each side."""
    for side in SIDES:
        for number in (0, 1):
            packets = flow(side, owner(number), 1)
            network.send("lan", packets)
            src, sport, dst, dport = packets.fields
            network.send("wan", Packets(1, dst, dport, ROUTER_IP, sport))


def received():
    """How many times each CPU has received packets."""
    with open("/proc/softirqs") as file:
        for row in file:
            if row.strip().startswith("NET_RX"):
                return [int(word) for word in row.split()[1:]]
    raise AssertionError("no NET_RX")


def start(network, cpu, packets):
    side = network.sides[SIDES[cpu]]
    with side:
        return subprocess.Popen(["taskset", "-c", str(cpu), *network.command(packets)],
                                stdout=subprocess.PIPE, universal_newlines=True)


def turns(network, first, second):
    """What each packet of `second` takes CPU 1 while CPU 0 sends `first`: the median of
    each turn."""
    before = received()
    other = start(network, 0, first)
    try:
        deadline = time.monotonic() + 60
        while received()[0] - before[0] < 100:
            assert time.monotonic() < deadline, "CPU 0 does not send"
        costs = [int(line) for line in start(network, 1, second).communicate()[0].split()]
        assert other.poll() is None, "CPU 0 was ready too early"
    finally:
        other.kill()
        other.communicate()
    assert len(costs) == COUNT
    assert received()[1] - before[1] > COUNT // 2, "CPU 1 did not do its own work"
    return [statistics.median(costs[i:i + TURN]) for i in range(0, COUNT, TURN)]


def ratios_of(what, pairs):
    """The ratios of these pairs of turns, as they go to the file."""
    ratios = [one / other for one, other in pairs]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    print("two CPUs, %s: %.3f; half of the pairs from %.3f to %.3f" % (what, ratio, low, high))
    return {"ratio": ratio, "low": low, "high": high, "pairs": len(ratios)}


def refreshing(network):
    establish(network)
    pairs = []
    series = "%s+1%%2/%d" % (owner(0), TURN)
    for i in range(ROUNDS):
        costs = turns(network, flow(SIDES[0], owner(i % 2), 20 * COUNT),
                      flow(SIDES[1], series, COUNT))
        if i % 2:       # the even turns are for the other one
            costs = costs[1:-1]
        pairs += zip(costs[::2], costs[1::2])
    return ratios_of("one active trigger or two", pairs)


def flood(cpu, count, dport):
    """A packet of each of many hosts, again and again."""
    return Packets(count, "10.%d.0.1+1%%%d" % (cpu + 1, 2 * ROOM), "10000", PEER, str(dport))


def opening(network, setup):
    set_limits(ROOM)
    costs = {TRIGGER_PORT: [], TRIGGER_PORT + 1: []}
    for _ in range(ROUNDS // 2):
        for dport, found in costs.items():
            before = setup.counters()["opened"]
            found += turns(network, flood(0, 20 * COUNT, dport), flood(1, COUNT, TRIGGER_PORT))
            assert setup.counters()["opened"] - before >= COUNT, "some did not open"
    return ratios_of("both open, or one", zip(*costs.values()))


def main():
    backend = sys.argv[1]
    assert os.cpu_count() == 2, "this needs two CPUs"
    subprocess.run(["modprobe", "-a", "xt_TRIGGER", "nf_conntrack"], check=True)
    network = Network()
    network.add_side("lan2")
    setup = Both(network, backend)
    setup.load(0)
    network.forget()
    found = {"refresh": refreshing(network), "open": opening(network, setup)}
    os.makedirs("out", exist_ok=True)
    with open("out/parallel.json", "w") as file:
        json.dump(found, file)


main()
