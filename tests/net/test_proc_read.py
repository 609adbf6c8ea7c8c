# SPDX-License-Identifier: GPL-2.0
"""Reading /proc/net/xt_trigger."""

import os
import re
import struct
import time

import pytest

from hosts import icmp_echo, ipv4, tcp_syn, udp, wait_until
from lab import SILENT
from procfile import (PROC_FILE, as_commands, as_user, line, lines, meanwhile, of_version_01,
                      opened, owners, read_all, refused, without_time, write, write_all)
from router import DNAT, IN, loaded, out, parse

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")

# No field of its lines changes but the age, for as long as a test takes.
STEADY = out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-session")
EMPTY = ("# triggers=0 max=4096 opened=0 refreshed=0 expired=0 ended=0 closed=0 refused_full=0 "
         "refused_host=0 refused_rule=0 evicted=0 waited=0 dnat=0 accepted=0 local=0 parked=0\n")


def filled(router, count, rule=TRIGGER, **fields):
    """A table of so many active triggers, one for each owner; returns the owners."""
    router.load(rule)
    if count > 4096:
        router.set_parameter("max_triggers", count)
    all_owners = owners(count)
    write_all(router, "".join("+" + line(owner, **fields) for owner in all_owners))
    return all_owners


def owners_in(text):
    return [t.owner for t in parse(text)[1]]


# --- the format


def test_an_empty_table_is_one_line(bare):
    """A new namespace has all counters at 0, in the documented order."""
    bare.load(TRIGGER)
    assert bare.read(PROC_FILE) == EMPTY


def test_the_lines_are_as_documented(router, lan1, lan2, wan):
    """Each field, in order, of an open session trigger and of one that waits in line."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session "
                    "--trigger-peer host"),
                out("--trigger-match 3000 --trigger-relate all:5000-5010"), DNAT, IN)
    lan1.connect("tcp:6667")
    wan.connect("tcp:113")
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    text = router.read(PROC_FILE)
    ages = re.findall(r"age=(\d+)", text)
    ids = [int(number) for number in re.findall(r" id=(\d+)", text)]
    assert ids == sorted(set(ids))
    text = re.sub(r" id=\d+ rule=[0-9a-f]{8}", " id=N rule=R", text)
    text = re.sub(r"(192.168.1.1[01]):\d+-", r"\1:PORT-", text)
    assert lines(re.sub(r"expires=(600|59\d)\b", "expires=E", text)) == [
        "name=default family=ipv4 owner=192.168.1.10 open=tcp:113 trigger=tcp:6667 "
        "peer=198.51.100.7 timeout=0 expires=0 lifetime=0 age=%s session=1 hits=1 "
        "state=open id=N rule=R answered=1 ct=tcp:192.168.1.10:PORT-198.51.100.7:6667\n" % ages[0],
        "name=default family=ipv4 owner=192.168.1.10 open=tcp:5000-5010,udp:5000-5010 "
        "trigger=udp:3000 peer=any timeout=600 expires=E lifetime=0 age=%s session=0 hits=0 "
        "state=open id=N rule=R answered=0 ct=udp:192.168.1.10:PORT-198.51.100.7:3000\n" % ages[1],
        "name=default family=ipv4 owner=192.168.1.11 open=tcp:5000-5010,udp:5000-5010 "
        "trigger=udp:3000 peer=any timeout=600 expires=E lifetime=0 age=%s session=0 hits=0 "
        "state=waiting id=N rule=R answered=0 ct=udp:192.168.1.11:PORT-198.51.100.7:3000\n"
        % ages[2]]


def test_a_line_of_ipv6(router, lan1):
    """Addresses of IPv6 are written in their short form."""
    router.load6(out("--trigger-name v6.pin-hole --trigger-match 3000 --trigger-relate udp:5000 "
                     "--trigger-peer host --trigger-timeout 31536000 --trigger-lifetime 60"), IN)
    lan1.connect("udp:3000", dst="2001:db8:2::7")
    text = "".join(lines(router.read(PROC_FILE)))
    assert re.fullmatch(
        "name=v6.pin-hole family=ipv6 owner=2001:db8:1::10 open=udp:5000 trigger=udp:3000 "
        "peer=2001:db8:2::7 timeout=31536000 expires=(31536000|3153599[5-9]) lifetime=60 "
        r"age=[0-5] session=0 hits=0 state=open id=\d+ rule=[0-9a-f]{8} answered=1 "
        r"ct=-\n", text), text


def test_a_protocol_without_ports_triggers(router, lan1):
    """A protocol without ports is written as its number."""
    router.load(out("--trigger-relate tcp:113", "-A FORWARD -i br-lan -p icmp"))
    lan1.send_raw(SILENT, ipv4(lan1.ip, SILENT, 1, icmp_echo(7)))
    lan1.settle()
    assert router.trigger().trigger == "1"
    saved = router.read(PROC_FILE)
    write(router, "/\n" + as_commands(saved))
    # Its connection is not found by addresses alone: the wait for a packet begins.
    assert without_time(of_version_01(router.read(PROC_FILE))) == \
        without_time(of_version_01(saved))


@pytest.mark.parametrize("protocol,name", [(17, "udp"), (6, "tcp"), (33, "dccp"), (136, "udplite")])
def test_a_packet_to_port_0_triggers(router, lan1, protocol, name):
    """A packet to port 0 makes a line that does not stop the restoring of other lines."""
    router.load(out("--trigger-relate tcp:113"))
    segment = {6: lambda: tcp_syn(lan1.ip, SILENT, 4000, 0)}.get(protocol, lambda: udp(4000, 0))()
    if protocol == 33:      # a request of service 0, its checksum left out
        segment = struct.pack("!HHBBHBBHII", 4000, 0, 5, 0, 0, 1, 0, 0, 1, 0)
    lan1.send_raw(SILENT, ipv4(lan1.ip, SILENT, protocol, segment))
    # A kernel may let the others go no further, or know of no ports in them.
    shown = ["%s:0" % name] if protocol in (6, 17) else ["%s:0" % name, "udp:9"]
    lan1.settle()
    trigger = wait_until(router.triggers, "it triggers")[0]
    assert trigger.trigger in shown
    saved = router.read(PROC_FILE)
    write(router, "/\n" + as_commands(saved))
    assert router.trigger().trigger == trigger.trigger


def test_the_longest_line(bare):
    """Sixteen long peers and thirty ranges: a line longer than a small read, and restorable."""
    items = ",".join("all:%d-%d" % (10000 + 1000 * n, 10500 + 1000 * n) for n in range(15))
    name = "n" * 31
    bare.load6(out("--trigger-name %s --trigger-relate %s --trigger-peer host "
                   "--trigger-timeout 31536000 --trigger-lifetime 31536000" % (name, items)))
    peers = ",".join("2001:db8:ffff:ffff:ffff:ffff:ffff:%x" % (0xfff0 + n) for n in range(16))
    opens = ",".join("%s:%s" % (protocol, item[4:]) for item in items.split(",")
                     for protocol in ("tcp", "udp"))
    longest = line("2001:db8:eeee:eeee:eeee:eeee:eeee:eeee", name=name, open=opens, peer=peers,
                   trigger="udplite:65535", timeout=31536000, expires=31536000,
                   lifetime=31536000, age=31535990, hits=4294967295)
    write(bare, "+" + longest)
    text = "".join(lines(bare.read(PROC_FILE)))
    assert without_time(of_version_01(text)) == without_time(longest)
    assert len(text) > 1000


def test_the_counters_count_by_hand_and_by_rule(bare):
    """`closed` counts both ways of closing; `triggers` and `max` are what they say."""
    bare.load(TRIGGER)
    bare.set_parameter("max_triggers", 77)
    write(bare, "".join("+" + line(owner) for owner in owners(5)))
    assert (bare.counters()["triggers"], bare.counters()["max"]) == (5, 77)
    write(bare, "-owner=10.0.0.1\n")
    assert (bare.counters()["triggers"], bare.counters()["closed"]) == (4, 1)
    bare.set_parameter("reload_grace", 0)
    bare.load()
    bare.wait_closed()
    counters = bare.counters()
    assert (counters["opened"], counters["closed"], counters["expired"]) == (5, 5, 0)


# --- all of it, however it is read


@pytest.mark.parametrize("size", [1, 7, 100, 4095, 4096, 65536])
def test_read_in_pieces(bare, size):
    """A table of several pages read in any pieces is the same table."""
    everyone = filled(bare, 100 if size < 100 else 1000, STEADY, timeout=0, expires=0)
    with opened(bare, os.O_RDONLY) as fd:
        assert owners_in(read_all(fd, size)) == everyone


def steady_text(bare):
    """What the file says, twice the same within one second."""
    return wait_until(lambda: bare.read(PROC_FILE) == bare.read(PROC_FILE)
                      and bare.read(PROC_FILE), "two equal reads")


def test_seek_and_pread(bare):
    """pread and lseek give the bytes at that offset, forwards and backwards."""
    filled(bare, 300, STEADY, timeout=0, expires=0)

    def pieces_agree():
        text = bare.read(PROC_FILE).encode()
        with opened(bare, os.O_RDONLY) as fd:
            pieces = [(os.pread(fd, 200, at), text[at:at + 200])
                      for at in (0, 1, 5000, 20000, 4096, 0, len(text) - 100)]
            beyond = os.pread(fd, 200, len(text) + 5)
            seeks = []
            for at in (9000, 0, 30000, 12345):
                assert os.lseek(fd, at, os.SEEK_SET) == at
                seeks.append((os.read(fd, 100), text[at:at + 100]))
            os.lseek(fd, 0, os.SEEK_SET)
            again = read_all(fd).encode()
        # The ages may have moved meanwhile: then none of this says anything.
        if bare.read(PROC_FILE).encode() != text:
            return False
        assert all(got == expected for got, expected in pieces + seeks)
        assert beyond == b"" and again == text
        return True

    wait_until(pieces_agree, "a second without a change of ages")


def test_two_readers_do_not_disturb_each_other(bare):
    """Reads of two descriptors, in turn, each see everything."""
    everyone = filled(bare, 300)
    texts = [b"", b""]
    with opened(bare, os.O_RDONLY) as first, opened(bare, os.O_RDONLY) as second:
        ended = False
        while not ended:
            parts = [os.read(first, 1000), os.read(second, 777)]
            texts = [text + part for text, part in zip(texts, parts)]
            ended = not any(parts)
    assert [owners_in(text.decode()) for text in texts] == [everyone, everyone]


def test_reading_in_the_middle_of_writing(bare):
    """One descriptor writes and reads: it reads on where it was."""
    everyone = filled(bare, 200)
    with opened(bare) as fd:
        start = os.read(fd, 3000)
        os.write(fd, b"-owner=10.0.0.199\n")
        text = start.decode() + read_all(fd)
    assert owners_in(text) == [owner for owner in everyone if owner != "10.0.0.199"]


# --- while it changes


def test_reader_whose_trigger_closes(bare):
    """The one at which a reader stands closes, and many around it: it goes on behind."""
    everyone = filled(bare, 400)
    with opened(bare, os.O_RDONLY) as fd:
        text = os.read(fd, 500)
        seen = owners_in(text.decode().rpartition("\n")[0] + "\n")
        # What the kernel has written into its buffer may still come.
        close = [owner for n, owner in enumerate(everyone) if n < 350 and n % 10]
        write(bare, "".join("-owner=%s\n" % owner for owner in close))
        found = owners_in((text.decode() + read_all(fd)))
    assert found[:len(seen)] == seen
    assert len(found) == len(set(found))
    assert set(everyone) - set(close) <= set(found)


def test_reader_of_a_table_that_is_emptied(bare):
    """Everything closes in the middle of a read: it ends, at the end of a line."""
    filled(bare, 400)
    with opened(bare, os.O_RDONLY) as fd:
        text = os.read(fd, 500).decode()
        write(bare, "/\n")
        text += read_all(fd)
        assert 0 < len(parse(text)[1]) < 400
        os.lseek(fd, 0, os.SEEK_SET)
        assert owners_in(read_all(fd)) == []


def test_reader_whose_rule_goes(bare):
    """The rule of the trigger at which a reader stands is deleted."""
    filled(bare, 400)
    with opened(bare, os.O_RDONLY) as fd:
        os.read(fd, 500)
        bare.set_parameter("reload_grace", 0)
        bare.load()
        bare.wait_closed()
        read_all(fd)


def test_reader_of_a_module_that_is_removed(bare, unload):
    """An open file does not hold the module, and reads no more once it is gone."""
    filled(bare, 400)
    with opened(bare) as fd:
        os.read(fd, 500)
        bare.load()
        unload()
        with pytest.raises(OSError):
            os.read(fd, 500)
        with pytest.raises(OSError):
            os.write(fd, b"/\n")
    assert not loaded()


def test_ten_thousand_read_while_they_change(bare):
    """No trigger that is open during the whole read is missing or doubled, and no line is torn."""
    everyone = filled(bare, 10000)
    bare.set_parameter("max_triggers", 12000)
    # Every third closes and opens again, others come and go; the rest stays.
    restless = everyone[::3]
    residents = set(everyone) - set(restless)

    def change(turn):
        owner = restless[turn * 7 % len(restless)]
        write(bare, "-owner=%s\n+%s" % (owner, line(owner)) if turn % 2 else
              "+%s-owner=172.16.0.%d\n" % (line("172.16.0.%d" % (turn % 250)),
                                           (turn + 100) % 250))

    def changed_meanwhile(size):
        before = changes.value
        with opened(bare, os.O_RDONLY) as fd:
            found = owners_in(read_all(fd, size))
        kept = [owner for owner in found if owner in residents]
        # Told by numbers: a comparison of so many names takes all memory to explain.
        missed, doubles = len(residents.difference(kept)), len(kept) - len(set(kept))
        assert (missed, doubles) == (0, 0)
        return changes.value > before

    with meanwhile(bare, change) as changes:
        wait_until(lambda: changes.value, "the first change")
        for size in (65536, 4096, 1000):
            # The other process may be kept from running for the length of a read.
            wait_until(lambda: changed_meanwhile(size), "a change while it is read", 30)


def test_packets_pass_in_the_middle_of_a_read(router, lan1, lan2, wan):
    """A paused reader does not delay packets, rules or writes."""
    filled(router, 300)
    router.load(TRIGGER, out("--trigger-match 6667 --trigger-relate tcp:114"), DNAT, IN)
    with opened(router, os.O_RDONLY) as fd:
        os.read(fd, 500)
        lan1.connect("tcp:6667")
        assert wan.who_answers("tcp:114") == lan1.ip
        router.iptables("-A INPUT -p tcp --dport 9 -j DROP")
        write(router, "-owner=%s open=tcp:114\n" % lan1.ip)
        assert wan.who_answers("tcp:114") is None
        lan2.connect("tcp:6667")
        os.lseek(fd, 0, os.SEEK_SET)
        found = owners_in(read_all(fd))
    assert lan2.ip in found and lan1.ip not in found


def test_a_reader_that_never_ends_stalls_no_packet(router, lan1, wan):
    """While another process reads a large table over and over, connections come and go."""
    filled(router, 5000)
    router.load(TRIGGER, out("--trigger-match 6667 --trigger-relate tcp:114"), DNAT, IN)
    router.set_parameter("max_triggers", 5001)
    with meanwhile(router, lambda turn: router.read(PROC_FILE)) as turns:
        wait_until(lambda: turns.value, "the first read")
        last = turns.value + 2
        while turns.value < last:
            lan1.connect("tcp:6667").close()
            assert wan.who_answers("tcp:114") == lan1.ip


# --- who may read


def test_only_root_reads_it(bare):
    """The file has mode 0640 and belongs to root: no other user reads it."""
    bare.load(TRIGGER)
    with opened(bare, os.O_RDONLY) as fd:
        found = os.fstat(fd)
    assert (found.st_mode, found.st_uid, found.st_gid) == (0o100640, 0, 0)
    status, said = as_user(bare, "cat", PROC_FILE)
    assert status != 0 and "Permission denied" in said


def test_expired_ones_are_not_shown(bare):
    """An expired trigger is neither shown nor counted, even if no packet has looked for it."""
    bare.load(TRIGGER, out("--trigger-relate tcp:114 --trigger-timeout 1"))
    write(bare, "+" + line("10.0.0.1") + "+" + line("10.0.0.2", open="tcp:114", timeout=1,
                                                    expires=1))
    end = time.monotonic() + 3
    seen, between = [], 0
    while bare.counters()["expired"] == 0 and time.monotonic() < end:
        counters, triggers = bare.status()
        between += counters["triggers"] != len(triggers)
        seen.append(len(triggers))
    # One reading may be under way at that very moment: counted, and not shown any more.
    assert between <= 1
    assert seen[0] == 2 and bare.owners() == ["10.0.0.1"]
    assert refused(bare, "-owner=10.0.0.2\n") is None
