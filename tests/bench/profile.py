# SPDX-License-Identifier: GPL-2.0
"""Instructions by function, from what count.c and measure.py have left in a directory.

usage: profile.py DIR BACKEND
"""

import bisect
import collections
import json
import sys

BASE = {"hit": "static", "hit oldest": "static"}


class Symbols:
    def __init__(self, lines):
        found = {}
        for line in lines:
            address, kind, name = line.split()[:3]
            if kind in "tTwW":
                found.setdefault(int(address, 16), name)
        self._addresses = sorted(found)
        self._names = [found[address] for address in self._addresses]

    def name(self, address):
        at = bisect.bisect_right(self._addresses, address) - 1
        return self._names[at] if at >= 0 else "?"


def read_series(path, symbols):
    """For each series of packets, how many instructions of each function ran."""
    series = []
    with open(path) as file:
        for line in file:
            if line == "series\n":
                series.append(collections.Counter())
            else:
                address, times = line.split()
                series[-1][symbols.name(int(address, 16))] += int(times)
    return series


def report(title, counts, base, packets):
    print("\n%s" % title)
    differences = {name: (counts[name] - base[name]) / packets for name in {**counts, **base}}
    total = 0
    for name, each in sorted(differences.items(), key=lambda item: -abs(item[1])):
        if abs(each) >= 0.5:
            print("  %8.1f  (%.1f in all)  %s" % (each, counts[name] / packets, name))
            total += each
    print("  %8.1f  sum" % total)


def main():
    directory, backend = sys.argv[1:]
    with open(directory + "/kallsyms") as file:
        symbols = Symbols(file)
    series = read_series(directory + "/counts", symbols)
    with open("%s/%s.json" % (directory, backend)) as file:
        rows = json.load(file)["rows"]
    place = {(setup, case): number for setup, _, case, _, number in rows}
    packets = {"refresh": 1024, "known": 1024}
    for setup, n, case, _, number in rows:
        base = BASE.get(case, "none")
        if setup != base and (base, case) in place:
            report("%s, N=%d: %s, over %s" % (setup, n, case, base), series[number],
                   series[place[base, case]], packets.get(case, 1000))


main()
