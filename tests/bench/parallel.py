# SPDX-License-Identifier: GPL-2.0-only
"""Two CPUs that refresh one active trigger, against two that refresh two.

usage: parallel.py BACKEND, in a guest with two CPUs

Time, not instructions: what counts is how the two get into each other's way. So
only the ratio means something. Goes to out/parallel.json.
"""

import json
import os
import statistics
import subprocess
import sys

sys.path[:0] = ["tests/net"]

from cases import PEER      # noqa: E402
from network import ROUTER_IP, Network, Packets     # noqa: E402
from setups import OPENS, TRIGGER_PORT, Ours, owner     # noqa: E402

COUNT = 20000
ROUNDS = 7
SIDES = ("lan", "lan2")


class Both(Ours):
    def load(self, n):
        self.load_rules(("-A FORWARD -o wan -p udp " + OPENS + " --trigger-relate udp:113",
                         *self.in_rule))


def flow(side, number, count):
    """Packets of one flow of this owner; each side has ports of its own."""
    sport = 10000 + 1000 * SIDES.index(side) + number
    return Packets(count, owner(number), str(sport), PEER, str(TRIGGER_PORT))


def establish(network, packets):
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


def together(network, owners):
    """What a packet takes while both CPUs send, each for one of these owners."""
    before = received()
    running = []
    for cpu, (side, number) in enumerate(zip(SIDES, owners)):
        argv = network.command(flow(side, number, COUNT))
        with network.sides[side]:
            running.append(subprocess.Popen(["taskset", "-c", str(cpu), *argv],
                                            stdout=subprocess.PIPE, universal_newlines=True))
    outputs = [process.communicate()[0] for process in running]
    assert not any(process.returncode for process in running)
    moved = [after - was for was, after in zip(before, received())]
    assert min(moved[:2]) > COUNT // 2, "not both CPUs worked: %s" % moved
    # The one may have begun earlier, and ended earlier: the middle is common to both.
    middle = [[int(word) for word in text.split()][COUNT // 4:-COUNT // 4] for text in outputs]
    return statistics.mean(statistics.median(each) for each in middle)


def main():
    backend = sys.argv[1]
    assert os.cpu_count() == 2, "this needs two CPUs"
    subprocess.run(["modprobe", "-a", "xt_TRIGGER", "nf_conntrack"], check=True)
    network = Network()
    network.add_side("lan2")
    setup = Both(network, backend)
    setup.load(0)
    network.forget()
    for side in SIDES:
        for number in (0, 1):
            establish(network, flow(side, number, 1))
    ratios = []
    for _ in range(ROUNDS):
        same = together(network, (0, 0))
        different = together(network, (0, 1))
        ratios.append(same / different)
        print("same %.0f different %.0f ratio %.3f" % (same, different, ratios[-1]))
    found = {"ratio": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)}
    os.makedirs("out", exist_ok=True)
    with open("out/parallel.json", "w") as file:
        json.dump(found, file)


main()
