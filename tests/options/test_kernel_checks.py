# SPDX-License-Identifier: GPL-2.0
"""The kernel refuses by itself what the plugin never makes, and says why.

Each rule here differs in one field from one that loads. The kernel must answer
EINVAL, log one line with the reason, keep the old table and hold on to nothing.
The tests run in the order of the file.
"""

import errno
import os

import pytest
from blob import (ALL, DNAT, IN, MATCH_ALL, OUT, SCTP, SESSION, SHADOW, TCP, UDP, Item, replace,
                  tginfo)
from hosts import wait_until
from tables import Tables

PLACES = {OUT: ("filter", "FORWARD"), DNAT: ("nat", "PREROUTING"), IN: ("filter", "FORWARD")}

BASES = {
    OUT: dict(type=OUT, timeout=600, relate=[Item(113, 113, TCP)], match=[Item(6660, 6669)]),
    DNAT: dict(type=DNAT),
    IN: dict(type=IN),
}

SECS = 31536000

TYPE = "--trigger-type: not out, dnat or in"
FLAGS = "flags: one that --trigger-type out does not take"
NAME = "--trigger-name: "
RELATE = "--trigger-relate: "
MATCH = "--trigger-match: "
FOREIGN = "this --trigger-type does not take it"

# what is wrong: (the rule's type, its fields that differ, the reason in the kernel log)
WRONG = {
    "type 0": (OUT, dict(type=0), TYPE),
    "type 4": (OUT, dict(type=4), TYPE),
    "type 255": (IN, dict(type=255), TYPE),
    "flag of another type": (OUT, dict(flags=SHADOW), FLAGS),
    "unknown flag": (OUT, dict(flags=1 << 5), FLAGS),
    "unknown flag beside a known one": (OUT, dict(flags=SESSION | 1 << 7), FLAGS),
    "padding": (OUT, dict(pad=1), "padding: not zero"),
    "padding of dnat": (DNAT, dict(pad=1 << 15), "padding: not zero"),
    "second padding": (OUT, dict(pad2=1), "padding: not zero"),
    "name empty": (IN, dict(name=b""), NAME + "empty"),
    "name without end": (IN, dict(name=b"x" * 32), NAME + "longer than 31 characters"),
    "name with a space": (IN, dict(name=b"a b"), NAME + "a character other"),
    "name with a newline": (OUT, dict(name=b"a\nb"), NAME + "a character other"),
    "name with a byte over 127": (OUT, dict(name=b"caf\xe9"), NAME + "a character other"),
    "name begins with a dot": (OUT, dict(name=b".a"), NAME + "the first character"),
    "name begins with a byte over 127": (IN, dict(name=b"\xe9"), NAME + "the first character"),
    "bytes behind the name": (OUT, dict(name=b"a\0b"), NAME + "not zero behind its end"),
    "nothing related": (OUT, dict(relate=[]), RELATE + "no item"),
    "16 related": (OUT, dict(n_relate=16), RELATE + "more than 15 items"),
    "255 related": (OUT, dict(n_relate=255), RELATE + "more than 15 items"),
    "related port 0": (OUT, dict(relate=[Item(0, 5, TCP)]), RELATE + "port 0"),
    "related backwards": (OUT, dict(relate=[Item(5, 4, TCP)]), RELATE + "a range runs backwards"),
    "related icmp": (OUT, dict(relate=[Item(5, 5, 1)]), RELATE + "protocol is not"),
    "related protocol 255": (OUT, dict(relate=[Item(5, 5, 255)]), RELATE + "protocol is not"),
    "related padding": (OUT, dict(relate=[Item(5, 5, TCP, 1)]), RELATE + "padding is not zero"),
    "second related wrong": (OUT, dict(relate=[Item(5, 5, TCP), Item(0, 0, UDP)]),
                             RELATE + "port 0"),
    "more related than counted": (OUT, dict(relate=[Item(5, 5, TCP), Item(7, 7, TCP)],
                                            n_relate=1), RELATE + "not zero behind"),
    "related overlap": (OUT, dict(relate=[Item(5, 9, SCTP), Item(9, 10, SCTP)]),
                        RELATE + "items of one protocol overlap"),
    "related overlap of tcp and all": (OUT, dict(relate=[Item(5, 9, TCP), Item(1, 65535, ALL)]),
                                       RELATE + "items of one protocol overlap"),
    "related overlap of all and udp": (OUT, dict(relate=[Item(5, 9, ALL), Item(7, 7, UDP)]),
                                       RELATE + "items of one protocol overlap"),
    "16 matched": (OUT, dict(n_match=16), MATCH + "more than 15 items"),
    "matched port 0": (OUT, dict(match=[Item(0, 0)]), MATCH + "port 0"),
    "fewer matched than counted": (OUT, dict(n_match=2), MATCH + "port 0"),
    "more matched than counted": (OUT, dict(n_match=0), MATCH + "not zero behind"),
    "matched backwards": (OUT, dict(match=[Item(5, 4)]), MATCH + "a range runs backwards"),
    "matched icmp": (OUT, dict(match=[Item(5, 5, 1)]), MATCH + "protocol is not"),
    "matched dccp": (OUT, dict(match=[Item(5, 5, 33)]), MATCH + "protocol is not"),
    "matched protocol 254": (OUT, dict(match=[Item(5, 5), Item(5, 5, 254)]),
                             MATCH + "protocol is not"),
    "dnat with a matched protocol": (DNAT, dict(match=[Item(0, 0, TCP)], n_match=0),
                                     MATCH + FOREIGN),
    "matched padding": (OUT, dict(match=[Item(5, 5, 0, 1)]), MATCH + "padding is not zero"),
    "no timeout without a session": (OUT, dict(timeout=0),
                                     "--trigger-timeout: 0 without --trigger-session"),
    "timeout over a year": (OUT, dict(timeout=SECS + 1), "--trigger-timeout: over 31536000"),
    "timeout as long as can be": (OUT, dict(timeout=2**32 - 1),
                                  "--trigger-timeout: over 31536000"),
    "lifetime over a year": (OUT, dict(lifetime=SECS + 1), "--trigger-lifetime: over 31536000"),
    "dnat with a flag of out": (DNAT, dict(flags=SESSION), "flags: " + FOREIGN),
    "in with a flag of dnat": (IN, dict(flags=SHADOW), "flags: " + FOREIGN),
    "dnat with related ports": (DNAT, dict(relate=[Item(5, 5, TCP)]), RELATE + FOREIGN),
    "in with uncounted related ports": (IN, dict(relate=[Item(5, 5, TCP)], n_relate=0),
                                        RELATE + FOREIGN),
    "dnat with matched ports": (DNAT, dict(match=[Item(5, 5)]), MATCH + FOREIGN),
    "in with uncounted matched ports": (IN, dict(match=[Item(5, 5)], n_match=0),
                                        MATCH + FOREIGN),
    "dnat with a timeout": (DNAT, dict(timeout=600), "--trigger-timeout: " + FOREIGN),
    "in with a lifetime": (IN, dict(lifetime=600), "--trigger-lifetime: " + FOREIGN),
    "in with a limit": (IN, dict(max=1), "--trigger-max: " + FOREIGN),
}

# what is as good as it can be: (fields, what iptables-save makes of them)
RIGHT = {
    "out": (BASES[OUT], "--trigger-type out --trigger-match 6660-6669 --trigger-relate tcp:113"),
    "dnat": (BASES[DNAT], "--trigger-type dnat"),
    "in": (BASES[IN], "--trigger-type in"),
    "at its limits": (
        dict(type=OUT, flags=SESSION, max=65535, timeout=SECS, lifetime=SECS, name=b"x" * 31,
             relate=[Item(port, port, TCP) for port in range(1, 15)] + [Item(15, 65535, TCP)],
             match=[Item(1, 65535)] * 15),
        "--trigger-type out --trigger-name %s --trigger-match %s --trigger-relate %s"
        " --trigger-timeout %d --trigger-lifetime %d --trigger-session --trigger-max 65535"
        % ("x" * 31, ",".join(["1-65535"] * 15),
           ",".join("tcp:%d" % port for port in range(1, 15)) + ",tcp:15-65535", SECS, SECS)),
    "matched protocols": (
        dict(BASES[OUT], match=[Item(1, 9, TCP), Item(1, 9, UDP), Item(1, 9, SCTP), Item(1, 9),
                                Item(1, 9, MATCH_ALL), Item(2, 3, TCP), Item(2, 3, TCP)]),
        "--trigger-type out --trigger-match"
        " tcp:1-9,udp:1-9,sctp:1-9,1-9,all:1-9,tcp:2-3,tcp:2-3 --trigger-relate tcp:113"),
    "as version 0.1 has them": (
        dict(BASES[OUT], match=[Item(6660, 6669), Item(6660, 6660)],
             relate=[Item(113, 113, ALL), Item(1, 2, SCTP)]),
        "--trigger-type out --trigger-match 6660-6669,6660 --trigger-relate all:113,sctp:1-2"),
    "with a pointer of our own": (dict(BASES[IN], kernel=0x6b6b6b6b6b6b6b6b),
                                  "--trigger-type in"),
}


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def namespace(request):
    """The legacy tables of one family: sockets take a rule's data as it is."""
    # nft gives the rules of earlier tests back from a work queue.
    wait_until(lambda: users() == 0, "no rule is left of earlier tests")
    tables = Tables("legacy", request.param)
    yield tables
    tables.close()


def load(namespace, fields):
    table, chain = PLACES.get(fields["type"], ("filter", "FORWARD"))
    return replace(namespace, namespace.family, table, chain, tginfo(**fields))


@pytest.fixture
def kernel_says():
    """A function: what xt_TRIGGER has logged since the last call."""
    log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    os.lseek(log, 0, os.SEEK_END)

    def lines():
        found = []
        while True:
            try:
                record = os.read(log, 8192).decode(errors="replace")
            except BlockingIOError:
                return found
            text = record.split(";", 1)[1].split("\n")[0]
            if text.startswith("xt_TRIGGER: "):
                found.append(text[len("xt_TRIGGER: "):])
    yield lines
    os.close(log)


@pytest.mark.parametrize("what", RIGHT)
def test_rule_without_a_mistake_loads(namespace, what):
    """So that the refusals below are about what they change, and nothing else."""
    fields, saved = RIGHT[what]
    namespace.clear()
    assert load(namespace, fields) == 0
    assert namespace.rules(*PLACES[fields["type"]]) == ["-j TRIGGER " + saved]
    namespace.clear()


@pytest.fixture(scope="module")
def kept(namespace):
    """A table with one rule, which every refusal must leave as it is."""
    namespace.restore("*filter\n-A FORWARD -j TRIGGER --trigger-type in --trigger-name kept\n"
                      "COMMIT\n")
    assert users() == 1
    return namespace.save()


@pytest.mark.parametrize("what", WRONG)
def test_kernel_refuses_and_says_why(namespace, kept, kernel_says, what):
    kind, changes, reason = WRONG[what]

    def logged():
        assert load(namespace, {**BASES[kind], **changes}) == errno.EINVAL
        return kernel_says()

    assert load(namespace, {**BASES[kind], **changes}) == errno.EINVAL
    # The log is rate-limited: the same refusal again, until it is heard. That
    # takes seconds, so it is done for one family: one function checks both.
    if namespace.family == "ipv4":
        said = kernel_says() or wait_until(logged, "a line in the kernel log", 15)
        assert len(said) == 1 and said[0].startswith(reason), said
    assert users() == 1


def test_refusals_have_changed_nothing(namespace, kept):
    """Runs behind all of them: the table is still the one from before."""
    assert namespace.save() == kept


def users():
    """How many rules hold the module."""
    if not os.path.isdir("/sys/module/xt_TRIGGER"):
        return 0
    with open("/sys/module/xt_TRIGGER/refcnt") as file:
        return int(file.read())
