# SPDX-License-Identifier: GPL-2.0-only
"""The README: its commands work, and its recipes are those that the tests here use."""

import os
import re
import shlex

import story
import test_firewalld
import test_ftp
import test_nftables
import test_openwrt
import test_p2p
import test_persistent
import test_sip
import test_ufw

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

with open(os.path.join(PROJECT, "README.md")) as readme:
    README = readme.read()


def commands():
    """The lines of all ```sh blocks, those that go on in the next one joined."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [" ".join(line.split()) for block in blocks
            for line in block.replace("\\\n", " ").splitlines() if line]


def test_every_rule_loads(router):
    """Each iptables and ip6tables command is taken, and saved as it was given."""
    router.load()
    router.load6()
    rules = [line for line in commands() if line.split()[0] in ("iptables", "ip6tables")]
    assert len(rules) >= 17
    for line in rules:
        tool, arguments = line.split(None, 1)
        family = 6 if tool == "ip6tables" else 4
        router.iptables(arguments, family)
        table, rule = "filter", arguments
        if arguments.startswith("-t "):
            _, table, rule = arguments.split(None, 2)
        saved = router.iptables("-t %s -S" % table, family)
        assert options(rule) in [options(line) for line in saved.splitlines()], saved


def options(rule):
    """What a rule says, in whatever order, after its -I or -A."""
    return sorted(shlex.split(rule)[1:])


def test_the_recipes_are_tested():
    """The rules of the real programs' tests stand in the README, word for word."""
    known = commands()
    for rule in (story.OUT + story.SESSION, "-t nat -I " + story.DNAT, story.IN):
        assert "iptables " + (rule if rule.startswith("-") else "-I " + rule) in known
    for recipe in (test_ftp, test_p2p, test_sip):
        assert "iptables " + recipe.RULE.replace("-A ", "-I ", 1) in known
    assert "ip6tables " + test_ftp.RULE.replace("-A ", "-I ", 1) in known
    for rule in test_nftables.MARKED:
        assert "ip6tables " + rule in known
    native = test_nftables.RULESET % (test_nftables.LET_IN_MAPPED + test_nftables.LET_IN_MARKED)
    for part in (test_ufw.NAT, test_ufw.FILTER, test_firewalld.DIRECT, native,
                 test_openwrt.CONFIG, test_openwrt.INCLUDE, test_openwrt.SCRIPT):
        assert "```\n%s\n```\n" % part.strip() in README
    for command in (test_persistent.SAVE, test_persistent.RESTORE):
        assert "`%s`" % command in README.replace("\n", " ")


def test_the_table_is_closed_and_restored(router, lan1, wan, tmp_path):
    """The commands for /proc/net/xt_trigger do what is said of them."""
    router.load(test_p2p.RULE, "-t nat -A " + story.DNAT, "-A " + story.IN)
    lan1.send(test_p2p.TRACKER)
    known = commands()
    show, close_host, close_all = [line for line in known if line.startswith(("cat ", "echo "))]
    at = [line.startswith("grep ") for line in known].index(True)
    save, restore = known[at], "\n".join(known[at + 1:at + 4])
    saved = str(tmp_path / "saved")

    def shell(script):
        return router.run("/bin/sh", "-c", script.replace("/var/lib/xt_trigger", saved))

    assert "owner=%s " % lan1.ip in shell(show)
    shell(save)
    for close in (close_host, close_all):
        shell(close)
        assert router.triggers() == []
        shell(restore)
        assert wan.who_answers("udp:7000") == lan1.ip


def test_every_source_file_has_its_line():
    """The table of files names each that there is."""
    there = {name for name in os.listdir(os.path.join(PROJECT, "kernel"))
             if name.endswith(".c") and not name.endswith(".mod.c")}
    assert set(re.findall(r"^\| `([a-z_]+\.c)` \|", README, re.MULTILINE)) == there
