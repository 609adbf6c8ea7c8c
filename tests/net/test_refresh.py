# SPDX-License-Identifier: GPL-2.0
"""--trigger-timeout, --trigger-refresh and --trigger-lifetime: when an active trigger closes."""

import socket
import time

from hosts import wait_until
from router import DNAT, IN, out

SHORT = "--trigger-match 3000 --trigger-relate tcp:113 --trigger-timeout 1 "


def keep(action, seconds):
    """Do it again and again, for longer than a timeout."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        action()
        time.sleep(0.1)


def test_triggering_packets_refresh(router, lan1, wan):
    """An active trigger stays open while the owner sends, and closes after that."""
    router.load(out(SHORT), DNAT, IN)
    count = router.counting()
    game = lan1.connect("udp:3000")
    keep(game.send, 2.5)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert (count("opened"), count("expired")) == (1, 0)
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed by the timeout")
    assert count("expired") == 1


def test_refreshes_are_counted_once_a_second(router, lan1):
    """At most one refresh a second is counted."""
    router.load(out(SHORT.replace("timeout 1", "timeout 60")), DNAT, IN)
    count = router.counting()
    start = time.monotonic()
    game = lan1.connect("udp:3000")

    def refreshed_twice():
        game.send()
        return count("refreshed") >= 2

    wait_until(refreshed_twice, "refreshed twice")
    assert count("refreshed") <= 1 + time.monotonic() - start
    assert router.trigger().expires >= 58


def test_expires_counts_down(router, lan1):
    """`expires` is the seconds left, `age` the seconds since the opening."""
    router.load(out(SHORT.replace("timeout 1", "timeout 60")), DNAT, IN)
    lan1.send("udp:3000")
    before = router.trigger()
    assert before.timeout == 60 and before.expires in (59, 60) and before.age == 0
    after = wait_until(lambda: router.triggers(age=1), "a second old")[0]
    assert before.expires - after.expires in (1, 2)


def test_inbound_connections_do_not_refresh_by_default(router, lan1, wan):
    """With `out` new inbound connections do not refresh."""
    router.load(out(SHORT), DNAT, IN)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed under inbound connections")


def test_inbound_connections_refresh_with_both(router, lan1, wan):
    """With `both` new inbound connections refresh; the timeout runs from the last one."""
    router.load(out(SHORT + "--trigger-refresh both"), DNAT, IN)
    count = router.counting()
    lan1.send("udp:3000")
    keep(lambda: wan.who_answers("tcp:113"), 2.5)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert (count("opened"), count("expired")) == (1, 0)
    assert count("refreshed") >= 1
    router.wait_closed()


def test_an_inbound_connection_that_goes_on_refreshes_nothing(router, lan1, wan):
    """With `both`, new inbound connections refresh, not the packets of old ones."""
    router.load(out(SHORT + "--trigger-refresh both"), DNAT, IN)
    lan1.send("udp:3000")
    ident = wan.connect("tcp:113")

    def closed():
        ident.echo()
        return not router.triggers()

    wait_until(closed, "closed under an old inbound connection")


def test_an_inbound_connection_without_an_answer_refreshes_once(router, lan1, wan):
    """Each of its packets is NEW to an `in` rule; only the first is a new connection."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(out(SHORT.replace("tcp:113", "udp:113") + "--trigger-refresh both"), IN)
    count = router.counting()
    lan1.send("udp:3000")
    lan1.serve("udp:113")
    knock = wan.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def closed():
        knock.sendto(b"knock", (lan1.ip, 113))
        return not router.triggers()

    wait_until(closed, "closed under an inbound connection without an answer")
    assert count("accepted") == 1


def test_each_of_in_and_dnat_refreshes_by_itself(router, lan1, wan):
    """A pinhole has no `dnat`; and another rule may accept what `dnat` has sent on."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    both = out(SHORT + "--trigger-refresh both")
    for rules, dst in (((both, IN), lan1.ip),
                       ((both, DNAT, "-A FORWARD -i wan -j ACCEPT"), router.ip)):
        router.load(*rules)
        count = router.counting()
        lan1.send("udp:3000")
        keep(lambda: wan.who_answers("tcp:113", dst=dst), 2.5)
        assert wan.who_answers("tcp:113", dst=dst) == lan1.ip
        assert count("expired") == 0
        assert count("refreshed") >= 1
        router.wait_closed()


def test_replies_do_not_refresh(router, lan1, wan):
    """Replies of the remote host do not refresh."""
    router.load(out(SHORT, "-A FORWARD"), DNAT, IN)
    game = lan1.connect("udp:3000")

    def closed():
        game.answer()
        return not router.triggers()

    wait_until(closed, "closed under replies")


def test_lifetime_closes_whatever_refreshes(router, lan1, wan):
    """The lifetime closes although the owner still sends; the next packet opens again."""
    router.load(out(SHORT.replace("timeout 1", "timeout 600 --trigger-lifetime 1")), DNAT, IN)
    count = router.counting()
    game = lan1.connect("udp:3000")
    assert router.trigger().lifetime == 1
    keep(game.send, 1.4)
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: count("expired") >= 1, "ended by its lifetime")
    assert count("opened") >= 2
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None


def test_lifetime_ends_a_session(router, lan1, wan):
    """The lifetime also closes a trigger with a session."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session "
                    "--trigger-lifetime 1"), DNAT, IN)
    irc = lan1.connect("tcp:6667")
    assert (router.trigger().timeout, router.trigger().lifetime) == (0, 1)
    wait_until(lambda: wan.who_answers("tcp:113") is None, "ended by its lifetime")
    irc.answer()


def test_the_table_drops_what_expired_by_itself(router, lan1):
    """An expired trigger leaves the table and is counted without any packet."""
    router.load(out(SHORT), DNAT, IN)
    count = router.counting()
    lan1.send("udp:3000")
    assert count("triggers") == 1
    wait_until(lambda: count("triggers") == 0 and count("expired") == 1, "collected")
