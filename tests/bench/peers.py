# SPDX-License-Identifier: GPL-2.0
"""What people use instead of us.

With xt_recent and ipset, an outbound packet notes its destination, and who is
noted may come in: to one owner, which the rule has to know. The maps of
nftables hold the owner, as we do. N is the number of entries.
"""

import subprocess

from setups import (DNAT, FIRST_OWNER, FIRST_PORT, LAST_PORT, LONG, OUT, TRIGGER_PORT, Iptables,
                    address, owner, port, ports_of, source)

TRIGGERS = OUT + " --dport %d" % TRIGGER_PORT
TO_OWNER = "-j DNAT --to-destination " + owner(0)


class Recent(Iptables):
    name = "xt_recent"
    sized = True
    lets_in = True
    miss_port = port(0)
    prerouting = (DNAT + " -m recent --name trigger --rcheck --seconds %d %s" % (LONG, TO_OWNER),)
    forward = (TRIGGERS + " -m recent --name trigger --set --rdest",)

    def load(self, n):
        self.load_rules((), prerouting=())
        subprocess.run(["modprobe", "-r", "xt_recent"], check=True)
        subprocess.run(["modprobe", "xt_recent", "ip_list_tot=%d" % (2 * n + 10)], check=True)
        super().load(n)
        with self.router, open("/proc/net/xt_recent/trigger", "r+b", buffering=0) as file:
            for i in range(n):      # it takes one for each write, at the file's start
                file.seek(0)
                file.write(b"+%s\n" % source(i).encode())
        lines = self.router.read("/proc/net/xt_recent/trigger").splitlines()
        assert len(lines) == n, "%d entries" % len(lines)


class Ipset(Iptables):
    name = "ipset"
    sized = True
    lets_in = True
    miss_port = port(0)
    prerouting = (DNAT + " -m set --match-set trigger src " + TO_OWNER,)
    forward = (TRIGGERS + " -j SET --add-set trigger dst --exist --timeout %d" % LONG,)

    def load(self, n):
        self.load_rules((), prerouting=())
        self.router.run("ipset", "destroy")
        lines = ["create trigger hash:ip timeout %d maxelem 200000" % LONG]
        lines += ["add trigger " + source(i) for i in range(n)]
        self.router.run("ipset", "restore", stdin="\n".join(lines) + "\n")
        super().load(n)

    def unload(self):
        self.load_rules((), prerouting=())
        self.router.run("ipset", "destroy")


class Nft(Iptables):
    """A ruleset of nftables; here none at all, as in Iptables."""

    name = "nft none"
    none = "nft none"
    static = "nft static"
    declared = ""
    on_prerouting = ""
    on_forward = ""

    def load(self, n):
        self.unload()
        self.router.run("nft", "-f", "-", stdin="""
            table ip bench {
                %s
                chain prerouting {
                    type nat hook prerouting priority dstnat
                    %s
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname wan masquerade
                }
                chain input {
                    type filter hook input priority filter
                    policy drop
                }
                chain forward {
                    type filter hook forward priority filter
                    %s
                }
            }
            """ % (self.declared, self.on_prerouting, self.on_forward))

    def unload(self):
        self.router.run("nft", "flush", "ruleset")

    def add(self, what, elements):
        """Put elements in a map, some thousands at a time."""
        elements = list(elements)
        for i in range(0, len(elements), 5000):
            self.router.run("nft", "-f", "-", stdin="add element ip bench %s { %s }\n"
                            % (what, ", ".join(elements[i:i + 5000])))


class NftStatic(Nft):
    name = "nft static"
    lets_in = True
    on_prerouting = "iifname wan udp dport %d-%d dnat to %s" % (FIRST_PORT, LAST_PORT, owner(0))


class NftMap(Nft):
    """Each port of its own in one map."""

    name = "nft map"
    sized = True
    lets_in = True
    declared = """
        map owners {
            type inet_proto . inet_service : ipv4_addr
            flags dynamic,timeout
            timeout %ds
            size 200000
        }""" % LONG
    on_prerouting = "iifname wan dnat to meta l4proto . th dport map @owners"
    on_forward = ("iifname lan oifname wan udp dport %d "
                  "update @owners { meta l4proto . %d : ip saddr }" % (TRIGGER_PORT, FIRST_PORT))

    def load(self, n):
        super().load(n)
        # First those that are asked for, then as many others of other protocols.
        keys = ["udp . %d" % port(i) for i in range(ports_of(n))]
        keys += ["%d . %d" % (100 + i // 60000, i % 60000 + 1) for i in range(n - len(keys))]
        self.add("owners", ("%s : %s" % (key, owner(i)) for i, key in enumerate(keys)))


class NftRange(Nft):
    """Ranges of ports: to a number, and from that to the owner. For udp alone, as
    a map from protocols and ranges costs several times as much."""

    name = "nft range"
    sized = True
    lets_in = True
    declared = """
        map ranges {
            type inet_service : mark
            flags interval
        }
        map owners {
            type mark : ipv4_addr
            flags dynamic,timeout
            timeout %ds
            size 200000
        }""" % LONG
    on_prerouting = ("iifname wan meta mark set udp dport map @ranges "
                     "dnat to meta mark map @owners")
    on_forward = ("iifname lan oifname wan udp dport %d "
                  "meta mark set 1 update @owners { meta mark : ip saddr }" % TRIGGER_PORT)

    def load(self, n):
        super().load(n)
        self.add("ranges", ("%d-%d : %d" % (port(i), port(i) + 1, i + 1)
                            for i in range(ports_of(n))))
        self.add("owners", ("%d : %s" % (i + 1, address(FIRST_OWNER + i)) for i in range(n)))
