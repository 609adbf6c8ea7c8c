# SPDX-License-Identifier: GPL-2.0
"""xt-trigger save and restore: files, pipes, and the time that goes by between them."""

import os
import re
import stat
import subprocess
import time

import pytest

from clock import set_synchronised
from hosts import wait_until
from lab import OTHER_OWNERS
from procfile import PROC_FILE, line, lines, without_time, write
from router import DNAT, IN, out
from tool import PROGRAM, jq

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113")
SESSION = out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session")
LIVED = out("--trigger-match 7000 --trigger-relate udp:5000-5010 --trigger-peer host "
            "--trigger-timeout 60 --trigger-lifetime 90")
BOOT = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def synchronised():
    """Let the test say whether the clock is synchronised; nobody keeps it at first."""
    set_synchronised(False)
    yield set_synchronised
    set_synchronised(False)


@pytest.fixture
def state(tmp_path):
    return str(tmp_path / "state")


def head(text):
    """The comment line of a saved file, as a dictionary."""
    found = re.fullmatch(r"# xt-trigger saved=(\d+\.\d{3}) boot=([0-9a-f-]{36}) "
                         r"uptime=(\d+\.\d{3}) clock=(set|unset)", text.split("\n")[0])
    assert found, text
    return {"saved": float(found.group(1)), "boot": found.group(2),
            "uptime": float(found.group(3)), "clock": found.group(4)}


def file_of(*lines, saved=0, boot=None, uptime=0, clock="set"):
    """A saved file as it was written so many seconds ago, on this boot or another."""
    if boot is None:
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot = file.read().strip()
    return "# xt-trigger saved=%.3f boot=%s uptime=%.3f clock=%s\n%s" % (
        time.time() - saved, boot, time.clock_gettime(time.CLOCK_BOOTTIME) - uptime, clock,
        "".join(lines))


def times(router, owner):
    trigger = router.trigger(owner=owner)
    return trigger.expires, trigger.age


def test_there_and_back(tool, router, lan1, lan2, wan, state):
    """Saved, closed, restored: the same lines, and the same hosts are reached."""
    router.load(PLAIN, SESSION, LIVED, DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3000", src=OTHER_OWNERS[0])
    lan2.send("udp:7000")
    irc = lan1.connect("tcp:6667")
    before = without_time(router.read(PROC_FILE))
    assert tool.done("save", state) == ""
    write(router, "/\n")
    assert wan.who_answers("tcp:113") is None
    assert tool.done("restore", state) == "restored 4 of 4\n"
    forget = r" (session|id|ct|answered)=\S+"
    assert re.sub(forget, "", without_time(router.read(PROC_FILE))) == re.sub(forget, "", before)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:114") == lan1.ip
    assert wan.who_answers("udp:5005") == lan2.ip
    irc.echo()


def test_the_file(bare_tool, bare, state):
    """A head with the clocks, then the proc file as it is; only its owner can read it."""
    bare.load(PLAIN)
    write(bare, "+" + line("10.0.0.1"))
    with open(state, "w") as file:
        file.write("old")
    os.chmod(state, 0o644)
    inode = os.stat(state).st_ino
    bare_tool.done("save", state)
    info = os.stat(state)
    assert stat.S_IMODE(info.st_mode) == 0o600
    assert info.st_ino != inode, "it was written in place"
    with open(state) as file:
        text = file.read()
    with open("/proc/sys/kernel/random/boot_id") as file:
        assert head(text)["boot"] == file.read().strip()
    assert abs(head(text)["saved"] - time.time()) < 60
    assert abs(head(text)["uptime"] - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
    assert without_time(text) == without_time(bare.read(PROC_FILE))
    assert os.listdir(os.path.dirname(state)) == ["state"]
    assert without_time(bare_tool.done("save")) == without_time(text)
    assert without_time(bare_tool.done("save", "-")) == without_time(text)


def test_a_link_stays_one(bare_tool, bare, state):
    bare.load(PLAIN)
    open(state, "w").close()
    os.symlink("state", state + ".link")
    bare_tool.done("save", state + ".link")
    assert os.path.islink(state + ".link")
    with open(state) as file:
        head(file.read())


@pytest.mark.parametrize("path", ["/nonexistent/state", "/proc/state", "/dev/full"])
def test_what_cannot_be_written(bare_tool, bare, path):
    bare.load(PLAIN)
    assert bare_tool.fails(1, "save", path).startswith(path + ": ")


def test_a_failure_leaves_the_old_file(bare_tool, bare, unload, state):
    """Without the module nothing is saved over what was saved before."""
    with open(state, "w") as file:
        file.write("old")
    unload()
    bare_tool.fails(1, "save", state)
    with open(state) as file:
        assert file.read() == "old"
    assert os.listdir(os.path.dirname(state)) == ["state"]


def test_by_pipes(bare_tool, bare):
    """`xt-trigger save | ... | xt-trigger restore`."""
    bare.load(PLAIN)
    write(bare, "+" + line("10.0.0.1"))
    saved = bare_tool.done("save")
    write(bare, "/\n")
    assert bare_tool.done("restore", stdin=saved) == "restored 1 of 1\n"
    write(bare, "/\n")
    with bare:
        subprocess.run(["sh", "-c", "printf '%%s' \"$1\" | %s restore - >/dev/null" % PROGRAM,
                        "sh", saved], check=True)
    assert bare.owners() == ["10.0.0.1"]


# --- time


def test_the_time_that_has_gone_by(bare_tool, bare):
    """On the same boot, whatever the wall clock says: it is subtracted, and rounded up."""
    bare.load(PLAIN, LIVED)
    lived = line("10.0.0.2", open="udp:5000-5010", trigger="udp:7000", peer="192.0.2.1",
                 timeout=60, expires=50, lifetime=90, age=20)
    text = file_of(line("10.0.0.1", expires=500, age=100), lived, uptime=40, saved=-100000)
    assert bare_tool.done("restore", stdin=text) == "restored 2 of 2\n"
    expires, age = times(bare, "10.0.0.1")
    assert 445 <= expires <= 460 and 140 <= age <= 155
    assert expires + age <= 601
    expires, age = times(bare, "10.0.0.2")
    assert 1 <= expires <= 10 and 60 <= age <= 75


@pytest.mark.parametrize("fields,gone,reason", [
    ({"timeout": 60, "expires": 50, "age": 20}, 51, "its timeout is over"),
    ({"timeout": 60, "expires": 60, "age": 20}, 71, "its timeout is over"),
    ({"timeout": 60, "expires": 60, "age": 60}, 31, "its lifetime is over"),
])
def test_what_is_over_is_left_out(bare_tool, bare, fields, gone, reason):
    """And the others are restored; the exit status tells."""
    bare.load(PLAIN, LIVED)
    lived = line("10.0.0.2", open="udp:5000-5010", trigger="udp:7000", peer="192.0.2.1",
                 lifetime=90, **fields)
    text = file_of(lived, line("10.0.0.1"), uptime=gone)
    done = bare_tool.run("restore", stdin=text)
    assert (done.status, done.out) == (1, "restored 1 of 2\n")
    assert done.err == "xt-trigger: stdin:2: not restored: %s\n" % reason
    assert bare.owners() == ["10.0.0.1"]


@pytest.mark.parametrize("now,then,restored", [
    (True, "set", True), (False, "set", False), (True, "unset", False)])
def test_another_boot(bare_tool, bare, synchronised, now, then, restored):
    """There the wall clock counts only if it was synchronised; else what has a time is left out,
    and what lives with its connections is not."""
    bare.load(PLAIN, SESSION)
    synchronised(now)
    text = file_of(line("10.0.0.1", expires=500, age=100),
                   line("10.0.0.2", open="tcp:114", trigger="tcp:6667", timeout=0, expires=0),
                   saved=40, boot=BOOT, uptime=0, clock=then)
    done = bare_tool.run("restore", stdin=text)
    if restored:
        assert (done.status, done.err) == (0, "")
        expires, age = times(bare, "10.0.0.1")
        assert 445 <= expires <= 460 and 140 <= age <= 155
    else:
        assert done.status == 1
        assert "stdin:2: not restored: it was saved before the last boot" in done.err
        assert "not synchronised" in done.err and len(done.err.splitlines()) == 1
    assert ("10.0.0.1" in bare.owners()) == restored and "10.0.0.2" in bare.owners()


def test_a_file_of_another_router(bare_tool, bare, state):
    """What its clocks say counts for nothing: its file is as old as it lies here."""
    bare.load(PLAIN)
    with open(state, "w") as file:
        file.write(file_of(line("10.0.0.1", expires=500, age=100), saved=-9999, boot=BOOT, uptime=0,
                           clock="unset"))
    arrived = time.time() - 40
    os.utime(state, (arrived, arrived))
    assert bare_tool.done("restore", "--received", state) == "restored 1 of 1\n"
    expires, age = times(bare, "10.0.0.1")
    assert 445 <= expires <= 460 and 140 <= age <= 155
    os.utime(state, (arrived + 3600, arrived + 3600))
    done = bare_tool.run("restore", "--received", state)
    assert done.status == 1 and "saved in the future" in done.err
    done = bare_tool.run("restore", "--received", stdin="")
    assert done.status == 2 and "--received" in done.err


def test_the_head_says_whether_the_clock_is_synchronised(bare_tool, bare, synchronised):
    bare.load(PLAIN)
    assert head(bare_tool.done("save"))["clock"] == "unset"
    synchronised(True)
    assert head(bare_tool.done("save"))["clock"] == "set"


def test_a_clock_that_went_back(bare_tool, bare, synchronised):
    """A file from the future proves nothing."""
    bare.load(PLAIN)
    synchronised(True)
    text = file_of(line("10.0.0.1"), saved=-3600, boot=BOOT)
    assert "in the future" in bare_tool.run("restore", stdin=text).err
    assert bare.owners() == []


def test_a_file_without_the_time(bare_tool, bare):
    """The proc file alone, or as commands: only what has no time is restored."""
    bare.load(PLAIN, SESSION)
    text = (line("10.0.0.1") + "+" + line("10.0.0.2", open="tcp:114", trigger="tcp:6667",
                                          timeout=0, expires=0))
    done = bare_tool.run("restore", stdin=text)
    assert done.status == 1 and "does not say when" in done.err
    assert bare.owners() == ["10.0.0.2"]


# --- what cannot be restored


def test_each_line_that_is_left_out_is_told(bare_tool, bare):
    """With its number and the reason; all others are restored."""
    bare.load(PLAIN)
    bare.set_parameter("max_triggers", 2)
    text = file_of("# triggers=5 max=4096\n", "\n", line("10.0.0.1"), "nonsense\n",
                   line("10.0.0.2", open="tcp:114"), line("10.0.0.3"),
                   line("10.0.0.4").replace("hits=0", "hits=x"), line("10.0.0.5"),
                   line("10.0.0.6").replace("10.0.0.6", "10.0.0.6\x1b[2J"))
    done = bare_tool.run("restore", stdin=text)
    assert (done.status, done.out) == (1, "restored 2 of 7\n")
    assert [each.split(": ", 1)[1] for each in done.err.splitlines()] == [
        "stdin:5: not restored: no KEY=VALUE",
        "stdin:6: not restored: no rule that could have opened it is loaded",
        "stdin:8: not restored: a bad value of hits",
        "stdin:9: not restored: a limit is reached",
        "stdin:10: not restored: a byte that is not printable ASCII"]
    assert bare.owners() == ["10.0.0.1", "10.0.0.3"]


def test_it_tells_programs_as_json(bare_tool, bare):
    bare.load(PLAIN)
    text = file_of(line("10.0.0.1"), line("10.0.0.2", open="tcp:114"), "a\"b\\\x07\n")
    done = bare_tool.run("restore", "--json", stdin=text)
    assert (done.status, done.err) == (1, "")
    assert jq(".", done.out) == {
        "left_out": [
            {"line": 3, "text": line("10.0.0.2", open="tcp:114")[:-1],
             "reason": "no rule that could have opened it is loaded"},
            {"line": 4, "text": "a\"b\\\x07", "reason": "a byte that is not printable ASCII"}],
        "restored": 1}


def test_fields_of_a_newer_module(bare_tool, bare):
    """A newer router hands its state to an older one: what that does not know is left out."""
    bare.load(PLAIN)
    text = file_of(line("10.0.0.1")[:-1] + " colour=red shape=round\n")
    assert bare_tool.done("restore", stdin=text) == "restored 1 of 1\n"
    assert bare.owners() == ["10.0.0.1"]


def test_a_file_that_others_can_write(bare_tool, bare, state):
    """Its lines open ports, so it is not restored."""
    bare.load(PLAIN)
    write(bare, "+" + line("10.0.0.1"))
    bare_tool.done("save", state)
    for mode in (0o620, 0o602):
        os.chmod(state, mode)
        assert "others than root can write" in bare_tool.fails(1, "restore", state)
    os.chmod(state, 0o600)
    os.chown(state, 65534, 65534)
    assert "others than root can write" in bare_tool.fails(1, "restore", state)
    os.chown(state, 0, 0)
    assert bare_tool.done("restore", state) == "restored 1 of 1\n"


def test_no_file(bare_tool, bare):
    bare.load(PLAIN)
    assert bare_tool.fails(1, "restore", "/nonexistent").startswith("/nonexistent: ")
    assert "one file too many" in bare_tool.fails(2, "restore", "a", "b")
    assert "one file too many" in bare_tool.fails(2, "save", "a", "b")


def test_over_a_reload_of_the_module(tool, router, lan1, wan, unload, state):
    """Saved, the module removed and loaded again with its rules, restored."""
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    tool.done("save", state)
    router.load()
    unload()
    router.load(PLAIN, DNAT, IN)
    assert lines(router.read(PROC_FILE)) == []
    assert tool.done("restore", state) == "restored 1 of 1\n"
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: router.trigger().hits == 1, "the hit is counted")
