# SPDX-License-Identifier: GPL-2.0
"""The README and docs/: every rule loads, and the commands do what is said of them.

The recipes themselves are proved by the tests of their programs, which read them from the pages.
"""

import os
import re
import shlex

import pytest

import pages
import story
from hosts import wait_until
from lab import WAN2
from program import Program, listens_to_events
from recipes import README, RECIPES

USERS = [name for name in pages.names() if name == "README.md" or name.startswith("docs/")]
SHOW, MONITOR, *CLOSE = README.commands("See what is open, and close it")
SAVE_AND_RESTORE = RECIPES.commands("Save and restore")
FILE_ALONE = RECIPES.commands("The proc file alone")
# A jump needs the chain, which the page's script declares, or Docker.
CHAINS = ("-N trigger_in", "-t nat -N trigger_dnat", "-t mangle -N trigger_out",
          "-N DOCKER-USER")


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("tool", ["iptables", "ip6tables"])
def test_every_rule_loads(router, name, tool):
    """Each iptables and ip6tables command is taken, and saved as it was given."""
    family = 6 if tool == "ip6tables" else 4
    router.load(*CHAINS, family=family)
    for rule in pages.Page(name).rules(tool=tool):
        for command in re.split(r" 2>/dev/null \|\| %s " % tool, rule)[-1:]:
            router.iptables(command, family)
            assert_saved(router, family, command)


def assert_saved(router, family, command):
    table, rule = "filter", command
    if command.startswith("-t "):
        _, table, rule = command.split(None, 2)
    saved = router.iptables("-t %s -S" % table, family)
    assert options(rule) in [options(line) for line in saved.splitlines()], saved


def options(rule):
    """What a rule says, in whatever order, after its -I or -A."""
    return sorted(shlex.split(rule)[1:])


def test_there_are_rules():
    """The pages are found, and so are the rules in them."""
    assert {"README.md", "docs/recipes.md", "docs/beside-firewalls.md"} <= set(USERS)
    found = {name: len(pages.Page(name).rules()) + len(pages.Page(name).rules(tool="ip6tables"))
             for name in USERS}
    assert found["README.md"] >= 5 and found["docs/recipes.md"] >= 13, found
    assert found["docs/beside-firewalls.md"] >= 6, found


def test_the_readme_begins_with_what_the_demo_shows():
    """The demo's rules stand in the README; so does the recipe for IRC."""
    rules = README.rules("The rules")
    assert rules[:3] == ["-I " + story.OUT + story.SESSION, "-t nat -A " + story.DNAT,
                         "-I " + story.IN]
    assert RECIPES.rules("IRC") == rules[:1]
    assert README.rules("A recipe") == RECIPES.rules("Active-mode FTP")


@pytest.mark.parametrize("commands, save, restore", [
    ((SHOW, *CLOSE), *SAVE_AND_RESTORE),
    (FILE_ALONE[:3], FILE_ALONE[3], "\n".join(FILE_ALONE[4:])),
], ids=["program", "file"])
def test_show_close_and_restore(router, lan1, wan, tmp_path, commands, save, restore):
    """The commands of xt-trigger and of the proc file do what the pages say of them."""
    router.load(*README.rules("The rules")[1:3], *RECIPES.rules("Peer to peer"))
    lan1.send("udp:6969")
    show, close_host, close_all = commands
    saved = str(tmp_path / "saved")

    def shell(script):
        return router.run("/bin/sh", "-c", script.replace("/var/lib/xt_trigger", saved))

    assert "6881-7880" in shell(show)
    shell(save)
    for close in (close_host, close_all):
        shell(close)
        assert router.triggers() == []
        shell(restore)
        assert wan.who_answers("udp:7000") == lan1.ip


def test_monitor(router, lan1):
    """It says what has opened and closed, and why."""
    router.load(*RECIPES.rules("Peer to peer"))
    with Program(router, *shlex.split(MONITOR, comments=True)) as monitor:
        wait_until(lambda: listens_to_events(router), "somebody listens")
        lan1.send("udp:6969")
        monitor.expect("opened .*6881-7880")
        router.run("/usr/sbin/xt-trigger", "close", "--all")
        monitor.expect(r"closed .*\(closed\)")


@pytest.fixture
def configuration(router, default_backend):
    """A function that writes /etc/xt-trigger.conf and makes rules of it."""
    path = "/etc/xt-trigger.conf"
    old = open(path).read() if os.path.exists(path) else None
    router.tool("iptables", 6)      # the end of the test empties both families

    def apply(text):
        with open(path, "w") as file:
            file.write(text)
        for verb in ("check", "apply"):
            router.run("/usr/sbin/xt-trigger", "rules", verb)

    yield apply
    router.run("/usr/sbin/xt-trigger", "rules", "remove")
    os.unlink(path)
    if old is not None:
        with open(path, "w") as file:
            file.write(old)


def test_the_file_does_what_the_rules_do(router, lan1, lan2, wan, configuration):
    """The README's example opens the port for the server, to the host that connected last."""
    router.load()
    configuration(README.file("/etc/xt-trigger.conf"))
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    irc = lan2.connect("tcp:6697")
    assert wan.who_answers("tcp:113") == lan2.ip
    assert wan.who_answers("tcp:113", src=WAN2) is None
    irc.close()
    router.wait_closed(owner=lan2.ip)
    assert wan.who_answers("tcp:113") == lan1.ip
