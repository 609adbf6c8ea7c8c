# SPDX-License-Identifier: GPL-2.0
"""xt-trigger under valgrind: no read of what is not there, no leak."""

from contextlib import contextmanager

from hosts import SLOW, wait_until
from monitoring import monitor
from procfile import line, write
from router import out
from valgrind import MARKS, Checked

pytestmark = MARKS
TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")
# How long a program takes to start.
START = 60


class Ending(Checked):
    """The same; when nobody reads what it prints, it ends by itself."""

    program = ("/usr/bin/env", "--ignore-signal=PIPE") + Checked.program


@contextmanager
def started(tool, *arguments):
    """The running program, which does not outlive the block, nor its namespace with it."""
    program = tool.start(*arguments)
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def test_valgrind_has_nothing_to_say(bare):
    """Each command, as it does what it is for, and as it fails."""
    checked = Checked(bare)
    bare.load(TRIGGER)
    write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 5)))
    assert "10.0.0.4" in checked.done("list")
    assert len(checked.json("list", "--json")) == 4
    saved = checked.done("save")
    checked.done("stats", "--prometheus")
    checked.done("close", "--json", "owner=10.0.0.1")
    checked.done("close", "--all")
    done = checked.run("restore", stdin=saved + "nonsense\n")
    assert (done.status, done.out) == (1, "restored 4 of 5\n")
    assert checked.run("list", "owner").status == 2
    assert len(bare.triggers()) == 4
    # Nothing accepts or refuses anything here, which it tells.
    assert checked.run("status").status == 1


def test_valgrind_over_what_follows(bare, unload, tmp_path):
    """monitor and save --watch, with every kind of event, over a reload of the module."""
    state = tmp_path / "state"
    bare.load(TRIGGER)
    with started(Checked(bare), "save", "--watch", "--run", "/bin/false", str(state)) as watch, \
            monitor(Ending(bare), "--json", starts_within=START) as program:
        def told(*events):
            for event in events:
                wait_until(lambda: program.events(event), event)

        wait_until(state.exists, "the file is there", START)
        write(bare, "".join("+" + line("10.0.0.%d" % n) for n in range(1, 5)) + "-owner=10.0.0.1\n")
        told("opened", "closed")
        bare.load()
        told("parked")
        bare.load(TRIGGER)
        told("unparked")
        write(bare, "/\n")
        bare.load()
        unload()
        told("unloaded")
        bare.load(TRIGGER)
        told("loaded")
        write(bare, "+" + line("10.0.0.7"))
        wait_until(lambda: "owner=10.0.0.7 " in state.read_text(), "the file follows")
        program.process.stdout.close()
        wait_until(lambda: write(bare, "+" + line("10.0.0.8") + "-owner=10.0.0.8\n") and
                   program.process.poll() is not None, "it ends", START)
        said = program.process.stderr.read()
        assert said.startswith("xt-trigger: cannot write: ") and said.count("\n") == 1, said
        assert program.process.returncode == 1
        watch.terminate()
        said = watch.communicate(timeout=START * SLOW)[1]
        assert (watch.returncode, said) == (
            0, "xt-trigger: /bin/false: it has failed, and is run again each time\n")
