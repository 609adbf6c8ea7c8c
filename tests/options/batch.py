# SPDX-License-Identifier: GPL-2.0
"""Rules in nftables' tables that no iptables-nft made: netlink messages by hand (nft_compat).

The layouts are those of the kernel's <linux/netfilter/nf_tables.h>, nf_tables_compat.h and
nfnetlink.h.
"""

import errno
import os
import socket
import struct

NETLINK_NETFILTER = 12
NLMSG_ERROR = 2
REQUEST, ACK, CREATE, APPEND = 0x1, 0x4, 0x400, 0x800
NESTED = 1 << 15
NFTABLES = 10
BATCH_BEGIN, BATCH_END = 0x10, 0x11
NEWRULE = NFTABLES << 8 | 6
FAMILIES = {"ipv4": 2, "ipv6": 10}


def _attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def _string(kind, text):
    return _attribute(kind, text.encode() + b"\0")


def _message(kind, flags, family, resource, attributes=b""):
    head = struct.pack("=IHHII", 20 + len(attributes), kind, REQUEST | flags, 0, 0)
    return head + struct.pack("=BB", family, 0) + struct.pack("!H", resource) + attributes


def batch(*messages):
    """One transaction."""
    return b"".join((_message(BATCH_BEGIN, 0, 0, NFTABLES), *messages,
                     _message(BATCH_END, 0, 0, NFTABLES)))


def rule(family, table, chain, data):
    """The message that appends -j TRIGGER with this data to a chain."""
    target = _string(1, "TRIGGER") + _attribute(2, struct.pack("!I", 0)) + _attribute(3, data)
    expression = _string(1, "target") + _attribute(2 | NESTED, target)
    return _message(NEWRULE, ACK | CREATE | APPEND, FAMILIES[family], 0,
                    _string(1, table) + _string(2, chain)
                    + _attribute(4 | NESTED, _attribute(1 | NESTED, expression)))


def opened(namespace):
    """A socket to the namespace's netfilter."""
    with namespace:
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    sock.connect((0, 0))
    return sock


def answer(sock):
    """The errno that a batch got, which is there when sending it returns; 0: all of it is done."""
    codes = []
    while True:
        try:
            reply = sock.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            assert codes, "no answer"
            return next((code for code in codes if code), 0)
        except OSError as error:
            if error.errno != errno.ENOBUFS:    # no memory for the answer
                raise
            codes.append(error.errno)
            continue
        _, kind, _, _, _, code = struct.unpack_from("=IHHIIi", reply)
        assert kind == NLMSG_ERROR
        codes.append(-code)


def done(namespace, *messages):
    """Carry out one transaction, or raise the OSError that it got."""
    with opened(namespace) as sock:
        sock.send(batch(*messages))
        code = answer(sock)
    if code:
        raise OSError(code, os.strerror(code))
