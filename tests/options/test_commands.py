# SPDX-License-Identifier: GPL-2.0
"""The target in each iptables command that takes or prints a rule."""

import shlex

import pytest
from rulefile import ACCEPTED

OUT = ("-j TRIGGER --trigger-type out --trigger-name games --trigger-match 6667,7000-7010"
       " --trigger-relate tcp:113,udp:99-120 --trigger-timeout 30 --trigger-lifetime 90"
       " --trigger-refresh both --trigger-session --trigger-peer host --trigger-owner last"
       " --trigger-max 9")
DNAT = "-j TRIGGER --trigger-type dnat --trigger-name games --trigger-shadow"
IN = "-j TRIGGER --trigger-type in --trigger-name games"

RULES = [("filter", "FORWARD", OUT), ("nat", "PREROUTING", DNAT), ("filter", "FORWARD", IN)]
BY_TYPE = pytest.mark.parametrize("table,chain,rule", RULES, ids=["out", "dnat", "in"])

OPTIONS = ("type", "name", "relate", "proto", "rproto", "match", "mproto", "timeout",
           "lifetime", "refresh", "session", "peer", "owner", "max", "shadow")

RAW_WARNING = ("--trigger-type out does nothing in the raw table, where no packet has a"
               " connection yet")

# OUT with one option changed or left out
NEAR_MISSES = {
    "name": ("--trigger-name games", "--trigger-name gamer"),
    "name left out": ("--trigger-name games", ""),
    "match": ("7000-7010", "7000-7011"),
    "match item": ("6667,7000", "7000"),
    "match order": ("6667,7000-7010", "7000-7010,6667"),
    "match protocol": ("6667,", "tcp:6667,"),
    "match protocol all": ("6667,", "all:6667,"),
    "match left out": ("--trigger-match 6667,7000-7010", ""),
    "relate": ("tcp:113", "tcp:114"),
    "relate item": (",udp:99-120", ""),
    "relate order": ("tcp:113,udp:99-120", "udp:99-120,tcp:113"),
    "protocol": ("udp:99-120", "all:200-220"),
    "timeout": ("--trigger-timeout 30", "--trigger-timeout 31"),
    "timeout left out": ("--trigger-timeout 30", ""),
    "lifetime": ("--trigger-lifetime 90", "--trigger-lifetime 91"),
    "refresh": ("--trigger-refresh both", ""),
    "session": ("--trigger-session", ""),
    "peer": ("--trigger-peer host", ""),
    "owner": ("--trigger-owner last", ""),
    "max": ("--trigger-max 9", "--trigger-max 8"),
    "max left out": ("--trigger-max 9", ""),
}


def iptables(tables, table, *words):
    return tables.done("iptables", "-t", table, *words)


@BY_TYPE
def test_append_check_and_delete(tables, table, chain, rule):
    """-A, then -C finds it; -D deletes it by its specification, then -C does not."""
    words = shlex.split(rule)
    iptables(tables, table, "-A", chain, *words)
    iptables(tables, table, "-C", chain, *words)
    assert tables.rules(table, chain) == [rule]
    iptables(tables, table, "-D", chain, *words)
    assert tables.rules(table, chain) == []
    assert tables.refused("iptables", "-t", table, "-C", chain, *words)[0] == 1
    assert tables.refused("iptables", "-t", table, "-D", chain, *words)[0] == 1


@BY_TYPE
def test_insert_and_replace(tables, table, chain, rule):
    """-I puts it in front, -R in the place of another rule."""
    iptables(tables, table, "-A", chain, "-j", "ACCEPT")
    iptables(tables, table, "-I", chain, *shlex.split(rule))
    assert tables.rules(table, chain) == [rule, "-j ACCEPT"]
    iptables(tables, table, "-R", chain, "2", *shlex.split(rule))
    assert tables.rules(table, chain) == [rule, rule]


@BY_TYPE
def test_list(tables, table, chain, rule):
    """-L, with and without -n and -v, shows the options without their prefix."""
    iptables(tables, table, "-A", chain, *shlex.split(rule))
    shown = "trigger " + rule.split(" ", 2)[2].replace("--trigger-", "")
    for options in ((), ("-n",), ("-v",), ("-n", "-v"), ("-n", "-v", "-x", "--line-numbers")):
        listing = iptables(tables, table, "-L", chain, *options).splitlines()[-1]
        assert " TRIGGER " in " " + listing and listing.endswith(shown)


def test_delete_tells_rules_apart(tables):
    """Two rules that differ in one option are two rules.

    Asked with -D, not -C: ip6tables-legacy 1.8.9 leaves the last 56 bytes of a
    target out when it checks (it takes the size of an IPv4 entry for its own).
    """
    tables.restore("*filter\n-A FORWARD %s\nCOMMIT\n" % OUT)
    deleted = []
    for change, (old, new) in NEAR_MISSES.items():
        near_miss = OUT.replace(old, new)
        assert near_miss != OUT
        if tables.tool("iptables", "-D", "FORWARD", *shlex.split(near_miss)).returncode != 1:
            deleted.append(change)
            tables.restore("*filter\n-A FORWARD %s\nCOMMIT\n" % OUT)
    assert not deleted
    assert tables.rules("filter", "FORWARD") == [OUT]


def test_delete_takes_the_right_one_of_many(tables):
    """Deleting one of several rules by specification leaves the others in order."""
    rules = list(dict.fromkeys(line.saved for line in ACCEPTED if line.table == "filter"))
    tables.restore("*filter\n%sCOMMIT\n" % "".join("-A FORWARD %s\n" % r for r in rules))
    victim = rules.pop(len(rules) // 2)
    iptables(tables, "filter", "-D", "FORWARD", *shlex.split(victim))
    assert tables.rules("filter", "FORWARD") == rules


def test_help_names_every_option(tables):
    """-j TRIGGER --help prints each option of the target, and exits with 0."""
    text = tables.done("iptables", "-j", "TRIGGER", "--help")
    ours = text.split("TRIGGER target options")[1]
    missing = [name for name in OPTIONS if "--trigger-" + name not in ours]
    assert not missing


def test_restore_refuses_a_bad_rule_and_loads_nothing(tables):
    """iptables-restore says the same, ends with 2, and keeps the ruleset as it was."""
    tables.restore("*filter\n-A FORWARD %s\nCOMMIT\n" % IN)
    before = tables.save()
    status, message = tables.refused(
        "iptables-restore",
        stdin="*filter\n-A FORWARD %s\n"
              "-A FORWARD -j TRIGGER --trigger-type out --trigger-relate tcp:0\nCOMMIT\n" % OUT)
    assert status == 2
    assert '--trigger-relate "tcp:0": ports go from 1 to 65535' in message
    assert tables.save() == before


@pytest.mark.parametrize("command,warned", [
    ("-t raw -A PREROUTING %s", True),
    ("-t raw -A OUTPUT %s", True),
    ("--table raw -A PREROUTING %s", True),
    ("--table=raw -A PREROUTING %s", True),
    ("-traw -A PREROUTING %s", True),
    ("--tab raw -A PREROUTING %s", True),
    ("-A PREROUTING %s -t raw", True),
    ("-t raw -A pt %s", True),
    ("-t mangle -A PREROUTING %s", False),
    ("--table=mangle -A PREROUTING %s -m comment --comment raw", False),
    ("-t nat -A PREROUTING %s", False),
    ("-A FORWARD %s", False),
])
def test_out_in_the_raw_table_is_warned_of(tables, command, warned):
    """It loads there, and can never do anything."""
    tables.done("iptables", "-t", "raw", "-N", "pt")
    rule = "-j TRIGGER --trigger-type out --trigger-relate tcp:113"
    try:
        result = tables.tool("iptables", *shlex.split(command % rule))
        assert result.returncode == 0
        assert "TRIGGER: warning: " + RAW_WARNING in result.stderr or not warned
        assert result.stderr.count("TRIGGER: ") == warned
        assert tables.save().count(rule) == 1
    finally:
        tables.done("iptables", "-t", "mangle", "-F")


def test_warnings_of_the_raw_table_in_a_file(tables):
    """iptables-restore warns of the rules of that table, and of no others."""
    rules = "-A PREROUTING -j TRIGGER --trigger-type out --trigger-relate tcp:113\nCOMMIT\n"
    said = tables.restore("*nat\n" + rules + "*raw\n" + rules + "*nat\n" + rules)
    assert said == "TRIGGER: warning: " + RAW_WARNING + "\n"


def test_equal_rules_in_user_chains(tables):
    """A target in a user chain, reached by a jump, saves and restores too."""
    tables.restore("*filter\n:pt - [0:0]\n-A FORWARD -j pt\n-A pt %s\n-A pt %s\nCOMMIT\n"
                   % (OUT, OUT))
    saved = tables.save()
    tables.clear()
    tables.restore(saved)
    assert tables.save() == saved
    assert tables.rules("filter", "pt") == [OUT, OUT]
