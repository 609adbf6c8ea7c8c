# SPDX-License-Identifier: GPL-2.0
"""`out` in front of NFQUEUE, which drops new connections that anybody else holds on to."""

import pytest

from hosts import wait_until
from nfqueue import Queue
from router import DNAT, IN, out

QUEUE = "-A FORWARD -i br-lan -o wan -j NFQUEUE --queue-num 7"
OPTIONS = "--trigger-match 3000 --trigger-relate tcp:113"


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize("options", ["", " --trigger-session", " --trigger-peer host"])
def test_a_queued_packet_opens_and_goes_on(router, lan1, wan, options, protocol):
    """The first packet of each connection is the queue's alone, and all of them arrive."""
    with Queue(router, 7) as queue:
        router.load(out(OPTIONS + options), QUEUE, DNAT, IN)
        for n in range(1, 4):
            flow = lan1.connect(protocol + ":3000")
            flow.echo()
            assert wan.who_answers("tcp:113") == lan1.ip
            assert queue.passed >= n
    assert router.trigger().session == (3 if "session" in options else 0)


def test_a_session_that_began_in_a_queue_ends(router, lan1, wan):
    """What is followed is the connection, whoever held its first packet."""
    with Queue(router, 7):
        router.load(out(OPTIONS + " --trigger-session"), QUEUE, DNAT, IN)
        flow = lan1.connect("tcp:3000")
        assert wan.who_answers("tcp:113") == lan1.ip
        flow.close()
        assert wan.who_answers("tcp:113") is None
    wait_until(lambda: not router.triggers(), "found ended")


def test_an_inbound_packet_that_is_queued(router, lan1, wan):
    """With `both` and sessions, inbound connections are followed, too."""
    with Queue(router, 7) as queue:
        router.load(out(OPTIONS + " --trigger-session --trigger-refresh both"),
                    "-t mangle -A FORWARD -i wan -j TRIGGER --trigger-type in",
                    QUEUE.replace("-i br-lan -o wan", "-i wan"), DNAT)
        game = lan1.connect("udp:3000")
        ident = wan.connect("tcp:113")
        assert ident.arrived_at == lan1.ip
        assert queue.passed
        assert router.trigger().session == 2
        game.abort()
        ident.abort()
