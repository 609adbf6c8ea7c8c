# SPDX-License-Identifier: GPL-2.0
"""Save and restore: read the file, put a '+' in front of each line, write it back."""

import re
import time

import pytest

from hosts import wait_until
from lab import OTHER_OWNERS, WAN2, Lab
from procfile import (PROC_FILE, as_commands, line, lines, of_version_01, owners, refused,
                      without_time, write, write_all)
from router import DNAT, IN, loaded, out

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113")
SESSION = out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session")
HOST = out("--trigger-match 7000 --trigger-relate udp:5000-5010 --trigger-peer host "
           "--trigger-timeout 60 --trigger-lifetime 90")
LAST = out("--trigger-name last --trigger-match 8000 --trigger-relate tcp:115 "
           "--trigger-owner last")
RULES = (PLAIN, SESSION, HOST, LAST, DNAT, IN,
         DNAT + " --trigger-name last", IN + " --trigger-name last")
RULES6 = (PLAIN, HOST, IN)


def save(router):
    return router.read(PROC_FILE)


def read_times(text):
    """For each line without its times: when it was opened, and when it expires."""
    now = time.monotonic()
    times = {}
    for each in lines(text):
        age = int(re.search(r"\bage=(\d+)", each).group(1))
        expires = int(re.search(r"\bexpires=(\d+)", each).group(1))
        times[without_time(each)] = (now - age, now + expires if expires else 0)
    return times


def assert_same_times(before, after, away):
    """To the second: the clocks tell whole ones, so one may have gone on.

    From the saving to the writing, which took `away` seconds, they stood still.
    """
    assert set(before) == set(after)
    for each, times in before.items():
        for was, now in zip(times, after[each]):
            assert abs((was and was + away) - now) < 2.5, \
                "%s: %s, then %s after %.1f s" % (each, times, after[each], away)


def open_all(router, lan1, lan2):
    """Active triggers of every kind, and the connection that one of them follows."""
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    lan2.send("udp:3000", src=OTHER_OWNERS[0])
    lan1.send("udp:7000", dst=WAN2)
    lan1.send("udp:7000")
    lan2.send("udp:8000")
    lan1.send("udp:8000")
    lan1.send("udp:3000", dst="2001:db8:2::7")
    lan2.send("udp:7000", dst="2001:db8:2::7")
    irc = lan1.connect("tcp:6667")
    # Something that tells a restored age from a new one.
    wait_until(lambda: min(t.age for t in router.triggers()) >= 2, "two seconds old")
    return irc


def load(router):
    router.load(*RULES)
    router.load6(*RULES6)


def test_unload_load_restore(lab, router, lan1, lan2, wan, unload):
    """The module is loaded again, then rules and lines are restored: all is open again."""
    load(router)
    irc = open_all(router, lan1, lan2)
    wan.connect("tcp:113")
    saved, before = save(router), read_times(save(router))
    saved_at = time.monotonic()
    router.load()
    router.load6()
    unload()
    assert not loaded()
    load(router)
    assert router.triggers() == []
    write_all(router, as_commands(saved))
    away = time.monotonic() - saved_at
    # The connection is followed at once.
    assert without_time(save(router)) == without_time(saved)
    assert_same_times(before, read_times(save(router)), away)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:114") == lan1.ip
    assert wan.who_answers("tcp:115") == lan1.ip
    assert wan.who_answers("udp:5005") == lan1.ip
    assert wan.who_answers("udp:5005", src=WAN2) == lan1.ip
    irc.echo()


def test_the_place_in_the_queue(lab, router, lan1, lan2, wan):
    """After a restore, waiting owners take over in the same order: `first` and `last`."""
    load(router)
    open_all(router, lan1, lan2)
    saved = save(router)
    write(router, "/\n" + as_commands(saved))
    for where, order in (("tcp:113", (lan1.ip, lan2.ip, OTHER_OWNERS[0])),
                         ("tcp:115", (lan1.ip, lan2.ip))):
        for owner in order:
            assert wan.who_answers(where) == owner
            write(router, "-family=ipv4 owner=%s open=%s\n" % (owner, where))
        assert wan.who_answers(where) is None


def test_the_place_in_the_queue_whatever_the_order_of_the_lines(bare):
    """The age decides the place, also when the lines are written in reverse."""
    bare.load(PLAIN)
    everyone = owners(20)
    aged = ["+" + line(owner, age=100 - n) for n, owner in enumerate(everyone)]
    write(bare, "".join(reversed(aged)))
    for n, owner in enumerate(everyone):
        assert bare.owners(state="open") == [owner]
        assert len(bare.owners(state="waiting")) == len(everyone) - n - 1
        write(bare, "-owner=%s\n" % owner)


def test_a_newcomer_does_not_get_in_front_of_a_restored_one(router, lan1, lan2, wan):
    """A restored owner stands in front of one that opened after the load."""
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    wait_until(lambda: router.trigger().age >= 1, "a second old")
    saved = save(router)
    write(router, "/\n")
    lan2.send("udp:3000")
    write(router, as_commands(saved))
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger(owner=lan2.ip).state == "waiting"


def without_connections(text):
    return re.sub(r" ct=\S+", " ct=-", text.replace("session=1", "session=0"))


def test_between_two_routers(lab, kernel_log, router, lan1, lan2):
    """The lines of one router open the same on the other of a pair."""
    second = Lab(router.backend)
    try:
        load(router)
        load(second.router)
        open_all(router, lan1, lan2)
        saved, saved_at = save(router), time.monotonic()
        write_all(second.router, as_commands(saved))
        away = time.monotonic() - saved_at
        # The second router has none of the connections.
        assert without_time(save(second.router)) == without_connections(without_time(saved))
        assert_same_times({without_connections(key): value for key, value
                           in read_times(save(router)).items()},
                          read_times(save(second.router)), away)
        assert second.wan.who_answers("tcp:113") == lan1.ip
        assert second.wan.who_answers("udp:5001") == lan1.ip
        assert second.wan.who_answers("udp:5001", src=WAN2) == lan1.ip
    finally:
        second.destroy()


def test_the_remaining_time_is_what_remains(router, lan1, wan):
    """A restored trigger closes after its remaining time, not after a whole timeout."""
    rule = PLAIN + " --trigger-timeout 600"
    router.load(rule, DNAT, IN)
    write(router, "+" + line(lan1.ip, expires=2, age=598, hits=5))
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed at its time")
    assert router.triggers() == []


def test_the_remaining_lifetime_is_what_remains(router, lan1, wan):
    """The same with a lifetime: it counts from the first opening."""
    router.load(PLAIN + " --trigger-lifetime 90", DNAT, IN)
    write(router, "+" + line(lan1.ip, lifetime=90, age=88))
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed at its time")


def test_the_owners_packet_refreshes_a_restored_one(router, lan1):
    """The owner's packet refreshes the restored trigger and does not open another one."""
    router.load(PLAIN)
    write(router, "+" + line(lan1.ip, expires=100, age=500))
    count = router.counting()
    lan1.send("udp:3000")
    assert router.trigger().expires in (599, 600)
    assert router.trigger().age >= 500 and count("opened") == 0


def test_restored_ones_are_not_evicted(router, lan1, lan2):
    """Restored triggers count as answered: a flood does not evict them."""
    router.load(PLAIN)
    router.set_parameter("max_triggers", 2)
    write(router, "+" + line(lan1.ip))
    for owner in OTHER_OWNERS:
        lan2.send("udp:3000", src=owner)
    assert router.owners() == [lan1.ip, OTHER_OWNERS[-1]]


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_session_is_adopted_at_its_next_packet(router, lan1, wan, protocol):
    """The next packet of a connection makes it followed again, and its end closes."""
    router.load(SESSION, DNAT, IN)
    irc = lan1.connect(protocol + ":6667")
    # A line of version 0.1 does not name the connection.
    write(router, "/\n" + as_commands(of_version_01(save(router))))
    assert router.trigger().session == 0
    assert wan.who_answers("tcp:114") == lan1.ip
    if protocol == "udp":
        # A reply is not the owner's packet; with TCP the owner's ACK follows it.
        irc.answer()
        assert router.trigger().session == 0
    irc.send()
    assert router.trigger().session == 1
    if protocol == "tcp":
        irc.close()
    else:
        router.conntrack("-D", "-s", lan1.ip, "-p", "udp", "--dport", "6667")
    assert wan.who_answers("tcp:114") is None
    wait_until(lambda: not router.triggers(), "closed with its session")


def test_an_adopted_session_among_others(router, lan1, wan):
    """Two connections of one owner: either keeps it open once it has sent something."""
    router.load(SESSION, DNAT, IN)
    first, second = lan1.connect("tcp:6667"), lan1.connect("tcp:6667")
    write(router, "/\n" + as_commands(of_version_01(save(router))))
    first.send()
    second.send()
    assert router.trigger().session == 2
    first.close()
    assert wan.who_answers("tcp:114") == lan1.ip
    second.close()
    assert wan.who_answers("tcp:114") is None


def test_another_connection_is_adopted_too(router, lan1, wan):
    """A new connection of the owner can be the session."""
    router.load(SESSION, DNAT, IN)
    write(router, "+" + line(lan1.ip, open="tcp:114", trigger="tcp:6667", timeout=0, expires=0,
                             age=5000, session=3))
    lan1.connect("tcp:6667").close()
    assert wan.who_answers("tcp:114") is None


def test_a_session_with_a_timeout_keeps_its_time(router, lan1, wan):
    """While it waits for a packet its timeout goes on."""
    router.load(SESSION + " --trigger-timeout 60", DNAT, IN)
    write(router, "+" + line(lan1.ip, open="tcp:114", trigger="tcp:6667", timeout=60, expires=1,
                             age=59, session=1))
    assert wan.who_answers("tcp:114") == lan1.ip
    wait_until(lambda: wan.who_answers("tcp:114") is None, "closed at its time")


def test_saved_from_a_file_with_more_than_fits(bare):
    """Line by line: a program goes on behind those for which there is no room."""
    bare.load(PLAIN)
    everyone = owners(300)
    write_all(bare, "".join("+" + line(owner) for owner in everyone))
    saved = save(bare)
    bare.set_parameter("max_triggers", 200)
    write(bare, "/\n")
    errors = [refused(bare, "+" + each) for each in lines(saved)]
    assert errors == [None] * 200 + ["ENOSPC"] * 100
    assert bare.owners() == everyone[:200]
