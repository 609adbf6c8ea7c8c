# SPDX-License-Identifier: GPL-2.0
"""What is measured: one packet of each kind, as the median of many.

Each case makes sure that its packets were what it says: that they were
forwarded to whom they should, and that ours counted what they did.
"""

import time

from network import ROUTER_IP, Packets
from setups import FIRST_PORT, TRIGGER_PORT, owner, port, source

PEER = "192.0.2.7"
STRANGERS = "198.18.0.0"
FLOWS = 64
KNOWN = 1024        # packets of known flows
NEW = 1000          # new connections


def outbound(count, n_owners, stride, first=0, n_flows=FLOWS):
    """Packets to TRIGGER_PORT, in turn of each flow and of each owner of port 0."""
    return Packets(count, "%s+%d%%%d" % (owner(first), stride, stride * n_owners),
                   "10000+1%%%d" % n_flows, PEER, str(TRIGGER_PORT))


def replies(count):
    return Packets(count, PEER, str(TRIGGER_PORT), ROUTER_IP, "10000+1%%%d" % FLOWS)


def inbound(dport, n_sources, first=source(0)):
    """New connections."""
    return Packets(NEW, "%s+1%%%d" % (first, n_sources), "1024+1", ROUTER_IP, dport)


def expect(before, after, **expected):
    for name, moved in expected.items():
        if name in before:
            assert after[name] - before[name] == moved, (
                "%s moved by %d, not by %d" % (name, after[name] - before[name], moved))


def known_flows(setup, n):
    """(i) and (iv): packets of known flows, out and in."""
    network = setup.network
    stride = setup.ports(n) if setup.sized else 1
    # A power of two, as FLOWS is: then each flow has one owner.
    n_owners = max(2 ** i for i in range(7) if 2 ** i <= max(n // stride, 1))
    network.forget()
    network.send("lan", outbound(FLOWS, n_owners, stride))
    network.send("wan", replies(FLOWS))
    # A refresh is counted once a second. (The guest does not wait: its clock jumps.)
    time.sleep(1)
    before = setup.counters()
    refresh = network.cost("lan", outbound(KNOWN, n_owners, stride), "wan", new=False)
    back = network.cost("wan", replies(KNOWN), "lan", new=False)
    after = setup.counters()
    assert network.connections() == FLOWS, "there were new connections"
    expect(before, after, opened=0, dnat=0, accepted=0)
    if "refreshed" in before:
        refreshed = after["refreshed"] - before["refreshed"]
        assert refreshed >= n_owners, "%d of %d were refreshed" % (refreshed, n_owners)
    return {"refresh": refresh, "known": back}


def hits(setup, n):
    """(ii): new connections that are let in: to all ports in turn, and to the oldest."""
    if not setup.lets_in:
        return {}
    n_ports = setup.ports(n)
    return {
        "hit": hit(setup, n, "%d+%d%%%d" % (FIRST_PORT, 14 % (2 * n_ports), 2 * n_ports)),
        "hit oldest": hit(setup, n, str(port(0))),
    }


def hit(setup, n, dport):
    before = setup.counters()
    cost = setup.network.cost("wan", inbound(dport, min(n, NEW)), "lan")
    accepted = 2 * NEW if getattr(setup, "in_rule", ()) else 0
    expect(before, setup.counters(), dnat=2 * NEW, accepted=accepted, local=0)
    return cost


def misses(setup, n):
    """(iii): new connections that are not let in; the router drops them."""
    before = setup.counters()
    cost = setup.network.cost("wan", inbound(str(setup.miss_port), 251, STRANGERS), None)
    expect(before, setup.counters(), dnat=0, accepted=0, local=0)
    return {"miss": cost}
