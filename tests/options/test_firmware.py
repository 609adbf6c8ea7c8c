# SPDX-License-Identifier: GPL-2.0
"""Rulesets as router firmware has written them since 2003 load unchanged.

What they then do to packets is shown in tests/net.
"""

import shlex

ADDRESS = {"ipv4": "198.51.100.1", "ipv6": "2001:db8:2::1"}
LAN = {"ipv4": "10.0.1.0/24", "ipv6": "2001:db8:1::/64"}
ANYBODY = {"ipv4": "0.0.0.0-255.255.255.255", "ipv6": "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}

SAME_PORTS = ("TRIGGER: warning: --trigger-match and --trigger-relate are the same ports:"
              " only packets to these ports trigger\n")
IGNORED = "TRIGGER: warning: ignored with --trigger-type %s\n"

# DD-WRT: separate commands; the trigger rules stand in a chain of their own.
DD_WRT = """\
-t nat -A PREROUTING -d $WANIP -j TRIGGER --trigger-type dnat
-N trigger_out
-A FORWARD -i vlan1 -o br0 -j TRIGGER --trigger-type in
-A FORWARD -i br0 -j trigger_out
-A trigger_out -p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out \
 --trigger-proto tcp --trigger-match 6660-6669 --trigger-relate 113-113
-A trigger_out -p tcp --dport 500:600 -j TRIGGER --trigger-type out \
 --trigger-proto all --trigger-match 500-600 --trigger-relate 7000-7000
"""

DD_WRT_SAVED = {
    "FORWARD": ["-i vlan1 -o br0 -j TRIGGER --trigger-type in", "-i br0 -j trigger_out"],
    "trigger_out": [
        "-p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out"
        " --trigger-match 6660-6669 --trigger-relate tcp:113",
        "-p tcp -m tcp --dport 500:600 -j TRIGGER --trigger-type out"
        " --trigger-match 500-600 --trigger-relate all:7000",
    ],
}

# Tomato: one iptables-restore file.
TOMATO = """\
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $WANIP -j TRIGGER --trigger-type dnat
COMMIT
*filter
:FORWARD DROP [0:0]
:wanin - [0:0]
:wanout - [0:0]
:triggers - [0:0]
-A FORWARD -i vlan1 -j wanin
-A FORWARD -o vlan1 -j wanout
-A wanout -j triggers
-A wanin -j TRIGGER --trigger-type in
-A triggers -p udp -m udp --dport 3000:4000 -j TRIGGER --trigger-type out \
--trigger-proto udp --trigger-match 3000-4000 --trigger-relate 5000-6000
-A triggers -p tcp -m tcp --dport 21 -j TRIGGER --trigger-type out \
--trigger-proto tcp --trigger-match 21 --trigger-relate 20
COMMIT
"""

TOMATO_SAVED = {
    "FORWARD": ["-i vlan1 -j wanin", "-o vlan1 -j wanout"],
    "wanin": ["-j TRIGGER --trigger-type in"],
    "wanout": ["-j triggers"],
    "triggers": [
        "-p udp -m udp --dport 3000:4000 -j TRIGGER --trigger-type out"
        " --trigger-match 3000-4000 --trigger-relate udp:5000-6000",
        "-p tcp -m tcp --dport 21 -j TRIGGER --trigger-type out"
        " --trigger-match 21 --trigger-relate tcp:20",
    ],
}

# Others: the type in capitals; all options on every rule, out rules in nat PREROUTING.
OTHERS = """\
-t nat -N PREROUTING_WAN
-t nat -N PREROUTING_RULE
-t nat -A PREROUTING -i wan0 -j PREROUTING_WAN
-t nat -A PREROUTING -i br0 -j PREROUTING_RULE
-t nat -A PREROUTING_RULE -i br0 -p tcp --dport 3000:3010 -j TRIGGER --trigger-type out \
 --trigger-proto tcp --trigger-match 3000-3010 --trigger-relate 5000-5010
-t nat -A PREROUTING_WAN -p tcp --dport 5000:5010 -j TRIGGER --trigger-type DNAT \
 --trigger-timeout 600
-N FORWARD_WAN
-A FORWARD -i wan0 -j FORWARD_WAN
-A FORWARD_WAN -p tcp --dport 5000:5010 -j TRIGGER --trigger-type in \
 --trigger-match 3000-3010 --trigger-relate 5000-5010 --trigger-proto tcp --trigger-timeout 600
"""

OTHERS_SAVED = {
    "PREROUTING_RULE": ["-i br0 -p tcp -m tcp --dport 3000:3010 -j TRIGGER --trigger-type out"
                        " --trigger-match 3000-3010 --trigger-relate tcp:5000-5010"],
    "PREROUTING_WAN": ["-p tcp -m tcp --dport 5000:5010 -j TRIGGER --trigger-type dnat"],
    "FORWARD_WAN": ["-p tcp -m tcp --dport 5000:5010 -j TRIGGER --trigger-type in"],
}

# A script for TR-069 gateways: no protocol, which means tcp and udp.
NO_PROTOCOL = """\
-N FORWARD_WAN
-t nat -N PREROUTING_RULE
-t nat -N PREROUTING_WAN
-t nat -A PREROUTING_WAN -p tcp --dport 113:113 -j TRIGGER --trigger-type dnat\
 --trigger-timeout 300
-A FORWARD_WAN -p tcp --dport 113:113 -j TRIGGER --trigger-type in\
 --trigger-match 6667 --trigger-relate 113-113 --trigger-timeout 300
-t nat -A PREROUTING_RULE -s $LAN -p tcp --dport 6667 -j TRIGGER --trigger-type out\
 --trigger-match 6667 --trigger-relate 113-113 --trigger-timeout 300
"""

NO_PROTOCOL_SAVED = {
    "PREROUTING_WAN": ["-p tcp -m tcp --dport 113 -j TRIGGER --trigger-type dnat"],
    "FORWARD_WAN": ["-p tcp -m tcp --dport 113 -j TRIGGER --trigger-type in"],
    "PREROUTING_RULE": ["-s $LAN -p tcp -m tcp --dport 6667 -j TRIGGER --trigger-type out"
                        " --trigger-match 6667 --trigger-relate all:113 --trigger-timeout 300"],
}

# Ralink: the packet's protocol and ports behind the target; the open ports in both lists.
RALINK = """\
-N port_trigger
-t nat -N PREROUTING_WAN
-t nat -A PREROUTING_WAN -i wan0 -j TRIGGER --trigger-type dnat -p tcp --dport 113:114
-A port_trigger -i wan0 -j TRIGGER --trigger-type in -p tcp --dport 113:114
-A port_trigger -i br0 -j TRIGGER --trigger-type out -p tcp --dport 6667\
 --trigger-proto tcp --trigger-match 113-114 --trigger-relate 113-114
-A port_trigger -i br0 -j TRIGGER --trigger-type out -p udp --dport 3000:3010\
 --trigger-proto all --trigger-match 5000 --trigger-relate 5000
"""

RALINK_SAVED = {
    "PREROUTING_WAN": ["-i wan0 -p tcp -m tcp --dport 113:114 -j TRIGGER --trigger-type dnat"],
    "port_trigger": [
        "-i wan0 -p tcp -m tcp --dport 113:114 -j TRIGGER --trigger-type in",
        "-i br0 -p tcp -m tcp --dport 6667 -j TRIGGER --trigger-type out"
        " --trigger-match 113-114 --trigger-relate tcp:113-114",
        "-i br0 -p udp -m udp --dport 3000:3010 -j TRIGGER --trigger-type out"
        " --trigger-match 5000 --trigger-relate all:5000",
    ],
}

# EcoNet: protocols in capitals; the open ports in both lists.
ECONET = """\
-N FORWARD_WAN
-t nat -N PREROUTING_RULE
-t nat -N PREROUTING_WAN
-t nat -A PREROUTING_WAN -p TCP --dport 113:113 -j TRIGGER --trigger-type dnat
-t filter -A FORWARD_WAN -p TCP --dport 113:113 -j TRIGGER --trigger-type in
-t nat -A PREROUTING_RULE -i br0 -p TCP --dport 6660:6669 -j TRIGGER --trigger-type out\
 --trigger-proto TCP --trigger-match 113-113 --trigger-relate 113-113
"""

ECONET_SAVED = {
    "PREROUTING_WAN": ["-p tcp -m tcp --dport 113 -j TRIGGER --trigger-type dnat"],
    "FORWARD_WAN": ["-p tcp -m tcp --dport 113 -j TRIGGER --trigger-type in"],
    "PREROUTING_RULE": ["-i br0 -p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out"
                        " --trigger-match 113 --trigger-relate tcp:113"],
}

# Realtek, MediaTek: an option for each of the two protocols, one rule for each pair.
REALTEK = """\
-t nat -N port_trigger
-N port_trigger
-A port_trigger -o ppp0 -m iprange --src-range $ANYBODY -j TRIGGER --trigger-type out\
 --trigger-mproto tcp --trigger-match 6881-6889 --trigger-rproto tcp --trigger-relate 6881-6889
-A port_trigger -o ppp0 -m iprange --src-range $ANYBODY -j TRIGGER --trigger-type out\
 --trigger-mproto udp --trigger-match 554-554 --trigger-rproto all --trigger-relate 6970-6999
-t nat -A port_trigger -i ppp0 -p udp --dport 6970:6999 -j TRIGGER --trigger-type dnat
"""

REALTEK_SAVED = {
    "port_trigger": [
        "-o ppp0 -m iprange --src-range $ANYBODY -j TRIGGER --trigger-type out"
        " --trigger-match tcp:6881-6889 --trigger-relate tcp:6881-6889",
        "-o ppp0 -m iprange --src-range $ANYBODY -j TRIGGER --trigger-type out"
        " --trigger-match udp:554 --trigger-relate all:6970-6999",
    ],
}

# What iptables-save of that firmware prints.
REALTEK_FILE = """\
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i ppp0 -j TRIGGER --trigger-type dnat
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -i ppp0 -j TRIGGER --trigger-type in --trigger-rproto all --trigger-relate 1-2
-A FORWARD -o ppp0 -j TRIGGER --trigger-type out --trigger-mproto all --trigger-match 6667-6667\
 --trigger-rproto tcp --trigger-relate 113-113
COMMIT
"""

REALTEK_FILE_SAVED = {
    "FORWARD": [
        "-i ppp0 -j TRIGGER --trigger-type in",
        "-o ppp0 -j TRIGGER --trigger-type out --trigger-match all:6667 --trigger-relate tcp:113",
    ],
}

# D-Link: several ranges to open. TP-Link: a comment, the ports to open alone select nothing.
LISTS = """\
-N triggers
-A triggers -p tcp --dport 3000:3010 -j TRIGGER --trigger-type out --trigger-proto tcp\
 --trigger-match 3000-3010 --trigger-relate 113,5000-5010,6000-6000
-A triggers -m comment --comment game -p udp -j TRIGGER --trigger-type out\
 --trigger-proto all --trigger-match 27000-27050 --trigger-relate 27015-27015
-I triggers -p tcp --dport 21 -j TRIGGER --trigger-type out --trigger-match 21\
 --trigger-relate 20 --trigger-proto tcp
"""

LISTS_SAVED = {
    "triggers": [
        "-p tcp -m tcp --dport 21 -j TRIGGER --trigger-type out"
        " --trigger-match 21 --trigger-relate tcp:20",
        "-p tcp -m tcp --dport 3000:3010 -j TRIGGER --trigger-type out"
        " --trigger-match 3000-3010 --trigger-relate tcp:113,tcp:5000-5010,tcp:6000",
        "-p udp -m comment --comment game -j TRIGGER --trigger-type out"
        " --trigger-match 27000-27050 --trigger-relate all:27015",
    ],
}


def addressed(tables, text):
    for name, value in (("$WANIP", ADDRESS), ("$LAN", LAN), ("$ANYBODY", ANYBODY)):
        text = text.replace(name, value[tables.family])
    return text


def run_commands(tables, text):
    """Each line is a command. What the plugin said, warnings all of it."""
    said = ""
    for command in addressed(tables, text).splitlines():
        result = tables.tool("iptables", *shlex.split(command))
        assert result.returncode == 0, command + "\n" + result.stderr
        said += result.stderr
    return said


def check_saved(tables, expected):
    for chain, rules in expected.items():
        table = "nat" if chain.startswith("PREROUTING") else "filter"
        assert tables.rules(table, chain) == [addressed(tables, rule) for rule in rules]


def check_round_trip(tables):
    """What is saved is no old form any more: it loads to the same, without a warning."""
    saved = tables.save()
    assert saved.count("-j TRIGGER") >= 3
    tables.clear()
    assert tables.restore(saved) == ""
    assert tables.save() == saved


def check_dnat(tables):
    prefix = "128" if tables.family == "ipv6" else "32"
    assert tables.rules("nat", "PREROUTING") == [
        "-d %s/%s -j TRIGGER --trigger-type dnat" % (ADDRESS[tables.family], prefix)]


def test_dd_wrt_commands(tables):
    assert run_commands(tables, DD_WRT) == ""
    check_dnat(tables)
    check_saved(tables, DD_WRT_SAVED)
    check_round_trip(tables)


def test_tomato_restore_file(tables):
    assert tables.restore(addressed(tables, TOMATO)) == ""
    check_dnat(tables)
    check_saved(tables, TOMATO_SAVED)
    check_round_trip(tables)


def test_firmware_with_every_option_on_every_rule(tables):
    assert run_commands(tables, OTHERS) == (
        IGNORED % "dnat: --trigger-timeout"
        + IGNORED % "in: --trigger-match --trigger-relate --trigger-proto --trigger-timeout")
    check_saved(tables, OTHERS_SAVED)
    check_round_trip(tables)


def test_firmware_without_a_protocol(tables):
    assert run_commands(tables, NO_PROTOCOL) == (
        IGNORED % "dnat: --trigger-timeout"
        + IGNORED % "in: --trigger-match --trigger-relate --trigger-timeout")
    check_saved(tables, NO_PROTOCOL_SAVED)
    check_round_trip(tables)


def test_ralink_commands(tables):
    assert run_commands(tables, RALINK) == SAME_PORTS * 2
    check_saved(tables, RALINK_SAVED)
    check_round_trip(tables)


def test_econet_commands(tables):
    assert run_commands(tables, ECONET) == SAME_PORTS
    check_saved(tables, ECONET_SAVED)
    check_round_trip(tables)


def test_realtek_commands(tables):
    """Their --trigger-match is what triggers: no warning, also where the same ports open."""
    assert run_commands(tables, REALTEK) == ""
    check_saved(tables, REALTEK_SAVED)
    assert len(tables.rules("nat", "port_trigger")) == 1
    check_round_trip(tables)


def test_realtek_restore_file(tables):
    assert tables.restore(REALTEK_FILE) == IGNORED % "in: --trigger-relate --trigger-rproto"
    check_saved(tables, REALTEK_FILE_SAVED)
    check_round_trip(tables)


def test_firmware_with_lists_and_comments(tables):
    assert run_commands(tables, LISTS) == ""
    check_saved(tables, LISTS_SAVED)
    check_round_trip(tables)
