# SPDX-License-Identifier: GPL-2.0
"""Fixtures of the fuzz tests: the lab of tests/net, and the fuzzers."""

import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "net"), os.path.join(HERE, "..", "options")]

import fixtures  # noqa: E402 (needs the path above)

expedited = fixtures.expedited
kernel_log = fixtures.kernel_log
captured = fixtures.captured
lab = fixtures.lab
lan1 = fixtures.lan1
module = fixtures.module
router = fixtures.router
topology = fixtures.topology
wan = fixtures.wan


@pytest.fixture(scope="session")
def fuzzer(tmp_path_factory):
    """A function: compiles a fuzzer by its name, and returns the program's path."""
    place = tmp_path_factory.mktemp("fuzz")

    def build(name):
        program = place / name
        if not program.exists():
            sources = [os.path.join(HERE, each + ".c") for each in (name, "rule", "fuzz")]
            subprocess.run(["gcc", "-O2", "-g", "-Wall", "-Wextra", "-Werror",
                            "-I" + os.path.join(HERE, "..", "..", "include"),
                            "-o", str(program), *sources], check=True)
        return str(program)
    return build
