# SPDX-License-Identifier: GPL-2.0
"""What was wrong with the module of 2003 (ipt_TRIGGER), each defect by its name.

Its rules load unchanged (test_legacy_rules.py); its mistakes do not come back. Other files test
the same areas further.
"""

import re
import socket
import time

import pytest

import batch
from blob import DNAT as TYPE_DNAT, tginfo
from hosts import ipv4, ipv6, udp, wait_until
from island import Island
from lab import SILENT, SILENT6
from procfile import line, write
from router import DNAT, IN, loaded, out

# As its users wrote them.
OLD_OUT = ("-A FORWARD -i br-lan -p udp -j TRIGGER --trigger-type out --trigger-proto tcp"
           " --trigger-match 3000-3010 --trigger-relate 113-113")
OLD_DNAT = "-t nat -A PREROUTING -d 198.51.100.1 -j TRIGGER --trigger-type dnat"
OLD_IN = "-A FORWARD -i wan -o br-lan -j TRIGGER --trigger-type in"
OLD = (OLD_OUT, OLD_DNAT, OLD_IN)


def test_an_unrelated_rule_edit_closed_everything(router, lan1, wan):
    """Every change of any rule destroyed and checked all others, and emptied the list."""
    router.load(*OLD)
    lan1.send("udp:3000")
    before = router.trigger()
    router.iptables("-I FORWARD -s 203.0.113.1 -j ACCEPT")
    router.iptables("-t nat -I PREROUTING -d 203.0.113.1 -j ACCEPT")
    router.iptables("-D FORWARD -s 203.0.113.1 -j ACCEPT")
    assert router.trigger()._replace(age=0, expires=0) == before._replace(age=0, expires=0)
    assert wan.who_answers("tcp:113") == lan1.ip


def rules_of(saved):
    return [each for each in saved.splitlines() if each.startswith("-A")]


def test_what_iptables_save_printed_did_not_load(router, lan1, wan):
    """Its plugin left options out and wrote others in a form that it did not read."""
    router.load(*OLD)
    saved = router.run(router.tool("iptables-save"))
    router.load()
    router.run(router.tool("iptables-restore"), stdin=saved)
    assert rules_of(router.run(router.tool("iptables-save"))) == rules_of(saved)
    assert len(rules_of(saved)) > len(OLD)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_anybodys_packet_refreshed_the_owners_trigger(router, lan1, lan2):
    """The trigger port alone was looked up: whoever sent to it kept the port of another open."""
    router.load(OLD_OUT + " --trigger-timeout 60", OLD_DNAT, OLD_IN)
    lan1.send("udp:3000")
    wait_until(lambda: router.triggers(owner=lan1.ip, age=1), "a second old")
    game = lan2.connect("udp:3000")
    counter = router.counters()["refreshed"]
    wait_until(lambda: game.send() or router.counters()["refreshed"] > counter,
               "a refresh of the other host's own")
    assert router.trigger(owner=lan1.ip).expires < router.trigger(owner=lan2.ip).expires


def test_the_second_rule_on_a_trigger_port_was_ignored(router, lan1, wan):
    """The first rule's entry hid those of all others with the same trigger port."""
    router.load(*OLD, OLD_OUT.replace("113-113", "2000-2010"))
    lan1.send("udp:3000")
    assert {t.open for t in router.triggers()} == {"tcp:113", "tcp:2000-2010"}
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:2005") == lan1.ip


def test_in_let_anything_in_to_a_related_port(router, lan1, lan2, wan):
    """The port was asked for, and not whether the packet was for the owner."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(*OLD)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113", dst=lan2.ip) is None
    assert wan.who_answers("tcp:113", dst=lan1.ip) == lan1.ip


# Every hook that `out` may stand in.
OUT_EVERYWHERE = [
    out("--trigger-match 1-65535 --trigger-relate tcp:%d" % (200 + n), where)
    for n, where in enumerate(("-t mangle -A PREROUTING", "-t nat -A PREROUTING",
                               "-t mangle -A FORWARD", "-A FORWARD", "-t mangle -A POSTROUTING",
                               "-t nat -A POSTROUTING", "-t mangle -A OUTPUT"))]
IP_NODEFRAG = 22
OUT_IN_FORWARD, OUT_IN_OUTPUT = OUT_EVERYWHERE[3], OUT_EVERYWHERE[-1]


def packets_at(router, rule, family=4):
    """How many packets have come to a rule of OUT_EVERYWHERE."""
    saved = router.run(router.tool("iptables-save", family), "-c")
    return sum(int(count) for count in re.findall(
        r"^\[(\d+):.*%s.*tcp:%d\b" % (rule.split("-A ")[1].split()[0],
                                      200 + OUT_EVERYWHERE.index(rule)), saved, re.MULTILINE))


def test_a_truncated_header_was_read_past_its_end(router, lan1, lan2):
    """Ports were taken from where a header should have been, behind the packet's end."""
    router.load(*OUT_EVERYWHERE, DNAT, IN)
    router.load6(*OUT_EVERYWHERE, DNAT, IN)
    whole = udp(4000, 3000) + b"\x0b\xb8" * 8
    cut = range(8)
    for protocol in (6, 17, 33, 132, 136):
        lan1.send_raw(SILENT, *(ipv4(lan1.ip, SILENT, protocol, whole[:n]) for n in cut))
        lan2.send_raw(SILENT6, *(ipv6(lan2.ip6, SILENT6, protocol, whole[:n]) for n in cut))
    # TCP wants 20 bytes, DCCP and SCTP 12.
    lan1.send_raw(SILENT, *(ipv4(lan1.ip, SILENT, protocol, whole[:n])
                            for protocol, least in ((6, 20), (33, 12), (132, 12))
                            for n in range(8, least)))
    lan1.settle()
    lan2.settle()
    # Nearly all of them have come to the rules; a few end in conntrack.
    assert packets_at(router, OUT_IN_FORWARD) >= 5 * 8
    assert packets_at(router, OUT_IN_FORWARD, 6) >= 4 * 8
    assert {t.trigger for t in router.triggers()} == {"udp:9"}


def test_a_later_fragments_payload_was_read_as_ports(router, lan1):
    """The fragment's offset was not looked at: any data could pose as a trigger port."""
    def fragments(src):
        return [ipv4(src, SILENT, protocol, data, more | offset)
                for protocol in (6, 17) for offset in (1, 3, 1000) for more in (0, 0x2000)]

    router.load(*OUT_EVERYWHERE, DNAT, IN)
    data = udp(4000, 3000) + b"x" * 16
    # What comes from elsewhere is put together first, or goes no further.
    lan1.send_raw(SILENT, *fragments(lan1.ip))
    # The router's own come to the rule as they are, if they ask for it.
    raw = router.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.IPPROTO_IP, IP_NODEFRAG, 1)
    before = packets_at(router, OUT_IN_OUTPUT)
    for fragment in fragments(router.ip):
        raw.sendto(fragment, (SILENT, 0))
    assert packets_at(router, OUT_IN_OUTPUT) == before + 12
    lan1.settle()
    assert {t.trigger for t in router.triggers()} == {"udp:9"}


def place(kind):
    return "-j TRIGGER --trigger-type " + kind


WRONG_PLACES = {
    "out in INPUT": "-A INPUT " + place("out --trigger-match 9 --trigger-relate tcp:113"),
    "dnat in filter": "-A FORWARD " + place("dnat"),
    "dnat in mangle": "-t mangle -A PREROUTING " + place("dnat"),
    "dnat in POSTROUTING": "-t nat -A POSTROUTING " + place("dnat"),
    "dnat in OUTPUT": "-t nat -A OUTPUT " + place("dnat"),
    "in in PREROUTING": "-t nat -A PREROUTING " + place("in"),
    "in in OUTPUT": "-A OUTPUT " + place("in"),
}


@pytest.mark.parametrize("where", WRONG_PLACES)
def test_a_rule_in_a_wrong_place_was_taken(router, lan1, wan, where):
    """It loaded anywhere. Now it is refused; by way of a user chain it may be harmless instead."""
    rule = WRONG_PLACES[where]
    assert router.refuses(rule)

    table = rule.split()[1] if rule.startswith("-t") else "filter"
    hook = rule.split("-A ")[1].split()[0]
    router.load(*OLD, "-t %s -N mine" % table)
    count = router.counting()
    if not router.refuses("-t %s -A mine %s" % (table, rule[rule.index("-j"):])):
        router.refuses("-t %s -I %s -j mine" % (table, hook))
        wan.who_answers("tcp:113")
        lan1.send("udp:9")
    assert (router.triggers(), count("dnat"), count("accepted")) == ([], 0, 0)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:114") is None


def jump(router, table, hook, rule):
    """Reach a rule from a hook that it is not valid in, by a user chain.

    The legacy kernel sees from where a chain is reached, and refuses. nft does not: there the
    packet's own hook decides.
    """
    router.iptables("-t %s -A mine %s" % (table, rule))
    refusal = router.refuses("-t %s -I %s -j mine" % (table, hook))
    assert bool(refusal) == (router.backend == "legacy"), refusal


def test_out_opened_for_packets_to_the_router(router, lan1):
    """A packet that passes INPUT does not leave for anywhere."""
    router.load("-N mine")
    jump(router, "filter", "INPUT", place("out --trigger-match 3000 --trigger-relate tcp:113"))
    assert lan1.who_answers("udp:3000", dst=router.lan_ip) is None
    assert router.triggers() == []


@pytest.mark.parametrize("hook", ["INPUT", "OUTPUT", "POSTROUTING"])
def test_dnat_sent_on_what_had_been_routed(router, lan1, wan, hook):
    """Behind PREROUTING it is late: the router's own packets and those to it stay its own."""
    router.load(OLD_OUT, "-t nat -N mine")
    jump(router, "nat", hook, place("dnat"))
    count = router.counting()
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") is None
    assert router.who_answers("tcp:113", dst=router.ip) is None
    assert count("dnat") == 0
    router.iptables(OLD_DNAT)
    router.iptables(OLD_IN.replace("-A", "-I"))
    assert wan.who_answers("tcp:113") == lan1.ip


@pytest.mark.parametrize("table,hook", [("mangle", "PREROUTING"), ("filter", "OUTPUT"),
                                        ("mangle", "POSTROUTING")])
def test_in_accepted_what_does_not_come_in(router, lan1, wan, table, hook):
    """Neither does it let the router's own packets past the rules behind, nor counts them."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(OLD_OUT, "-A FORWARD -i wan -p tcp --dport 113 -j ACCEPT",
                "-A OUTPUT -p tcp --dport 113 -j REJECT --reject-with tcp-reset",
                "-t %s -N mine" % table)
    jump(router, table, hook, place("in"))
    count = router.counting()
    lan1.send("udp:3000")
    assert router.who_answers("tcp:113", dst=lan1.ip, src=router.lan_ip) is None
    assert wan.who_answers("tcp:113", dst=lan1.ip) == lan1.ip
    assert count("accepted") == 0


# A table of filter chains that is called nat, which is all that a `dnat` rule sees of it: in front
# of the real NAT chains, behind them, without any. Only the first can do what the rule says.
CALLED_NAT = """
table ip nat {
    chain PREROUTING { type filter hook prerouting priority %d; }
}
table ip real {
    chain any { type %s hook postrouting priority 100; oifname "wan" %s; }
}
"""
MASQUERADING = ("nat", "masquerade")
BESIDE_NAT = {"before": (-110, *MASQUERADING), "behind": (-90, *MASQUERADING),
              "alone": (-100, "filter", "accept")}


@pytest.mark.parametrize("topology", ["nft"], indirect=True)
@pytest.mark.parametrize("where", BESIDE_NAT)
def test_dnat_in_a_filter_chain_of_a_table_called_nat(router, lan1, wan, where):
    """It sends a connection on, or leaves it as it was: to the router, and to the end."""
    router.load(OLD_OUT, OLD_IN)
    router.run("/usr/sbin/nft", "delete table ip nat")
    try:
        router.run("/usr/sbin/nft", CALLED_NAT % BESIDE_NAT[where])
        batch.done(router, batch.rule("ipv4", "nat", "PREROUTING", tginfo(type=TYPE_DNAT)))
        lan1.send("udp:3000")
        for _ in range(2):
            assert wan.who_answers("tcp:113") == (lan1.ip if where == "before" else None)
        assert wan.who_answers("tcp:114") is None
        router.serve("tcp:113")
        assert wan.connect("tcp:113").arrived_at == router.ip
        assert router.trigger().owner == lan1.ip
    finally:
        router.run("/usr/sbin/nft", "delete table ip nat; delete table ip real")


def test_unloading_with_armed_timers_crashed(router, lan1, unload):
    """Each entry had a timer, and nobody stopped them: they fired into memory that was gone."""
    for _ in range(5):
        router.load(OLD_OUT + " --trigger-timeout 3", OLD_DNAT, OLD_IN)
        for port in range(3000, 3011):
            lan1.send("udp:%d" % port)
        write(router, "".join("+" + line("10.0.0.%d" % n, trigger="udp:3000", timeout=3,
                                         expires=3) for n in range(1, 50)))
        assert len(router.triggers()) == 50
        # At once, while whatever would have seen to their end is still to come.
        router.load()
        unload()
        assert not loaded()
    # Past the time at which they would have expired nothing has happened, and it loads again.
    end = time.monotonic() + 3.2
    wait_until(lambda: time.monotonic() > end, "the timeouts are over")
    router.load(*OLD)
    assert router.triggers() == []


def test_all_namespaces_shared_one_list(router, lan1, wan):
    """What a host of one network opened, a container's rules let in, and could close."""
    other = Island(router.backend)
    try:
        # It has a host of the same address.
        other.ip_commands("address add %s/32 dev lo" % lan1.ip)
        other.load(*OLD, "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
                   "-A INPUT -p tcp -j TRIGGER --trigger-type in",
                   "-A INPUT -p tcp -j REJECT --reject-with tcp-reset", base=(), nat=())
        router.load(*OLD)
        lan1.send("udp:3000")
        assert len(router.triggers()) == 1 and other.triggers() == []
        assert other.who_answers("tcp:113", dst=lan1.ip) is None
        write(other, "+" + line(lan1.ip))
        assert other.who_answers("tcp:113", dst=lan1.ip) == lan1.ip
        write(other, "/\n")
        other.load()
        assert router.trigger().owner == lan1.ip
        assert wan.who_answers("tcp:113") == lan1.ip
    finally:
        other.end()
