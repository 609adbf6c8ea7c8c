# SPDX-License-Identifier: GPL-2.0
"""OpenWrt: our iptables-nft rules beside the native ruleset of its firewall4.

There is no OpenWrt here: the ruleset is a short one of the form that fw4 makes of its default
configuration, and the two includes are carried out as fw4 does it, at each start and reload.
"""

import re

import pytest

from recipes import OPENWRT

CONFIG = OPENWRT.file("/etc/config/firewall")
INCLUDE = OPENWRT.file("/etc/xt_trigger.nft")

FW4 = """table inet fw4
flush table inet fw4
table inet fw4 {
    chain forward {
        type filter hook forward priority filter; policy drop;
        include "%s"
        ct state established,related accept
        ct state invalid drop
        iifname "br-lan" jump forward_lan
        iifname "wan" jump forward_wan
        jump handle_reject
    }
    chain forward_lan {
        oifname "wan" accept
    }
    chain forward_wan {
        jump handle_reject
    }
    chain handle_reject {
        meta l4proto tcp reject with tcp reset
        reject
    }
    chain srcnat {
        type nat hook postrouting priority srcnat; policy accept;
        meta nfproto ipv4 oifname "wan" masquerade
    }
}
"""


@pytest.fixture
def fw4(router, script, tmp_path):
    """A function that does what `fw4 reload` does, with this text for our nftables include."""
    include, ruleset = tmp_path / "xt_trigger.nft", tmp_path / "fw4.nft"
    ruleset.write_text(FW4 % include)

    def reload(text):
        include.write_text(text)
        router.run("/usr/sbin/nft", "-f", str(ruleset))
        router.run("/bin/sh", script)

    router.load(base=(), nat=())
    router.iptables("-P FORWARD ACCEPT")
    yield reload
    router.run("/usr/sbin/nft", "delete", "table", "inet", "fw4")


def test_configuration(script):
    """The configuration names the script, and the include in front of all rules of forward."""
    assert set(re.findall(r"option path '([^']*)'", CONFIG)) == {script, "/etc/xt_trigger.nft"}


def test_includes(router, lan1, wan, fw4):
    """A port opens, a reload of the firewall closes nothing, and the include is needed."""
    fw4(INCLUDE)
    assert wan.who_answers("tcp:113") is None
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    fw4(INCLUDE)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    fw4("")
    assert wan.who_answers("tcp:113") is None
    fw4(INCLUDE)
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None
