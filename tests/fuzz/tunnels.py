# SPDX-License-Identifier: GPL-2.0
"""A router between two tun devices: a program plays all hosts on both sides."""

import subprocess

from lab import FORWARDING, SYSCTLS

NETWORK = (
    "tuntap add lan mode tun", "tuntap add wan mode tun",
    "link set lo up", "link set lan up", "link set wan up",
    "address add 192.168.1.1/24 dev lan", "address add 2001:db8:1::1/64 dev lan nodad",
    "address add 198.51.100.1/24 dev wan", "address add 2001:db8:2::1/64 dev wan nodad",
)


def add_tunnels(router):
    """Connect a namespace: "lan" and "wan", as in tests/net/lab.py, for who attaches to them."""
    subprocess.run(["/sbin/modprobe", "tun"], check=True)
    for name, value in SYSCTLS + FORWARDING:
        router.sysctl(name, value)
    router.ip_commands(*NETWORK)
