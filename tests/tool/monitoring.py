# SPDX-License-Identifier: GPL-2.0
"""A running `xt-trigger monitor`."""

import json
import os
import select
from contextlib import contextmanager

from hosts import DEADLINE, PATIENCE, wait_until
from procfile import line, write

# Opened and closed to see whether somebody listens.
POKE = "10.99.99.99"


class Monitor:
    """The running program, and what it has printed."""

    def __init__(self, tool, *arguments):
        self.tool = tool
        self.process = tool.start("monitor", *arguments)
        self.tries = 0
        self._torn = ""
        self._lines = []
        self._objects = []

    def read(self):
        """All lines so far."""
        while select.select([self.process.stdout], [], [], 0)[0]:
            part = os.read(self.process.stdout.fileno(), 65536).decode()
            assert part, "it has ended: " + self.process.stderr.read()
            *whole, self._torn = (self._torn + part).split("\n")
            self._lines += whole
        return self._lines

    def listens(self):
        """Whether something that opens and closes is told."""
        self.tries += 1
        write(self.tool.namespace, "+" + line(POKE) + "-owner=%s\n" % POKE)
        select.select([self.process.stdout], [], [], 0.1)
        return any("listening" not in each for each in self.read())

    def events(self, wanted=None):
        """Its JSON objects, without what has only tried whether it listens."""
        self._objects += [json.loads(each) for each in self.read()[len(self._objects):]]
        return [each for each in self._objects
                if each["event"] != "listening"
                and not (each.get("trigger") and each["trigger"]["owner"] == POKE)
                and (wanted is None or each["event"] == wanted)]

    def wait(self, count):
        """So many objects, when they are there."""
        wait_until(lambda: len(self.events()) >= count, "%d events" % count)
        found = self.events()
        assert len(found) == count, found
        return found


@contextmanager
def monitor(tool, *arguments, starts_within=DEADLINE):
    program = Monitor(tool, *arguments)
    try:
        wait_until(program.listens, "the monitor listens", starts_within)
        yield program
    finally:
        program.process.kill()
        program.process.wait(PATIENCE)
