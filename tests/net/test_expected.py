# SPDX-License-Identifier: GPL-2.0
"""A connection that a conntrack helper expected triggers like any other."""

import pytest

from hosts import icmp_unreachable, ipv4, tcp_syn, wait_until
from procfile import write
from router import out

HELPER = "-t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp"
TRIGGER = out("--trigger-match tcp:40000 --trigger-relate tcp:113")


@pytest.fixture
def passive(router, lan1, wan):
    """A SYN of the data connection that an FTP server has announced, and answers no more."""
    router.load(HELPER, TRIGGER)
    control = lan1.connect("tcp:21")
    control.tell("\r\n220 Hello.\r\n")
    control.tell("227 Entering Passive Mode (%s,156,64).\r\n" % wan.ip.replace(".", ","))
    wan.route("blackhole %s" % router.ip)
    return syn(lan1, wan, 40000)


def syn(lan1, wan, port):
    return ipv4(lan1.ip, wan.ip, 6, tcp_syn(lan1.ip, wan.ip, 4000, port))


def test_its_retransmit_triggers(router, lan1, wan, passive):
    """What conntrack calls related is the connection's own packet, also the second time."""
    lan1.send_raw(wan.ip, passive)
    wait_until(router.triggers, "its first packet opens")
    assert "dport=40000 [UNREPLIED]" in router.conntrack("-L", "--status", "EXPECTED")
    write(router, "/\n")
    assert not router.triggers()
    lan1.send_raw(wan.ip, passive)
    wait_until(router.triggers, "the same packet again opens")


def test_an_error_about_it_does_not(router, lan1, wan, passive):
    """An ICMP error is related to the connection, but no part of it."""
    lan1.send_raw(wan.ip, passive)
    wait_until(router.triggers, "it opens")
    write(router, "/\n")
    answer = ipv4(wan.ip, lan1.ip, 6, tcp_syn(wan.ip, lan1.ip, 40000, 4000))
    lan1.send_raw(wan.ip, ipv4(lan1.ip, wan.ip, 1, icmp_unreachable(answer)))
    lan1.send_raw(wan.ip, syn(lan1, wan, 40001))
    wait_until(lambda: "dport=40001" in router.conntrack("-L", "-p", "tcp"), "all has passed")
    assert not router.triggers()
