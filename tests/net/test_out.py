# SPDX-License-Identifier: GPL-2.0
"""`out`: what triggers and what never does."""

import pytest

from hosts import Refused, icmp_echo, ipv4, udp, wait_until
from lab import SILENT
from router import BASE_FILTER, DNAT, IN, out

OPTIONS = "--trigger-match 3000 --trigger-relate tcp:113"
ANYWHERE = "-A FORWARD"


# --- --trigger-match


@pytest.mark.parametrize("match, hits, misses", [
    pytest.param("3000", ["3000"], ["2999", "3001"], id="port"),
    pytest.param("3000-3010", ["3000", "3005", "3010"], ["2999", "3011"], id="range"),
    pytest.param("3000:3010", ["3010"], ["3011"], id="colon"),
    pytest.param("100,3000-3001,60000-65535", ["100", "3001", "60000", "65535"],
                 ["101", "2999", "59999"], id="list"),
    pytest.param(",".join("%d" % (1000 + 2 * n) for n in range(15)),
                 ["1000", "1014", "1028"], ["1001", "1029"], id="longest"),
])
def test_match(router, lan1, match, hits, misses):
    """Only packets to the destination ports of --trigger-match trigger."""
    router.load(out("--trigger-match %s --trigger-relate tcp:113 --trigger-session" % match))
    for port in misses:
        lan1.send("udp:" + port)
        assert router.triggers() == [], "port %s triggered" % port
    for port in hits:
        lan1.send("udp:" + port)
        assert router.trigger().trigger == "udp:" + port
        router.conntrack("-F")
        router.wait_closed()


@pytest.mark.parametrize("protocol", ["tcp", "udp", "sctp"])
def test_match_looks_at_any_protocol_with_ports(router, lan1, wan, protocol):
    """The rule's own -p says which protocol triggers; --trigger-match takes them all."""
    router.load(out(OPTIONS), DNAT, IN)
    lan1.connect(protocol + ":3000")
    assert router.trigger().trigger == protocol + ":3000"
    assert wan.who_answers("tcp:113") == lan1.ip


@pytest.mark.parametrize("match, hits, misses", [
    pytest.param("tcp:3000", ["tcp:3000"], ["udp:3000", "sctp:3000", "tcp:3001"], id="tcp"),
    pytest.param("udp:3000-3010", ["udp:3005"], ["tcp:3005", "sctp:3005", "udp:3011"], id="udp"),
    pytest.param("sctp:3000", ["sctp:3000"], ["tcp:3000", "udp:3000"], id="sctp"),
    pytest.param("all:3000", ["tcp:3000", "udp:3000"], ["sctp:3000", "udp:3001"], id="all"),
    pytest.param("tcp:3000,udp:4000", ["tcp:3000", "udp:4000"], ["udp:3000", "tcp:4000"],
                 id="each with its ports"),
    pytest.param("tcp:3000-3009,3005", ["tcp:3000", "udp:3005"], ["udp:3000"], id="overlapping"),
])
def test_a_protocol_that_an_item_names_is_the_only_one(router, lan1, match, hits, misses):
    """One rule is triggered by several protocols, each with the ports that name it."""
    router.load(out("--trigger-match %s --trigger-relate tcp:113 --trigger-session" % match))
    for where in misses:
        lan1.connect(where)
        assert router.triggers() == [], where + " triggered"
    for where in hits:
        lan1.connect(where)
        assert router.trigger().trigger == where
        router.conntrack("-F")
        router.wait_closed()


def test_a_protocol_that_an_item_names_on_ipv6(router, lan1, wan):
    """The same rule of IPv6."""
    router.load6(out("--trigger-match tcp:3000,all:4000 --trigger-relate tcp:113"))
    lan1.connect("udp:3000", dst=wan.ip6)
    assert router.triggers() == []
    lan1.connect("tcp:3000", dst=wan.ip6)
    assert router.trigger().trigger == "tcp:3000"


def test_mproto_is_what_triggers(router, lan1, wan):
    """--trigger-mproto is the protocol that triggers, --trigger-rproto the one to open."""
    router.load(out("--trigger-mproto tcp --trigger-match 554"
                    " --trigger-rproto udp --trigger-relate 6970-6999"), DNAT, IN)
    lan1.connect("udp:554")
    assert router.triggers() == []
    lan1.connect("tcp:554")
    assert wan.who_answers("udp:6980") == lan1.ip
    assert wan.who_answers("tcp:6980") is None


def test_mproto_without_ports(router, lan1, wan):
    """--trigger-mproto alone: every packet of that protocol triggers, and no other."""
    router.load(out("--trigger-mproto tcp --trigger-relate tcp:113"), DNAT, IN)
    lan1.connect("udp:4711")
    lan1.send_raw(wan.ip, ipv4(lan1.ip, wan.ip, 1, icmp_echo(1)))
    lan1.settle()
    assert router.triggers() == []
    lan1.connect("tcp:4711")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_match_looks_at_the_destination_port(router, lan1):
    """A source port in the list does not trigger."""
    router.load(out(OPTIONS))
    lan1.send("udp:3001", sport=3000)
    assert router.triggers() == []


def test_without_a_match_list_every_packet_triggers(router, lan1, wan):
    """Every packet that reaches a rule without --trigger-match triggers."""
    router.load(out("--trigger-relate tcp:113", "-A FORWARD -i br-lan -p tcp"), DNAT, IN)
    lan1.send("udp:3000")
    assert router.triggers() == []
    lan1.connect("tcp:4711")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_a_ping_triggers_without_a_match_list(router, lan1, wan):
    """A rule without --trigger-match is also triggered by protocols without ports."""
    router.load(out("--trigger-relate tcp:113", "-A FORWARD -i br-lan -p icmp"), DNAT, IN)
    lan1.send_raw(wan.ip, ipv4(lan1.ip, wan.ip, 1, icmp_echo(1)))
    wait_until(router.triggers, "open after a ping")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_a_ping_has_no_ports_to_match(router, lan1, wan):
    """With --trigger-match no ICMP packet triggers, whatever its first bytes are."""
    router.load(out(OPTIONS))
    # This identifier makes the checksum 3000; it lies where a destination port would.
    echo = icmp_echo(0xec47)
    assert echo[2:4] == (3000).to_bytes(2, "big")
    lan1.send_raw(wan.ip, ipv4(lan1.ip, wan.ip, 1, echo))
    lan1.settle()
    assert router.triggers() == []


# --- --trigger-relate


@pytest.mark.parametrize("relate, shown, opens, closed", [
    ("tcp:113", "tcp:113", ["tcp:113"], ["udp:113", "tcp:112", "tcp:114"]),
    ("udp:5000-5010", "udp:5000-5010", ["udp:5000", "udp:5007", "udp:5010"],
     ["udp:4999", "udp:5011", "tcp:5000"]),
    ("tcp:5000:5003", "tcp:5000-5003", ["tcp:5003"], ["tcp:5004"]),
    ("all:2000-2010", "tcp:2000-2010,udp:2000-2010", ["tcp:2000", "udp:2010"], ["tcp:2011"]),
    ("tcp:113,udp:5000-5010,all:7", "tcp:113,udp:5000-5010,tcp:7,udp:7",
     ["tcp:113", "udp:5010", "tcp:7", "udp:7"], ["udp:113", "tcp:5000", "tcp:8"]),
    ("tcp:1-65535", "tcp:1-65535", ["tcp:1", "tcp:32768", "tcp:65535"], ["udp:1"]),
    ("udp:65535", "udp:65535", ["udp:65535"], ["udp:65534"]),
    ("sctp:5000-5001", "sctp:5000-5001", ["sctp:5000", "sctp:5001"], ["tcp:5000", "sctp:5002"]),
    (",".join("tcp:%d" % (1001 + 2 * n) for n in range(15)),
     ",".join("tcp:%d" % (1001 + 2 * n) for n in range(15)),
     ["tcp:1001", "tcp:1029"], ["tcp:1000", "tcp:1002", "tcp:1030"]),
], ids=["tcp", "udp", "colon", "all", "list", "wide", "last", "sctp", "longest"])
def test_relate(router, lan1, wan, relate, shown, opens, closed):
    """Exactly the ports of --trigger-relate open, each item with its protocol."""
    router.load(out("--trigger-match 3000 --trigger-relate " + relate), DNAT, IN)
    lan1.send("udp:3000")
    assert router.trigger().open == shown
    for port in opens:
        assert wan.who_answers(port) == lan1.ip
    for port in closed:
        assert wan.who_answers(port) is None


@pytest.mark.parametrize("protocol, opens, closed", [
    ("tcp", ["tcp:113"], ["udp:113"]),
    ("udp", ["udp:113"], ["tcp:113"]),
    ("all", ["tcp:113", "udp:113"], []),
    ("sctp", ["sctp:113"], ["tcp:113"]),
])
def test_proto_is_what_opens(router, lan1, wan, protocol, opens, closed):
    """--trigger-proto is the protocol to open, not the one that triggers."""
    router.load(out("--trigger-match 3000 --trigger-proto %s --trigger-relate 113,udp:5000"
                    % protocol), DNAT, IN)
    lan1.send("udp:3000")
    for port in opens + ["udp:5000"]:
        assert wan.who_answers(port) == lan1.ip
    for port in closed + ["tcp:5000"]:
        assert wan.who_answers(port) is None


# --- what it does to the packet


def test_the_packet_continues(router, lan1):
    """`out` accepts nothing: the next rule decides, and the port is open."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113"),
                "-A FORWARD -i br-lan -p tcp --dport 6667 -j REJECT --reject-with tcp-reset")
    assert lan1.who_answers("tcp:6667") is None
    assert router.trigger().owner == lan1.ip


def test_a_rule_that_no_packet_reaches_opens_nothing(router, lan1):
    """Behind a rule that accepts the packet, `out` does not see it."""
    router.load(base=("-A FORWARD -i br-lan -j ACCEPT", out("--trigger-relate tcp:113")))
    lan1.send("udp:3000")
    assert router.triggers() == []


# --- what never triggers


def test_a_reply_triggers_nothing(router, lan1, wan):
    """A LAN server's reply to a remote port that is a trigger port opens nothing."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:113", ANYWHERE),
                "-t nat -A PREROUTING -i wan -p udp --dport 8080 -j DNAT --to 192.168.1.10",
                "-A FORWARD -i wan -p udp --dport 8080 -j ACCEPT")
    flow = wan.connect("udp:8080", sport=3000)
    flow.echo()
    assert router.triggers() == []


def test_a_reply_triggers_nothing_without_nat(router, lan1, wan):
    """The same for a routed connection without NAT."""
    router.load6(out("--trigger-match 3000 --trigger-relate tcp:113", "-A FORWARD -i br-lan"),
                 "-A FORWARD -i wan -p udp --dport 8080 -j ACCEPT")
    flow = wan.connect("udp:8080", dst=lan1.ip6, sport=3000)
    flow.echo()
    assert router.triggers() == []


def test_an_inbound_connection_that_dnat_let_in_triggers_nothing(router, lan1, wan):
    """A connection through a port forward to port 3000 opens nothing."""
    router.load(out(OPTIONS, ANYWHERE),
                "-t nat -A PREROUTING -i wan -p udp --dport 3000 -j DNAT --to 192.168.1.10",
                "-A FORWARD -i wan -p udp --dport 3000 -j ACCEPT")
    flow = wan.connect("udp:3000")
    flow.echo()
    assert flow.arrived_at == lan1.ip
    assert router.triggers() == []


def test_a_triggered_inbound_connection_triggers_nothing(router, lan1, wan):
    """A connection that came in through an open port opens no other port."""
    router.load(out(OPTIONS, ANYWHERE),
                out("--trigger-match 113 --trigger-relate tcp:114", ANYWHERE), DNAT, IN)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert [t.open for t in router.triggers()] == ["tcp:113"]


def test_a_fragmented_datagram_triggers(router, lan1, wan):
    """A fragmented datagram triggers by the ports of its first fragment."""
    router.load(out(OPTIONS), DNAT, IN)
    whole = udp(4000, 3000, b"x" * 2000)
    lan1.send_raw(wan.ip, ipv4(lan1.ip, wan.ip, 17, whole[:1024], 0x2000),
                  ipv4(lan1.ip, wan.ip, 17, whole[1024:], 1024 // 8))
    wait_until(router.triggers, "open after a fragmented datagram")


def test_a_later_fragment_alone_triggers_nothing(router, lan1):
    """Bytes of a later fragment are not read as ports."""
    router.load(out(OPTIONS), out("--trigger-match 3000 --trigger-relate tcp:114",
                                  "-t mangle -A PREROUTING"))
    lan1.send_raw(SILENT, ipv4(lan1.ip, SILENT, 17, udp(4000, 3000, b"x" * 16), 1024 // 8))
    lan1.settle()
    assert router.triggers() == []


def test_a_truncated_packet_triggers_nothing(router, lan1):
    """A packet that is too short to have ports does not trigger."""
    router.load(out(OPTIONS))
    lan1.send_raw(SILENT, ipv4(lan1.ip, SILENT, 17, udp(4000, 3000)[:6]),
                  ipv4(lan1.ip, SILENT, 17, b""))
    lan1.settle()
    assert router.triggers() == []


def test_an_untracked_packet_triggers_nothing(router, lan1):
    """A packet without a conntrack entry does not trigger."""
    router.load(out(OPTIONS), "-t raw -A PREROUTING -i br-lan -p udp -j CT --notrack")
    lan1.send("udp:3000")
    assert router.triggers() == []


# --- where it may stand


@pytest.mark.parametrize("where", [
    "-t mangle -A PREROUTING -i br-lan",
    "-t nat -A PREROUTING -i br-lan",
    "-t mangle -A FORWARD -i br-lan",
    "-A FORWARD -i br-lan",
    "-t mangle -A POSTROUTING -o wan",
    "-t nat -A POSTROUTING -o wan",
])
def test_valid_hooks(router, lan1, wan, where):
    """PREROUTING, FORWARD and POSTROUTING of each table: the owner is the original source."""
    router.load(out(OPTIONS, where), DNAT, IN)
    flow = lan1.connect("udp:3000")
    flow.send()
    assert router.trigger().owner == lan1.ip
    assert wan.who_answers("tcp:113") == lan1.ip


@pytest.mark.parametrize("where", ["-t mangle -A OUTPUT", "-t nat -A OUTPUT", "-A OUTPUT"])
def test_output_is_for_the_router_itself(router, lan1, where):
    """In OUTPUT the owner is the router; packets of LAN hosts do not pass OUTPUT."""
    router.load(out(OPTIONS, where))
    lan1.send("udp:3000")
    assert router.triggers() == []
    router.send("udp:3000")
    assert router.trigger().owner == router.ip


@pytest.mark.parametrize("where", ["-t raw -A PREROUTING -i br-lan", "-t raw -A OUTPUT"])
def test_raw_is_harmless(router, lan1, where):
    """In the raw table a packet has no connection yet, so it does not trigger."""
    router.load(out(OPTIONS, where))
    lan1.send("udp:3000")
    router.send("udp:3000")
    assert router.triggers() == []


@pytest.mark.parametrize("where", ["-A INPUT", "-t mangle -A INPUT", "-t nat -A INPUT"])
def test_wrong_hooks_are_refused(router, where):
    """`out` is not valid in INPUT."""
    assert router.refuses(out(OPTIONS, where))


def test_a_user_chain_called_from_a_wrong_hook(router, lan1):
    """A user chain with `out` that INPUT calls is refused, or does nothing there."""
    router.load("-N mine", out(OPTIONS, "-A mine"))
    if not router.refuses("-I INPUT -j mine"):
        router.serve("udp:3000")
        lan1.send("udp:3000", dst=router.lan_ip)
    assert router.triggers() == []


def test_user_chains(router, lan1, wan):
    """Rules work in user chains as in built-in chains, also in nested ones."""
    router.load("-t nat -N inbound", "-t nat -A PREROUTING -j inbound",
                DNAT.replace("PREROUTING", "inbound"),
                "-N mine", "-N deeper", "-A FORWARD -j mine", "-A mine -j deeper",
                out(OPTIONS, "-A deeper -i br-lan"), IN.replace("FORWARD", "deeper"))
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:114") is None


def test_base_rules_alone_open_nothing(router, lan1, wan):
    """`dnat` and `in` alone accept nothing."""
    router.load(DNAT, IN, base=BASE_FILTER)
    lan1.connect("udp:3000")
    assert wan.who_answers("tcp:113") is None
    with pytest.raises(Refused):
        wan.connect("udp:3000")
