# SPDX-License-Identifier: GPL-2.0
"""The iptables commands of one backend and family, in a namespace of their own."""

import subprocess

from hosts import Namespace

# backend and family of each set of commands that a test runs with
VARIANTS = [(backend, family) for backend in ("legacy", "nft") for family in ("ipv4", "ipv6")]

EMPTY = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
"""


class Tables(Namespace):
    """iptables, iptables-save and iptables-restore under test."""

    def __init__(self, backend, family):
        super().__init__()
        self.backend = backend
        self.family = family
        self._prefix = "ip6tables" if family == "ipv6" else "iptables"

    def tool(self, name, *arguments, stdin=""):
        """Run "iptables", "iptables-save", ... of this variant, whatever its end."""
        path = name.replace("iptables", "/usr/sbin/%s-%s" % (self._prefix, self.backend))
        with self:
            return subprocess.run([path, *arguments], input=stdin, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, universal_newlines=True)

    def done(self, name, *arguments, stdin=""):
        """Run a command that must succeed; what it printed."""
        result = self.tool(name, *arguments, stdin=stdin)
        assert result.returncode == 0, "%s\n%s" % (" ".join(result.args), result.stderr)
        return result.stdout

    def refused(self, name, *arguments, stdin=""):
        """Run a command that must fail: (status, message)."""
        result = self.tool(name, *arguments, stdin=stdin)
        assert result.returncode != 0, "succeeded: " + " ".join(result.args)
        return result.returncode, result.stderr

    def restore(self, text, *options):
        """iptables-restore; what it said on standard error."""
        result = self.tool("iptables-restore", *options, stdin=text)
        assert result.returncode == 0, result.stderr + _numbered(text)
        return result.stderr

    def save(self):
        """iptables-save, but for its comments, which hold the time."""
        return without_comments(self.done("iptables-save"))

    def rules(self, table, chain):
        """The rules of a chain as iptables -S prints them, without "-A CHAIN "."""
        text = without_comments(self.done("iptables", "-t", table, "-S", chain))
        start = "-A %s " % chain
        return [line[len(start):] for line in text.splitlines() if line.startswith(start)]

    def clear(self):
        """No rules, no chains of users, the policies of a fresh kernel."""
        self.restore(EMPTY)


def without_comments(text):
    return "".join(line for line in text.splitlines(True) if not line.startswith("#"))


def _numbered(text):
    return "".join("%4d %s" % (number, line)
                   for number, line in enumerate(text.splitlines(True), 1))
