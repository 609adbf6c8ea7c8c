# SPDX-License-Identifier: GPL-2.0
"""The man page: well-formed, complete, and its examples work.

It, --help, the README and the sources agree on the options, their defaults and the limits.
"""

import os
import re
import shlex
import shutil
import subprocess

import pytest

PROJECT = os.path.join(os.path.dirname(__file__), "..", "..")
PAGE = os.path.join(PROJECT, "userspace", "xt_TRIGGER.8")

PARAMETERS = "/sys/module/xt_TRIGGER/parameters"


def source(path=PAGE):
    with open(os.path.join(PROJECT, path)) as file:
        return file.read()


def plain(text):
    """Without the escapes of roff that the page uses."""
    return text.replace("\\-", "-").replace("\\e", "\\")


def examples():
    """The commands of all .EX blocks, each on one line."""
    blocks = re.findall(r"^\.EX\n(.*?)^\.EE$", plain(source()), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def commands(program):
    return [shlex.split(line)[1:] for line in examples() if line.startswith(program + " ")]


def tagged():
    """The options that have a paragraph of their own (.TP, and the option in the next line),
    and its text."""
    options = plain(source()).split("\n.SH OPTIONS\n")[1].split("\n.SS Values\n")[0]
    found = re.findall(r"^\.TP\n.*?(--trigger-[a-z]+).*\n((?:(?!\.TP|\.SS).*\n)*)", options,
                       re.MULTILINE)
    return {option: re.sub(r"^\.[A-Z]+ ", "", text, flags=re.MULTILINE) for option, text in found}


def helped(tables):
    """The options in --help, and its text."""
    text = tables.done("iptables", "-j", "TRIGGER", "--help").split("TRIGGER target options")[1]
    return dict(re.findall(r"^  (--trigger-[a-z]+)((?:.|\n(?!  -| [a-z]+:))*)", text, re.MULTILINE))


def first_word(pattern, text):
    """The first word of what the pattern finds, in lower case; None where it finds nothing."""
    found = re.search(pattern, text)
    return re.findall(r"\w+", found.group(found.lastindex))[0].lower() if found else None


def defaults(tables):
    """What --help says of each option in parentheses: its default, or that it has to be there."""
    return {option: first_word(r"\(([^()]+)\)\s*$", text)
            for option, text in helped(tables).items()}


def constant(name, path="include/xt_TRIGGER.h"):
    return re.search(r"^#define\s+%s\s+\"?(\w+)" % name, source(path), re.MULTILINE).group(1)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_well_formed():
    """mandoc has nothing to say about it."""
    lint = subprocess.run(["mandoc", "-Tlint", PAGE], stdout=subprocess.PIPE,
                          universal_newlines=True)
    assert lint.stdout == ""


@pytest.mark.skipif(not shutil.which("man"), reason="man-db is not installed")
def test_man_shows_it():
    """man renders it without a warning."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80", MANROFFSEQ="")
    man = subprocess.run(["man", "--warnings", "-l", PAGE], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, universal_newlines=True, env=environment)
    assert man.stderr == ""
    assert "port triggering for iptables and ip6tables" in man.stdout


def test_installed_where_man_finds_it():
    """make install has put it where other pages of section 8 are."""
    with open("/usr/share/man/man8/xt_TRIGGER.8") as installed:
        assert installed.read() == source()


def test_every_option_has_its_paragraph(tables):
    """Those of --help, no more and no fewer."""
    assert tagged().keys() == helped(tables).keys()
    assert len(tagged()) == 15


def test_defaults(tables):
    """--help and the page say the same of each, and the plugin does it."""
    said = defaults(tables)
    documented = {option: first_word(r"(?:^|\n)(?:Default:\s+(.*)|(Mandatory)\.)", text)
                  for option, text in tagged().items()}
    assert documented == said
    rule = ["-A", "FORWARD", "-j", "TRIGGER", "--trigger-type", "out",
            "--trigger-relate", "tcp:113"]
    words = {option: word for option, word in said.items()
             if word not in (None, "mandatory", "unlimited", "every")}
    assert len(words) == 6
    tables.done("iptables", *rule)
    for option, word in words.items():
        tables.done("iptables", *rule, option, word)
    assert len(set(tables.rules("filter", "FORWARD"))) == 1


def test_the_pages_know_the_options(tables):
    """README and docs/ name none that is not there, and no other default."""
    docs = ["docs/" + name for name in os.listdir(os.path.join(PROJECT, "docs"))]
    readme, *others = [source(name) for name in ["README.md"] + docs if name.endswith(".md")]
    for page in (readme, *others):
        assert set(re.findall(r"--trigger-[a-z]+", page)) <= helped(tables).keys()
    timeout = re.search(r"(\d+) seconds\s+after the last packet", readme).group(1)
    assert timeout == defaults(tables)["--trigger-timeout"]


def test_limits():
    """The numbers of the page are those of the sources."""
    text = " ".join(plain(source()).split())
    seconds = constant("XT_TRIGGER_SECS_MAX")
    items = constant("XT_TRIGGER_ITEMS_MAX")
    assert text.count(seconds) == text.count("1 to " + seconds) == 2
    assert set(re.findall(r"1 to (\d+) items", text)) == {items}
    assert text.count("%s items" % items) == 2
    name = int(constant("XT_TRIGGER_NAME_LEN")) - 1
    assert "1 to %d of .BR A-Za-z0-9_.-" % name in text
    assert "Default: .BR %s ." % constant("XT_TRIGGER_NAME_DEFAULT") in text
    assert set(re.findall(r"newest (\d+) connections", text)) == {
        constant("TRIGGER_SESSIONS_MAX", "kernel/trigger.h")}
    peers = constant("TRIGGER_PEERS_MAX", "kernel/trigger.h")
    assert "the %s that it contacted last count" % peers in text
    assert "keeps the %s peers" % peers in text
    assert "up to %s seconds" % constant("TRIGGER_RESTORE_ADOPT_SECS",
                                         "kernel/restore.h") in text
    line = int(constant("LINE_MAX_LEN", "kernel/write.c")) - 1
    assert "at most %d bytes" % line in text


def test_every_module_parameter_is_named(tables):
    """With its default."""
    tables.done("iptables", "-A", "FORWARD", "-j", "TRIGGER", "--trigger-type", "in")
    assert len(os.listdir(PARAMETERS)) == 3
    for name in os.listdir(PARAMETERS):
        documented = re.search(r"^\.B %s\n(?:(?!\.TP).*\n)*?.*\(default (\d+)\)" % name, source(),
                               re.MULTILINE)
        with open(os.path.join(PARAMETERS, name)) as file:
            assert documented and documented.group(1) == file.read().strip()


def test_every_counter_and_field_is_named(tables):
    """What the proc file prints is explained in the page."""
    tables.done("iptables", "-A", "FORWARD", "-j", "TRIGGER", "--trigger-type", "in")
    counters = re.findall(r"([a-z_]+)=", tables.read("/proc/net/xt_trigger"))
    fields = [pair.split("=")[0] for line in examples() for pair in line.split()
              if line.startswith(("name=", "  ")) and "=" in pair]
    assert len(counters) == 16 and len(fields) == 17
    tags = re.findall(r"^\.TP\n\.BR? (.*)$", source(), re.MULTILINE)
    explained = set(re.findall(r"[a-z_]+", " ".join(tags)))
    assert not set(counters + fields) - explained


def test_every_rule_of_the_examples_loads(tables):
    program = "ip6tables" if tables.family == "ipv6" else "iptables"
    found = commands(program)
    assert len(found) >= 3
    try:
        for words in found:
            tables.done("iptables", *words)
        saved = tables.save()
    finally:
        tables.done("iptables", "-t", "mangle", "-F")
    assert saved.count("-j TRIGGER") == len([w for w in found if "TRIGGER" in w])
