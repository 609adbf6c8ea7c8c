# SPDX-License-Identifier: GPL-2.0
"""--trigger-session: open exactly as long as a triggering connection is alive."""

import pytest

from hosts import wait_until
from router import DNAT, IN, out

SESSION = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session")

# "Sessions are found ended within a second"; the rest is for a slow machine.
A_SECOND = 1.8


def closed(router):
    """Whether the table says so; nobody asks for a port, so only the collector can."""
    return not router.triggers()


def test_open_while_the_connection_lives(router, lan1, wan):
    """No timeout: the table shows one live session, and no expiry."""
    router.load(SESSION, DNAT, IN)
    irc = lan1.connect("tcp:6667")
    t = router.trigger()
    assert (t.timeout, t.expires, t.session, t.state) == (0, 0, 1, "open")
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.echo()
    assert router.trigger().session == 1


def test_inbound_connections_do_not_push_the_session_out(router, lan1, wan):
    """With `both`, as many inbound ones as are followed leave the owner's where it is."""
    router.load(SESSION + " --trigger-refresh both", DNAT, IN)
    irc = lan1.connect("tcp:6667")
    for flow in [wan.connect("tcp:113") for _ in range(12)]:
        flow.abort()
    wait_until(lambda: router.trigger().session == 1, "only the owner's is left")
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.close()
    wait_until(lambda: closed(router), "closed with the owner's session")


def test_fin_ends_the_session_at_once(router, lan1, wan):
    """FIN from both sides closes the port; the next inbound connection is refused."""
    router.load(SESSION, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667").close()
    assert wan.who_answers("tcp:113") is None
    wait_until(lambda: count("ended") == 1, "counted as ended", A_SECOND)
    assert router.triggers() == []


def test_rst_ends_the_session_at_once(router, lan1, wan):
    """A connection closed by RST closes its port."""
    router.load(SESSION, DNAT, IN)
    lan1.connect("tcp:6667").abort()
    assert wan.who_answers("tcp:113") is None
    assert closed(router)


def test_half_closed_is_alive(router, lan1, wan):
    """A FIN from one side does not end the session."""
    router.load(SESSION, DNAT, IN)
    irc = lan1.connect("tcp:6667")
    irc.half_close()
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.answer()
    assert router.trigger().session == 1


def test_conntrack_delete_ends_the_session(router, lan1, wan):
    """`conntrack -D` of the triggering connection closes its port."""
    router.load(SESSION, DNAT, IN)
    irc = lan1.connect("tcp:6667")
    router.conntrack("-D", "-s", lan1.ip, "-p", "tcp", "--sport", str(irc.local_port))
    assert wan.who_answers("tcp:113") is None
    assert closed(router)


def test_conntrack_flush_ends_every_session_and_frees_it(router, lan1, lan2, wan):
    """`conntrack -F` closes all of them, and no reference keeps a connection's memory."""
    router.load(SESSION, DNAT, IN)
    lan1.connect("tcp:6667")
    lan2.connect("tcp:6667")
    lan2.connect("tcp:6667")
    assert len(router.triggers()) == 2
    router.conntrack("-F")
    assert wan.who_answers("tcp:113") is None
    wait_until(lambda: closed(router), "the table is empty", A_SECOND)
    # Only what was asked since may be left: the refused knock.
    wait_until(lambda: router.connections() <= 1, "conntrack lets go of its entries")


def test_udp_session_ends_with_conntracks_timeout(router, lan1, wan):
    """A UDP exchange is alive until conntrack forgets it."""
    router.load(out("--trigger-match 3000 --trigger-relate udp:5000 --trigger-session"),
                DNAT, IN)
    router.set("net.netfilter.nf_conntrack_udp_timeout", 1)
    router.set("net.netfilter.nf_conntrack_udp_timeout_stream", 1)
    lan1.connect("udp:3000")
    assert wan.who_answers("udp:5000") == lan1.ip
    wait_until(lambda: wan.who_answers("udp:5000") is None, "closed with the UDP session")
    assert closed(router)


def test_sctp_session_ends_with_its_shutdown(router, lan1, wan):
    """An SCTP association that is shut down closes its port."""
    router.load(SESSION, DNAT, IN)
    association = lan1.connect("sctp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger().session == 1
    association.close()
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed with the association")
    assert closed(router)


def test_the_collector_finds_the_end_by_itself(router, lan1):
    """The collector finds the session's end within a second, without any packet."""
    router.load(SESSION, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667").close()
    wait_until(lambda: count("ended") == 1, "found ended", A_SECOND)


def test_open_until_the_last_of_two_connections(router, lan1, wan):
    """With two connections of one owner, the port is open until both have ended."""
    router.load(SESSION, DNAT, IN)
    first, second = lan1.connect("tcp:6667"), lan1.connect("tcp:6667")
    assert router.trigger().session == 2
    first.close()
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: router.trigger().session == 1, "one session left", A_SECOND)
    second.close()
    assert wan.who_answers("tcp:113") is None


def test_open_until_the_first_of_two_connections_ends_last(router, lan1, wan):
    """The order in which the connections end does not matter."""
    router.load(SESSION, DNAT, IN)
    first, second = lan1.connect("tcp:6667"), lan1.connect("tcp:6667")
    second.close()
    assert wan.who_answers("tcp:113") == lan1.ip
    first.close()
    assert wan.who_answers("tcp:113") is None


def test_the_newest_eight_connections_count(router, lan1, wan):
    """Of more connections than it follows, the newest eight keep it open."""
    router.load(SESSION, DNAT, IN)
    flows = [lan1.connect("tcp:6667") for _ in range(10)]
    assert router.trigger().session == 8
    for flow in flows[3:]:
        flow.close()
    assert wan.who_answers("tcp:113") == lan1.ip
    flows[2].close()
    # The two oldest still live, but are not followed any more.
    assert wan.who_answers("tcp:113") is None
    flows[0].answer()


def test_opens_again_with_the_next_connection(router, lan1, wan):
    """After the end a new connection opens anew."""
    router.load(SESSION, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667").close()
    assert wan.who_answers("tcp:113") is None
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert count("opened") == 2


def test_timeout_closes_though_the_session_lives(router, lan1, wan):
    """With both options the timeout closes although the connection is alive."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session "
                    "--trigger-timeout 1"), DNAT, IN)
    irc = lan1.connect("tcp:6667")
    assert router.trigger().timeout == 1
    count = router.counting()
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed by the timeout")
    assert (count("expired"), count("ended")) == (1, 0)
    irc.send()
    assert router.trigger().session == 1


def test_session_end_closes_before_the_timeout(router, lan1, wan):
    """With both options the session's end closes before the timeout."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session "
                    "--trigger-timeout 600"), DNAT, IN)
    lan1.connect("tcp:6667").close()
    assert wan.who_answers("tcp:113") is None


def test_an_unanswered_session_is_alive_until_conntrack_gives_up(router, lan1, wan):
    """A datagram that nobody answers opens; its session lasts as conntrack's entry does."""
    router.load(out("--trigger-match 3000 --trigger-relate udp:5000 --trigger-session"),
                DNAT, IN)
    router.set("net.netfilter.nf_conntrack_udp_timeout", 1)
    lan1.send("udp:3000")
    assert wan.who_answers("udp:5000") == lan1.ip
    wait_until(lambda: wan.who_answers("udp:5000") is None, "closed with its session")


def test_an_inbound_connection_is_no_session(router, lan1, wan):
    """An inbound connection through the open port does not keep it open."""
    router.load(SESSION, DNAT, IN)
    irc = lan1.connect("tcp:6667")
    ident = wan.connect("tcp:113")
    assert router.trigger().session == 1
    irc.close()
    assert wan.who_answers("tcp:113") is None
    ident.echo()
    wait_until(lambda: closed(router), "closed with the session", A_SECOND)


@pytest.mark.parametrize("where", ["tcp:6667", "udp:6667"])
def test_sessions_do_not_delay_unloading(lab, router, lan1, unload, where):
    """With sessions alive, the module can be removed after the rules are flushed."""
    router.load(SESSION, DNAT, IN)
    lan1.connect(where)
    assert router.trigger().session == 1
    router.load()
    unload()


def test_nothing_is_shown_without_the_option(router, lan1):
    """Without --trigger-session no session is counted, and none ends it."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113"), DNAT, IN)
    lan1.connect("tcp:6667").close()
    t = router.trigger()
    assert (t.session, t.timeout) == (0, 600)
