# SPDX-License-Identifier: GPL-2.0
"""--trigger-timeout, --trigger-refresh and --trigger-lifetime: when an active trigger closes."""

import socket
import time

from hosts import SLOW, wait_until
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
    """With `both`, new inbound connections refresh, not the packets of answered ones."""
    router.load(out(SHORT + "--trigger-refresh both"), DNAT, IN)
    lan1.send("udp:3000")
    ident = wan.connect("tcp:113")

    def closed():
        ident.echo()
        return not router.triggers()

    wait_until(closed, "closed under an old inbound connection")


class Stream:
    """Datagrams from the remote host to a port of the router, or of the owner."""

    def __init__(self, owner, wan, dst, port):
        owner.serve("udp:%d" % port)
        self.server = owner.servers("udp:%d" % port)[0].socket
        self.sock = wan.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.connect((dst, port))
        self.peer = None

    def arrives(self):
        """Whether one more arrives."""
        try:
            self.sock.send(b"frame")
        except ConnectionRefusedError:  # the last one did not
            self.sock.send(b"frame")
        self.server.settimeout(SLOW)
        try:
            self.peer = self.server.recvfrom(100)[1]
        except socket.timeout:
            return False
        return True

    def answer(self):
        self.server.sendto(b"well received", self.peer)
        assert self.sock.recv(100) == b"well received"


QUICKTIME = out("--trigger-match tcp:554 --trigger-relate udp:6970-6999 --trigger-timeout 5 "
                "--trigger-refresh both ")


def test_a_stream_that_nobody_answers_refreshes(router, lan1, wan):
    """QuickTime's preset: 16 datagrams in 8 seconds all arrive, with a timeout of 5."""
    router.load(QUICKTIME, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:554")
    stream = Stream(lan1, wan, router.ip, 6970)
    start = time.monotonic()
    for n in range(16):
        wait_until(lambda: time.monotonic() >= start + n / 2, "the next one's time")
        assert stream.arrives(), "datagram %d" % n
    assert (count("opened"), count("expired"), count("accepted"), count("dnat")) == (1, 0, 1, 1)
    assert count("refreshed") >= 3 and router.trigger().hits == 1
    # Behind its end the timeout runs.
    router.wait_closed()


def test_with_out_alone_such_a_stream_refreshes_nothing(router, lan1, wan):
    """By default the timeout runs whatever arrives."""
    router.load(out(SHORT.replace("tcp:113", "udp:113")), DNAT, IN)
    lan1.send("udp:3000")
    stream = Stream(lan1, wan, router.ip, 113)
    assert stream.arrives()
    wait_until(lambda: not stream.arrives(), "closed under a stream")


def test_a_stream_that_is_answered_refreshes_no_more(router, lan1, wan):
    """From the answer on it is an ordinary connection: it goes on, and keeps nothing open."""
    router.load(out(SHORT.replace("tcp:113", "udp:113") + "--trigger-refresh both"), DNAT, IN)
    lan1.send("udp:3000")
    stream = Stream(lan1, wan, router.ip, 113)
    keep(stream.arrives, 2.5)
    assert router.triggers() and stream.arrives()
    stream.answer()
    wait_until(lambda: stream.arrives() and not router.triggers(), "closed under the stream")
    assert stream.arrives()


def test_the_lifetime_bounds_a_stream(router, lan1, wan):
    """Whoever sends on and on keeps it open no longer than that."""
    router.load(out(SHORT.replace("tcp:113", "udp:113") + "--trigger-refresh both "
                    "--trigger-lifetime 3"), DNAT, IN)
    count = router.counting()
    lan1.send("udp:3000")
    stream = Stream(lan1, wan, router.ip, 113)
    start = time.monotonic()
    wait_until(lambda: not stream.arrives(), "closed by the lifetime")
    assert time.monotonic() - start > 1.5 and count("expired") == 1


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
