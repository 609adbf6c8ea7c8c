# SPDX-License-Identifier: GPL-2.0
"""libvirt: its own rules, as it makes them for a network whose bridge is br-lan, and its hook.

libvirt itself is not in the guests. It has two kinds of rules: those of iptables, whose jumps it
puts in front of all others, and (from version 10.4 on, by default) those of nftables. Both reject
new connections to the network, whoever else has accepted them.
"""

import pytest

from recipes import FIREWALLS

JUMPS = "LIBVIRT_FWO", "LIBVIRT_FWI", "LIBVIRT_FWX"
IPTABLES = (
    "-N LIBVIRT_FWX", "-N LIBVIRT_FWI", "-N LIBVIRT_FWO",
    "-A FORWARD -j LIBVIRT_FWX",
    "-A FORWARD -j LIBVIRT_FWI",
    "-A FORWARD -j LIBVIRT_FWO",
    "-A LIBVIRT_FWI -d 192.168.1.0/24 -o br-lan -m conntrack --ctstate RELATED,ESTABLISHED"
    " -j ACCEPT",
    "-A LIBVIRT_FWI -o br-lan -j REJECT --reject-with icmp-port-unreachable",
    "-A LIBVIRT_FWO -s 192.168.1.0/24 -i br-lan -j ACCEPT",
    "-A LIBVIRT_FWO -i br-lan -j REJECT --reject-with icmp-port-unreachable",
    "-A LIBVIRT_FWX -i br-lan -o br-lan -j ACCEPT",
    "-t nat -N LIBVIRT_PRT",
    "-t nat -A POSTROUTING -j LIBVIRT_PRT",
    "-t nat -A LIBVIRT_PRT -s 192.168.1.0/24 -d 224.0.0.0/24 -j RETURN",
    "-t nat -A LIBVIRT_PRT -s 192.168.1.0/24 -d 255.255.255.255/32 -j RETURN",
    "-t nat -A LIBVIRT_PRT -s 192.168.1.0/24 ! -d 192.168.1.0/24 -p tcp -j MASQUERADE"
    " --to-ports 1024-65535",
    "-t nat -A LIBVIRT_PRT -s 192.168.1.0/24 ! -d 192.168.1.0/24 -p udp -j MASQUERADE"
    " --to-ports 1024-65535",
    "-t nat -A LIBVIRT_PRT -s 192.168.1.0/24 ! -d 192.168.1.0/24 -j MASQUERADE",
)
NFTABLES = """table ip libvirt_network {
    chain forward {
        type filter hook forward priority filter; policy accept;
        counter jump guest_cross
        counter jump guest_input
        counter jump guest_output
    }
    chain guest_output {
        ip saddr 192.168.1.0/24 iif "br-lan" counter accept
        iif "br-lan" counter reject
    }
    chain guest_input {
        oif "br-lan" ip daddr 192.168.1.0/24 ct state related,established counter accept
        oif "br-lan" counter reject
    }
    chain guest_cross {
        iif "br-lan" oif "br-lan" counter accept
    }
    chain guest_nat {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr 192.168.1.0/24 ip daddr 224.0.0.0/24 counter return
        ip saddr 192.168.1.0/24 ip daddr 255.255.255.255 counter return
        meta l4proto tcp ip saddr 192.168.1.0/24 ip daddr != 192.168.1.0/24 counter \
masquerade to :1024-65535
        meta l4proto udp ip saddr 192.168.1.0/24 ip daddr != 192.168.1.0/24 counter \
masquerade to :1024-65535
        ip saddr 192.168.1.0/24 ip daddr != 192.168.1.0/24 counter masquerade
    }
}
"""

HOOK = FIREWALLS.file("/etc/libvirt/hooks/network")


@pytest.fixture
def libvirt(router, script, tmp_path):
    """A function that makes libvirt's rules of one kind behind ours, and calls the hook."""
    hook, ruleset = tmp_path / "network", tmp_path / "libvirt.nft"
    hook.write_text(HOOK)
    hook.chmod(0o755)
    ruleset.write_text(NFTABLES)

    def start_networks(kind):
        if kind == "iptables":
            router.load(*IPTABLES, base=(), nat=())
            router.run(script)
            for jump in JUMPS:
                router.iptables("-D FORWARD -j " + jump)
                router.iptables("-I FORWARD -j " + jump)
        else:
            router.load(base=(), nat=())
            router.iptables("-P FORWARD ACCEPT")
            router.run(script)
            router.run("/usr/sbin/nft", "-f", str(ruleset))
        # It starts networks one after the other.
        for name in ("default", "other"):
            router.run(str(hook), name, "started", "begin", "-", stdin="<hookData/>")

    yield start_networks
    if "libvirt_network" in router.run("/usr/sbin/nft", "list", "tables"):
        router.run("/usr/sbin/nft", "delete", "table", "ip", "libvirt_network")


@pytest.mark.parametrize("kind", ["iptables", "nftables"])
def test_a_guest_opens_a_port(router, lan1, lan2, wan, libvirt, kind):
    """It is reached there, and nowhere else, nor is another guest."""
    libvirt(kind)
    wan.route("192.168.1.0/24 via %s" % router.ip)
    assert wan.who_answers("tcp:113") is None
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    assert wan.who_answers("tcp:113", dst=lan2.ip) is None
    assert router.iptables("-S FORWARD").count("trigger_in") == 1
