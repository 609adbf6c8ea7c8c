# SPDX-License-Identifier: GPL-2.0
"""Reads userspace/libxt_TRIGGER.t: option tests in the form of iptables' own.

    # --- HEADING           a group, tested and named as one
    # says: MESSAGE         what the next line makes the plugin print
    *TABLE
    :CHAIN
    RULE;SAVED;OK           loads, and iptables-save prints SAVED ("=": the same)
    RULE;;FAIL              is refused
"""

import collections
import os

PATH = os.path.join(os.path.dirname(__file__), "..", "..", "userspace", "libxt_TRIGGER.t")

Line = collections.namedtuple("Line", "number group table chain rule saved ok says")


def read(path=PATH):
    """Every rule of the file as a Line; a line that makes no sense is an error."""
    lines = []
    group = says = chain = None
    table = "filter"
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            text = text.rstrip("\n")
            if text.startswith("# --- "):
                group = text[6:].split(":")[0]
            elif text.startswith("# says: "):
                says = text[8:]
            elif text.startswith("*"):
                table = text[1:]
            elif text.startswith(":"):
                chain = text[1:]
            elif text and not text.startswith("#"):
                rule, saved, result = text.split(";")
                if result not in ("OK", "FAIL") or (result == "FAIL" and not says):
                    raise ValueError("%s:%d: %s" % (path, number, text))
                lines.append(Line(number, group, table, chain, rule,
                                  rule if saved == "=" else saved, result == "OK", says))
                says = None
    return lines


LINES = read()
ACCEPTED = [line for line in LINES if line.ok]
REFUSED = [line for line in LINES if not line.ok]


def groups(lines):
    """The groups that these lines belong to, in the order of the file."""
    return list(dict.fromkeys(line.group for line in lines))
