# SPDX-License-Identifier: GPL-2.0
"""Writing /proc/net/xt_trigger: exact syntax, or an error and nothing changes."""

import ctypes
import errno
import itertools
import os
import random
import signal
import subprocess
import time

import pytest

from hosts import wait_until
from procfile import (PROC_FILE, as_commands, as_other, as_user, line, meanwhile, of_version_01,
                      opened, owners, refused, without_time, write, write_all)
from router import DNAT, IN, out

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113")

# One rule for each kind of condition.
NAMED = (PLAIN,
         out("--trigger-name games --trigger-match 3000 --trigger-relate tcp:113"),
         out("--trigger-match 3000 --trigger-relate all:5000-5010"),
         out("--trigger-match 3000 --trigger-relate udp:6000,tcp:6000 --trigger-peer host"))
A, B, C = "10.0.0.1", "10.0.0.2", "2001:db8::1"
P, Q = "198.51.100.7", "198.51.100.8"
ALL = dict(open="tcp:5000-5010,udp:5000-5010")
HOST = dict(open="udp:6000,tcp:6000")
EVERYTHING = (
    line(A), line(B), line(C),
    line(A, name="games"), line(C, name="games"),
    line(A, **ALL), line(B, **ALL), line(C, **ALL),
    line(A, peer=P, **HOST), line(B, peer="%s,%s" % (Q, P), **HOST),
    line(C, peer="2001:db8:f::7", **HOST),
)

# A condition and whether a line meets it.
CONDITIONS = {
    "name": (("default", lambda t: "name=default " in t), ("games", lambda t: "=games " in t)),
    "family": (("ipv4", lambda t: "=ipv4 " in t), ("ipv6", lambda t: "=ipv6 " in t)),
    "owner": ((A, lambda t: "owner=%s " % A in t), (C, lambda t: "owner=%s " % C in t)),
    "open": (("tcp:113", lambda t: "=tcp:113 " in t),
             ("tcp:5000-5010,udp:5000-5010", lambda t: "5000-5010" in t),
             ("udp:5003", lambda t: "5000-5010" in t),
             ("udp:6000", lambda t: "=udp:6000," in t)),
    "peer": (("any", lambda t: "peer=any " in t), (P, lambda t: P in t),
             ("%s,%s" % (P, Q), lambda t: P in t and Q in t),
             ("2001:db8:f::7", lambda t: "db8:f::7 " in t)),
}


def load(router, *rules):
    router.load(*rules)
    router.load6(*rules)


def contradict(pairs):
    """Whether two conditions name different families: that is an error, not an empty set."""
    families = set()
    for key, value in pairs:
        if key == "family":
            families.add(value)
        elif key in ("owner", "peer") and value != "any":
            families.add("ipv6" if "::" in value else "ipv4")
    return len(families) > 1


def open_now(router):
    """What is in the table, without times and without the order in line."""
    text = without_time(of_version_01(router.read(PROC_FILE)))
    return sorted(text.replace("state=waiting", "state=open").splitlines(True))


def start(*lines):
    return sorted(without_time(each) for each in lines)


# --- "/"


def test_slash_closes_everything(bare):
    """"/" closes all names, families and owners of this namespace."""
    load(bare, *NAMED)
    write(bare, "".join("+" + each for each in EVERYTHING))
    assert open_now(bare) == start(*EVERYTHING)
    assert write(bare, "/\n") == 2
    counters, triggers = bare.status()
    assert triggers == []
    assert (counters["triggers"], counters["closed"]) == (0, len(EVERYTHING))
    assert write(bare, "/\n") == 2


def test_slash_closes_a_large_table(bare):
    """One command closes five thousand, and they can be restored."""
    bare.load(PLAIN)
    bare.set_parameter("max_triggers", 5000)
    commands = "".join("+" + line(owner) for owner in owners(5000))
    for _ in range(2):
        write_all(bare, commands)
        assert bare.counters()["triggers"] == 5000
        write(bare, "/\n")
        assert bare.status()[1] == []


# --- "-"


def test_each_condition_and_each_combination(bare):
    """A command closes what meets all of its conditions, and nothing else."""
    load(bare, *NAMED)
    tried = closed_some = 0
    for n in range(1, len(CONDITIONS) + 1):
        for keys in itertools.combinations(CONDITIONS, n):
            for chosen in itertools.product(*(CONDITIONS[key] for key in keys)):
                pairs = [(key, value) for key, (value, _) in zip(keys, chosen)]
                command = "-" + " ".join("%s=%s" % pair for pair in pairs) + "\n"
                if contradict(pairs):
                    assert refused(bare, command) == "EINVAL", command
                    continue
                # All that is missing opens again, what is there stays.
                write(bare, "".join("+" + each for each in EVERYTHING))
                assert refused(bare, command) is None, command
                left = [t for t in EVERYTHING if not all(meets(t) for _, meets in chosen)]
                assert open_now(bare) == start(*left), command
                tried += 1
                closed_some += len(left) < len(EVERYTHING)
    assert tried > 200 and closed_some > 50, (tried, closed_some)


def test_the_order_of_conditions_does_not_matter(bare):
    """Conditions may come in any order."""
    load(bare, *NAMED)
    for pairs in itertools.permutations(["owner=" + A, "name=default", "open=tcp:113",
                                         "peer=any", "family=ipv4"]):
        write(bare, "+" + line(A))
        write(bare, "-" + " ".join(pairs) + "\n")
        assert open_now(bare) == []


def test_closing_what_is_not_there(bare):
    """It is no error when nothing meets the conditions."""
    load(bare, *NAMED)
    write(bare, "+" + line(A))
    for command in ("-owner=%s\n" % B, "-name=never.heard-of_it\n", "-open=udp:113\n",
                    "-open=sctp:1\n", "-open=tcp:112-114\n", "-peer=198.51.100.9\n"):
        assert refused(bare, command) is None
    assert open_now(bare) == start(line(A))


def test_closed_by_hand_is_closed_to_packets(router, lan1, lan2, wan):
    """New connections reach the next owner in the queue; old connections continue."""
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    ident = wan.connect("tcp:113")
    assert ident.arrived_at == lan1.ip
    write(router, "-owner=%s\n" % lan1.ip)
    assert wan.who_answers("tcp:113") == lan2.ip
    ident.echo()
    write(router, "/\n")
    assert wan.who_answers("tcp:113") is None
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip


# --- "+"


def test_plus_opens(router, lan1, wan):
    """A line opens the ports as the owner's own packet would."""
    router.load(PLAIN, DNAT, IN)
    write(router, "+" + line(lan1.ip))
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger(owner=lan1.ip).hits == 1


GOOD = line(A)[:-1]
WITH_PEER = line(A, peer=P, **HOST)[:-1]

BAD_LINES = [
    "", " ", "x", "#", "//", "/ ", " /", "/x", "-", "+", "- ", "-x", "-=", "-owner", "-owner=",
    "-owner= ", "- owner=" + A, "-owner=%s " % A, " -owner=" + A, "-owner=%s  name=default" % A,
    "-owner=%s\tname=default" % A, "-owner=%s\r" % A, "-OWNER=" + A, "-owner =" + A,
    "-owner=%s owner=%s" % (A, A), "-owner=%s,owner=%s" % (A, A), "-owner=%s/32" % A,
    "-owner=10.0.0.010", "-owner=010.0.0.1",
    "-owner=10.0.0", "-owner=10.0.0.1.2", "-owner=10.0.0.256", "-owner=10.0.0.1x",
    "-owner=host", "-owner=any", "-owner=%s,%s" % (A, B), "-owner=::1::", "-owner=2001:db8::g",
    "-owner=%s family=ipv6" % A, "-owner=%s family=ipv4" % C, "-family=ipv4 peer=2001:db8::7",
    "-family=inet", "-family=", "-name=", "-name=.x", "-name=-x", "-name=a/b",
    "-name=" + "n" * 32, "-open=", "-open=113", "-open=tcp:", "-open=tcp:0", "-open=tcp:65536",
    "-open=tcp:5-4", "-open=tcp:5-", "-open=tcp:5-5", "-open=tcp:0113", "-open=tcp:113,",
    "-open=,tcp:113", "-open=all:113", "-open=icmp:1", "-open=udplite:5", "-open=tcp:1:2",
    "-open=tcp:-1", "-open=tcp:+1", "-peer=", "-peer=none", "-peer=any,%s" % P,
    "-peer=%s," % P, "-peer=,%s" % P, "-peer=" + ",".join([P] * 17),
    "-trigger=udp:3000", "-timeout=600", "-expires=1", "-lifetime=0", "-age=0", "-session=0",
    "-hits=0", "-state=open", "-foo=bar", "-owner=%s foo=bar" % A,
    "+" + GOOD + " ", "+ " + GOOD, "+" + GOOD + " more=1", "++" + GOOD, GOOD, "+" + GOOD + "\r",
    "+" + GOOD.rsplit(" ", 1)[0], "+" + GOOD.split(" ", 1)[1], "+" + GOOD.replace(" ", "  ", 1),
    "+" + GOOD.replace("family=ipv4 owner=" + A, "owner=%s family=ipv4" % A),
    "+" + GOOD.replace("ipv4", "ipv6"), "+" + GOOD.replace(A, C),
    "+" + GOOD.replace("trigger=udp:3000", "trigger=udp:00"),
    "+" + GOOD.replace("trigger=udp:3000", "trigger=udp"),
    "+" + GOOD.replace("trigger=udp:3000", "trigger=17"),
    "+" + GOOD.replace("trigger=udp:3000", "trigger=256"),
    "+" + GOOD.replace("trigger=udp:3000", "trigger=udp:3000-3001"),
    "+" + GOOD.replace("timeout=600", "timeout=31536001"),
    "+" + GOOD.replace("timeout=600", "timeout=0600"),
    "+" + GOOD.replace("timeout=600", "timeout=-1"),
    "+" + GOOD.replace("timeout=600", "timeout=0"),
    "+" + GOOD.replace("timeout=600", "timeout=599"),
    "+" + GOOD.replace("timeout=600", "timeout=0x258"),
    "+" + GOOD.replace("timeout=600", "timeout=4294967896"),
    "+" + GOOD.replace("timeout=600", "timeout=18446744073709552216"),
    "+" + GOOD.replace("expires=600", "expires=0"),
    "+" + GOOD.replace("expires=600", "expires=601"),
    "+" + GOOD.replace("lifetime=0 age=0", "lifetime=60 age=60"),
    "+" + GOOD.replace("age=0", "age=4294967296"), "+" + GOOD.replace("age=0", "age="),
    "+" + GOOD.replace("session=0", "session=9"), "+" + GOOD.replace("hits=0", "hits=4294967296"),
    "+" + GOOD.replace("hits=0", "hits=x"), "+" + GOOD.replace("state=open", "state=closed"),
    "+" + GOOD.replace("state=open", "state="),
    "+" + WITH_PEER.replace("peer=" + P, "peer=2001:db8::7"),
    "+" + WITH_PEER.replace("peer=" + P, "peer="),
    "/\0", "-owner=%s\0" % A, "-owner=%s\0garbage" % A, "\0", "\0/", "+%s\0" % GOOD,
    "\xff\xfe", "-owner=\xff", "/\xa0",
]


def test_bad_lines_do_nothing(bare):
    """Each is EINVAL, and nothing is opened or closed."""
    load(bare, *NAMED)
    write(bare, "".join("+" + each for each in EVERYTHING[1:]))
    before = open_now(bare)
    for bad in BAD_LINES:
        assert refused(bare, (bad + "\n").encode("latin-1")) == "EINVAL", repr(bad)
        assert open_now(bare) == before, repr(bad)
    # The line that they were made of is a good one.
    assert refused(bare, "+" + GOOD + "\n") is None
    assert len(open_now(bare)) == len(before) + 1


ENOENT_LINES = [
    dict(name="other"), dict(open="tcp:112"), dict(open="tcp:113,udp:113"),
    dict(open="tcp:112-113"), dict(trigger="udp:3001"), dict(peer=P), dict(timeout=599, expires=1),
    dict(timeout=0, expires=0), dict(lifetime=60), dict(session=1),
    dict(open="udp:6000,tcp:6000"), dict(open="tcp:6000,udp:6000", peer=P),
]


def test_plus_without_its_rule(bare):
    """ENOENT when no rule that is loaded could have opened it."""
    bare.load(*NAMED)
    bare.set_parameter("reload_grace", 0)
    for fields in ENOENT_LINES:
        assert refused(bare, "+" + line(A, **fields)) == "ENOENT", fields
    assert refused(bare, "+" + line(C)) == "ENOENT"
    assert bare.counters()["opened"] == 0
    bare.load()
    wait_until(lambda: refused(bare, "+" + line(A)) == "ENOENT", "the rule is gone")
    assert bare.triggers() == []


def test_plus_finds_its_rule_among_alike(bare):
    """The rule whose parameters fit, whatever other rules open the same ports."""
    bare.load(PLAIN + " --trigger-timeout 60", PLAIN + " --trigger-session", PLAIN,
              PLAIN + " --trigger-lifetime 90", PLAIN + " --trigger-peer host",
              PLAIN.replace("3000", "3001"))
    kinds = [dict(timeout=60, expires=60), dict(timeout=0, expires=0), dict(),
             dict(lifetime=90), dict(peer=P), dict(trigger="udp:3001")]
    lines = [line(A, **kind) for kind in kinds]
    write(bare, "".join("+" + each for each in lines))
    assert open_now(bare) == start(*lines)


def test_plus_is_within_the_limits(bare):
    """ENOSPC, and counted, when the table, the owner or the rule has no room; evicts nobody."""
    bare.load(PLAIN, out("--trigger-relate tcp:114"), out("--trigger-relate tcp:115"),
              out("--trigger-relate tcp:116 --trigger-max 1"))
    bare.set_parameter("max_triggers", 4)
    bare.set_parameter("max_per_host", 2)
    write(bare, "+%s+%s" % (line(A), line(A, open="tcp:114")))
    assert refused(bare, "+" + line(A, open="tcp:115")) == "ENOSPC"
    write(bare, "+" + line(B, open="tcp:116"))
    assert refused(bare, "+" + line("10.0.0.3", open="tcp:116")) == "ENOSPC"
    write(bare, "+" + line(B))
    assert refused(bare, "+" + line("10.0.0.3")) == "ENOSPC"
    counters, triggers = bare.status()
    assert [t.open for t in triggers] == ["tcp:113", "tcp:114", "tcp:116", "tcp:113"]
    assert [counters["refused_" + scope] for scope in ("host", "rule", "full")] == [1, 1, 1]
    assert (counters["evicted"], counters["closed"]) == (0, 0)
    # What is there already takes no room.
    assert refused(bare, "+" + line(A)) is None


def test_plus_of_what_is_open(bare):
    """The owner's own active trigger is extended, not opened twice, nor shortened."""
    bare.load(PLAIN)
    write(bare, "+" + line(A, expires=100, age=50))
    write(bare, "+" + line(A, expires=300, age=7))
    assert bare.trigger().expires in range(290, 301)
    write(bare, "+" + line(A, expires=20))
    assert bare.trigger().expires in range(280, 301)
    assert bare.trigger().age >= 50 and bare.counters()["opened"] == 1


# --- several commands, and parts of commands


def test_several_commands_in_one_write(bare):
    """They are carried out in order, and all of the bytes are taken."""
    load(bare, *NAMED)
    text = "+%s+%s-owner=%s\n+%s/\n+%s" % (line(A), line(B), A, line(C), line(B, **ALL))
    assert write(bare, text) == len(text)
    assert open_now(bare) == start(line(B, **ALL))
    assert (bare.counters()["opened"], bare.counters()["closed"]) == (4, 3)


def test_a_bad_line_ends_a_write(bare):
    """The write returns the bytes before the bad line; a write from there returns its error."""
    load(bare, *NAMED)
    good, bad, last = "+" + line(A), "-owner=nobody\n", "+" + line(B)
    with opened(bare, os.O_WRONLY) as fd:
        assert os.write(fd, (good + bad + last).encode()) == len(good)
        assert open_now(bare) == start(line(A))
        with pytest.raises(OSError, match="Invalid argument"):
            os.write(fd, (bad + last).encode())
        assert open_now(bare) == start(line(A))
        assert os.write(fd, last.encode()) == len(last)
    assert open_now(bare) == start(line(A), line(B))


@pytest.mark.parametrize("error", ["ENOENT", "EINVAL"])
def test_every_place_of_a_bad_line(bare, error):
    """Behind any number of good lines the count is exact, and a program can continue from it."""
    bad = line(A, open="tcp:1") if error == "ENOENT" else line(A, state="ajar")
    bare.load(PLAIN)
    everyone = owners(60)
    good = ["+" + line(owner) for owner in everyone]
    for place in range(0, 60, 3):
        write(bare, "/\n")
        text = "".join(good[:place] + ["+" + bad] + good[place:])
        before = len("".join(good[:place]))
        with opened(bare, os.O_WRONLY) as fd:
            if place:
                done = 0
                while done < before:
                    done += os.write(fd, text[done:].encode())
                assert done == before, place
            assert bare.owners() == everyone[:place]
            with pytest.raises(OSError) as failed:
                os.write(fd, text[before:].encode())
            assert errno.errorcode[failed.value.errno] == error
        assert bare.owners() == everyone[:place]


def test_no_part_of_a_bad_line_is_a_command(bare):
    """Written on from the count, no end of a bad line is carried out by itself."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    # Wherever it is cut, what comes behind looks like commands... to one who cuts it.
    bad = "x" * 40 + "/" * 40 + "\n"
    for front in range(4096 - 90, 4096 + 10):
        padding = "-owner=%s\n" % B
        pad = padding * (front // len(padding))
        pad += "-name=%s\n" % ("n" * (front - len(pad) - 7)) if 8 <= front - len(pad) else ""
        text = (pad + bad).encode()
        with opened(bare, os.O_WRONLY) as fd:
            assert os.write(fd, text) == len(pad)
            with pytest.raises(OSError, match="Invalid argument"):
                os.write(fd, text[len(pad):])
    assert bare.owners() == [A]


def test_a_command_in_parts(bare):
    """Split between two writes at any byte it is one command."""
    load(bare, *NAMED)
    command = "+" + line(A, peer=P, **HOST)
    for cut in range(1, len(command)):
        with opened(bare, os.O_WRONLY) as fd:
            assert os.write(fd, command[:cut].encode()) == cut
            assert open_now(bare) == []
            assert os.write(fd, (command[cut:] + "-owner=").encode()) == len(command) - cut + 7
            assert open_now(bare) == start(line(A, peer=P, **HOST))
            os.write(fd, (A + "\n").encode())
            assert open_now(bare) == []


def test_byte_by_byte(bare):
    """Each byte in a write of its own."""
    load(bare, *NAMED)
    with opened(bare, os.O_WRONLY) as fd:
        for byte in "".join("+" + each for each in EVERYTHING).encode():
            assert os.write(fd, bytes([byte])) == 1
    assert open_now(bare) == start(*EVERYTHING)


def test_writers_do_not_mix(bare):
    """Two open files: each has its own half of a line."""
    bare.load(PLAIN)
    first, second = ("+" + line(A)).encode(), ("+" + line(B)).encode()
    with opened(bare, os.O_WRONLY) as one, opened(bare, os.O_WRONLY) as two:
        for at in range(0, max(len(first), len(second)), 10):
            os.write(one, first[at:at + 10])
            os.write(two, second[at:at + 10])
    assert sorted(bare.owners()) == [A, B]


def test_a_bad_line_in_parts(bare):
    """The error comes with the end of the line and does not affect later lines."""
    bare.load(PLAIN)
    with opened(bare, os.O_WRONLY) as fd:
        os.write(fd, b"-owner=nob")
        with pytest.raises(OSError, match="Invalid argument"):
            os.write(fd, b"ody\n+" + line(A).encode())
        assert bare.owners() == []
        os.write(fd, b"+" + line(A).encode())
    assert bare.owners() == [A]


def test_a_signal_ends_a_long_write(bare):
    """When a signal ends a long write, its count is exact, and nothing behind it is done."""
    bare.load(PLAIN)
    writer, size = os.getpid(), 32 << 20

    def interrupt(_):
        time.sleep(0.1)
        os.kill(writer, signal.SIGUSR1)

    was = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with meanwhile(bare, interrupt):
            taken = write(bare, b"/\n" * (size // 2) + b"+" + line(A).encode())
    finally:
        signal.signal(signal.SIGUSR1, was)
    assert 0 < taken < size
    assert bare.owners() == []


def test_no_newline_no_command(bare, kernel_log):
    """A last line without its end is not carried out, and the log says so."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    kernel_log.check()
    assert write(bare, "+%s-owner=%s" % (line(B), A)) == len("+%s-owner=%s" % (line(B), A))
    assert sorted(bare.owners()) == [A, B]
    said = kernel_log.new()
    assert any("xt_TRIGGER: proc file: the last line has no newline" in each for each in said)
    write(bare, "/")
    assert sorted(bare.owners()) == [A, B]


def test_empty_writes(bare):
    """An empty write does nothing; an empty line is not a command."""
    bare.load(PLAIN)
    assert write(bare, "") == 0
    assert refused(bare, "\n") == "EINVAL"


# --- too long, and junk


def test_lines_that_are_too_long(bare):
    """4,095 bytes and a newline are a line; longer ones are EINVAL, however long."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    conditions = "-owner=%s open=" % B
    fits = conditions + ("tcp:1," * 30)[:-1]
    assert refused(bare, fits + "\n") is None
    for size in (4094, 4095, 4096, 4097, 8192, 100000, 1 << 20):
        text = ("/" * size + "\n").encode()
        with opened(bare, os.O_WRONLY) as fd:
            with pytest.raises(OSError, match="Invalid argument"):
                os.write(fd, text)
            # The rest of it is forgotten: the next command is one by itself.
            os.write(fd, ("+%s" % line(B)).encode())
        assert sorted(bare.owners()) == [A, B]
        write(bare, "-owner=%s\n" % B)


def test_a_long_line_in_many_writes(bare):
    """A line that never ends is refused when it is too long, not kept for ever."""
    bare.load(PLAIN)
    with opened(bare, os.O_WRONLY) as fd:
        with pytest.raises(OSError, match="Invalid argument"):
            for _ in range(1 << 10):
                assert os.write(fd, b"x" * 100) == 100


def test_many_commands_in_one_write(bare):
    """Two megabytes of commands in one write call."""
    bare.load(PLAIN)
    text = ("+%s-owner=%s\n" % (line(A), A)) * 10000
    assert write(bare, text) == len(text)
    assert (bare.counters()["opened"], bare.counters()["closed"]) == (10000, 10000)


def test_binary_junk(bare):
    """Random bytes, whole and mixed into good lines, do nothing and break nothing."""
    dice = random.Random(4)
    load(bare, *NAMED)
    for turn in range(400):
        junk = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 300)))
        if turn % 2:
            good = bytearray(("+" + line(A)).encode())
            for _ in range(dice.randrange(1, 4)):
                good[dice.randrange(len(good))] = dice.choice(junk)
            junk = bytes(good)
        # A command by chance is no junk.
        with opened(bare, os.O_WRONLY) as fd:
            try:
                os.write(fd, junk)
            except OSError as error:
                assert error.errno in (errno.EINVAL, errno.ENOENT), error
    for each in bare.triggers():
        assert each.owner.startswith("1") and each.name == "default"
    write(bare, "/\n")
    assert write(bare, "+" + line(B)) and bare.owners() == [B]


def test_a_bad_pointer(bare):
    """EFAULT, and nothing is done."""
    libc = ctypes.CDLL(None, use_errno=True)
    bare.load(PLAIN)
    with opened(bare, os.O_WRONLY) as fd:
        assert libc.write(fd, ctypes.c_void_p(8), 10) == -1
        assert ctypes.get_errno() == errno.EFAULT
        os.write(fd, ("+" + line(A)).encode())
    assert bare.owners() == [A]


# --- who may write


def shell(command):
    return ("/bin/sh", "-c", command)


def test_an_unprivileged_user_may_not(bare):
    """Mode 0640: a user cannot even open it."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    status, said = as_user(bare, *shell("echo / > " + PROC_FILE))
    assert status != 0 and "Permission denied" in said
    assert bare.owners() == [A]


def test_root_without_the_capability_may_not(bare):
    """Writing needs CAP_NET_ADMIN."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    status, said = as_other(bare, ["--bounding-set", "-net_admin", "--inh-caps", "-net_admin"],
                            *shell("cat %s; echo / | tee %s" % (PROC_FILE, PROC_FILE)))
    assert status != 0 and "Operation not permitted" in said
    assert "owner=" + A in said
    assert bare.owners() == [A]


def test_root_of_another_user_namespace_may_not(bare):
    """Root of a user namespace that does not own the network namespace may not write."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    with bare:
        done = subprocess.run(["/usr/bin/unshare", "-Ur", "/bin/sh", "-c",
                               "echo / | tee " + PROC_FILE], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode != 0 and "Operation not permitted" in done.stdout
    assert bare.owners() == [A]


def test_root_of_its_own_network_namespace_may(bare):
    """A user's own user and network namespace: its root opens and closes there, and only there."""
    bare.load(PLAIN)
    write(bare, "+" + line(A))
    own = "; ".join((
        "set -e",
        "iptables-nft %s" % PLAIN,
        "stat -c '%%a %%u %%g' %s" % PROC_FILE,
        "printf '+%s+%s' > %s" % (line(A).replace("\n", "\\n"), line(B).replace("\n", "\\n"),
                                  PROC_FILE),
        "echo -owner=%s > %s" % (A, PROC_FILE),
        "cat " + PROC_FILE))
    status, said = as_user(bare, "/usr/bin/unshare", "-Urn", *shell(own))
    assert status == 0, said
    assert said.startswith("640 0 0\n"), said
    assert "# triggers=1 " in said and "owner=%s " % B in said and A not in said
    assert bare.owners() == [A]


def test_permissions_that_an_administrator_changed_stay(bare):
    """Neither the next rule nor the next iptables call gives the file back."""
    bare.load(PLAIN)
    for command in (("/bin/chmod", "664"), ("/bin/chown", "1:2")):
        bare.run(*command, PROC_FILE)
    bare.iptables(PLAIN.replace("3000", "3001"))
    bare.load(PLAIN, DNAT, IN)
    assert bare.run("/usr/bin/stat", "-c", "%a %u %g", PROC_FILE) == "664 1 2\n"


def test_restoring_what_was_read(bare):
    """as_commands() of a table makes the same table, in another order of events."""
    load(bare, *NAMED)
    write(bare, "".join("+" + each for each in EVERYTHING))
    saved = bare.read(PROC_FILE)
    write(bare, "/\n" + as_commands(saved))
    assert without_time(bare.read(PROC_FILE)) == without_time(saved)
