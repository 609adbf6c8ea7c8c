# SPDX-License-Identifier: GPL-2.0
"""What a section holds open, when the section changes, and when another one does."""

import pytest

from hosts import wait_until
from router import loaded
from rulesfile import CONF, ENDS

# One datagram opens; nothing that goes on could open it again.
GAME = "[Trigger game]\nProtocol=udp\nPort=3074\nOpen=tcp:3074\n"
P2P = "[Trigger p2p]\nProtocol=udp\nPort=6969\nOpen=tcp:6881\n"


@pytest.fixture
def held(router, rules, lan1, wan):
    """A function that applies the file and has lan1 open what game and p2p are for."""
    def hold(*parts):
        rules.apply(*parts)
        for family, to in ((4, wan.ip), (6, wan.ip6)):
            lan1.send("udp:3074", dst=to)
            lan1.send("udp:6969", dst=to)
        wait_until(lambda: len(router.triggers()) == 4, "both are open in both families")
        return ids(router)

    return hold


def ids(router):
    """The ports that are open, and the numbers of who has them."""
    return {(t.family, t.open): t.id for t in router.triggers()}


def of(before, port, families=("ipv4", "ipv6")):
    """What of that is open for this port."""
    return {key: number for key, number in before.items()
            if key[1] == port and key[0] in families}


CHANGES = {
    "disabled": GAME + "Enable=no\n",
    "removed": "",
    "renamed": GAME.replace("game", "console"),
    "source": GAME + "Source=192.168.1.0/24,2001:db8:1::/64\n",
    "interface": GAME + "Interface=br-lan,lan9\n",
    "outinterface": GAME + "OutInterface=wan+\n",
    "options": GAME + "Max=7\n",
    "open": GAME.replace("tcp:3074", "tcp:3074-3075"),
    "name": GAME + "Name=other\n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_closed(router, rules, held, change):
    """Whatever of it changes; another section keeps its entries, each with its number."""
    before = held(ENDS, GAME, P2P)
    rules.apply(ENDS, P2P, CHANGES[change])
    assert ids(router) == of(before, "tcp:6881")


def park(router):
    """Flush our rules, as a front end does; what they hold waits for them."""
    for family in (4, 6):
        router.iptables("-t mangle -F XT_TRIGGER_OUT", family)
    wait_until(lambda: len(router.triggers(state="parked")) == 4, "all are parked")


@pytest.mark.parametrize("change", ["disabled", "removed", "source", "options"])
def test_what_changes_while_it_is_parked_is_closed(router, rules, held, change):
    """The rule comes back narrower, or not at all: nothing waits, and nothing is open again."""
    before = held(ENDS, GAME, P2P)
    park(router)
    count = router.counting()
    rules.apply(ENDS, P2P, CHANGES[change])
    assert ids(router) == of(before, "tcp:6881")
    assert not router.triggers(state="parked")
    assert (count("closed"), count("opened")) == (2, 0)
    router.check_counters()


def test_what_stays_while_it_is_parked_is_open(router, rules, held, lan1, wan):
    """An apply of the same file brings all back, each with its number."""
    before = held(ENDS, GAME, P2P)
    park(router)
    assert wan.who_answers("tcp:3074") is None
    rules.apply()
    assert ids(router) == before and not router.triggers(state="parked")
    assert wan.who_answers("tcp:3074") == lan1.ip


def test_what_changes_in_one_family_while_it_is_parked(router, rules, held):
    """The other family's is not touched."""
    before = held(ENDS, GAME, P2P)
    park(router)
    rules.apply(ENDS, GAME, "Family=ipv6\n", P2P)
    assert ids(router) == {**of(before, "tcp:6881"), **of(before, "tcp:3074", ["ipv6"])}


def test_what_stays_is_open(router, rules, held):
    """Neither order, other files nor what is no part of the rules closes anything."""
    before = held(ENDS, GAME, P2P)
    for parts in ((ENDS, P2P, GAME), (ENDS, "Mark=0x200\n", GAME, "Description=x\n", P2P)):
        rules.apply(*parts)
        assert ids(router) == before
    rules.write(ENDS, GAME)
    rules.write(P2P, path=CONF + ".d/p2p.conf")
    rules.apply()
    assert ids(router) == before


def test_one_family(router, rules, held):
    before = held(ENDS, GAME, P2P)
    rules.apply(ENDS, GAME, "Family=ipv4\n", P2P)
    assert ids(router) == {**of(before, "tcp:6881"), **of(before, "tcp:3074", ["ipv4"])}


def test_what_two_share(router, rules, lan1, lan2, held):
    """Two sections of the same options: one holds what both have opened, until it goes, too."""
    first = GAME + "Source=%s,%s\n" % (lan1.ip, lan1.ip6)
    second = GAME.replace("game", "second") + "Source=%s\n" % lan2.ip
    rules.write(ENDS, first, second, P2P)
    done = rules.run("apply")
    assert done.status == 0 and "share what they open" in done.err, done
    lan1.send("udp:3074")
    lan2.send("udp:3074")
    wait_until(lambda: len(router.triggers()) == 2, "each has it open")
    before = ids(router), router.owners()
    rules.apply(ENDS, second, P2P)
    assert (ids(router), router.owners()) == before
    rules.apply(ENDS, P2P)
    assert router.triggers() == []


def test_what_another_rule_holds(router, rules, held):
    """A rule that somebody has written by hand, with the same options."""
    before = held(ENDS, GAME, P2P)
    router.iptables("-t mangle -A FORWARD -j TRIGGER --trigger-type out"
                    " --trigger-match udp:3074 --trigger-relate tcp:3074")
    rules.apply(ENDS, P2P)
    assert ids(router) == {**of(before, "tcp:6881"), **of(before, "tcp:3074", ["ipv4"])}


def test_what_fails_closes_nothing(router, rules, held):
    """The rules are as they were, and so is what they hold."""
    before = held(ENDS, GAME, P2P)
    rules.write(ENDS, GAME, "Source=192.168.1.10\n", P2P)
    rules.watch("iptables-restore mangle")
    rules.fails("apply")
    assert ids(router) == before
    rules.watch()
    rules.apply()
    assert ids(router) == of(before, "tcp:6881")


def test_rules_that_somebody_has_changed(router, rules, held):
    """The chain had the narrower rule already; what the wider one had opened is closed."""
    before = held(ENDS, GAME, P2P)
    rule = rules.chain("mangle")[0]
    assert "tcp:3074" in rule
    router.iptables("-t mangle -R XT_TRIGGER_OUT 1 -s 192.168.1.0/24 " + rule.split(" ", 2)[2])
    assert ids(router) == before
    rules.apply(ENDS, GAME, "Family=ipv4\nSource=192.168.1.0/24\n", P2P)
    assert ids(router) == of(before, "tcp:6881")


def test_stop_and_start(router, rules, held, tmp_path):
    """What the service saves comes back, but for the section that was changed meanwhile."""
    state = str(tmp_path / "state")
    before = held(ENDS, "Restore=yes\n", GAME, P2P)
    rules.tool.done("save", state)
    rules.done("remove")
    rules.write(ENDS, "Restore=yes\n", GAME, "Source=192.168.1.0/24\n", P2P)
    done = rules.run("apply", "--restore", state)
    assert (done.status, done.out) == (0, "restored 2 of 4\n")
    assert done.err.splitlines() == ["xt-trigger: %s:%d: not restored: its port trigger was"
                                     " changed" % (state, n) for n in (2, 4)]
    assert set(ids(router)) == set(of(before, "tcp:6881"))
    # Once more, with nothing changed.
    rules.tool.done("save", state)
    rules.done("remove")
    assert rules.done("apply", "--restore", state) == "restored 2 of 2\n"
    assert set(ids(router)) == set(of(before, "tcp:6881"))


def test_without_the_module(router, rules, held, unload):
    """Nothing is open then, and nothing is wrong."""
    held(ENDS, GAME, P2P)
    rules.done("remove")
    unload()
    assert not loaded()
    rules.apply(ENDS, GAME, "Enable=no\n", P2P, "Enable=no\n")
