# SPDX-License-Identifier: GPL-2.0
"""The project's pages (*.md): their headings, links, code, and the files and rules in them."""

import glob
import os
import re
import subprocess

PROJECT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

HEADING = re.compile(r"^(#+) +(.*?) *$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    \S.*$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
# What only a build or a test run makes.
MADE = ("tests/logs/", "packaging/debs/")
FOLDERS = ("kernel/", "userspace/", "include/", "tests/", "docs/", "packaging/", r"\.ci/")


def blank(match):
    """As many lines, and nothing in them."""
    return "\n" * match.group(0).count("\n")


def slug(heading):
    """The anchor that a heading gets where the pages are shown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


class Page:
    """One page; its path is relative to the project's directory."""

    def __init__(self, path):
        self.path = path
        with open(os.path.join(PROJECT, path)) as file:
            self.text = file.read()
        self.prose = FENCE.sub(blank, self.text)

    def __str__(self):
        return self.path

    def anchors(self):
        return {slug(title) for _, title in HEADING.findall(self.prose)}

    def links(self):
        """(line, target) of each link and image."""
        return [(self.prose.count("\n", 0, link.start()) + 1, link.group(1))
                for link in LINK.finditer(self.prose)]

    def code(self):
        """(line, text) of each span of code, and of each line of a block of commands."""
        prose = INDENTED.sub(blank, self.prose)
        found = [(prose.count("\n", 0, span.start()) + 1, " ".join(span.group(1).split()))
                 for span in SPAN.finditer(prose)]
        for match in FENCE.finditer(self.text):
            if match[1] != "sh":
                continue
            first = self.text.count("\n", 0, match.start()) + 2
            found += [(first + n, line.strip()) for n, line in enumerate(match[2].splitlines())]
        return found + [(self.prose.count("\n", 0, line.start()) + 1, line.group(0).strip())
                        for line in INDENTED.finditer(self.prose)]

    def section(self, title):
        """The text below a heading, up to the next one of its rank or a higher one."""
        at = re.search(r"^(#+) +%s *$" % re.escape(title), self.text, re.MULTILINE)
        assert at, "%s has no heading %r" % (self, title)
        rest = self.text[at.end():]
        end = re.search(r"^#{1,%d} " % len(at.group(1)), FENCE.sub(hide, rest), re.MULTILINE)
        return rest[:end.start()] if end else rest

    def file(self, name, section=None):
        """The contents of a file: the block that follows the first mention of its name."""
        text = self.section(section) if section else self.text
        at = re.search(r"`%s`" % re.escape(name), text)
        block = at and FENCE.search(text, at.end())
        assert block, "%s does not show the file %s" % (self, name)
        return block.group(2)

    def blocks(self, section=None):
        return [match[2] for match in FENCE.finditer(self.section(section) if section
                                                     else self.text)]

    def commands(self, section=None):
        """The lines of all ```sh blocks, those that go on in the next one joined."""
        text = self.section(section) if section else self.text
        return [" ".join(line.split()) for match in FENCE.finditer(text) if match[1] == "sh"
                for line in match[2].replace("\\\n", " ").splitlines() if line]

    def rules(self, section=None, tool="iptables"):
        """What follows `iptables` (or another tool) in the commands that begin with it."""
        return [line[len(tool) + 1:] for line in self.commands(section)
                if line.startswith(tool + " -")]


def hide(match):
    """The same length, and no line in it looks like a heading."""
    return re.sub(r"^#", " ", match.group(0), flags=re.MULTILINE)


def names():
    """The paths of all pages."""
    found = subprocess.run([os.path.join(PROJECT, "tests/guest/sources"), "-name", "*.md",
                            "-print"], stdout=subprocess.PIPE, check=True,
                           universal_newlines=True).stdout
    return sorted(found.split())


def exists(pattern):
    """Whether a file of the project is there, or one that fits the pattern."""
    return bool(glob.glob(os.path.join(PROJECT, pattern)))
