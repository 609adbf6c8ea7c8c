# SPDX-License-Identifier: GPL-2.0
"""The guest's part of the benchmark: runs setups through cases, writes numbers.

usage: measure.py BACKEND [--only SETUP]... [--sizes N,N...]

Each number is a line as it is there, and all of them go to out/BACKEND.json:
as "rows" [setup, N, case, instructions for each packet, number of its series of
packets], and as "extras" what extras.py yields.
"""

import argparse
import json
import os
import subprocess
import sys

sys.path[:0] = ["tests/net", "tests/tool"]

import cases            # noqa: E402
import extras           # noqa: E402
import peers            # noqa: E402
import setups           # noqa: E402
from network import Network     # noqa: E402

OURS = (setups.Iptables, setups.Match, setups.Static, setups.StaticAccepted, setups.Ours,
        setups.Shadow, setups.ShadowAlone, setups.Contested, setups.Wide)
SETUPS = {
    "legacy": OURS + (peers.Recent, peers.Ipset),
    "nft": OURS + (peers.Nft, peers.NftStatic, peers.NftMap, peers.NftRange),
}
CASES = (cases.known_flows, cases.hits, cases.misses)


class Results:
    def __init__(self):
        self.rows = []

    def add(self, setup, n, case, cost):
        """Note a number, and show it with what it is over no rule and over static."""
        self.rows.append((setup.name, n, case, cost.instructions, cost.series))
        text = "%-26s %7d  %-12s %7.0f" % (setup.name, n, case, cost.instructions)
        for base in (setup.none, setup.static):
            for name, _, of, less, _ in self.rows:
                if (name, of) == (base, case):
                    text += "  %s%+d" % (base, cost.instructions - less)
        print(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backend", choices=("legacy", "nft"))
    parser.add_argument("--only", action="append", help="of the setups with triggers; no extras")
    parser.add_argument("--sizes", default="1,10,100,1000,10000,100000")
    parser.add_argument("--extras", action="store_true", help="nothing but these")
    parser.add_argument("--symbols", action="store_true", help="keep the kernel's symbols")
    args = parser.parse_args()
    sizes = [int(word) for word in args.sizes.split(",")]
    subprocess.run(["modprobe", "-a", "xt_TRIGGER", "nf_conntrack"], check=True)
    network = Network()
    results = Results()
    for kind in () if args.extras else SETUPS[args.backend]:
        if args.only and kind.sized and kind.name not in args.only:
            continue
        setup = kind(network, args.backend)
        for n in kind.sizes or sizes if kind.sized else [1]:
            setup.load(n)
            for case in CASES:
                for name, cost in case(setup, n).items():
                    results.add(setup, n, name, cost)
        setup.unload()
    found = []
    if not args.only:
        for extra in extras.OF[args.backend]:
            for what, number, unit in extra(network, args.backend):
                print("%s: %.0f %s" % (what, number, unit))
                found.append((what, number, unit))
    os.makedirs("out", exist_ok=True)
    with open("out/%s.json" % args.backend, "w") as file:
        json.dump({"rows": results.rows, "extras": found}, file)
    if args.symbols:
        with open("/proc/kallsyms") as symbols, open("out/kallsyms", "w") as copy:
            copy.write(symbols.read())


main()
