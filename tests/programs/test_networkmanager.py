# SPDX-License-Identifier: GPL-2.0
"""NetworkManager: the table that it makes for a shared connection on br-lan, and its dispatcher.

NetworkManager itself is not in the guests. Its table rejects new connections to the shared
network, whoever else has accepted them.
"""

import pytest

from recipes import FIREWALLS

TABLE = """add table ip nm-shared-br-lan
flush table ip nm-shared-br-lan
add chain ip nm-shared-br-lan nat_postrouting { type nat hook postrouting priority 100; \
policy accept; }
add rule ip nm-shared-br-lan nat_postrouting ip saddr 192.168.1.0/24 \
ip daddr != 192.168.1.0/24 masquerade
add chain ip nm-shared-br-lan filter_forward { type filter hook forward priority 0; \
policy accept; }
add rule ip nm-shared-br-lan filter_forward ip daddr 192.168.1.0/24 oifname "br-lan" \
ct state { established, related } accept
add rule ip nm-shared-br-lan filter_forward ip saddr 192.168.1.0/24 iifname "br-lan" accept
add rule ip nm-shared-br-lan filter_forward iifname "br-lan" oifname "br-lan" accept
add rule ip nm-shared-br-lan filter_forward iifname "br-lan" reject
add rule ip nm-shared-br-lan filter_forward oifname "br-lan" reject
"""

DISPATCHER = FIREWALLS.file("/etc/NetworkManager/dispatcher.d/50-xt-trigger")


@pytest.fixture
def bring_up(router, tmp_path):
    """A function that makes the table, and calls the dispatcher's script."""
    script, table = tmp_path / "50-xt-trigger", tmp_path / "shared.nft"
    script.write_text(DISPATCHER)
    script.chmod(0o755)
    table.write_text(TABLE)

    def up():
        router.run("/usr/sbin/nft", "-f", str(table))
        router.run(str(script), "br-lan", "up")

    yield up
    router.run("/usr/sbin/nft", "delete", "table", "ip", "nm-shared-br-lan")


def test_a_host_of_a_shared_connection_opens_a_port(router, lan1, lan2, wan, script, bring_up):
    """It is reached there, and nowhere else, also when the connection has come up again."""
    router.load(base=(), nat=())
    router.iptables("-P FORWARD ACCEPT")
    router.run(script)
    wan.route("192.168.1.0/24 via %s" % router.ip)
    bring_up()
    assert wan.who_answers("tcp:113") is None
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    bring_up()
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    assert wan.who_answers("tcp:113", dst=lan2.ip) is None
