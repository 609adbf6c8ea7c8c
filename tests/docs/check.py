# SPDX-License-Identifier: GPL-2.0
"""Prints what is not true in the project's pages: links, files, make targets. Nothing: all is well.

usage: check.py
"""

import os
import re

import pages

README_LINES = 150
FILE = re.compile(r"(?<![\w./~-])(?:\./)?((?:%s)[\w.*/-]*)" % "|".join(pages.FOLDERS))
COMMAND = re.compile(r"(?:^|&& |; |\| |sudo )make ([a-z][a-z-]*)")


def targets():
    """What make can be asked for."""
    with open(os.path.join(pages.PROJECT, "Makefile")) as file:
        lines = re.findall(r"^([a-z][a-z -]*):(?!=)", file.read(), re.MULTILINE)
    return {target for line in lines for target in line.split()}


def broken_links(page, others):
    for line, target in page.links():
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = os.path.normpath(os.path.join(os.path.dirname(page.path), path)) if path \
            else page.path
        if not pages.exists(path):
            yield line, "the link %s leads nowhere" % target
        elif anchor and (path not in others or anchor not in others[path].anchors()):
            yield line, "%s has no heading #%s" % (path, anchor)


def missing_files(page):
    for line, code in page.code():
        for name in FILE.findall(code):
            name = name.rstrip(".")
            if not name.startswith(pages.MADE) and not pages.exists(name):
                yield line, "there is no %s" % name


def unknown_targets(page, known):
    for line, code in page.code():
        for target in COMMAND.findall(code):
            if target not in known:
                yield line, "make has no target %s" % target


def unlisted_sources(page):
    """The table of sources names each file that there is, and no other."""
    listed = set(re.findall(r"^\| `([a-z_]+\.[ch])` \|", page.text, re.MULTILINE))
    there = {name for name in os.listdir(os.path.join(pages.PROJECT, "kernel"))
             if name.endswith(".c") and not name.endswith(".mod.c")}
    for name in sorted(there - listed):
        yield 1, "the table of sources has no line for %s" % name
    for name in sorted(listed):
        if not pages.exists("kernel/" + name):
            yield 1, "the table of sources has a line for %s, which is not there" % name


def problems():
    others = {path: pages.Page(path) for path in pages.names()}
    known = targets()
    for page in others.values():
        found = list(broken_links(page, others)) + list(missing_files(page))
        found += unknown_targets(page, known)
        if page.text.count("\n```") % 2:
            found.append((1, "a block of code has no end"))
        for line, what in sorted(found):
            yield "%s:%d: %s" % (page, line, what)
    readme = others["README.md"].text.count("\n")
    if readme > README_LINES:
        yield "README.md: %d lines; more than %d are too many" % (readme, README_LINES)
    for _, what in unlisted_sources(others["docs/design.md"]):
        yield "docs/design.md: " + what


for problem in problems():
    print(problem)
