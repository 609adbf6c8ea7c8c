# SPDX-License-Identifier: GPL-2.0
"""`xt-trigger rules check` and `list`: what they say, and that they change nothing."""

import zlib

import pytest

from router import loaded
from rulesfile import CONF, ENDS, IRC, P2P
from tool import jq


def test_check_changes_nothing(router, rules, unload):
    """Not even the module is loaded."""
    rules.write(ENDS, IRC, P2P, "Enable=no\n")
    unload()
    before = [rules.saved(family) for family in (4, 6)]
    assert rules.done("check") == \
        "/etc/xt-trigger.conf: port triggers: 2, enabled: 1, no errors\n"
    assert rules.json("check") == {"errors": [], "warnings": []}
    assert [rules.saved(family) for family in (4, 6)] == before
    assert not loaded()


FAULTY = ENDS + IRC + 'Lifetime=1 day\n[Trigger b]\nEnable=no\nDescription="\\u001b" <b>\nPort=0\n'


def test_check_names_what_is_wrong(rules):
    rules.write(FAULTY)
    errors = [
        {"file": CONF, "line": 10, "section": "[Trigger irc]", "key": "Lifetime",
         "value": "1 day", "reason": "must be a number from 1 to 31536000, or unlimited"},
        {"file": CONF, "line": 14, "section": "[Trigger b]", "key": "Port", "value": "0",
         "reason": '"0": ports go from 1 to 65535'}]
    assert rules.fails("check") == [
        "%(file)s:%(line)d: %(section)s %(key)s=%(value)s: %(reason)s" % error
        for error in errors]
    done = rules.run("check", "--json")
    assert (done.status, done.err) == (1, "")
    assert jq(".", done.out) == {"errors": errors, "warnings": []}


def warnings(rules):
    """What check warns of; apply says the same on stderr, and does what it is for."""
    found = rules.json("check")["warnings"]
    expected = ["xt-trigger: warning: %s%s" % (each["section"] and each["section"] + ": ",
                                               each["text"]) for each in found]
    for verb in ("check", "apply"):
        done = rules.run(verb)
        assert (done.status, done.err.splitlines()) == (0, expected)
    return ["%(section)s %(text)s" % each for each in found]


@pytest.mark.parametrize("forward, warned", [
    ("-i wan -j DNAT --to-destination 192.168.1.2", True),
    ("-d 198.51.100.1 -j DNAT --to-destination 192.168.1.2", True),
    ("! -i br-lan -p udp -j DNAT --to-destination 192.168.1.2", True),
    ("-i wan -p tcp --dport 113 -j DNAT --to-destination 192.168.1.2", False),
    ("-i br-lan -j DNAT --to-destination 192.168.1.2", False),
])
def test_a_dmz_host_is_warned_of(router, rules, forward, warned):
    router.load("-t nat -A PREROUTING " + forward)
    rules.write(ENDS, IRC)
    found = warnings(rules)
    assert len(found) == warned
    if warned:
        assert found[0].startswith(" ipv4: a rule in front of ours takes every port from outside")
    # Behind ours it takes what is left.
    router.load()
    rules.apply(ENDS, IRC)
    router.iptables("-t nat -A PREROUTING " + forward)
    assert warnings(rules) == []


def test_equal_options_are_warned_of(rules):
    rules.write(ENDS, IRC, IRC.replace("irc", "second"), "Source=192.168.1.10\n")
    assert warnings(rules) == [
        "[Trigger second] all TRIGGER options are those of [Trigger irc]: the two share what"
        " they open, and their maximum"]
    for change in ("Enable=no\n", "Max=7\n", "Name=two\n", "Family=ipv6\n"):
        rules.write(ENDS, IRC, "Family=ipv4\n", IRC.replace("irc", "second"), change)
        assert warnings(rules) == [], change


def test_firewalld_is_warned_of(router, rules):
    """Its nftables backend rejects what `in` accepts where there is no NAT."""
    rules.write(ENDS, IRC)
    assert warnings(rules) == []
    router.run("/usr/sbin/nft", "add table inet firewalld; add chain inet firewalld filter_FORWARD"
               " { type filter hook forward priority filter + 10; }")
    try:
        found = warnings(rules)
        assert len(found) == 1 and found[0].startswith(" ipv6: firewalld rejects what `in' accepts")
        for keys in ("Family=ipv4\n", "NAT=any\n"):
            rules.write(ENDS, keys, IRC)
            assert warnings(rules) == []
    finally:
        router.run("/usr/sbin/nft", "delete table inet firewalld")


# --- list

def test_list(rules):
    rules.write(ENDS, IRC, "Description=Who are you?\n", P2P, "Lifetime=86400\nEnable=no\n",
                "[Trigger any]\nPort=any\nOpen=1,sctp:5-6\n")
    assert rules.done("list").splitlines() == [
        "NAME  STATE        FROM    TO   TRIGGER        OPENS           CLOSES",
        "irc   not applied  br-lan  wan  tcp:6660-6669  tcp:113         with its session",
        "p2p   disabled     br-lan  wan  udp:6969       all:6881-6889   "
        "600s idle, 86400s after opening",
        "any   not applied  br-lan  wan  any            all:1,sctp:5-6  600s idle"]
    rules.apply()
    assert [line.split("  ")[1].strip() for line in rules.done().splitlines()[1:]] == [
        "applied", "disabled", "applied"]


def test_list_json(rules):
    """All that a page shows, the rules' numbers included."""
    rules.write("# first\n", ENDS, IRC, 'Description=<b>"x"\n', "Source=192.168.1.77/24\n",
                "Max=3\n")
    options = ("--trigger-type out --trigger-match tcp:6660-6669 --trigger-relate tcp:113"
               " --trigger-session --trigger-peer host --trigger-max 3")
    assert rules.json() == {
        "applied": False,
        "triggers": [{
            "trigger": "irc", "file": CONF, "line": 5, "enable": True, "applied": False,
            "description": '<b>"x"', "interface": ["br-lan"], "outinterface": ["wan"],
            "family": "any", "nat": "ipv4", "name": "default", "source": ["192.168.1.0/24"],
            "protocol": "tcp",
            "port": [{"protocol": "tcp", "first": 6660, "last": 6669}],
            "open": [{"protocol": "tcp", "first": 113, "last": 113}],
            "timeout": 0, "lifetime": 0, "refresh": "out", "session": True, "peer": "host",
            "owner": "first", "max": 3,
            "rule": ["%08x" % zlib.crc32(("ipv4 " + options).encode())]}],
        "errors": [], "warnings": []}


def test_list_shows_what_it_can(rules):
    """One faulty file does not hide the rest."""
    rules.write(ENDS, IRC)
    rules.write("[Trigger y]\nPort=x\n", path=CONF + ".d/y.conf")
    done = rules.run("list", "--json")
    assert (done.status, done.err) == (1, "")
    shown = jq(".", done.out)
    assert [each["trigger"] for each in shown["triggers"]] == ["irc", "y"]
    assert shown["applied"] is False
    assert [(each["file"], each["line"]) for each in shown["errors"]] == [
        (CONF + ".d/y.conf", 1), (CONF + ".d/y.conf", 2)]


def test_nothing_to_list(rules):
    assert rules.done("list") == ""
    assert rules.json() == {"applied": True, "triggers": [], "errors": [], "warnings": []}


@pytest.mark.parametrize("change", ["NAT=any", "Mark=0x200", "InTable=mangle", "Shadow=yes"])
def test_list_tells_a_change_of_default(rules, change):
    """Also one that leaves the rule that opens as it is."""
    rules.apply(ENDS, IRC)
    assert rules.json()["applied"] is True
    rules.write(ENDS, change + "\n", IRC)
    assert rules.json()["applied"] is False
    rules.apply()
    assert rules.json()["applied"] is True
    rules.write(ENDS, change + "\n")
    assert rules.json()["applied"] is False
