# SPDX-License-Identifier: GPL-2.0
"""Runs xt-trigger as a user does, and reads what it says as a program does."""

import collections
import fcntl
import json
import os
import pty
import struct
import subprocess
import termios

PROGRAM = "/usr/sbin/xt-trigger"

Done = collections.namedtuple("Done", "status out err")


class Tool:
    """The program in a namespace."""

    program = (PROGRAM,)

    def __init__(self, namespace):
        self.namespace = namespace

    def run(self, *arguments, stdin="", **environment):
        """Its exit status and what it says."""
        with self.namespace:
            done = subprocess.run(self.program + arguments, input=stdin,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  universal_newlines=True, env=dict(os.environ, **environment))
        return Done(done.returncode, done.stdout, done.stderr)

    def done(self, *arguments, stdin="", **environment):
        """What it prints; it must succeed without a complaint."""
        done = self.run(*arguments, stdin=stdin, **environment)
        assert (done.status, done.err) == (0, ""), done
        return done.out

    def fails(self, status, *arguments, stdin=""):
        """The one sentence that it says on stderr as it fails with this status."""
        done = self.run(*arguments, stdin=stdin)
        assert done.status == status, done
        assert done.err.startswith("xt-trigger: "), done
        lines = done.err[:-1].split("\n")
        assert len(lines) == 1 or status == 2 and lines[1:] == [
            "Try `xt-trigger %s --help'." % (arguments[0] if arguments else "list")], done
        return lines[0][len("xt-trigger: "):]

    def json(self, *arguments, stdin=""):
        """What it prints as JSON, as jq understands it."""
        return jq(".", self.done(*arguments, stdin=stdin))

    def start(self, *arguments, stdin=None, stdout=subprocess.PIPE, memory=None):
        """The running program; memory: the bytes of address space that it may have."""
        limit = ("/usr/bin/prlimit", "--as=%d" % memory) if memory else ()
        with self.namespace:
            return subprocess.Popen(limit + self.program + arguments, stdin=stdin,
                                    stdout=stdout, stderr=subprocess.PIPE,
                                    universal_newlines=True)


def jq(expression, text):
    """What jq makes of a text that must be JSON."""
    done = subprocess.run(["jq", "-e", expression], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    # 1 and 4: the answer is null or false, or there is none.
    assert done.returncode in (0, 1) and not done.stderr, (text, done.stderr)
    return json.loads(done.stdout)


class Terminal:
    """A terminal of so many columns that the program may write to."""

    def __init__(self, columns=80, rows=24):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        """What is there now."""
        return os.read(self.ours, 65536).decode().replace("\r\n", "\n")

    def close(self):
        os.close(self.ours)
        os.close(self.theirs)
