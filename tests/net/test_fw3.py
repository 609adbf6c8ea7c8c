# SPDX-License-Identifier: GPL-2.0
"""Beside a front end that empties its own chains and fills them anew: OpenWrt's older one, fw3.

There is no fw3 here: the rules are of the form that it makes of its default configuration, and
stop, start and reload change each table as it does, by one commit of its own rules and chains.
Our rules stand in its chains for the user's rules, and come from /etc/firewall.user.
"""

import pytest

from hosts import wait_until
from reloads import RULES, Unharmed, calls, wait_for_turns
from router import DNAT

# The rules of each table, which it knows again by their comment; the user's chains come first.
OWN = {
    "filter": [
        "FORWARD -j forwarding_rule",
        "FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "FORWARD -i br-lan -j zone_lan_forward",
        "FORWARD -i wan -j zone_wan_forward",
        "FORWARD -j reject",
        "zone_lan_forward -o wan -j ACCEPT",
        "zone_wan_forward -m conntrack --ctstate DNAT -j ACCEPT",
        "reject -p tcp -j REJECT --reject-with tcp-reset",
        "reject -j REJECT"],
    "nat": [
        "PREROUTING -j prerouting_rule",
        "POSTROUTING -o wan -j zone_wan_postrouting",
        "zone_wan_postrouting -j MASQUERADE"],
}
USERS = {"filter": "forwarding_rule", "nat": "prerouting_rule"}
BUILT_IN = ("FORWARD", "PREROUTING", "POSTROUTING")


def own_chains(table):
    chains = {rule.split()[0] for rule in OWN[table]} - set(BUILT_IN)
    return sorted(chains)


class Fw3:
    def __init__(self, router):
        self.router = router

    def commit(self, table, *lines):
        self.router.run(self.router.tool("iptables-restore"), "--noflush",
                        stdin="\n".join(("*" + table,) + lines + ("COMMIT\n",)))

    def rules(self, table, action):
        return ['-%s %s -m comment --comment "!fw3" -j %s' % ((action,) + tuple(
            rule.split(" -j ", 1))) for rule in OWN[table]]

    def start(self):
        """The tables, then the user's script."""
        for table, users in USERS.items():
            policy = [":FORWARD DROP [0:0]"] if table == "filter" else []
            self.commit(table, *policy, *(":%s - [0:0]" % chain for chain in
                                          own_chains(table) + [users]), *self.rules(table, "A"))
        self.users_script()

    def users_script(self):
        for rule in RULES:
            chain = USERS["nat" if rule == DNAT else "filter"]
            self.router.iptables(rule.replace("PREROUTING", chain).replace("FORWARD", chain))

    def stop(self):
        """All of its own goes, and what the user has put into its chains."""
        for table, users in USERS.items():
            policy = [":FORWARD ACCEPT [0:0]"] if table == "filter" else []
            self.commit(table, *policy, *self.rules(table, "D"), *(
                line % chain for line in ("-F %s", "-X %s")
                for chain in own_chains(table) + [users]))

    def reload(self):
        """Its own rules and chains anew; the user's chains stay as they are."""
        for table in USERS:
            self.commit(table, *self.rules(table, "D"), *(
                ":%s - [0:0]" % chain for chain in own_chains(table)), *self.rules(table, "A"))


class Called(Unharmed):
    """The table is as it was but for the calls that have come."""

    @staticmethod
    def lasting(trigger):
        return Unharmed.lasting(trigger)._replace(hits=0)


@pytest.fixture
def fw3(router):
    """It has started, and with it our rules."""
    router.load(base=(), nat=())
    fw3 = Fw3(router)
    fw3.start()
    return fw3


@pytest.fixture
def irc(fw3, lan1, lan2):
    """A connection, by which something is open, as by datagrams of both hosts."""
    for host in (lan1, lan2):
        for port in (3000, 7000, 8000):
            host.send("udp:%d" % port)
    return lan1.connect("tcp:6667")


def test_restart(router, fw3, irc, lan1, lan2, wan):
    """Nobody is let in while the rules are away; what is open is as before when they are back."""
    unharmed = Called(router)
    with calls(lan1, wan, "udp:3000", "tcp:113") as (at, turns):
        for _ in range(3):
            wait_for_turns(turns)
            fw3.stop()
            wait_until(lambda: router.counters()["parked"] == len(unharmed.triggers), "parked")
            for port in ("tcp:114", "tcp:115"):
                assert wan.who_answers(port) is None
            wait_for_turns(turns)
            let_in = at["lan"].value
            wait_for_turns(turns)
            assert at["lan"].value == let_in
            fw3.start()
            unharmed.check()
            irc.echo()
            assert router.counters()["parked"] == 0
            assert wan.who_answers("tcp:114") == lan1.ip
            assert wan.who_answers("tcp:115") == lan2.ip
        wait_for_turns(turns)
    assert at["lan"].value > 3 and at["other"].value == 0
    assert unharmed.count("refreshed") > 0
    assert unharmed.count("dnat") >= at["lan"].value + 6
    router.check_counters()
    irc.close()
    assert wan.who_answers("tcp:114") is None


def test_reload(router, fw3, irc, lan1, wan):
    """The user's chains stay, and with them everything; nobody is refused meanwhile."""
    unharmed = Called(router)
    with calls(lan1, wan, "udp:3000", "tcp:113") as (at, turns):
        for _ in range(5):
            wait_for_turns(turns)
            fw3.reload()
            unharmed.check()
            irc.echo()
        wait_for_turns(turns)
    assert at["lan"].value > 5 and at["other"].value == at["nobody"].value == 0
    assert unharmed.count("refreshed") > 0
    router.check_counters()
