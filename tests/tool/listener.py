# SPDX-License-Identifier: GPL-2.0
"""Listens to the kernel's events with nothing but a socket and the YNL specification."""

import collections
import errno
import ipaddress
import os
import socket
import struct

import yaml

from hosts import wait_until

SPEC = os.path.join(os.path.dirname(__file__), "..", "..", "include", "xt_trigger.yaml")

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
SO_RCVBUFFORCE = 33
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_MCAST_GRP_NAME = 1
CTRL_ATTR_MCAST_GRP_ID = 2
NLA_TYPE_MASK = 0x3fff

HEADERS = struct.Struct("=IHHIIBBH")    # nlmsghdr, genlmsghdr
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}

# An event: its name, and its attributes by theirs; lists where the specification says so.
Event = collections.namedtuple("Event", "name attributes size")


def spec():
    with open(SPEC) as file:
        return yaml.safe_load(file)


def attributes_of(data):
    """The (type, payload) of each attribute."""
    found = []
    while data:
        length, kind = struct.unpack_from("=HH", data)
        assert 4 <= length <= len(data), "an attribute is torn"
        found.append((kind & NLA_TYPE_MASK, data[4:length]))
        data = data[length + 3 & ~3:]
    return found


def attribute(kind, payload):
    data = struct.pack("=HH", 4 + len(payload), kind) + payload
    return data + bytes(-len(data) % 4)


class Listener:
    """A socket of a namespace that has joined the group, if it may."""

    def __init__(self, namespace, size=None):
        self._spec = spec()
        self._spaces = {each["name"]: each["attributes"] for each in self._spec["attribute-sets"]}
        self._names = {value: each["name"]
                       for value, each in enumerate(self._spec["operations"]["list"], 1)}
        with namespace:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        if size:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, size)
        self.socket.bind((0, 0))
        self.family, group = self._resolve()
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        self.socket.setblocking(False)
        self.lost = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def _resolve(self):
        """The numbers of family and group."""
        payload = attribute(CTRL_ATTR_FAMILY_NAME, self._spec["name"].encode() + b"\0")
        self.socket.send(HEADERS.pack(HEADERS.size + len(payload), GENL_ID_CTRL, 1, 1, 0,
                                      CTRL_CMD_GETFAMILY, 1, 0) + payload)
        answer = self.socket.recv(65536)
        assert HEADERS.unpack_from(answer)[1] == GENL_ID_CTRL, "there is no such family"
        found = dict(attributes_of(answer[HEADERS.size:]))
        groups = [dict(attributes_of(each))
                  for _, each in attributes_of(found[CTRL_ATTR_MCAST_GROUPS])]
        numbers = {each[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode():
                   struct.unpack("=I", each[CTRL_ATTR_MCAST_GRP_ID])[0] for each in groups}
        assert list(numbers) == [each["name"] for each in self._spec["mcast-groups"]["list"]]
        return struct.unpack("=H", found[CTRL_ATTR_FAMILY_ID])[0], numbers["events"]

    def receive(self):
        """The events that are there; counts how often the kernel has dropped some."""
        found = []
        while True:
            try:
                found.append(self._parse(self.socket.recv(65536)))
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost += 1

    def wait(self, count):
        """So many events, and no more, when they are there."""
        found = []

        def enough():
            found.extend(self.receive())
            return len(found) >= count

        wait_until(enough, "%d events" % count)
        assert len(found) == count, found
        return found

    def _parse(self, data):
        length, kind, _, seq, pid, command, version, _ = HEADERS.unpack_from(data)
        assert (length, kind) == (len(data), self.family)
        assert (seq, pid, version) == (0, 0, self._spec["version"])
        return Event(self._names[command], self._decode("trigger", data[HEADERS.size:]),
                     len(data))

    def _decode(self, space, data):
        """Attributes by name, each of which is in the specification, as it says."""
        found = {}
        for kind, payload in attributes_of(data):
            known = self._spaces[space][kind - 1]
            if known["type"] == "pad":
                continue
            value = self._value(known, payload)
            if known.get("multi-attr"):
                found.setdefault(known["name"], []).append(value)
            else:
                assert known["name"] not in found, "%s is there twice" % known["name"]
                found[known["name"]] = value
        return found

    def _value(self, known, payload):
        if known["type"] == "nest":
            return self._decode(known["nested-attributes"], payload)
        if known["type"] == "string":
            assert payload.endswith(b"\0") and len(payload) - 1 <= known["checks"]["max-len"]
            return payload[:-1].decode()
        if known["type"] == "binary":
            assert len(payload) in (4, 16)
            return str(ipaddress.ip_address(payload))
        assert len(payload) == SIZES[known["type"]], known["name"]
        number = int.from_bytes(payload, "little" if struct.pack("=H", 1)[0] else "big")
        return self._entries(known["enum"])[number] if "enum" in known else number

    def _entries(self, enum):
        return next(each["entries"] for each in self._spec["definitions"] if each["name"] == enum)
