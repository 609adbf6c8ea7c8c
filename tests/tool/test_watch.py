# SPDX-License-Identifier: GPL-2.0
"""xt-trigger save --watch: a file that has what is open, whatever happens."""

import os
import signal
import stat
import time
from contextlib import contextmanager

import pytest

from hosts import PATIENCE, SLOW, Namespace, wait_until
from procfile import line, lines, owners, write, write_all
from router import out
from tool import Tool

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")


@pytest.fixture
def state(tmp_path):
    return str(tmp_path / "state")


@pytest.fixture
def loaded(bare):
    """There is a rule, and so the module."""
    bare.load(TRIGGER)
    return bare


def content(path):
    with open(path) as file:
        return file.read()


def saved_owners(path):
    """Whose lines the file has; each of them whole."""
    text = content(path)
    assert text.startswith("# xt-trigger saved=") and text.endswith("\n"), text
    found = [each.split(" ") for each in lines(text)]
    assert all(words[0].startswith("name=") and words[-1].startswith("ct=") for words in found)
    return [words[2][len("owner="):] for words in found]


def saved_at(path):
    """The time since boot at which it was saved."""
    return float(content(path).split(" uptime=")[1].split(" ")[0])


@contextmanager
def watch(tool, path, *options):
    program = tool.start("save", "--watch", *options, path)
    try:
        wait_until(lambda: os.path.exists(path), "the file is there")
        yield program
    finally:
        program.send_signal(signal.SIGCONT)
        program.kill()
        program.communicate(timeout=PATIENCE)


def ended(program):
    """Its exit status and what it said, once it ends by itself."""
    said = program.communicate(timeout=PATIENCE)[1]
    return program.returncode, said


def test_it_follows(loaded, bare_tool, state):
    """What opens is in the file, what closes is not; it is root's, and can be restored."""
    write(loaded, "+" + line("10.0.0.1"))
    with watch(bare_tool, state):
        assert saved_owners(state) == ["10.0.0.1"]
        write(loaded, "+" + line("10.0.0.2") + "+" + line("10.0.0.3"))
        wait_until(lambda: saved_owners(state) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"], "opened")
        write(loaded, "-owner=10.0.0.2\n")
        wait_until(lambda: saved_owners(state) == ["10.0.0.1", "10.0.0.3"], "closed")
        assert stat.S_IMODE(os.stat(state).st_mode) == 0o600
        copy = content(state)
        write(loaded, "/\n")
        wait_until(lambda: saved_owners(state) == [], "all are closed")
        assert bare_tool.done("restore", stdin=copy) == "restored 2 of 2\n"
        wait_until(lambda: len(saved_owners(state)) == 2, "restored")


def test_at_most_once_a_second(loaded, bare_tool, state):
    """However much happens."""
    with watch(bare_tool, state):
        start, first = time.monotonic(), saved_at(state)
        found = {first}
        while time.monotonic() < start + 4:
            write(loaded, "+" + line("10.0.0.1") + "-owner=10.0.0.1\n")
            found.add(saved_at(state))
        times = sorted(found)
        assert 2 < len(times)
        assert min(after - before for before, after in zip(times, times[1:])) >= 0.9


def test_every_ten_seconds_while_something_is_open(loaded, bare_tool, state, tmp_path):
    """A refresh is no event, and the time that is left goes on; where nothing is open, it rests."""
    empty = str(tmp_path / "empty")
    write(loaded, "+" + line("10.0.0.1"))
    with watch(bare_tool, state), watch(Tool(Namespace()), empty):
        before, resting = saved_at(state), saved_at(empty)
        wait_until(lambda: saved_at(state) > before, "it is written again", 20)
        assert 9.9 < saved_at(state) - before < 12 * SLOW
        assert saved_at(empty) == resting


def test_it_runs_a_program(loaded, bare_tool, state, tmp_path):
    """With each file that it has written, and every ten seconds; that it fails is said once."""
    script, copy, broken, tried = (str(tmp_path / name)
                                   for name in ("script", "copy", "broken", "tried"))
    with open(script, "w") as file:
        file.write("#!/bin/sh\nto=%s\n[ ! -e %s ] || to=%s\ncp $1 $to.new && mv $to.new $to\n"
                   "[ $to = %s ]\n" % (copy, broken, tried, copy))
    os.chmod(script, 0o755)
    with watch(bare_tool, state, "--run", script) as program:
        for owner in "10.0.0.1", "10.0.0.2":
            write(loaded, "+" + line(owner))
            wait_until(lambda: os.path.exists(copy) and owner in saved_owners(copy), "it was run")
        for owner in "10.0.0.3", "10.0.0.4":
            open(broken, "w").close()
            write(loaded, "+" + line(owner))
            wait_until(lambda: owner in saved_owners(state), "the file is written")
        write(loaded, "/\n")
        wait_until(lambda: os.path.exists(tried) and saved_owners(tried) == [], "it has failed")
        os.remove(broken)
        wait_until(lambda: saved_owners(copy) == [], "it is run again, without an event", 20)
        program.terminate()
        status, said = ended(program)
    assert (status, said.count(script), said.count("it has failed")) == (0, 1, 1), said
    done = bare_tool.fails(2, "save", "--run", script, state)
    assert "--run goes with --watch" in done


def test_lost_events_are_told_and_do_not_matter(loaded, bare_tool, state):
    """A watcher that was too slow says so; its file has all."""
    loaded.set_parameter("max_triggers", 50000)
    with watch(bare_tool, state) as program:
        program.send_signal(signal.SIGSTOP)
        write_all(loaded, "".join("+" + line(owner) for owner in owners(24000)))
        program.send_signal(signal.SIGCONT)
        wait_until(lambda: len(lines(content(state))) == 24000, "all are in the file")
        write(loaded, "/\n")
        wait_until(lambda: saved_owners(state) == [], "none is in the file")
        program.send_signal(signal.SIGTERM)
        status, said = ended(program)
        assert status == 0
        assert said.splitlines() and set(said.splitlines()) == {
            "xt-trigger: events were lost; the file has what is open nevertheless"}


def test_over_a_reload_of_the_module(loaded, bare_tool, state, unload):
    """It stays as it is while the module is away, and follows the new one."""
    write(loaded, "+" + line("10.0.0.1"))
    with watch(bare_tool, state) as program:
        loaded.load()
        wait_until(lambda: " state=parked " in content(state), "parked with its rule")
        assert saved_owners(state) == ["10.0.0.1"]
        write(loaded, "/\n")
        wait_until(lambda: saved_owners(state) == [], "closed")
        before = saved_at(state)
        unload()
        assert program.poll() is None
        assert saved_at(state) == before
        loaded.load(TRIGGER)
        write(loaded, "+" + line("10.0.0.2"))
        wait_until(lambda: saved_owners(state) == ["10.0.0.2"], "it follows")
        program.send_signal(signal.SIGTERM)
        assert ended(program) == (0, "")


def test_its_end(loaded, bare_tool, state):
    """SIGTERM leaves a whole file, with what came last, and nothing beside it."""
    write_all(loaded, "".join("+" + line(owner) for owner in owners(2000)))
    for turn in range(3):
        with watch(bare_tool, state) as program:
            write(loaded, "-owner=10.0.0.%d\n" % (turn + 1))
            program.send_signal(signal.SIGTERM)
            assert ended(program) == (0, "")
            assert len(saved_owners(state)) == 1999 - turn
            assert os.listdir(os.path.dirname(state)) == [os.path.basename(state)]
        os.unlink(state)


def test_a_file_that_cannot_be_written(loaded, bare_tool, tmp_path):
    """It says why, and goes on as soon as it can."""
    directory = tmp_path / "away"
    directory.mkdir()
    path = str(directory / "state")
    with watch(bare_tool, path) as program:
        os.unlink(path)
        directory.rmdir()
        write(loaded, "+" + line("10.0.0.1"))
        assert "No such file or directory" in program.stderr.readline()
        directory.mkdir()
        wait_until(lambda: os.path.exists(path), "it is there again", 20)
        assert saved_owners(path) == ["10.0.0.1"]


def test_what_it_needs(loaded, bare_tool, tmp_path):
    """A file that can be replaced."""
    assert "--watch needs a file" in bare_tool.fails(2, "save", "--watch")
    assert "--watch needs a file" in bare_tool.fails(2, "save", "--watch", "-")
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    assert "needs a file that it can replace" in bare_tool.fails(1, "save", "--watch", pipe)


def test_without_the_module(bare_tool, state, unload):
    unload()
    assert "module xt_TRIGGER is not loaded" in bare_tool.fails(1, "save", "--watch", state)
    assert not os.path.exists(state)
