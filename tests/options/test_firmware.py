# SPDX-License-Identifier: GPL-2.0-only
"""Rulesets as router firmware has written them since 2003 load unchanged.

What they then do to packets is shown in tests/net.
"""

import shlex

ADDRESS = {"ipv4": "198.51.100.1", "ipv6": "2001:db8:2::1"}

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


def addressed(tables, text):
    return text.replace("$WANIP", ADDRESS[tables.family])


def run_commands(tables, text):
    for command in addressed(tables, text).splitlines():
        tables.done("iptables", *shlex.split(command))


def check_saved(tables, expected):
    for chain, rules in expected.items():
        table = "nat" if chain.startswith("PREROUTING") else "filter"
        assert tables.rules(table, chain) == rules


def check_round_trip(tables):
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
    run_commands(tables, DD_WRT)
    check_dnat(tables)
    check_saved(tables, DD_WRT_SAVED)
    check_round_trip(tables)


def test_tomato_restore_file(tables):
    assert tables.restore(addressed(tables, TOMATO)) == ""
    check_dnat(tables)
    check_saved(tables, TOMATO_SAVED)
    check_round_trip(tables)


def test_firmware_with_every_option_on_every_rule(tables):
    run_commands(tables, OTHERS)
    check_saved(tables, OTHERS_SAVED)
    check_round_trip(tables)
