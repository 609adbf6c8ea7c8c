# SPDX-License-Identifier: GPL-2.0
"""The router of the lab: its rules, its /proc/net/xt_trigger, its conntrack."""

import collections
import os
import re
import shlex
import tempfile

from hosts import DEADLINE, CommandFailed, Host, wait_until

MODULE = "xt_TRIGGER"

TABLES = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}

# What the router does without us. A test's own rules come before these. The last
# ones say no at once and aloud, so that "closed" needs no waiting.
BASE_FILTER = (
    "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    "-A FORWARD -i br-lan -o wan -j ACCEPT",
    "-A FORWARD -p tcp -j REJECT --reject-with tcp-reset",
    "-A FORWARD -j REJECT",
)
MASQUERADE = "-A POSTROUTING -o wan -j MASQUERADE"

# The rules that nearly every test uses.
DNAT = "-t nat -A PREROUTING -i wan -j TRIGGER --trigger-type dnat"
IN = "-A FORWARD -i wan -j TRIGGER --trigger-type in"


def out(options, where="-A FORWARD -i br-lan -o wan"):
    """An `out` rule, by default where most people have it."""
    return "%s -j TRIGGER --trigger-type out %s" % (where, options)


COUNTERS = ("triggers", "max", "opened", "refreshed", "expired", "ended", "closed",
            "refused_full", "refused_host", "refused_rule", "evicted", "waited", "dnat",
            "accepted", "local", "parked")

# Each field of a line and what its value looks like, in the order of the file.
NUMBER = "[0-9]+"
FIELDS = (
    ("name", "[A-Za-z0-9][A-Za-z0-9_.-]{0,30}"),
    ("family", "ipv4|ipv6"),
    ("owner", "[0-9a-f.:]+"),
    ("open", "[a-z]+:[0-9-]+(?:,[a-z]+:[0-9-]+)*"),
    ("trigger", "[a-z0-9]+(?::[0-9-]+)?"),
    ("peer", "any|[0-9a-f.:]+(?:,[0-9a-f.:]+)*"),
    ("timeout", NUMBER),
    ("expires", NUMBER),
    ("lifetime", NUMBER),
    ("age", NUMBER),
    ("session", NUMBER),
    ("hits", NUMBER),
    ("state", "open|waiting|parked"),
    ("id", NUMBER),
    ("rule", "[0-9a-f]{8}"),
    ("answered", NUMBER),
    ("ct", "-|{0}(?:,{0})*".format(r"[a-z0-9]+:[0-9a-f.:\[\]]+-[0-9a-f.:\[\]]+")),
)
LINE = re.compile(" ".join("%s=(?P<%s>%s)" % (name, name, form) for name, form in FIELDS))
HEAD = re.compile("# " + " ".join("%s=(?P<%s>%s)" % (name, name, NUMBER) for name in COUNTERS))

Trigger = collections.namedtuple("Trigger", [name for name, _ in FIELDS])


def parse(text):
    """A whole proc file as (counters, triggers); anything unexpected is an error."""
    assert text.endswith("\n"), "the last line is torn: %r" % text
    first, *lines = text[:-1].split("\n")
    head = HEAD.fullmatch(first)
    assert head, "not a line of counters: %r" % first
    counters = {name: int(value) for name, value in head.groupdict().items()}
    return counters, [parse_line(line) for line in lines]


def parse_line(line):
    match = LINE.fullmatch(line)
    assert match, "not a line of an active trigger: %r" % line
    return Trigger(**{name: int(match[name]) if form is NUMBER else match[name]
                      for name, form in FIELDS})


def loaded():
    return os.path.isdir("/sys/module/" + MODULE)


class Router(Host):
    """The router: between br-lan and wan, with the iptables backend under test."""

    is_router = True

    def __init__(self, backend, ip, ip6):
        super().__init__("router", ip, ip6)
        self.backend = backend
        self.lan_ip = "192.168.1.1"
        self.lan_ip6 = "2001:db8:1::1"
        # The families whose rules may not be the base rules.
        self._touched = {4, 6}

    # --- rules

    def tool(self, name, family=4):
        """The path of iptables, iptables-save or iptables-restore of this backend."""
        self._touched.add(family)
        prefix = "ip6tables" if family == 6 else "iptables"
        return name.replace("iptables", "/usr/sbin/%s-%s" % (prefix, self.backend))

    def iptables(self, command, family=4):
        return self.run(self.tool("iptables", family), *shlex.split(command))

    def ip6tables(self, command):
        return self.iptables(command, family=6)

    def refuses(self, command, family=4):
        """Whether iptables refuses a rule; what it says, or None when it takes it."""
        try:
            self.iptables(command, family)
        except CommandFailed as failed:
            return str(failed)
        return None

    def load(self, *rules, family=4, base=BASE_FILTER, nat=None):
        """Replace all rules, in one go, by the test's own and then the base.

        A rule is what follows "iptables" on the command line. nat is what the
        nat table ends with: masquerading, unless the family is IPv6.
        """
        if nat is None:
            nat = () if family == 6 else (MASQUERADE,)
        chains = {name: [":%s ACCEPT [0:0]" % c for c in TABLES[name]] for name in TABLES}
        chains["filter"][1] = ":FORWARD DROP [0:0]"
        lines = {name: [] for name in TABLES}
        for rule in rules:
            table, rest = _split_table(rule)
            if rest.startswith("-N "):
                chains[table].append(":%s - [0:0]" % rest[3:])
            else:
                lines[table].append(rest)
        lines["nat"] += nat
        lines["filter"] += base
        text = "".join("\n".join(["*" + name] + chains[name] + lines[name] + ["COMMIT", ""])
                       for name in TABLES)
        self.run(self.tool("iptables-restore", family), stdin=text)

    def load6(self, *rules, **options):
        self.load(*rules, family=6, **options)

    def nft(self, text):
        """Load native rules from a file: nft 0.9.8 reads no standard input here."""
        with tempfile.NamedTemporaryFile("w", suffix=".nft") as file:
            file.write(text)
            file.flush()
            self.run("/usr/sbin/nft", "-f", file.name)

    # --- what the module says

    def status(self):
        """(counters, triggers) as /proc/net/xt_trigger has them."""
        return parse(self.read("/proc/net/xt_trigger"))

    def triggers(self, **fields):
        """The active triggers that have these values in these fields."""
        return [t for t in self.status()[1]
                if all(getattr(t, name) == value for name, value in fields.items())]

    def trigger(self, **fields):
        """The one active trigger that has these values."""
        found = self.triggers(**fields)
        assert len(found) == 1, "%d active triggers with %s" % (len(found), fields)
        return found[0]

    def owners(self, **fields):
        return [t.owner for t in self.triggers(**fields)]

    def counters(self):
        return self.status()[0]

    def counting(self):
        """What has been counted since: counts = router.counting(); ...; counts("opened")."""
        before = self.counters()
        return lambda name: self.counters()[name] - before[name]

    def check_counters(self):
        """What was opened is there, or was counted when it ended."""
        def add_up():
            counters = self.counters()
            return counters["opened"] == sum(counters[name] for name in (
                "triggers", "parked", "expired", "ended", "closed", "evicted"))

        # Asked again: one may end while the line is made.
        wait_until(add_up, "the counters add up")

    def wait_closed(self, seconds=DEADLINE, **fields):
        """Wait until no active trigger with these values is left."""
        wait_until(lambda: not self.triggers(**fields), "closed: %s" % fields, seconds)

    # --- the rest of the router

    def conntrack(self, *arguments):
        return self.run("/usr/sbin/conntrack", *arguments)

    def connections(self):
        """How many connections the namespace's conntrack holds, dying ones included."""
        return int(self.sysctl("net.netfilter.nf_conntrack_count"))

    def set_parameter(self, name, value):
        """Change a module parameter until the end of the test."""
        if not loaded():
            self.run("/sbin/modprobe", MODULE)
        old = _parameter(name, value)
        # What is loaded anew has its own.
        self._undo.append(lambda: loaded() and _parameter(name, old))

    def flush(self):
        """As after boot: base rules, no connections, no active trigger."""
        grace = _parameter("reload_grace", 0) if loaded() else None
        for family in sorted(self._touched):
            self.load(family=family)
        self._touched.clear()
        self.conntrack("-F")
        if grace is not None:
            # nft frees rules from a work queue, so their triggers may stay a moment.
            wait_until(lambda: not self.triggers(), "the table is empty after the flush")
            _parameter("reload_grace", grace)


def _parameter(name, value):
    """Write a module parameter, and return what it was."""
    path = "/sys/module/%s/parameters/%s" % (MODULE, name)
    with open(path) as file:
        old = file.read().strip()
    with open(path, "w") as file:
        file.write("%s\n" % value)
    return old


def _split_table(rule):
    words = rule.split(None, 2)
    return (words[1], words[2]) if words[0] == "-t" else ("filter", rule)
