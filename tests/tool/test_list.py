# SPDX-License-Identifier: GPL-2.0
"""xt-trigger list: who has what open, for whom, until when."""

import json
import os
import re
import signal
import time

import pytest

from procfile import PROC_FILE, as_commands, as_user, line, owners, write, write_all
from router import DNAT, IN, out
from tool import PROGRAM, Terminal

SESSION = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session "
              "--trigger-peer host")
PLAIN = out("--trigger-match 3000 --trigger-relate all:5000-5010")
TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")


@pytest.fixture
def names():
    """A function that writes /etc/hosts, and one that writes dnsmasq's leases."""
    leases = "/var/lib/misc/dnsmasq.leases"
    with open("/etc/hosts") as file:
        before = file.read()
    os.makedirs(os.path.dirname(leases), exist_ok=True)

    def write_names(hosts="", lease=""):
        with open("/etc/hosts", "w") as file:
            file.write(before + hosts)
        with open(leases, "w") as file:
            file.write(lease)

    yield write_names
    with open("/etc/hosts", "w") as file:
        file.write(before)
    if os.path.exists(leases):
        os.remove(leases)


def table(text):
    """The cells of a table that is as wide as it is, and the line under it."""
    title, *lines, last = text.rstrip("\n").split("\n")
    starts = [match.start() for match in re.finditer(r"\S+", title)]
    assert title.split() == ["ID", "OWNER", "OPEN", "PEER", "LEFT", "HITS", "STATE"]
    cells = []
    for each in lines:
        found = re.fullmatch(r" *(\S+)  (\S+) +(\S+) +(\S+) +(\S+(?: \S+)*?)  +(\d+)  (\S+)", each)
        assert found, each
        assert each.index(found.group(2)) == starts[1]
        cells.append(found.groups())
    return cells, last


# --- for people


def test_what_is_open_for_whom(tool, router, lan1, lan2, wan, names):
    """Real connections: a session for one peer, and two hosts at the same ports."""
    names(hosts="192.168.1.10 alice.lan alice\n", lease="1 02:00:00:00:00:11 192.168.1.11 bob *\n")
    router.load(SESSION, PLAIN, DNAT, IN)
    lan1.connect("tcp:6667")
    wan.connect("tcp:113")
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    cells, last = table(tool.done())
    both = "tcp:5000-5010,udp:5000-5010"
    assert [row[1:4] + row[5:] for row in cells] == [
        ("alice.lan", "tcp:113", "198.51.100.7", "1", "open"),
        ("alice.lan", both, "any", "0", "open"),
        ("bob", both, "any", "0", "waiting")]
    assert cells[0][4] == "session"
    assert all(re.fullmatch(r"10m 0s|9m 5\ds", row[4]) for row in cells[1:])
    assert last == "3 of at most 4096"
    assert tool.done("list") == tool.done()
    addresses = [row[1] for row in table(tool.done("list", "-n"))[0]]
    assert addresses == [lan1.ip, lan1.ip, lan2.ip]
    assert addresses == [row[1] for row in table(tool.done("--numeric"))[0]]


@pytest.mark.parametrize("fields,left", [
    ({"expires": 598}, "9m 5[5-8]s"),
    ({"timeout": 31536000, "expires": 31536000}, "36[45]d (0|23)h"),
    ({"timeout": 7300, "expires": 7300}, "2h 1m"),
    ({"expires": 600, "lifetime": 60, "age": 20}, "[34]\\ds"),
    ({"timeout": 0, "expires": 0}, "session"),
    ({"timeout": 0, "expires": 0, "lifetime": 3600, "age": 1}, "session 59m 5\\ds"),
])
def test_the_time_that_is_left(bare_tool, bare, fields, left):
    """The timeout's, the lifetime's if that is less, or the connections'."""
    given = dict({"timeout": 600, "expires": 600, "lifetime": 0, "age": 0}, **fields)
    options = "--trigger-session" if not given["timeout"] else \
        "--trigger-timeout %d" % given["timeout"]
    if given["lifetime"]:
        options += " --trigger-lifetime %d" % given["lifetime"]
    bare.load(TRIGGER + " " + options)
    write(bare, "+" + line("10.0.0.1", **given))
    cells, _ = table(bare_tool.done())
    assert re.fullmatch(left, cells[0][4])


def test_nothing_is_open(bare_tool, bare):
    bare.load(TRIGGER)
    assert bare_tool.done() == "0 of at most 4096\n"
    assert bare_tool.json("list", "--json") == []


def test_eighty_columns(bare_tool, bare):
    """The longest addresses and many ports are all there, in lines that fit."""
    items = ",".join("all:%d-%d" % (10000 + 1000 * n, 10500 + 1000 * n) for n in range(15))
    opens = ",".join("%s:%s" % (protocol, item[4:]) for item in items.split(",")
                     for protocol in ("tcp", "udp"))
    bare.load6(out("--trigger-match 3000 --trigger-relate %s --trigger-peer host" % items))
    owner = "2001:db8:eeee:eeee:eeee:eeee:eeee:eeee"
    peers = ",".join("2001:db8:ffff:ffff:ffff:ffff:ffff:%x" % (0xfff0 + n) for n in range(16))
    write(bare, "+" + line(owner, open=opens, peer=peers))
    terminal = Terminal(80)
    assert bare_tool.start(stdout=terminal.theirs).wait() == 0
    title, *lines, _ = terminal.read().rstrip("\n").split("\n")
    terminal.close()
    assert max(len(each) for each in lines) <= 80
    starts = [title.index(name) for name in ("OWNER", "OPEN", "PEER", "LEFT")]
    for start, end, text in zip(starts, starts[1:], (owner, opens, peers)):
        assert "".join(each[start:end].strip() for each in lines) == text
    # Without a terminal, each is one line.
    assert "%s  %s  %s" % (owner, opens, peers) in bare_tool.done()
    assert max(map(len, bare_tool.done(COLUMNS="60").splitlines())) <= 80


def test_names_that_try_to_be_more(bare_tool, bare, names):
    """What a host calls itself cannot do anything to a terminal or to JSON."""
    names(hosts="10.0.0.2 #no name\nnonsense\n10.0.0.3 a\"b\\c\n",
          lease="duid 00:01\n1 m 10.0.0.1 \x1b[31m$(reboot)<b>\u20ac *\n1 m 10.0.0.4 * *\n"
          "1 m 10.0.0.5 " + "x" * 500 + " *\n")
    bare.load(TRIGGER)
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 6)))
    shown = [each["host"] for each in bare_tool.json("list", "--json")]
    assert shown == ["31mrebootb", None, "abc", None, "x" * 63]
    assert [row[1] for row in table(bare_tool.done())[0]] == [
        "31mrebootb", "10.0.0.2", "abc", "10.0.0.4", "x" * 63]


def test_watch(bare_tool, bare):
    """It shows what comes, in place, until it is interrupted."""
    bare.load(TRIGGER)
    write(bare, "+" + line("10.0.0.1"))
    terminal = Terminal()
    program = bare_tool.start("list", "--watch", stdout=terminal.theirs)
    text = ""
    for owner, last in ("10.0.0.1", "1 of at most 4096"), ("10.0.0.2", "2 of at most 4096"):
        write(bare, "+" + line(owner))
        end = time.monotonic() + 15
        while last not in text and time.monotonic() < end:
            text += terminal.read()
        assert owner in text and last in text
    program.send_signal(signal.SIGINT)
    assert program.wait() == -signal.SIGINT
    terminal.close()
    assert text.startswith("\x1b[2J\x1b[H") and text.count("\x1b[2J") == 1


def test_watch_needs_a_terminal(bare_tool):
    assert "--watch" in bare_tool.fails(2, "list", "--watch")


# --- for programs


def test_json_has_all_that_the_line_has(tool, router, lan1, wan):
    """The one schema: each key, and what a rule of each kind puts there."""
    router.load(SESSION, PLAIN, DNAT, IN)
    lan1.connect("tcp:6667")
    wan.connect("tcp:113")
    lan1.send("udp:3000")
    first, second = tool.json("list", "--json")
    old = " id=" not in router.read(PROC_FILE)
    assert list(first) == ["id", "rule", "name", "family", "owner", "host", "open", "trigger",
                           "peer", "timeout", "expires", "lifetime", "age", "session", "hits",
                           "state", "answered", "ct"]
    for key, value in {
            "name": "default", "family": "ipv4", "owner": lan1.ip, "host": None,
            "open": [{"protocol": "tcp", "first": 113, "last": 113}],
            "trigger": {"protocol": "tcp", "port": 6667}, "peer": [wan.ip], "timeout": 0,
            "expires": 0, "lifetime": 0, "session": 1, "hits": 1, "state": "open",
            "answered": None if old else True}.items():
        assert first[key] == value, key
    assert second["peer"] is None and second["timeout"] == 600
    assert second["open"] == [{"protocol": protocol, "first": 5000, "last": 5010}
                              for protocol in ("tcp", "udp")]
    assert (first["id"] is None) == old and (first["rule"] is None) == old
    assert old or first["id"] < second["id"]


def test_conditions(bare_tool, bare):
    """They mean what they mean when they are written to the proc file."""
    bare.load(TRIGGER, PLAIN, out("--trigger-name other --trigger-match 3000 "
                                  "--trigger-relate udp:7000-7010 --trigger-peer host"))
    bare.load6(TRIGGER)
    write(bare, "+" + line("10.0.0.1") +
          "+" + line("10.0.0.2", open="tcp:5000-5010,udp:5000-5010") +
          "+" + line("10.0.0.1", name="other", open="udp:7000-7010", peer="192.0.2.1,192.0.2.2") +
          "+" + line("2001:db8::1"))
    saved = bare.read(PROC_FILE)
    everyone = [(t.owner, t.name) for t in bare.triggers()]
    for conditions, found in (
            (["owner=10.0.0.1"], [0, 2]), (["owner=10.0.0.1", "name=default"], [0]),
            (["family=ipv6"], [3]), (["open=tcp:5005"], [1]), (["open=tcp:5000-5011"], []),
            (["open=tcp:113"], [0, 3]), (["open=udp:5010,tcp:5000-5001"], [1]),
            (["peer=192.0.2.2"], [2]), (["peer=192.0.2.2,192.0.2.1"], [2]),
            (["peer=192.0.2.3"], []), (["peer=any"], [0, 1, 3]),
            (["owner=2001:db8:0:0::1"], [3]), (["name=other", "family=ipv6"], [])):
        shown = bare_tool.json("list", "--json", *conditions)
        assert [(each["owner"], each["name"]) for each in shown] == [everyone[n] for n in found]
        write(bare, "-%s\n" % " ".join(conditions))
        assert [(t.owner, t.name) for t in bare.triggers()] == [
            each for n, each in enumerate(everyone) if n not in found]
        write(bare, "/\n" + as_commands(saved))
    assert bare_tool.done("owner=10.0.0.1").endswith("2 of 4 match, at most 4096 can be open\n")


@pytest.mark.parametrize("arguments", [
    ["list", "owner"], ["list", "owner=alice"], ["list", "owner=10.0.0.1", "owner=10.0.0.1"],
    ["list", "colour=red"], ["list", "open=113"], ["list", "open=tcp:0"], ["list", "open=tcp:5-4"],
    ["list", "open="], ["list", "peer=any,192.0.2.1"], ["list", "family=ipv5"],
    ["list", "id=x"], ["list", "id=18446744073709551616"], ["list", "rule=1"],
    ["list", "name=-x"], ["list", "state=open"], ["list", "--colour"], ["list", "-x"],
    ["lists"]])
def test_a_wrong_command_line(bare_tool, bare, arguments):
    """Status 2, and the word that is wrong."""
    done = bare_tool.run(*arguments)
    assert done.status == 2 and done.out == ""
    assert arguments[-1] in done.err and "--help" in done.err


# --- what is in the way


def test_without_the_module(bare_tool, unload):
    unload()
    for command in (["list"], ["close", "--all"], ["save"], ["restore"], ["stats"]):
        assert "module xt_TRIGGER is not loaded" in bare_tool.fails(1, *command)


def test_without_the_right(bare_tool, bare):
    """An unprivileged user is told what is missing."""
    bare.load(TRIGGER)
    for command in (["list"], ["close", "--all"], ["save"], ["restore"], ["stats"]):
        status, said = as_user(bare, PROGRAM, *command)
        assert status == 1 and "only root of this network namespace" in said, said


def test_a_full_disk(bare_tool, bare):
    """What could not be written is no success."""
    bare.load(TRIGGER)
    with open("/dev/full", "w") as full:
        program = bare_tool.start("stats", stdout=full)
    assert program.wait() == 1
    assert "cannot write" in program.stderr.read()


@pytest.mark.parametrize("command", ["", "list", "close", "save", "restore", "stats"])
def test_help(bare_tool, command):
    """Each command has one, and it names its options."""
    text = bare_tool.done(*command.split(), "--help")
    assert text.startswith("Usage: xt-trigger")
    assert max(map(len, text.splitlines())) <= 80
    assert bare_tool.done(*command.split(), "-h") == text


def test_version(bare_tool):
    with open(os.path.join(os.path.dirname(__file__), "../../dkms.conf")) as file:
        version = re.search('PACKAGE_VERSION="(.*)"', file.read()).group(1)
    assert bare_tool.done("--version") == "xt-trigger %s\n" % version


# --- a large table


# Of address space, its libraries and stack included; the lines alone are more.
MEMORY = 12 << 20


def seconds_in_little_memory(tool, *arguments):
    """How long it takes to print all lines, with less memory than they have."""
    with open("/dev/null", "w") as null:
        start = time.monotonic()
        program = tool.start(*arguments, stdout=null, memory=MEMORY)
        assert program.wait() == 0, program.stderr.read()
    return time.monotonic() - start


def test_100000_lines(bare_tool, bare):
    """They are listed in less memory than they have, as a table and as JSON."""
    bare.load(TRIGGER)
    bare.set_parameter("max_triggers", 100000)
    write_all(bare, "".join("+" + line(owner) for owner in owners(100000)))
    start = time.monotonic()
    text = bare.run("/bin/cat", PROC_FILE)
    seconds = [time.monotonic() - start]
    assert len(text) > MEMORY
    for command in (["list"], ["list", "--json"]):
        seconds.append(seconds_in_little_memory(bare_tool, *command))
    print("100,000 lines: cat %.1f s, list %.1f s, list --json %.1f s" % tuple(seconds))
    # jq takes minutes for so many.
    assert len(json.loads(bare_tool.done("list", "--json"))) == 100000
    assert bare_tool.done().endswith("\n100000 of at most 100000\n")
