# SPDX-License-Identifier: GPL-2.0
"""The primary router fails: what was open is open on the other one, and nothing else."""

import os
import signal
import time

import pytest

from hosts import SLOW, wait_until
from lab import OTHER_OWNERS
from pair import Stopwatch, keys

# How often test_again_and_again does it: make check-pair FAILOVERS=20
FAILOVERS = int(os.environ.get("XT_TRIGGER_FAILOVERS", "20"))

# How long a restored opening waits for a connection that is not there.
ADOPTION = 60


def kill(pair, router):
    """keepalived dies, and nothing else: the router still has the addresses."""
    router.signal(signal.SIGKILL, "keepalived")


def cut(pair, router):
    """All cables are pulled."""
    pair.plug(router, False)


def freeze(pair, router):
    """Nothing runs on the router any more, and no packet comes out of it."""
    router.signal(signal.SIGSTOP, "keepalived", "conntrackd", "xt-trigger")
    pair.plug(router, False)


def fail(pair, router, how=kill):
    """The router fails, and the other one takes over; the seconds until a connection arrived."""
    watch = Stopwatch()
    how(pair, router)
    pair.wait_primary(pair.other(router))
    wait_until(lambda: asks(pair, "tcp:113"), "a new connection reaches the owner")
    return watch.seconds


def asks(pair, where):
    """Whether the world's new connection to a port arrives at lan1."""
    return pair.wan.who_answers(where) == pair.lan1.ip


class Session:
    """What lan1 has open: with its connection, and with a timeout; one more is closed again."""

    def __init__(self, pair, router):
        self.pair = pair
        self.irc = pair.lan1.connect("tcp:6667")
        self.ident = pair.wan.connect("tcp:113")
        pair.lan1.send("udp:3000")
        ftp = pair.lan1.connect("tcp:21")
        self.data = pair.wan.connect("tcp:40000")
        ftp.close()
        router.wait_closed(open="tcp:1024-65535")
        assert not asks(pair, "tcp:40001")
        self.before = {t.open: t for t in router.triggers()}
        assert sorted(self.before) == ["tcp:113", "udp:5000"]
        print("the other router was told after %.1f s" % pair.wait_told(router))

    def check(self, router):
        """All of it works on this router, and is what it was."""
        assert asks(self.pair, "udp:5000")
        self.irc.echo()
        self.ident.echo()
        self.data.echo()
        assert not asks(self.pair, "tcp:40001")
        assert keys(router.triggers()) == keys(self.before.values())
        for trigger in router.triggers():
            before = self.before[trigger.open]
            assert (trigger.peer, trigger.rule, trigger.answered, trigger.session) == \
                (before.peer, before.rule, before.answered, before.session)
            assert before.age <= trigger.age and trigger.expires <= before.expires


@pytest.mark.time_limit(240)
@pytest.mark.parametrize("how", [kill, cut, freeze], ids=lambda how: how.__name__)
def test_failover(pair, how):
    """Connections go on, new ones arrive, what was closed is closed."""
    session = Session(pair, pair.first)
    print("a new connection arrived after %.1f s" % fail(pair, pair.first, how))
    session.check(pair.second)


@pytest.mark.time_limit(300)
def test_an_idle_session(pair):
    """It keeps its port on the other router, too, though no packet of it comes by."""
    irc = pair.lan1.connect("tcp:6667")
    pair.wait_told(pair.first)
    fail(pair, pair.first)
    time.sleep((ADOPTION + 5) * SLOW)
    assert pair.second.trigger().session == 1
    assert asks(pair, "tcp:113")
    irc.close()
    pair.second.wait_closed()


@pytest.mark.time_limit(240)
def test_there_and_back(pair):
    """The first router comes back, and has what the second one had, not what it had itself."""
    session = Session(pair, pair.first)
    fail(pair, pair.first)
    pair.second.run("/usr/sbin/xt-trigger", "close", "open=udp:5000")
    pair.lan1.send("udp:3000", src=OTHER_OWNERS[0])
    pair.wait_told(pair.second)
    pair.keepalive(pair.first)
    pair.wait_primary(pair.first)
    assert keys(pair.first.triggers()) == sorted(
        [(pair.lan1.ip, "tcp:113"), (OTHER_OWNERS[0], "udp:5000")])
    assert asks(pair, "tcp:113")
    assert pair.wan.who_answers("udp:5000") == OTHER_OWNERS[0]
    session.irc.echo()
    session.ident.echo()


@pytest.mark.time_limit(240)
def test_with_conntrackd_alone(pair):
    """Connections go on; a port is open again when its owner's next packet has come by."""
    for router in pair.routers:
        router.run("/bin/mv", "/etc/xt-trigger/pair/push", "/etc/xt-trigger/pair/push.off")
    try:
        irc = pair.lan1.connect("tcp:6667")
        ident = pair.wan.connect("tcp:113")
        kill(pair, pair.first)
        pair.wait_primary(pair.second)
        ident.echo()
        assert not asks(pair, "tcp:113")
        irc.echo()
        assert asks(pair, "tcp:113")
    finally:
        for router in pair.routers:
            router.run("/bin/mv", "/etc/xt-trigger/pair/push.off", "/etc/xt-trigger/pair/push")


@pytest.mark.time_limit(180 * max(FAILOVERS, 1))
def test_again_and_again(pair):
    """Each router fails in turn, while hosts open ports; nothing is lost that was told."""
    irc = pair.lan1.connect("tcp:6667")
    router, lost, of, longest = pair.first, 0, 0, 0
    for n in range(FAILOVERS):
        for owner in OTHER_OWNERS:
            pair.lan1.send("udp:3000", src=owner)
        pair.wait_told(router)
        before = keys(router.triggers())
        longest = max(longest, fail(pair, router))
        now = keys(pair.other(router).triggers())
        lost += len(set(before) - set(now))
        of += len(before)
        irc.echo()
        pair.keepalive(router)
        if router is pair.second:
            router = pair.first
        else:
            pair.wait_primary(pair.first)
    with open("out/failovers", "w") as file:
        file.write("%d failovers: %d of %d openings lost, a new connection arrived after at most "
                   "%.1f s\n" % (FAILOVERS, lost, of, longest))
    assert not lost
