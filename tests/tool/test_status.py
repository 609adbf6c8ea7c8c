# SPDX-License-Identifier: GPL-2.0
"""xt-trigger status: each thing that is not right is told, and the remedy is one.

A test sets one fault, reads the sentence, does what the remedy says, and sees that nothing is
left to tell and that a connection arrives.
"""

import os
import re
import shlex
import subprocess
import tempfile
from contextlib import contextmanager

import pytest

from procfile import as_user
from router import BASE_FILTER, DNAT, IN, out
from tool import PROGRAM, jq

OUT = out("--trigger-match 3000 --trigger-relate tcp:113")
OUT_SESSION = OUT + " --trigger-session"
RULES = (OUT, DNAT, IN)
# What the base rules lack: the router's own services are refused to the world, aloud.
INPUT = "-A INPUT -i wan -p tcp -m conntrack --ctstate NEW -j REJECT"
NOTHING = "Nothing that xt-trigger knows of is in the way.\n"


def problems(tool):
    """What it tells, as programs see it; people see the same."""
    done = tool.run("status", "--json")
    found = jq(".", done.out)
    assert done.status == (1 if found else 0) and not done.err, done
    words = "".join("%s\n    %s\n" % (each["problem"], each["remedy"]) for each in found)
    assert tool.run("status").out == (words or NOTHING)
    return found


def problem(tool, cause):
    """The one that it tells; its sentence and its remedy."""
    found = problems(tool)
    assert [each["cause"] for each in found] == [cause], found
    return found[0]["problem"], found[0]["remedy"]


def follow(router, remedy):
    """Do what the remedy says, with the backend under test."""
    program, *arguments = shlex.split(remedy)
    if program in ("iptables", "ip6tables"):
        program = router.tool("iptables", 6 if program == "ip6tables" else 4)
    router.run(program, *arguments)


def works(lan, wan):
    """Whether what the host opens is open."""
    lan.send("udp:3000")
    return wan.who_answers("tcp:113") == lan.ip


@contextmanager
def native(router, ruleset):
    """A native ruleset of nftables beside iptables."""
    router.nft(ruleset)
    try:
        yield
    finally:
        for table in re.findall(r"^table (\S+ \S+)", ruleset, re.MULTILINE):
            router.run("/usr/sbin/nft", "delete", "table", *table.split())


def test_all_is_well(tool, router, lan1, wan):
    router.load(*RULES, INPUT)
    assert works(lan1, wan)
    assert problems(tool) == []
    assert tool.done("status") == NOTHING


def test_no_rules(tool, router):
    router.load(INPUT)
    sentence, remedy = problem(tool, "rules")
    assert "target TRIGGER" in sentence and "xt_TRIGGER(8)" in remedy


@pytest.mark.parametrize("missing,kind", [(DNAT, "dnat"), (IN, "in")])
def test_a_rule_is_missing(tool, router, lan1, wan, missing, kind):
    router.load(*(rule for rule in RULES if rule != missing), INPUT)
    assert not works(lan1, wan)
    sentence, remedy = problem(tool, "rules")
    assert "of type %s" % kind in sentence
    router.load(*(rule for rule in RULES if rule != missing), INPUT)
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_a_rule_of_another_name(tool, router):
    """Each name needs its own three."""
    router.load(*RULES, OUT + " --trigger-name irc", INPUT)
    found = problems(tool)
    assert len(found) == 2 and all("for the name irc" in each["problem"] for each in found)
    for each in found:
        follow(router, each["remedy"])
    assert problems(tool) == []


@pytest.mark.parametrize("rules,kind", [
    ((OUT, DNAT, BASE_FILTER[0], "-A FORWARD -i wan -p tcp -j REJECT",
      "-A FORWARD -i wan -j REJECT", IN), "in"),
    (("-A FORWARD -i br-lan -j ACCEPT", OUT, DNAT, IN), "out"),
    ((OUT, "-t nat -A PREROUTING -i wan -j DNAT --to-destination 192.168.1.11", DNAT, IN), "dnat"),
])
def test_the_order(tool, router, lan1, wan, rules, kind):
    """A rule in front takes all packets; put in front of it, ours works."""
    router.load(*rules, INPUT)
    assert not works(lan1, wan)
    sentence, remedy = problem(tool, "order")
    assert "of type %s" % kind in sentence and "in front" in sentence
    router.load(*rules, INPUT)
    follow(router, remedy)
    assert works(lan1, wan)


def test_a_chain_that_nothing_jumps_to(tool, router, lan1, wan):
    rules = ("-N ours", "-A ours -i br-lan -o wan -j TRIGGER --trigger-type out "
             "--trigger-match 3000 --trigger-relate tcp:113", DNAT, IN, INPUT)
    router.load(*rules)
    assert not works(lan1, wan)
    sentence, remedy = problem(tool, "order")
    assert "nothing jumps to that chain" in sentence
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_forwarding(tool, router, lan1, wan):
    router.load(*RULES, INPUT)
    router.set("net.ipv4.ip_forward", 0)
    sentence, remedy = problem(tool, "forwarding")
    assert "does not forward IPv4" in sentence
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_forwarding_of_ipv6(tool, router):
    router.load6(OUT, IN, INPUT)
    router.set("net.ipv6.conf.all.forwarding", 0)
    sentence, remedy = problem(tool, "forwarding")
    assert "does not forward IPv6" in sentence
    follow(router, remedy)
    assert problems(tool) == []


def test_established(tool, router, lan1, wan):
    rules = RULES + (INPUT,)
    router.load(*rules, base=BASE_FILTER[1:])
    sentence, remedy = problem(tool, "established")
    assert "established" in sentence
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_the_routers_own_services(tool, router, lan1, wan):
    """INPUT refuses nothing; the remedy shuts the world out, and what is opened stays reachable."""
    router.load(*RULES)
    sentence, remedy = problem(tool, "input")
    assert "INPUT refuses nothing" in sentence
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_a_native_ruleset_refuses_what_comes_to_the_router(tool, router):
    router.load(*RULES)
    with native(router, "table inet fw {\n chain input { type filter hook input priority 0; "
                        "iifname \"wan\" tcp dport 1-1000 reject\n }\n}\n"):
        assert problems(tool) == []


def test_a_flowtable(tool, router):
    """With --trigger-session there is nothing to say."""
    router.load(*RULES, INPUT)
    flowtable = ("table inet off {\n flowtable f { hook ingress priority 0; devices = { wan }; }\n"
                 "}\n")
    with native(router, flowtable):
        sentence, remedy = problem(tool, "flowtable")
        assert "refresh nothing" in sentence and "--trigger-session" in remedy
        router.load(OUT_SESSION, DNAT, IN, INPUT)
        assert problems(tool) == []


@pytest.mark.parametrize("address,why", [
    ("100.64.3.4", "100.64.0.0/10"), ("10.1.2.3", "private"), ("172.31.0.9", "private"),
    ("192.168.178.2", "private")])
def test_an_address_that_nobody_can_send_to(tool, router, address, why):
    """With a public one beside it all is well."""
    router.load(*RULES, INPUT)
    router.ip_commands("address del 198.51.100.1/24 dev wan",
                       "address add %s/24 dev wan" % address)
    try:
        sentence, _ = problem(tool, "address")
        assert address in sentence and why in sentence
    finally:
        router.ip_commands("address add 198.51.100.1/24 dev wan")
        assert problems(tool) == []
        router.ip_commands("address del %s/24 dev wan" % address)


@pytest.mark.parametrize("rule,parameter,word", [
    (OUT, "max_triggers", "table"), (OUT, "max_per_host", "LAN host"),
    (OUT + " --trigger-max 1", None, "--trigger-max")])
def test_limits(tool, router, lan1, lan2, unload, rule, parameter, word):
    """What was refused, by which limit, and where that is set; until the module is loaded anew."""
    if parameter:
        router.set_parameter(parameter, 0)
    router.load(rule, DNAT, IN, INPUT)
    for host in (lan1, lan2):
        host.connect("udp:3000")
    sentence, remedy = problem(tool, "limit")
    assert word in sentence and (parameter or "--trigger-max") in remedy
    if parameter:
        assert "/sys/module/xt_TRIGGER/parameters/" + parameter in remedy
    router.load()
    unload()
    router.load(rule, DNAT, IN, INPUT)
    assert problems(tool) == []


FRONT_END = """table inet fw {
 chain forward { type filter hook forward priority 10; policy drop;
  ct state established,related accept
  iifname "br-lan" accept
%s }
}
"""


def test_a_front_end_that_refuses_what_was_sent_on(tool, router, lan1, wan):
    """The chain accepts what `ct status dnat' says, as the remedy asks."""
    router.load(*RULES, INPUT)
    with native(router, FRONT_END % ""):
        sentence, remedy = problem(tool, "front-end")
        assert "table inet fw" in sentence and "`ct status dnat'" in remedy
    with native(router, FRONT_END % "  ct status dnat accept\n"):
        assert problems(tool) == []
        assert works(lan1, wan)


def test_a_front_end_that_refuses_ipv6(tool, router, lan1, wan):
    """A mark around `in', and a rule that accepts it."""
    mark = "-t mangle -A FORWARD -i wan -j MARK --set-xmark %s/0x100"
    router.load6(OUT, mark % "0x100", "-t mangle " + IN, mark % "0x0", IN, INPUT)
    with native(router, FRONT_END % ""):
        sentence, remedy = problem(tool, "front-end-ipv6")
        assert "IPv6" in sentence and "mark" in remedy
    with native(router, FRONT_END % '  iifname "wan" meta mark & 0x100 == 0x100 accept\n'):
        assert problems(tool) == []
        lan1.send("udp:3000", dst=wan.ip6)
        assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6


# --- the other backend of iptables

@pytest.fixture
def other(router):
    """A function that gives the table filter of the other backend these rules."""
    backend = "nft" if router.backend == "legacy" else "legacy"

    def load(family, *rules, policy="DROP"):
        prefix = "ip6tables" if family == 6 else "iptables"
        router.run("/usr/sbin/%s-%s-restore" % (prefix, backend), stdin="\n".join(
            ("*filter", ":FORWARD %s [0:0]" % policy) + rules + ("COMMIT\n",)))
        return "%s-%s" % (prefix, backend)

    yield load
    for family in (4, 6):
        load(family, policy="ACCEPT")


def test_the_other_backend_refuses_what_was_sent_on(tool, router, lan1, wan, other):
    """What our rules accept, those of the other backend drop nevertheless, as ferm's do."""
    router.load(*RULES, INPUT)
    program = other(4, *BASE_FILTER)
    assert not works(lan1, wan)
    sentence, remedy = problem(tool, "front-end")
    assert "FORWARD of %s " % program in sentence and "`dnat'" in sentence
    follow(router, remedy)
    assert works(lan1, wan)
    assert problems(tool) == []


def test_the_other_backend_refuses_ipv6(tool, router, lan1, wan, other):
    """The page says what accepts the mark; both chains have one priority, so mangle gives it."""
    mark = "-t mangle -A FORWARD -i wan -j MARK --set-xmark %s/0x100"
    router.load6(OUT, mark % "0x100", "-t mangle " + IN, mark % "0x0", IN, INPUT)
    program = other(6, *BASE_FILTER)
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    sentence, _ = problem(tool, "front-end-ipv6")
    assert "FORWARD of %s " % program in sentence and "`in'" in sentence
    other(6, "-A FORWARD -i wan -m mark --mark 0x100/0x100 -j ACCEPT", *BASE_FILTER)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert problems(tool) == []


# --- the module


def test_the_module_is_not_loaded(tool, router, unload):
    unload()
    sentence, remedy = problem(tool, "module")
    assert "not loaded" in sentence
    follow(router, remedy)
    assert [each["cause"] for each in problems(tool)] == ["rules"]


@contextmanager
def elsewhere(path, content=None):
    """Another file, or an empty directory, stands at the path."""
    with tempfile.TemporaryDirectory() as directory:
        source = directory
        if content is not None:
            source = os.path.join(directory, "file")
            with open(source, "w") as file:
                file.write(content)
        subprocess.run(["mount", "--bind", source, path], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", path], check=True)


def test_signed_modules_only(tool, unload):
    """A kernel that takes signed modules only, as with Secure Boot."""
    unload()
    with elsewhere("/sys/module/module/parameters/sig_enforce", "Y\n"):
        sentence, remedy = problem(tool, "secure-boot")
        assert "Secure Boot" in sentence and "mokutil --import" in remedy


def test_no_module_for_this_kernel(tool, unload):
    """It is built by DKMS, which needs the headers."""
    unload()
    release = os.uname().release
    path = "/lib/modules/" + release
    with elsewhere(path):
        sentence, remedy = problem(tool, "headers")
        assert release in sentence and "no headers" in sentence
        assert remedy == "apt-get install linux-headers-" + release
        os.makedirs(path + "/build")
        open(path + "/build/Makefile", "w").close()
        sentence, remedy = problem(tool, "module")
        assert "no module" in sentence.lower() and "xt-trigger-dkms" in remedy


def test_another_version_is_loaded(tool, router):
    router.load(*RULES, INPUT)
    with elsewhere("/sys/module/xt_TRIGGER/version", "0.0.9\n"):
        sentence, _ = problem(tool, "version")
        assert "0.0.9" in sentence


def test_who_may_not_look(tool, router):
    router.load(*RULES)
    status, said = as_user(router, PROGRAM, "status")
    assert status == 1 and "only root" in said
    assert "no arguments" in tool.fails(2, "status", "owner=1")
