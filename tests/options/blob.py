# SPDX-License-Identifier: GPL-2.0
"""Rules that no plugin made: the target's data by hand, loaded by setsockopt.

The layouts are those of include/xt_TRIGGER.h, and of the kernel's
<linux/netfilter_ipv4/ip_tables.h> and <linux/netfilter_ipv6/ip6_tables.h>. These differ
between machines: by the size of a pointer, and by what a 64-bit number is aligned to (8, but
4 on i386).
"""

import collections
import ctypes
import os
import socket
import struct

OUT, DNAT, IN = 1, 2, 3
SESSION, PEER_HOST, OWNER_LAST, REFRESH_BOTH, SHADOW = (1 << bit for bit in range(5))
ALL, TCP, UDP, SCTP = 0, 6, 17, 132
MATCH_ALL = 255

ITEMS_MAX = 15

SO_SET_REPLACE = 64
SO_GET_INFO = 64
ACCEPT = -2                     # as a verdict: -NF_ACCEPT - 1

HOOKS = {"filter": ("INPUT", "FORWARD", "OUTPUT"),
         "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING")}
HOOK_NUMBERS = {"PREROUTING": 0, "INPUT": 1, "FORWARD": 2, "OUTPUT": 3, "POSTROUTING": 4}

# family: (socket family, level of the socket options, size of an entry's match part)
Family = collections.namedtuple("Family", "socket level match_size")
FAMILIES = {"ipv4": Family(socket.AF_INET, socket.IPPROTO_IP, 84),
            "ipv6": Family(socket.AF_INET6, socket.IPPROTO_IPV6, 136)}

POINTER = {4: "I", 8: "Q"}[ctypes.sizeof(ctypes.c_void_p)]
ALIGNMENT = ctypes.alignment(ctypes.c_uint64)

_libc = ctypes.CDLL(None, use_errno=True)


Item = collections.namedtuple("Item", "min max proto pad", defaults=(0, 0))


def tginfo(**fields):
    """The data of a target, struct xt_trigger_tginfo, with the fields given.

    relate and match are lists of Items; their counts are their lengths unless
    n_relate or n_match say otherwise.
    """
    default = {"type": 0, "flags": 0, "max": 0, "pad": 0, "timeout": 0, "lifetime": 0,
               "name": b"default", "relate": [], "match": [], "pad2": 0, "kernel": 0,
               "n_relate": None, "n_match": None}
    assert not set(fields) - set(default), fields
    of = {**default, **fields}
    for count, items in (("n_relate", "relate"), ("n_match", "match")):
        if of[count] is None:
            of[count] = len(of[items])
    return (struct.pack("=BBBBHHII32s", of["type"], of["flags"], of["n_relate"], of["n_match"],
                        of["max"], of["pad"], of["timeout"], of["lifetime"], of["name"])
            + _items(of["relate"]) + _items(of["match"])
            + struct.pack("=IQ", of["pad2"], of["kernel"]))


def _items(items):
    items = items + [Item(0, 0)] * (ITEMS_MAX - len(items))
    return b"".join(struct.pack("=HHBB", *item) for item in items)


def _aligned(size):
    """The kernel's XT_ALIGN()."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _target(name, data):
    size = _aligned(32 + len(data))
    return (struct.pack("=H29sB", size, name, 0) + data).ljust(size, b"\0")


def _entry(family, target):
    """One rule that matches every packet: struct ipt_entry or ip6t_entry."""
    offset = FAMILIES[family].match_size + 4 + 4 + 4    # + nfcache, offsets, comefrom
    offset = _aligned(offset) + 16                      # + counters
    head = bytes(FAMILIES[family].match_size)
    head += struct.pack("=IHHI", 0, offset, offset + len(target), 0)
    return head.ljust(offset, b"\0") + target


def _table(family, table, chain, data):
    """The entries of a table whose only rule is ours, and where its chains start and end."""
    accept = _entry(family, _target(b"", struct.pack("=i", ACCEPT)))
    entries, count = b"", 0
    starts, policies = [0] * 5, [0] * 5
    for hook in HOOKS[table]:
        starts[HOOK_NUMBERS[hook]] = len(entries)
        if hook == chain:
            entries += _entry(family, _target(b"TRIGGER", data))
            count += 1
        policies[HOOK_NUMBERS[hook]] = len(entries)
        entries += accept
        count += 1
    return entries + _entry(family, _target(b"ERROR", b"ERROR".ljust(32, b"\0"))), \
        count + 1, starts, policies


def replacement(family, table, chain, data, entries_now, counters=0):
    """What SO_SET_REPLACE takes, for a table with one rule, or with none if chain is None.

    entries_now is how many the table has that it replaces, counters the address of room for theirs.
    """
    entries, count, starts, policies = _table(family, table, chain, data)
    valid = sum(1 << HOOK_NUMBERS[hook] for hook in HOOKS[table])
    head = struct.pack("=32sIII5I5II" + POINTER, table.encode(), valid, count, len(entries),
                       *starts, *policies, entries_now, counters)
    return head.ljust(_aligned(len(head)), b"\0") + entries


def replace(namespace, family, table, chain, data):
    """Load a table with one rule, -j TRIGGER with this data; 0, or the errno."""
    kind, level, _ = FAMILIES[family]
    with namespace, socket.socket(kind, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        entries = entries_now(sock, level, table)
        counters = ctypes.create_string_buffer(16 * entries)
        try:
            sock.setsockopt(level, SO_SET_REPLACE, replacement(
                family, table, chain, data, entries, ctypes.addressof(counters)))
        except OSError as error:
            return error.errno
    return 0


def entries_now(sock, level, table):
    """How many entries the table has: the kernel wants room for their counters."""
    info = ctypes.create_string_buffer(table.encode(), 84)
    size = ctypes.c_uint32(84)
    if _libc.getsockopt(sock.fileno(), level, SO_GET_INFO, info, ctypes.byref(size)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return struct.unpack_from("=I", info.raw, 76)[0]
