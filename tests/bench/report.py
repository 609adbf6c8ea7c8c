# SPDX-License-Identifier: GPL-2.0-only
"""The host's part of the benchmark: the tables, and what the plot is drawn from.

usage: report.py DIR, which holds legacy.json, nft.json, parallel.json and release,
and gets results.md and plot-CASE.dat
"""

import json
import os
import sys
import time

SIZES = (1, 10, 100, 1000, 10000, 100000)
CASES = (
    ("refresh", "none", "(i) An outbound packet of a known flow, which refreshes"),
    ("hit", "static", "(ii) A new inbound connection that is let in: each port in turn"),
    ("hit oldest", "static", "(ii) The same, to the oldest port"),
    ("miss", "none", "(iii) A new inbound connection to a port that is not open"),
    ("known", "none", "(iv) An inbound packet of a known flow"),
)
OVER = {"none": "over no rule", "static": "over one static DNAT rule"}
TITLES = {
    "match": "the rules' matches alone",
    "static": "one static DNAT rule",
    "ours": "**ours**",
    "ours, shadow": "**ours**, `--trigger-shadow`",
    "ours, dnat alone, shadow": "**ours**, the same without the `in` rule",
    "ours, contested": "**ours**, 10,000 owners of one port",
    "ours, wide": "**ours**, beside wide ranges",
    "nft static": "nft: one static DNAT rule",
}
PLOTTED = ("ours", "ours, shadow", "static", "match", "xt_recent", "ipset", "nft map", "nft range")
BACKENDS = ("legacy", "nft")


class Results:
    def __init__(self, directory):
        self.extras = {}
        self._costs = {}
        self.setups = {}
        for backend in BACKENDS:
            with open("%s/%s.json" % (directory, backend)) as file:
                found = json.load(file)
            self.extras[backend] = found["extras"]
            self.setups[backend] = []
            for setup, n, case, cost, _ in found["rows"]:
                self._costs[backend, setup, n, case] = cost
                if setup not in self.setups[backend]:
                    self.setups[backend].append(setup)

    def over(self, backend, setup, n, case, base):
        """Instructions of a packet over what it costs with the base; None: not measured."""
        native = setup.startswith("nft ")
        less = self._costs.get((backend, "nft " + base if native else base, 1, case))
        cost = self._costs.get((backend, setup, n, case))
        if cost is None or less is None or setup in (base, "nft " + base):
            return None
        return cost - less

    def series(self, backend, setup, case, base):
        found = {n: self.over(backend, setup, n, case, base) for n in SIZES}
        return {n: cost for n, cost in found.items() if cost is not None}


def number(value):
    return "" if value is None else "{:,.0f}".format(value)


def table(results, case, base):
    lines = ["| N = | " + " | ".join(number(n) for n in SIZES) + " |",
             "|---" * (len(SIZES) + 1) + "|"]
    for backend in BACKENDS:
        for setup in results.setups[backend]:
            found = results.series(backend, setup, case, base)
            if not found or list(found) == [1] and set(found.values()) == {0}:
                continue
            title = TITLES.get(setup, setup)
            if not setup.startswith("nft "):
                title += " (iptables-%s)" % backend
            lines.append("| %s | %s |" % (title, " | ".join(
                number(found.get(n)) for n in SIZES)))
    return lines


def extras(results):
    lines = ["| | iptables-legacy | iptables-nft |", "|---|---|---|"]
    names = [what for what, _, _ in results.extras["legacy"]]
    values = {backend: {what: "%s %s" % (number(value), unit) for what, value, unit in found}
              for backend, found in results.extras.items()}
    for name in names:
        lines.append("| %s | %s | %s |" % (name, values["legacy"][name],
                                           values["nft"].get(name, "")))
    return lines


def markdown(results, parallel, release):
    lines = [
        "# What a packet costs",
        "",
        "Instructions of the kernel for one packet, the rules' matches included, with N active",
        "triggers (or N entries of what takes their place), as the difference to the same packet",
        "without the rules. `make bench` writes this page; [README.md](README.md) says how.",
        "",
        "Kernel %s, %s." % (release, time.strftime("%Y-%m-%d")),
        "",
        "![cost over N](cost.svg)",
    ]
    for case, base, title in CASES:
        lines += ["", "## %s, %s" % (title, OVER[base]), ""] + table(results, case, base)
    lines += ["", "## What does not depend on N", ""] + extras(results)
    lines += ["",
              "Two CPUs that refresh the same active trigger take %.3f of the time of two that "
              "refresh different ones (median; %.3f to %.3f)."
              % (parallel["ratio"], parallel["lowest"], parallel["highest"])]
    return "\n".join(lines) + "\n"


def plot_data(results, case, base):
    """Blocks for gnuplot, one for each line, with its title in front."""
    blocks = []
    for backend in BACKENDS:
        for setup in results.setups[backend]:
            if setup not in PLOTTED or backend == "nft" and not setup.startswith("nft "):
                continue
            found = results.series(backend, setup, case, base)
            if list(found) == [1]:
                found = {n: found[1] for n in SIZES}     # it has no N
            if found:
                blocks.append('"%s"\n' % setup + "".join(
                    "%d %d\n" % item for item in sorted(found.items())))
    return "\n\n".join(blocks)


def main():
    directory = sys.argv[1]
    results = Results(directory)
    with open(directory + "/parallel.json") as file:
        parallel = json.load(file)
    with open(directory + "/release") as file:
        release = file.read().strip()
    with open(directory + "/results.md", "w") as file:
        file.write(markdown(results, parallel, release))
    for case, base, _ in CASES[:1] + CASES[1:2] + CASES[3:4]:
        with open(os.path.join(directory, "plot-%s.dat" % case), "w") as file:
            file.write(plot_data(results, case, base))


main()
