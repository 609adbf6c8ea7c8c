# SPDX-License-Identifier: GPL-2.0
"""Every line of userspace/libxt_TRIGGER.t, on both backends and both families."""

import shlex

import pytest
from rulefile import ACCEPTED, REFUSED, groups


def batch(command, lines, rule_of):
    """Text for iptables-restore: one command for each line."""
    text = ""
    for table in dict.fromkeys(line.table for line in lines):
        text += "*%s\n" % table
        for line in lines:
            if line.table == table:
                text += "%s %s %s\n" % (command, line.chain, rule_of(line))
        text += "COMMIT\n"
    return text


class Loaded:
    """All accepted lines loaded at once, and what each command then printed.

    The nth accepted line of a table is the nth rule of its chain.
    """

    def __init__(self, tables):
        self.warnings = tables.restore(batch("-A", ACCEPTED, lambda line: line.rule))
        self.saved = tables.save()
        self.places = {}
        self.rules = {}
        self.listed = {}
        for line in ACCEPTED:
            where = line.table, line.chain
            if where not in self.rules:
                self.rules[where] = tables.rules(*where)
                text = tables.done("iptables", "-t", line.table, "-L", line.chain, "-n", "-v")
                self.listed[where] = text.splitlines()[2:]
                self.places[where] = []
            self.places[where].append(line)
        tables.clear()

    def place(self, line):
        return self.places[line.table, line.chain].index(line)

    def rule(self, line):
        return self.rules[line.table, line.chain][self.place(line)]

    def listing(self, line):
        return self.listed[line.table, line.chain][self.place(line)]


@pytest.fixture(scope="module")
def loaded(variant):
    return Loaded(variant)


def listed_options(saved):
    """What -L prints of our options, from what -S prints: one formatter makes both."""
    return saved.split("-j TRIGGER ")[1].replace("--trigger-", "")


@pytest.mark.parametrize("group", groups(ACCEPTED))
def test_accepted_rules_come_back_in_canonical_form(loaded, group):
    wrong = ["line %d: %s\n  gives    %s\n  not      %s"
             % (line.number, line.rule, loaded.rule(line), line.saved)
             for line in ACCEPTED
             if line.group == group and loaded.rule(line) != line.saved]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("group", groups(ACCEPTED))
def test_list_prints_every_option(loaded, group):
    wrong = ["line %d: %s\n  is listed as %s" % (line.number, line.rule, loaded.listing(line))
             for line in ACCEPTED
             if line.group == group
             and not loaded.listing(line).endswith("trigger " + listed_options(line.saved))]
    assert not wrong, "\n".join(wrong)


def test_no_rule_is_lost_or_doubled(loaded):
    for where, lines in loaded.places.items():
        assert len(loaded.rules[where]) == len(lines)
        assert len(loaded.listed[where]) == len(lines)


def test_warnings(loaded):
    """The lines that have one say it, once and in their order; the others say nothing."""
    assert loaded.warnings.splitlines() == ["TRIGGER: " + line.says
                                            for line in ACCEPTED if line.says]


def test_save_and_restore_are_byte_identical(loaded, tables):
    """Of what it has saved, the plugin warns only where the table makes no sense."""
    assert tables.restore(loaded.saved).splitlines() == ["TRIGGER: " + line.says
                                                         for line in ACCEPTED
                                                         if line.table == "raw"]
    assert tables.save() == loaded.saved


@pytest.mark.parametrize("form", ["rule", "saved"])
def test_check_finds_and_delete_removes_each_rule(loaded, tables, form):
    """By its specification as written, and as iptables-save prints it."""
    tables.restore(loaded.saved)
    tables.restore(batch("-C", ACCEPTED, lambda line: getattr(line, form)), "--noflush")
    tables.restore(batch("-D", ACCEPTED, lambda line: getattr(line, form)), "--noflush")
    assert "TRIGGER" not in tables.save()


@pytest.mark.parametrize("group", groups(REFUSED))
def test_refused_rules_say_which_option_and_why(variant, group):
    wrong = []
    for line in REFUSED:
        if line.group != group:
            continue
        result = variant.tool("iptables", "-t", line.table, "-A", line.chain,
                              *shlex.split(line.rule))
        if result.returncode != 2 or line.says not in result.stderr:
            wrong.append("line %d: %s\n  status %d, %s"
                         % (line.number, line.rule, result.returncode, result.stderr))
    assert not wrong, "\n".join(wrong)
    assert "TRIGGER" not in variant.save()
