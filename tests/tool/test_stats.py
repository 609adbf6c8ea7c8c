# SPDX-License-Identifier: GPL-2.0
"""xt-trigger stats: the counters, for people, programs and Prometheus."""

import re
import shutil
import subprocess

import pytest

from procfile import line, write
from router import COUNTERS, out

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")


def opened(bare):
    """A table that has counted something of all that needs no packets."""
    bare.load(TRIGGER)
    bare.set_parameter("max_triggers", 3)
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in (1, 2, 3)) + "-owner=10.0.0.2\n")
    return bare.counters()


def test_each_counter(bare_tool, bare):
    """Their names and values are the proc file's, in its order."""
    counters = opened(bare)
    assert counters["closed"] == 1 and counters["triggers"] == 2
    assert bare_tool.json("stats", "--json") == counters
    words = dict(each.split() for each in bare_tool.done("stats").splitlines())
    assert {name: int(value) for name, value in words.items()} == counters
    assert list(words) == list(counters)


def metrics(text):
    """name{label} -> value; and that the format is as Prometheus documents it."""
    values, types = {}, {}
    for each in text.splitlines():
        if each.startswith("# TYPE "):
            name, kind = each.split(" ")[2:]
            assert name not in types and kind in ("gauge", "counter")
            assert (kind == "counter") == name.endswith("_total")
            types[name] = kind
        elif not each.startswith("# HELP "):
            found = re.fullmatch(r'(([a-z_]+)(?:\{[a-z]+="[a-z]+"\})?) (\d+)', each)
            assert found and found.group(2) == list(types)[-1], each
            assert found.group(1) not in values
            values[found.group(1)] = int(found.group(3))
    return values


def test_prometheus(bare_tool, bare):
    """Each counter is one value of a metric."""
    counters = opened(bare)
    values = metrics(bare_tool.done("stats", "--prometheus"))
    assert sorted(values.values()) == sorted(counters.values())
    assert len(values) == len(counters) >= len(COUNTERS)
    for metric, counter in (("active", "triggers"), ("limit", "max"), ("opened_total", "opened"),
                            ('closed_total{reason="closed"}', "closed"),
                            ('connections_total{rule="in"}', "accepted")):
        assert values["xt_trigger_" + metric] == counters[counter]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not in this suite's root")
def test_promtool_has_nothing_to_say(bare_tool, bare):
    opened(bare)
    done = subprocess.run(["promtool", "check", "metrics"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True,
                          input=bare_tool.done("stats", "--prometheus"))
    assert (done.returncode, done.stdout) == (0, "")


def test_wrong_command_lines(bare_tool):
    assert "one of them" in bare_tool.fails(2, "stats", "--json", "--prometheus")
    assert "no arguments" in bare_tool.fails(2, "stats", "owner=10.0.0.1")
