# SPDX-License-Identifier: GPL-2.0
"""The primary router fails: what was open is open on the other one, and nothing else."""

import os
import signal
import time

import pytest

from hosts import SLOW, wait_until
from lab import OTHER_OWNERS
from pair import FTP, MANY_OWNERS, RECEIVED, Stopwatch, keys
from program import Program
from router import DNAT, IN

# How often test_again_and_again does it: make check-pair FAILOVERS=20
FAILOVERS = int(os.environ.get("XT_TRIGGER_FAILOVERS", "20"))

LOAD_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.py")

# How long a restored opening waits for a connection that is not there.
ADOPTION = 60
# How long before the failure something has closed that is not open after it.
CLOSED = 3


def kill(pair, router):
    """keepalived dies, and nothing else: the router still has the addresses."""
    router.signal(signal.SIGKILL, "keepalived")
    # Or it would count as running.
    router.programs["/usr/sbin/keepalived"].stop()


def cut(pair, router):
    """All cables are pulled."""
    pair.plug(router, False)


def freeze(pair, router):
    """Nothing runs on the router any more, and no packet comes out of it."""
    router.signal(signal.SIGSTOP)
    pair.plug(router, False)


def stop(pair, router):
    """Somebody ends keepalived, which takes the addresses along."""
    router.programs["/usr/sbin/keepalived"].stop()


def fail(pair, router, how=kill):
    """The router fails, and the other one takes over; the seconds until a connection arrived."""
    watch = Stopwatch()
    how(pair, router)
    pair.wait_primary(pair.other(router))
    wait_until(lambda: asks(pair, "tcp:113"), "a new connection reaches the owner")
    return watch.seconds


def report(text):
    """For the lines that make check-pair prints."""
    with open("out/figures", "a") as file:
        file.write(text + "\n")


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
        pair.wait_told(router)

    def check(self, router):
        """All of it works on this router, and is what it was."""
        now = router.triggers()
        assert keys(now) == keys(self.before.values())
        for trigger in now:
            before = self.before[trigger.open]
            assert (trigger.peer, trigger.rule, trigger.answered, trigger.session, trigger.ct) == \
                (before.peer, before.rule, before.answered, before.session, before.ct)
            # The two go on together: it is as old as it would be, and ends when it would.
            assert before.age < trigger.age and trigger.expires <= before.expires
            if before.expires:
                assert abs(trigger.age - before.age - (before.expires - trigger.expires)) <= 2
        assert asks(self.pair, "udp:5000")
        self.irc.echo()
        self.ident.echo()
        self.data.echo()
        assert not asks(self.pair, "tcp:40001")


@pytest.mark.time_limit(240)
@pytest.mark.parametrize("how", [kill, cut, freeze, stop], ids=lambda how: how.__name__)
def test_failover(pair, how):
    """Connections go on, new ones arrive, what was closed is closed."""
    session = Session(pair, pair.first)
    report("%s: a new connection arrived after %.1f s"
           % (how.__name__, fail(pair, pair.first, how)))
    session.check(pair.second)
    if how in (cut, stop):
        wait_until(lambda: not pair.first.has("/run/unit.pid"), "it tells nothing any more")


@pytest.mark.time_limit(240)
def test_closed_shortly_before(pair):
    """What has closed three seconds before the failure stays closed."""
    irc, ftp = pair.lan1.connect("tcp:6667"), pair.lan1.connect("tcp:21")
    pair.wait_told(pair.first)
    ftp.close()
    pair.first.wait_closed(open="tcp:1024-65535")
    closed = Stopwatch()
    report("what closed was told after %.1f s" % pair.wait_told(pair.first))
    time.sleep(max(CLOSED * SLOW - closed.seconds, 0))
    fail(pair, pair.first)
    assert pair.second.trigger().open == "tcp:113"
    assert not asks(pair, "tcp:40000")
    irc.echo()


@pytest.mark.time_limit(300)
def test_an_idle_session(pair):
    """It keeps its port on the other router, too, though no packet of it comes by."""
    irc = pair.lan1.connect("tcp:6667")
    pair.wait_told(pair.first)
    fail(pair, pair.first)
    time.sleep(2 * ADOPTION * SLOW)
    assert pair.second.trigger().session == 1
    assert asks(pair, "tcp:113")
    irc.close()
    pair.second.wait_closed()


@pytest.mark.time_limit(240)
def test_the_line(pair):
    """Who waits for a port waits on the other router; who was not answered makes way there."""
    first, then, last = [pair.lan1.ip] + OTHER_OWNERS[:2]
    irc = pair.lan1.connect("tcp:6667")
    pair.lan1.send("udp:3000", src=first)
    pair.lan1.connect("udp:3000", src=then)
    pair.lan1.send("udp:3000", src=last)
    pair.wait_told(pair.first)
    fail(pair, pair.first)
    line = [t for t in pair.second.triggers() if t.open == "udp:5000"]
    assert [(t.owner, t.state, t.answered) for t in line] == [
        (first, "open", 0), (then, "waiting", 1), (last, "waiting", 0)]
    # Of two that it may have, one belongs to a session that was answered.
    pair.second.set_parameter("max_per_host", 2)
    pair.lan1.connect("tcp:21")
    assert sorted(pair.second.triggers(owner=first), key=lambda t: t.open) == \
        sorted((pair.second.trigger(open="tcp:113"), pair.second.trigger(open="tcp:1024-65535")),
               key=lambda t: t.open)
    assert pair.wan.who_answers("udp:5000") == then
    pair.second.run("/usr/sbin/xt-trigger", "close", "owner=" + then)
    assert pair.wan.who_answers("udp:5000") == last
    irc.echo()


@pytest.mark.time_limit(240)
def test_while_rules_are_away(pair):
    """What the primary router has parked then is open on the other one, which has its rules."""
    irc = pair.lan1.connect("tcp:6667")
    pair.wait_told(pair.first)
    pair.first.load(FTP, DNAT, IN)
    wait_until(lambda: [t.state for t in pair.told(pair.first)] == ["parked"], "it is told")
    fail(pair, pair.first)
    assert pair.second.trigger().state == "open"
    irc.echo()


@pytest.mark.time_limit(300)
def test_there_and_back(pair):
    """The first router takes over again, with what the second one had, not what it had itself."""
    session = Session(pair, pair.first)
    fail(pair, pair.first)
    pair.second.run("/usr/sbin/xt-trigger", "close", "open=udp:5000")
    pair.lan1.send("udp:3000", src=OTHER_OWNERS[0])
    pair.keepalive(pair.first)
    pair.wait_told(pair.second)
    fail(pair, pair.second)
    assert sorted((t.owner, t.open) for t in pair.first.triggers()) == sorted(
        [(pair.lan1.ip, "tcp:113"), (OTHER_OWNERS[0], "udp:5000")])
    assert pair.wan.who_answers("udp:5000") == OTHER_OWNERS[0]
    session.irc.echo()
    session.ident.echo()


@pytest.mark.time_limit(240)
def test_it_only_stood_still(pair):
    """A router that wakes up with the higher priority goes on with what it had."""
    irc = pair.lan1.connect("tcp:6667")
    pair.wait_told(pair.first)
    pair.first.signal(signal.SIGSTOP)
    pair.wait_primary(pair.second)
    pair.first.signal(signal.SIGCONT)
    wait_until(lambda: pair.second.role == "backup", "the second router is not primary", 60)
    assert not pair.second.is_primary and pair.first.is_primary
    wait_until(lambda: asks(pair, "tcp:113"), "a new connection reaches the owner")
    irc.echo()


@pytest.mark.time_limit(240)
def test_what_nobody_sends_any_more(pair):
    """A file of long ago counts for nothing where the router goes on by itself."""
    irc = pair.lan1.connect("tcp:6667")
    pair.wait_told(pair.first)
    pair.second.stop()
    old = pair.second.content(RECEIVED).replace(pair.lan1.ip, OTHER_OWNERS[0])
    pair.first.write(RECEIVED, old, 0o600)
    hour_ago = time.time() - 3600
    os.utime(pair.first.file(RECEIVED), (hour_ago, hour_ago))
    kill(pair, pair.first)
    pair.keepalive(pair.first)
    pair.wait_primary(pair.first)
    assert pair.first.trigger().owner == pair.lan1.ip
    irc.echo()


@pytest.mark.time_limit(240)
def test_with_conntrackd_alone(pair):
    """Connections go on; a port is open again when its owner's next packet has come by."""
    for router in pair.routers:
        router.type("mv /etc/xt-trigger/pair/push /etc/xt-trigger/pair/push.off")
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
            router.type("mv /etc/xt-trigger/pair/push.off /etc/xt-trigger/pair/push")


def crash(pair, router):
    """The router is without power."""
    pair.plug(router, False)
    router.stop()


@pytest.mark.time_limit(240 * max(FAILOVERS, 1))
def test_again_and_again(pair):
    """Each router fails in turn, while hosts open ports; nothing is lost that was told."""
    irc = pair.lan1.connect("tcp:6667")
    load, players = MANY_OWNERS[::2], MANY_OWNERS[1::2]
    # Somebody is there, so that no error comes back.
    pair.wan.serve("udp:4000")
    router, longest = pair.first, 0
    told, lost, untold, gone = 0, 0, 0, 0
    with Program(pair.lan1, "/usr/bin/python3", LOAD_SCRIPT, pair.wan.ip, "4000", *load):
        for n in range(FAILOVERS):
            pair.wait_told(router)
            for player in players:
                pair.lan1.send("udp:3000", src=player)
                time.sleep(0.1)
            before, sent = set(keys(router.triggers())), set(keys(pair.told(router)))
            longest = max(longest, fail(pair, router, crash))
            router, dead = pair.other(router), router
            now = set(keys(router.triggers()))
            told, lost = told + len(sent), lost + len(sent - now)
            untold, gone = untold + len(before - sent), gone + len(before - sent - now)
            irc.echo()
            router.run("/usr/sbin/xt-trigger", "close", "open=udp:5000")
            pair.clear(dead)
            pair.plug(dead, True)
            pair.boot(dead)
    report("%d failovers: lost are %d of %d openings that the other router was told, and %d of %d "
           "of the last moment; a new connection arrived after at most %.1f s"
           % (FAILOVERS, lost, told, gone, untold, longest))
    assert not lost
