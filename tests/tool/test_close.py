# SPDX-License-Identifier: GPL-2.0
"""xt-trigger close: it closes what it says, and says what it closes."""

import pytest

from procfile import as_user, line, write
from router import DNAT, IN, out
from tool import PROGRAM

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")
WIDE = out("--trigger-match 3000 --trigger-relate tcp:5000-5010 --trigger-peer host")


def words(said):
    """What it said of each, without the id."""
    return [each.split(": ", 1)[-1] if " id " in each else each[len("closed "):]
            for each in said.splitlines()]


def test_what_is_closed_lets_nobody_in(tool, router, lan1, lan2, wan):
    """The host's port is closed, the connection that it had let in stays; others stay open."""
    router.load(TRIGGER, WIDE, DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    flow = wan.connect("tcp:113")
    assert flow.arrived_at == lan1.ip
    said = tool.done("close", "owner=" + lan1.ip)
    assert words(said) == [lan1.ip + " tcp:113", "%s tcp:5000-5010 for %s" % (lan1.ip, wan.ip)]
    flow.echo()
    assert wan.who_answers("tcp:113") == lan2.ip
    assert set(router.owners()) == {lan2.ip}


def test_it_says_what_it_closes(bare_tool, bare):
    """One line each, or the same objects that list prints."""
    bare.load(TRIGGER, WIDE)
    lines = [line("10.0.0.1"), line("10.0.0.2"),
             line("10.0.0.1", open="tcp:5000-5010", peer="192.0.2.1")]
    write(bare, "".join("+" + each for each in lines))
    assert words(bare_tool.done("close", "owner=10.0.0.1")) == [
        "10.0.0.1 tcp:113", "10.0.0.1 tcp:5000-5010 for 192.0.2.1"]
    assert bare.owners() == ["10.0.0.2"]
    write(bare, "+" + lines[0])
    before = bare_tool.json("list", "--json")
    after = bare_tool.json("close", "--json", "open=tcp:113")
    for each in before + after:
        del each["age"], each["expires"]
    assert after == before
    assert bare.owners() == []


def test_all(bare_tool, bare):
    """Everything needs --all, which takes no conditions."""
    bare.load(TRIGGER)
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 4)))
    assert "--all" in bare_tool.fails(2, "close")
    assert "--all" in bare_tool.fails(2, "close", "--all", "owner=10.0.0.1")
    assert len(bare.triggers()) == 3
    assert words(bare_tool.done("close", "--all")) == ["10.0.0.%d tcp:113" % n for n in (1, 2, 3)]
    assert bare.triggers() == [] and bare.counters()["closed"] == 3


def test_nothing_to_close(bare_tool, bare):
    """Status 1; with --json an empty array on stdout, too."""
    bare.load(TRIGGER)
    assert "nothing is open" in bare_tool.fails(1, "close", "--all")
    write(bare, "+" + line("10.0.0.1"))
    assert "nothing meets" in bare_tool.fails(1, "close", "owner=10.0.0.2")
    assert bare_tool.run("close", "--json", "owner=10.0.0.2").out == "[]\n"
    assert len(bare.triggers()) == 1


def test_by_id(bare_tool, bare):
    """The very one; where the module tells no ids, a sentence says so and nothing closes."""
    bare.load(TRIGGER)
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 4)))
    ids = [each["id"] for each in bare_tool.json("list", "--json")]
    if ids[0] is None:
        assert "too old for the condition `id'" in bare_tool.fails(1, "close", "id=2")
        assert len(bare.triggers()) == 3
        return
    bare_tool.done("close", "id=%d" % ids[1])
    assert bare.owners() == ["10.0.0.1", "10.0.0.3"]
    assert "nothing meets" in bare_tool.fails(1, "close", "id=%d" % ids[1])


@pytest.mark.parametrize("command", [["close", "--all"], ["close", "owner=10.0.0.1"]])
def test_who_may_not_closes_nothing(bare_tool, bare, command):
    bare.load(TRIGGER)
    write(bare, "+" + line("10.0.0.1"))
    status, said = as_user(bare, PROGRAM, *command)
    assert status == 1 and "only root" in said
    assert len(bare.triggers()) == 1


def test_namespaces_are_separate(bare_tool, bare, router):
    """What is closed in one is open in the other."""
    for each in (bare, router):
        each.load(TRIGGER)
        write(each, "+" + line("10.0.0.1"))
    bare_tool.done("close", "--all")
    assert bare.triggers() == [] and len(router.triggers()) == 1
    router.load()
