# SPDX-License-Identifier: GPL-2.0
"""`xt-trigger rules apply` and `remove`: what becomes of the file, and of everything else."""

import subprocess
import zlib

import pytest

from router import BASE_FILTER
from rulesfile import CHAINS, ENDS, IN, IRC, P2P

JUMP = "-A %s -m comment --comment xt-trigger -j %s"
HOOKS = {"nat": "PREROUTING", "filter": "FORWARD", "mangle": "POSTROUTING"}

OUT_IRC = ("-A XT_TRIGGER_OUT -i br-lan -o wan -m comment --comment irc -j TRIGGER"
           " --trigger-type out --trigger-match tcp:6660-6669 --trigger-relate tcp:113"
           " --trigger-session --trigger-peer host")


def test_a_port_trigger_works(router, rules, lan1, wan):
    """One section, and the port opens and closes, on IPv4 by `dnat`, on IPv6 without."""
    rules.apply(ENDS, IRC)
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    irc = lan1.connect("tcp:6667", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None


def test_the_chains(rules):
    """Each chain has what the file says, and one jump; IPv6 without NAT has no `dnat`."""
    rules.apply(ENDS, IRC)
    for family in (4, 6):
        assert rules.chain("mangle", family) == [OUT_IRC]
        assert rules.chain("filter", family) == IN
        for table in ("mangle", "filter"):
            jumps = [line for line in rules.hook(table, HOOKS[table], family)
                     if CHAINS[table] in line]
            assert jumps == [JUMP % (HOOKS[table], CHAINS[table])]
    assert rules.chain("nat") == ["-A XT_TRIGGER_DNAT -i wan -j TRIGGER --trigger-type dnat"]
    assert rules.chain("nat", 6) is None


# Every key that becomes an option or a match, and what of it differs on paper and in iptables.
KEYS = [
    "Port=7,udp:8-9,all:10,tcp:11:12\nOpen=1,sctp:2-3,tcp:4,udp:4",
    "Port=any\nOpen=2",
    "Port=any\nProtocol=sctp\nOpen=sctp:2",
    "Port=7\nProtocol=all\nOpen=2\nTimeout=5\nLifetime=31536000\nRefresh=both\nMax=65535",
    "Port=7\nOpen=2\nTimeout=600\nSession=yes\nPeer=host\nOwner=last\nName=w.1-x_y",
    "Port=7\nOpen=2\nTimeout=none\nSession=yes\nSource=192.168.1.10,10.0.0.0/8,2001:DB8::/32,::1",
    "Port=7\nOpen=2\nInterface=br-lan,lan+\nOutInterface=w+,ppp0.7\nNAT=any",
]


@pytest.mark.parametrize("keys", KEYS, ids=range(len(KEYS)))
def test_rules_are_written_as_iptables_saves_them(router, rules, keys):
    """So `list` knows them, and a second apply has nothing to do: counters go on."""
    rules.apply(ENDS, "[Trigger a.B_c-1]\n", keys, "\n")
    trigger = rules.trigger("a.B_c-1")
    assert trigger["applied"]
    lines = {family: rules.chain("mangle", family) for family in (4, 6)}
    options = {"ipv%d" % family: line.split(" -j TRIGGER ", 1)[1]
               for family in (4, 6) for line in lines[family] or ()}
    assert trigger["rule"] == ["%08x" % zlib.crc32(("%s %s" % pair).encode())
                               for pair in sorted(options.items())]
    rules.watch()
    rules.apply()
    assert rules.calls() == []


def test_apply_again_keeps_what_is_open(router, rules, lan1, wan):
    """Neither the same file nor one with another section more closes anything."""
    rules.apply(ENDS, IRC)
    lan1.connect("tcp:6667")
    opened = router.trigger()
    for parts in ((ENDS, IRC), (ENDS, P2P, IRC), (ENDS, "Mark=0x200\n", IRC)):
        rules.apply(*parts)
        assert router.trigger()._replace(age=0, expires=0) == opened._replace(age=0, expires=0)
        assert wan.who_answers("tcp:113") == lan1.ip
        opened = router.trigger()


def test_the_order_of_the_tables(rules):
    """`out` is last to come, in each family."""
    rules.watch()
    rules.apply(ENDS, "NAT=any\n", IRC)
    expected = ["%stables-restore %s --noflush -w" % (ip, table)
                for table in ("nat", "filter", "mangle") for ip in ("ip", "ip6")]
    assert rules.calls() == expected


STEPS = ["iptables-restore nat", "ip6tables-restore nat", "iptables-restore filter",
         "ip6tables-restore filter", "iptables-restore mangle", "ip6tables-restore mangle"]


@pytest.mark.parametrize("before", ["", ENDS + P2P], ids=["none", "other"])
@pytest.mark.parametrize("failing", STEPS)
def test_what_fails_is_undone(rules, failing, before):
    """Whichever table fails, the rules are as they were, and that is said."""
    if before:
        rules.apply(before)
    saved = [rules.saved(family) for family in (4, 6)]
    rules.write(ENDS, "NAT=any\nMark=0x200\nShadow=yes\n", IRC)
    rules.watch(failing)
    program, table = failing.split()
    assert rules.fails("apply") == [
        "%s, table %s: %s: %s is not what it was" % (program, table, program, table),
        "the rules are as they were"]
    calls = [" ".join(call.split()[:2]) for call in rules.calls()]
    done = STEPS[:STEPS.index(failing)]
    assert calls == done + [failing] + done[::-1]
    assert without_empty_tables(saved) == without_empty_tables(
        [rules.saved(family) for family in (4, 6)])


def without_empty_tables(texts):
    """Reading a table can make it: what has no rule and no chain of its own is nothing."""
    kept = []
    for text in texts:
        kept += [table for table in text.split("COMMIT\n")
                 if any(line.startswith("-A") or line.endswith("- ")
                        for line in table.splitlines())]
    return kept


def test_remove_leaves_the_rest(router, rules, lan1):
    """Other people's rules are what they were before, in every table."""
    router.load("-N XT_TRIGGER_OTHER", "-A FORWARD -j XT_TRIGGER_OTHER",
                "-t nat -A PREROUTING -i wan -p tcp --dport 80 -j DNAT --to-destination %s"
                % lan1.ip,
                "-t mangle -A FORWARD -i wan -j MARK --set-xmark 0x7/0x7")
    router.load6()
    before = [rules.saved(family) for family in (4, 6)]
    rules.apply(ENDS, IRC, P2P)
    assert [rules.saved(family) for family in (4, 6)] != before
    rules.done("remove")
    assert [rules.saved(family) for family in (4, 6)] == before
    # Nothing to remove is no error, and without the file neither.
    rules.remove()
    assert rules.done("remove") == ""
    assert [rules.saved(family) for family in (4, 6)] == before


def test_disabled_sections_have_no_rules(router, rules, lan1, wan):
    before = [rules.saved(family) for family in (4, 6)]
    rules.apply(ENDS, IRC, "Enable=no\n")
    assert [rules.saved(family) for family in (4, 6)] == before
    rules.apply(ENDS, IRC)
    rules.apply(ENDS, IRC, "Enable=no\n")
    assert [rules.saved(family) for family in (4, 6)] == before


def test_families(rules):
    """A family that no section names has no chain, and loses those that it had."""
    rules.apply(ENDS, IRC)
    rules.apply(ENDS, "Family=ipv4\n", IRC)
    assert rules.chain("mangle") == [OUT_IRC]
    assert [rules.chain(table, 6) for table in CHAINS] == [None] * 3
    rules.apply(ENDS, IRC, "Family=ipv6\n")
    assert rules.chain("mangle", 6) == [OUT_IRC]
    assert [rules.chain(table) for table in CHAINS] == [None] * 3


# --- jumps that the administrator has placed

PLACED = "-A FORWARD -i wan -j XT_TRIGGER_IN"


def test_a_jump_that_is_there_is_enough(router, rules, lan1, wan):
    """It stays where it was placed; removing leaves it, and an empty chain."""
    router.load("-N XT_TRIGGER_IN", "-A FORWARD -i wan -p udp -j ACCEPT", PLACED)
    rules.apply(ENDS, "Family=ipv4\n", IRC)
    jumps = [line for line in rules.hook("filter", "FORWARD") if "XT_TRIGGER_IN" in line]
    assert jumps == [PLACED]
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    rules.done("remove")
    assert PLACED in rules.hook("filter", "FORWARD")
    assert rules.chain("filter") == []
    rules.apply()
    assert rules.chain("filter") == IN


def test_a_jump_in_another_chain_is_enough(router, rules):
    """ufw and others have chains of their own for what comes first."""
    router.load("-N XT_TRIGGER_IN", "-N before-forward", "-A FORWARD -j before-forward",
                "-A before-forward -g XT_TRIGGER_IN")
    rules.apply(ENDS, "Family=ipv4\n", IRC)
    assert not [line for line in rules.hook("filter", "FORWARD") if "XT_TRIGGER_IN" in line]


def test_ours_makes_way_for_theirs(router, rules):
    """Who places a jump later does not have two; who takes it away again has ours."""
    rules.apply(ENDS, "Family=ipv4\n", IRC)
    router.iptables(PLACED)
    rules.apply()
    assert [line for line in rules.hook("filter", "FORWARD")
            if "XT_TRIGGER_IN" in line] == [PLACED]
    router.iptables(PLACED.replace("-A", "-D"))
    rules.apply()
    assert rules.hook("filter", "FORWARD")[1] == JUMP % ("FORWARD", "XT_TRIGGER_IN")


def test_a_jump_that_was_saved_twice(router, rules):
    """As after `iptables-restore --noflush` of rules that had been saved: one stays."""
    rules.apply(ENDS, "Family=ipv4\n", IRC)
    for table, chain in CHAINS.items():
        router.iptables("-t %s %s" % (table, JUMP % (HOOKS[table], chain)))
    rules.apply()
    for table, chain in CHAINS.items():
        assert len([line for line in rules.hook(table, HOOKS[table]) if chain in line]) == 1


# --- where the rules stand

def test_static_forwards_come_first(router, rules, lan1, lan2, wan):
    """A forward that names the port keeps it, though it was there before ours."""
    router.load("-t nat -A PREROUTING -i wan -p tcp --dport 113 -j DNAT --to-destination %s"
                % lan2.ip, "-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT")
    rules.apply(ENDS, IRC)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan2.ip


def test_what_is_rejected_opens_nothing(router, rules, lan1, lan2, wan):
    """`out` stands behind every filter: a host that may not talk opens no port."""
    router.load(base=("-A FORWARD -i br-lan -s %s -p tcp -j REJECT --reject-with tcp-reset"
                      % lan2.ip,) + BASE_FILTER)
    rules.apply(ENDS, IRC)
    assert lan2.who_answers("tcp:6667") is None
    assert router.triggers() == []
    lan1.connect("tcp:6667")
    assert router.owners() == [lan1.ip]


def test_interfaces_and_sources(router, rules, lan1, lan2, wan):
    """Only the host that Source names opens, and only what leaves by OutInterface."""
    rules.apply(ENDS, IRC, "Source=%s\n" % lan2.ip, P2P, "OutInterface=wan2\n")
    lan1.connect("tcp:6667")
    lan1.send("udp:6969")
    lan2.connect("tcp:6667")
    assert router.owners() == [lan2.ip]


def test_the_mark_of_in(router, rules, lan1, wan):
    """A native chain behind ours lets in what only `in` has accepted, by its mark."""
    def native(rule):
        router.nft("""table inet firewall
delete table inet firewall
table inet firewall {
    chain forward {
        type filter hook forward priority filter + 1; policy drop;
        ct state established,related accept
        iifname "br-lan" accept
        %s
        reject
    }
}
""" % rule)

    router.load6(base=())
    router.ip6tables("-P FORWARD ACCEPT")
    rules.apply(ENDS, IRC)
    irc = lan1.connect("tcp:6667", dst=wan.ip6)
    try:
        native("")
        assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
        native('iifname "wan" meta mark & 0x100 == 0x100 accept')
        assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
        assert wan.who_answers("tcp:112", dst=lan1.ip6) is None
    finally:
        router.run("/usr/sbin/nft", "delete", "table", "inet", "firewall")
    irc.close()


# --- what can be missing

def test_a_faulty_file_changes_nothing(router, rules):
    """Each error has its file and line; what was applied stays."""
    rules.apply(ENDS, IRC)
    before = [rules.saved(family) for family in (4, 6)]
    rules.write(ENDS, IRC, "Max=0\n")
    rules.write("[Trigger y]\nPort=1\n", path="/etc/xt-trigger.conf.d/10-y.conf")
    assert rules.fails("apply") == [
        "/etc/xt-trigger.conf:10: [Trigger irc] Max=0: must be a number from 1 to 65535, or"
        " unlimited",
        "/etc/xt-trigger.conf.d/10-y.conf:1: [Trigger y] Open=: is missing: what opens"]
    assert [rules.saved(family) for family in (4, 6)] == before


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_can_write(rules, mode):
    rules.write(ENDS, IRC, mode=mode)
    assert rules.fails("apply") == [
        "/etc/xt-trigger.conf: can be written by others than its owner (chmod go-w)"]


def test_no_file(rules):
    rules.remove()
    for verb in ("apply", "check"):
        assert rules.fails(verb) == ["/etc/xt-trigger.conf: No such file or directory"]


def test_no_module(router, rules, unloadable):
    """The firewall stands as it was, and a sentence says what is missing."""
    rules.write(ENDS, IRC)
    before = [rules.saved(family) for family in (4, 6)]
    said = rules.fails("apply")
    assert said[0].startswith("iptables-restore, table nat: ")
    assert said[1].startswith("the kernel module xt_TRIGGER cannot be loaded: modprobe: ")
    assert said[2:] == ["the rules are as they were"]
    assert without_empty_tables([rules.saved(family) for family in (4, 6)]) == \
        without_empty_tables(before)


@pytest.mark.parametrize("program", ["iptables-save", "ip6tables-save", "iptables-restore",
                                     "ip6tables-restore"])
def test_no_iptables(rules, hidden, program):
    rules.write(ENDS, IRC)
    hidden("/usr/sbin/" + program)
    assert any(line.startswith(program) and
               line.endswith(": there is no such program (package iptables)")
               for line in rules.fails("apply"))
    # Nobody needs what no section asks for.
    if program.startswith("ip6"):
        rules.apply(ENDS, "Family=ipv4\n", IRC)


def test_not_root(router, rules):
    """Whoever may not change rules is told so."""
    rules.write(ENDS, IRC)
    with router:
        done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups",
                               "/usr/sbin/xt-trigger", "rules", "apply"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "xt-trigger: /run/xt-trigger.lock: Permission denied\n"


def test_two_at_the_same_time(router, rules):
    """As a front end's hook and a reload of the service: each jump is there once."""
    rules.write(ENDS, IRC)
    with router:
        both = [subprocess.Popen(["/usr/sbin/xt-trigger", "rules", "apply"]) for _ in range(4)]
    assert [each.wait() for each in both] == [0] * 4
    for table, chain in CHAINS.items():
        assert rules.hook(table, HOOKS[table]).count(JUMP % (HOOKS[table], chain)) == 1


def test_the_usage(rules):
    for arguments in (["apply", "now"], ["flush"], ["apply", "--json"], ["--nonsense"]):
        assert rules.run(*arguments).status == 2
    assert rules.done("--help").startswith("Usage: xt-trigger rules ")


def test_another_file(rules):
    """--file reads that one, and the files of its own directory."""
    rules.write(ENDS, path="/tmp/other.conf")
    rules.write(IRC, path="/tmp/other.conf.d/a.conf")
    out = rules.done("list", "--file", "/tmp/other.conf")
    assert out.splitlines()[1].split()[0] == "irc"
