# SPDX-License-Identifier: GPL-2.0
"""`xt-trigger rules print`, and a text on stdin in place of the main file."""

import re

from rulesfile import CHAINS, CONF, ENDS, IRC, P2P
from tool import jq

TEXT = ENDS + "NAT=any\n" + IRC + P2P


def printed(text):
    """{family: {table: [rule]}} of what it prints."""
    families = dict(zip((4, 6), re.split(r"^# ip6tables\n", text, flags=re.MULTILINE)))
    return {family: {table: re.findall(r"^-A %s .*" % chain, part, re.MULTILINE)
                     for table, chain in CHAINS.items()} for family, part in families.items()}


def test_print_is_what_apply_makes(rules):
    rules.write(TEXT)
    before = [rules.saved(family) for family in (4, 6)]
    text = rules.done("print")
    assert [rules.saved(family) for family in (4, 6)] == before
    rules.apply()
    made = {family: {table: rules.chain(table, family) for table in CHAINS} for family in (4, 6)}
    assert all(made[family][table] for family in (4, 6) for table in CHAINS)
    assert printed(text) == made


def test_iptables_restore_takes_it(router, rules):
    rules.write(TEXT)
    parts = re.split(r"^# ip6tables\n", rules.done("print"), flags=re.MULTILINE)
    for family, part in zip((4, 6), parts):
        router.run(router.tool("iptables-restore", family), "--noflush", stdin=part)
    assert rules.chain("filter") and rules.chain("filter", 6)


def test_print_of_a_faulty_file(rules):
    rules.write(ENDS, IRC, "Lifetime=1 day\n")
    assert rules.fails("print") == [
        "%s:10: [Trigger irc] Lifetime=1 day: must be a number from 1 to 31536000, or unlimited"
        % CONF]


def test_a_text_on_stdin(rules):
    """In place of the main file, beside the others."""
    rules.write("this is no configuration\n")
    rules.write(P2P, path=CONF + ".d/p2p.conf")
    done = rules.tool.run("rules", "check", "--json", "--file", "-", stdin=ENDS + IRC)
    assert (done.status, jq(".errors", done.out)) == (0, [])
    done = rules.tool.run("rules", "check", "--json", "--file", "-", stdin=ENDS + IRC + P2P)
    assert done.status == 1
    assert [(each["file"], each["section"]) for each in jq(".errors", done.out)] == [
        (CONF + ".d/p2p.conf", "[Trigger p2p]")]
    text = rules.tool.done("rules", "print", "--file", "-", stdin=ENDS + IRC)
    assert "--comment irc" in text and "--comment p2p" in text


def test_what_reads_no_stdin(rules):
    for verb in ("apply", "list"):
        done = rules.run(verb, "--file", "-")
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("xt-trigger: %s reads no stdin\n" % verb)
