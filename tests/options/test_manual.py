# SPDX-License-Identifier: GPL-2.0-only
"""The man page: well-formed, complete, and its examples work."""

import os
import re
import shlex
import shutil
import subprocess

import pytest

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "userspace", "xt_TRIGGER.8")

PARAMETERS = "/sys/module/xt_TRIGGER/parameters"


def source():
    with open(PAGE) as file:
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
    """The options that have a paragraph of their own: .TP, and the option in the next line."""
    headings = re.findall(r"^\.TP\n(.*)$", plain(source()), re.MULTILINE)
    return set(re.findall(r"--trigger-[a-z]+", " ".join(headings)))


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_well_formed():
    """mandoc has nothing to say about it."""
    lint = subprocess.run(["mandoc", "-Tlint", PAGE], stdout=subprocess.PIPE,
                          universal_newlines=True)
    assert lint.stdout == ""


def test_installed_where_man_finds_it():
    """make install has put it where other pages of section 8 are."""
    with open("/usr/share/man/man8/xt_TRIGGER.8") as installed:
        assert installed.read() == source()


def test_every_option_has_its_paragraph(tables):
    """Those of --help, no more and no fewer."""
    text = tables.done("iptables", "-j", "TRIGGER", "--help").split("TRIGGER target options")[1]
    assert tagged() == set(re.findall(r"--trigger-[a-z]+", text))


def test_every_module_parameter_is_named(tables):
    tables.done("iptables", "-A", "FORWARD", "-j", "TRIGGER", "--trigger-type", "in")
    for name in os.listdir(PARAMETERS):
        assert "\n.B %s\n" % name in source()


def test_every_counter_and_field_is_named(tables):
    """What the proc file prints is explained in the page."""
    tables.done("iptables", "-A", "FORWARD", "-j", "TRIGGER", "--trigger-type", "in")
    counters = re.findall(r"([a-z_]+)=", tables.read("/proc/net/xt_trigger"))
    fields = [pair.split("=")[0] for line in examples() for pair in line.split()
              if line.startswith(("name=", "  ")) and "=" in pair]
    assert len(counters) == 15 and len(fields) == 13
    tags = re.findall(r"^\.TP\n\.BR? (.*)$", source(), re.MULTILINE)
    explained = set(re.findall(r"[a-z_]+", " ".join(tags)))
    assert not set(counters + fields) - explained


def test_every_rule_of_the_examples_loads(tables):
    program = "ip6tables" if tables.family == "ipv6" else "iptables"
    found = commands(program)
    assert len(found) >= 3
    for words in found:
        tables.done("iptables", *words)
    assert tables.save().count("-j TRIGGER") == len([w for w in found if "TRIGGER" in w])
