# SPDX-License-Identifier: GPL-2.0
"""How the demo looks: headings, words, commands with their output, checks."""

import shlex
import textwrap

WIDTH = 78
BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class Wrong(AssertionError):
    """A check of the story that did not hold."""


class Screen:
    def __init__(self, colour=False):
        self._colour = colour
        self._steps = 0
        self.checks = 0

    def _paint(self, text, code):
        return "\033[%sm%s\033[0m" % (code, text) if self._colour else text

    def _print(self, text=""):
        print(text, flush=True)

    def title(self, text):
        self._print(self._paint(text, BOLD))
        self._print(self._paint("=" * len(text), BOLD))

    def step(self, heading, words):
        """The next step: its heading and, in plain words, what happens."""
        self._steps += 1
        self._print("\n" + self._paint("%d. %s" % (self._steps, heading), BOLD))
        self.words(words)

    def words(self, text):
        self._print()
        for line in textwrap.wrap(" ".join(text.split()), WIDTH):
            self._print(line)
        self._print()

    def picture(self, text):
        self._print()
        self._print(text.strip("\n"))

    def command(self, where, argv):
        """A command, as one types it on that host."""
        line = argv if isinstance(argv, str) else " ".join(shlex.quote(word) for word in argv)
        self._print("    %s%s" % (self._paint(where + " ", DIM), self._paint(line, YELLOW)))

    def output(self, text):
        for line in text.splitlines():
            self._print("    " + line)

    def check(self, true, text):
        """One claim of the story; the story ends where one does not hold."""
        if not true:
            self._print("  %s %s" % (self._paint("[WRONG]", RED), text))
            raise Wrong(text)
        self.checks += 1
        self._print("  %s %s" % (self._paint("[ok]", GREEN), text))

    def verdict(self, text, good):
        self._print("\n" + self._paint(text, GREEN if good else RED))
