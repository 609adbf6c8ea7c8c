# SPDX-License-Identifier: GPL-2.0
"""The host's part of the benchmark: the tables, and what the plot is drawn from.

usage: report.py DIR PAGE: DIR holds legacy.json, nft.json, parallel.json and release, and gets
results.md and plot-CASE.dat; PAGE (docs/cost.md) gets the short table.
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
    "static, accepted": "a static DNAT rule, and one that accepts in FORWARD",
    "ours": "**ours**",
    "ours, shadow": "**ours**, `--trigger-shadow`",
    "ours, dnat alone, shadow": "**ours**, the same without the `in` rule",
    "ours, contested": "**ours**, 10,000 owners of one port",
    "ours, wide": "**ours**, beside wide ranges",
    "nft static": "nft: one static DNAT rule",
}
PLOTTED = ("ours", "ours, shadow", "static", "match", "xt_recent", "ipset", "nft map",
           "nft range")
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
        """The costs that there are for this: none, at the one N it has, or at each."""
        found = {n: self.over(backend, setup, n, case, base) for n in SIZES}
        found = {n: cost for n, cost in found.items() if cost is not None}
        assert len(found) in (0, 1, len(SIZES)), "%s, %s: measured with N = %s alone" % (
            setup, case, list(found))
        return found


def number(value):
    return "—" if value is None else "{:,.0f}".format(value)


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
    names = list(dict.fromkeys(what for backend in BACKENDS
                               for what, _, _ in results.extras[backend]))
    values = {backend: {what: "%s %s" % (number(value), unit) for what, value, unit in found}
              for backend, found in results.extras.items()}
    for name in names:
        lines.append("| %s | %s | %s |" % (name, values["legacy"].get(name, number(None)),
                                           values["nft"].get(name, number(None))))
    return lines


def markdown(results, parallel, release):
    lines = [
        "# What a packet costs",
        "",
        "Instructions of the kernel for one packet, the rules' matches included, with N active",
        "triggers (or N entries of what takes their place), as the difference to the same packet",
        "without the rules. `make bench` writes this page; [README.md](README.md) says how.",
        "",
        "A dash: what the row is about has no N, or this one N alone; at the end of the page:",
        "the backend makes no difference to it, and it was measured with the other one.",
        "",
        "Kernel %s, %s." % (release, time.strftime("%Y-%m-%d")),
        "",
        "![cost over N](cost.svg)",
    ]
    for case, base, title in CASES:
        lines += ["", "## %s, %s" % (title, OVER[base]), ""] + table(results, case, base)
    lines += ["", "## What does not depend on N", ""] + extras(results)
    for case, text in PARALLEL:
        found = parallel[case]
        lines += ["", "%s (%.3f is the median of %d pairs of turns; half of them lie between "
                  "%.3f and %.3f)." % (text % found["ratio"], found["ratio"], found["pairs"],
                                       found["low"], found["high"])]
    return "\n".join(lines) + "\n"


def plot_data(results, case, base):
    """A block for gnuplot for each line, its title first; all of them, for the colours."""
    blocks = []
    for setup in PLOTTED:
        backend = "nft" if setup.startswith("nft ") else "legacy"
        found = results.series(backend, setup, case, base)
        if list(found) == [1]:
            found = {n: found[1] for n in SIZES}     # it has no N
        points = ["%d %d" % (n, found[n]) if n in found else "%d NaN" % n for n in SIZES]
        blocks.append("\n".join(['"%s"' % setup] + points) + "\n")
    return "\n\n".join(blocks)


PARALLEL = (
    ("refresh", "Two CPUs that refresh the same active trigger take %.3f of the time of two that "
     "refresh different ones"),
    ("open", "An opening, while another CPU opens with each packet, too, takes %.3f of the time of "
     "one beside packets that trigger nothing"),
)
# The columns of the short table: setup, backend, heading.
COLUMNS = (
    ("ours", "legacy", "**ours**"),
    ("ours, shadow", "legacy", "**ours**, `--trigger-shadow`"),
    ("static, accepted", "legacy", "static DNAT and accept"),
    ("xt_recent", "legacy", "xt_recent"),
    ("ipset", "legacy", "ipset"),
    ("nft map", "nft", "nft map"),
    ("nft range", "nft", "nft range"),
)
# What a lab once measured of the module of 2003, which no kernel of today runs.
OF_2003 = {"refresh": "724 / 70,748", "hit": "263 / 180,260", "miss": "201 / 100,249"}


def short_table(results, release):
    """The section of docs/cost.md between its two marks."""
    lines = ["Instructions that the rules add to a packet, with 1 / with 100,000 active triggers "
             "(kernel %s, %s):" % (release, time.strftime("%Y-%m-%d")), "",
             "| | " + " | ".join(heading for _, _, heading in COLUMNS) + " | 2003 |",
             "|---" * (len(COLUMNS) + 2) + "|"]
    for case, base, title in CASES:
        if case == "hit oldest":
            continue
        cells = [title.split(") ")[1].split(":")[0] + ", " + OVER[base]]
        for setup, backend, _ in COLUMNS:
            found = list(results.series(backend, setup, case, base).values())
            cells.append(number(found[0]) if len(found) == 1 else
                         number(found[0]) + " / " + number(found[-1]))
        lines.append("| " + " | ".join(cells + [OF_2003.get(case, number(None))]) + " |")
    return "\n".join(lines) + "\n"


def replace_section(path, text):
    start, end = "<!-- make bench writes from here -->\n", "<!-- to here -->\n"
    with open(path) as file:
        before, rest = file.read().split(start)
    with open(path, "w") as file:
        file.write(before + start + text + end + rest.split(end)[1])


def main():
    directory, page = sys.argv[1:]
    results = Results(directory)
    with open(directory + "/parallel.json") as file:
        parallel = json.load(file)
    with open(directory + "/release") as file:
        release = file.read().strip()
    with open(directory + "/results.md", "w") as file:
        file.write(markdown(results, parallel, release))
    replace_section(page, short_table(results, release))
    for case, base, _ in CASES:
        with open(os.path.join(directory, "plot-%s.dat" % case), "w") as file:
            file.write(plot_data(results, case, base))


main()
