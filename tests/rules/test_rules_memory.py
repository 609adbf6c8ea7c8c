# SPDX-License-Identifier: GPL-2.0
"""`xt-trigger rules` under valgrind."""

from rulesfile import ENDS, IRC, P2P
from valgrind import MARKS, Checked

pytestmark = MARKS


def test_valgrind_has_nothing_to_say(rules, router):
    """Each command, with a faulty file, with what fails, and with what is undone for it."""
    rules.tool = Checked(router)
    rules.apply(ENDS, IRC, P2P)
    rules.apply(ENDS, IRC)
    assert rules.done("print")
    assert len(rules.json()["triggers"]) == 1
    rules.write(ENDS, IRC, "Port=0\nPorts=7\n")
    assert len(rules.fails("check")) == 2
    rules.write(ENDS, IRC, P2P)
    rules.watch("iptables-restore mangle")
    assert rules.fails("apply")
    rules.environment.clear()
    assert rules.done("remove") == ""
    assert rules.chain("filter") is None
