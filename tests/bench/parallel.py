# SPDX-License-Identifier: GPL-2.0
"""Two CPUs that refresh one active trigger, against two that refresh two.

usage: parallel.py BACKEND, in a guest with two CPUs

Time, not instructions: what counts is how the two get into each other's way. So
only a ratio means something, and only between what was measured at nearly the
same time, as the machine may have other work. One CPU sends for one owner, on
and on; the other for this owner and for another one in turn, some hundred
packets for each. Two such turns make a pair, and give a ratio. Goes to
out/parallel.json.
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
from setups import OPENS, TRIGGER_PORT, Ours, owner     # noqa: E402

TURN = 250          # packets
TURNS = 80
ROUNDS = 10
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


def turns(network, number):
    """What a packet takes in each turn of CPU 1, while CPU 0 sends for owner `number`;
    the even turns are for owner 0."""
    before = received()
    count = TURN * TURNS
    other = start(network, 0, flow(SIDES[0], owner(number), 20 * count))
    try:
        deadline = time.monotonic() + 60
        while received()[0] - before[0] < 100:
            assert time.monotonic() < deadline, "CPU 0 does not send"
        series = "%s+1%%2/%d" % (owner(0), TURN)
        costs = [int(line) for line in
                 start(network, 1, flow(SIDES[1], series, count)).communicate()[0].split()]
        assert other.poll() is None, "CPU 0 was ready too early"
    finally:
        other.kill()
        other.communicate()
    assert len(costs) == count
    assert received()[1] - before[1] > count // 2, "CPU 1 did not do its own work"
    return [statistics.median(costs[i:i + TURN]) for i in range(0, count, TURN)]


def main():
    backend = sys.argv[1]
    assert os.cpu_count() == 2, "this needs two CPUs"
    subprocess.run(["modprobe", "-a", "xt_TRIGGER", "nf_conntrack"], check=True)
    network = Network()
    network.add_side("lan2")
    Both(network, backend).load(0)
    network.forget()
    establish(network)
    ratios = []
    for i in range(ROUNDS):
        costs = turns(network, i % 2)
        if i % 2:       # the even turns are for the other one
            costs = costs[1:-1]
        some = [same / different for same, different in zip(costs[::2], costs[1::2])]
        ratios += some
        print("same %.0f different %.0f ratio %.3f"
              % (statistics.median(costs[::2]), statistics.median(costs[1::2]),
                 statistics.median(some)))
    low, ratio, high = statistics.quantiles(ratios, n=4)
    print("two CPUs on one trigger: %.3f of two; half of the pairs from %.3f to %.3f"
          % (ratio, low, high))
    os.makedirs("out", exist_ok=True)
    with open("out/parallel.json", "w") as file:
        json.dump({"ratio": ratio, "low": low, "high": high, "pairs": len(ratios)}, file)


main()
