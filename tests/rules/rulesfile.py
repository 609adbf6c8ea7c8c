# SPDX-License-Identifier: GPL-2.0
"""/etc/xt-trigger.conf of a test, and `xt-trigger rules` on the router."""

import glob
import os
import re

from router import TABLES
from tool import Tool

CONF = "/etc/xt-trigger.conf"
# What the program remembers of each namespace.
APPLIED = "/run/xt-trigger.applied"
# What its service saves when it stops.
STATE = "/var/lib/xt-trigger/state"
CHAINS = {"nat": "XT_TRIGGER_DNAT", "filter": "XT_TRIGGER_IN", "mangle": "XT_TRIGGER_OUT"}
# What is in that of filter.
IN = ["-A XT_TRIGGER_IN -m conntrack ! --ctstate NEW -j RETURN",
      "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x100/0x100",
      "-A XT_TRIGGER_IN -i wan -j TRIGGER --trigger-type in",
      "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x0/0x100"]

ENDS = "[Default]\nInterface=br-lan\nOutInterface=wan\n"
IRC = """[Trigger irc]
Protocol=tcp
Port=6660-6669
Open=tcp:113
Session=yes
Peer=host
"""
# The same, and what is open has a time.
TIMED = IRC.replace("Session=yes\n", "")
P2P = """[Trigger p2p]
Protocol=udp
Port=6969
Open=all:6881-6889
"""

# Says what it was asked to do, and fails where it is told to.
WRAPPER = """#!/bin/sh
input=$(cat; echo .)
table=$(printf '%%s' "${input%%.}" | sed -n 's/^\\*//p')
echo "${0##*/} $table $*" >>%(log)s
if grep -qx "${0##*/} $table" %(failing)s; then
    echo "${0##*/}: $table is not what it was" >&2
    exit 4
fi
printf '%%s' "${input%%.}" | /usr/sbin/${0##*/} "$@"
"""


class RulesFile:
    def __init__(self, router, tmp_path):
        self.router = router
        self.tool = Tool(router)
        self.environment = {}
        self._wrappers = tmp_path / "wrappers"
        self._log = tmp_path / "calls"
        self._failing = tmp_path / "failing"
        # The end of the test takes away what is in either family.
        for family in (4, 6):
            router.tool("iptables", family)
        self.remove()
        self.write("")

    # --- the file

    def write(self, *parts, path=CONF, mode=0o644):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("".join(parts))
        os.chmod(path, mode)

    def remove(self):
        for path in glob.glob(CONF + ".d/*") + glob.glob(APPLIED + "-*") + [CONF]:
            if os.path.exists(path):
                os.unlink(path)

    # --- the program

    def run(self, *arguments):
        return self.tool.run("rules", *arguments, **self.environment)

    def done(self, *arguments):
        """What it prints; it succeeds without a word of complaint."""
        return self.tool.done("rules", *arguments, **self.environment)

    def fails(self, *arguments, status=1):
        """The sentences that it says on stderr, without its name."""
        done = self.run(*arguments)
        assert (done.status, done.out) == (status, ""), done
        lines = done.err.splitlines()
        assert lines and all(line.startswith("xt-trigger: ") for line in lines), done
        return [line[len("xt-trigger: "):] for line in lines]

    def apply(self, *parts):
        """Write the file and apply it."""
        if parts:
            self.write(*parts)
        assert self.done("apply") == ""

    def json(self, verb="list"):
        return self.tool.json("rules", verb, "--json")

    def trigger(self, name):
        found = [each for each in self.json()["triggers"] if each["trigger"] == name]
        assert len(found) == 1
        return found[0]

    # --- the rules

    def saved(self, family=4):
        """All rules as iptables-save prints them, without counters and comments."""
        text = self.router.run(self.router.tool("iptables-save", family))
        return re.sub(r"^#.*\n", "", re.sub(r"\[\d+:\d+\]", "", text), flags=re.MULTILINE)

    def chain(self, table, family=4, name=None):
        """The rules of our chain; None where there is no such chain."""
        name = name or CHAINS[table]
        lines = self.router.run(self.router.tool("iptables-save", family), "-t", table).splitlines()
        if not any(line.startswith(":%s " % name) for line in lines):
            return None
        return [line for line in lines if line.startswith("-A %s " % name)]

    def hook(self, table, chain, family=4):
        """The rules of another chain of that table."""
        return self.router.iptables("-t %s -S %s" % (table, chain), family).splitlines()

    # --- iptables-restore that fails

    def watch(self, *failing):
        """From now on each "ip6tables-restore nat" of these fails; calls() has all."""
        self._wrappers.mkdir(exist_ok=True)
        for name in ("iptables-restore", "ip6tables-restore"):
            path = self._wrappers / name
            path.write_text(WRAPPER % {"log": self._log, "failing": self._failing})
            path.chmod(0o755)
        self._failing.write_text("".join(name + "\n" for name in failing))
        self._log.write_text("")
        self.environment["PATH"] = "%s:%s" % (self._wrappers, os.environ["PATH"])

    def calls(self):
        """The program, the table and the options of each iptables-restore since watch()."""
        return self._log.read_text().splitlines()


assert set(CHAINS) < set(TABLES)
