# SPDX-License-Identifier: GPL-2.0
"""xt-trigger monitor: events as they come, for people and for programs."""

import json
import re
import signal

import pytest

from hosts import wait_until
from monitoring import POKE, monitor
from procfile import as_user, line, owners, write, write_all
from router import out
from tool import PROGRAM

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")


@pytest.fixture
def events(bare):
    """There is a rule, and so the module."""
    bare.load(TRIGGER)


def without_time(trigger):
    return {key: value for key, value in trigger.items()
            if key not in ("age", "expires", "session", "answered", "ct", "hits")}


def test_it_opens_and_closes(events, tool, router, lan1):
    """Opened by a packet, closed by hand: with all that the line says, in this order."""
    router.load(TRIGGER)
    with monitor(tool, "--json") as program:
        lan1.send("udp:3000")
        listed, = tool.json("list", "--json")
        tool.done("close", "owner=" + lan1.ip)
        opened, closed = program.wait(2)
        assert (opened["event"], opened["reason"]) == ("opened", None)
        assert (closed["event"], closed["reason"]) == ("closed", "closed")
        assert opened["count"] is None and closed["rule"] == listed["rule"]
        assert without_time(opened["trigger"]) == without_time(listed)
        assert without_time(closed["trigger"]) == without_time(listed)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", opened["time"])


def test_it_says_when_it_listens(events, bare_tool, bare):
    """Nothing that changes behind the first object is missed."""
    with bare_tool.start("monitor", "--json") as program:
        try:
            first = json.loads(program.stdout.readline())
            write(bare, "+" + line("10.0.0.1"))
            assert (first["event"], json.loads(program.stdout.readline())["event"]) == (
                "listening", "opened")
        finally:
            program.kill()


def test_for_people(events, bare_tool, bare):
    with monitor(bare_tool, "-n") as program:
        write(bare, "+" + line("10.0.0.1") + "-owner=10.0.0.1\n")
        lines = wait_until(lambda: [each for each in program.read() if "10.0.0.1" in each][1:]
                           and [each for each in program.read() if "10.0.0.1" in each], "lines")
        when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
        assert re.fullmatch(when + r"opened   id \d+: 10\.0\.0\.1 tcp:113", lines[0])
        assert re.fullmatch(when + r"closed   id \d+: 10\.0\.0\.1 tcp:113 \(closed\)", lines[1])


def test_why_it_closed(events, tool, router, lan1):
    """Each reason is the counter's."""
    router.load(TRIGGER, out("--trigger-match 3001 --trigger-relate tcp:115 --trigger-timeout 1"),
                out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session"))
    with monitor(tool, "--json") as program:
        lan1.connect("tcp:6667").close()
        lan1.send("udp:3001")
        found = program.wait(4)
        assert sorted(each["reason"] for each in found if each["event"] == "closed") == [
            "ended", "expired"]


def test_evicted(events, tool, router, lan1):
    router.load(TRIGGER, out("--trigger-match 3001 --trigger-relate tcp:114"))
    router.set_parameter("max_per_host", 1)
    with monitor(tool, "--json") as program:
        lan1.send("udp:3000")
        lan1.send("udp:3001")
        found = program.wait(3)
        assert {each["reason"] for each in found if each["event"] == "closed"} == {"evicted"}


def test_together(events, bare_tool, bare):
    """What a rule or `/` takes along is one message with the number, and the rule, if one."""
    write(bare, "".join("+" + line(owner) for owner in owners(5)))
    rule = bare_tool.json("list", "--json")[0]["rule"]
    with monitor(bare_tool, "--json") as program:
        bare.load()
        wait_until(lambda: program.events("parked"), "parked")
        bare.load(TRIGGER)
        wait_until(lambda: program.events("unparked"), "unparked")
        for parked in program.events():
            assert (parked["count"], parked["rule"], parked["trigger"]) == (5, rule, None)
    bare.set_parameter("reload_grace", 0)
    with monitor(bare_tool, "--json") as program:
        bare.load()
        closed, = program.wait(1)
        assert (closed["count"], closed["rule"], closed["trigger"]) == (5, rule, None)
        bare.load(TRIGGER)
        write(bare, "".join("+" + line(owner) for owner in owners(5)))
        program.wait(6)
        bare_tool.done("close", "--all")
        closed = program.wait(7)[6]
        assert (closed["count"], closed["rule"], closed["reason"]) == (5, None, "closed")


def test_conditions(events, bare_tool, bare):
    with monitor(bare_tool, "--json", "owner=" + POKE) as program:
        write(bare, "+" + line("10.0.0.1") + "+" + line(POKE))
        wait_until(lambda: bare_tool.json("list", "--json", "owner=" + POKE), "it is open")
        assert program.events() == []
        first, *others = map(json.loads, program.read())
        assert first["event"] == "listening"
        assert others and all(each["trigger"]["owner"] == POKE for each in others)


def test_what_is_lost_is_told(events, bare_tool, bare):
    """Who does not read loses events, and knows how many. Its buffer holds 21,845 of these."""
    bare.set_parameter("max_triggers", 50000)
    with monitor(bare_tool, "--json") as program:
        program.process.send_signal(signal.SIGSTOP)
        write_all(bare, "".join("+" + line(owner) for owner in owners(24000)))
        assert bare.counters()["triggers"] == 24000
        program.process.send_signal(signal.SIGCONT)

        def lost():
            program.listens()
            return program.events("lost")

        found = wait_until(lost, "the loss is told", 60)
        opened = len(program.events("opened"))
        assert 0 < opened < 24000
        others = sum(each["count"] for each in found) - (24000 - opened)
        assert 0 <= others <= 2 * program.tries
        bare_tool.done("close", "owner=10.0.0.1")


def test_over_a_reload_of_the_module(events, bare_tool, bare, unload):
    with monitor(bare_tool, "--json") as program:
        bare.load()
        unload()
        wait_until(lambda: program.events("unloaded"), "unloaded")
        bare.load(TRIGGER)
        wait_until(lambda: program.events("loaded"), "loaded")
        write(bare, "+" + line("10.0.0.1"))
        wait_until(lambda: program.events("opened"), "opened")
        assert program.process.poll() is None


def test_namespaces_are_separate(events, bare_tool, bare, router):
    with monitor(bare_tool, "--json") as program:
        router.load(TRIGGER)
        write(router, "+" + line("10.0.0.1"))
        write(bare, "+" + line("10.0.0.2"))
        found, = program.wait(1)
        assert found["trigger"]["owner"] == "10.0.0.2"
        router.load()


def test_who_may_not_listen(events, bare):
    status, said = as_user(bare, PROGRAM, "monitor")
    assert status == 1 and "only root of this network namespace may listen" in said


def test_without_the_module(bare_tool, unload):
    unload()
    assert "module xt_TRIGGER is not loaded" in bare_tool.fails(1, "monitor")


def test_a_wrong_command_line(bare_tool):
    assert "colour=red" in bare_tool.fails(2, "monitor", "colour=red")
