# SPDX-License-Identifier: GPL-2.0-only
"""OpenWrt: our iptables-nft rules beside the native ruleset of its firewall4.

There is no OpenWrt here: the ruleset is a short one of the form that fw4 makes of its default
configuration, and the two includes are carried out as fw4 does it, at each start and reload.
"""

import pytest

CONFIG = """config include
    option type 'script'
    option path '/etc/xt_trigger.sh'
    option fw4_compatible '1'

config include
    option type 'nftables'
    option path '/etc/xt_trigger.nft'
    option position 'chain-pre'
    option chain 'forward'
"""

SCRIPT = """iptables-restore <<END
*nat
-A PREROUTING -i wan -j TRIGGER --trigger-type dnat
COMMIT
*filter
-A FORWARD -i br-lan -o wan -p tcp -j TRIGGER --trigger-type out --trigger-match 6660-6669 \
--trigger-relate tcp:113 --trigger-session --trigger-peer host
-A FORWARD -i wan -j TRIGGER --trigger-type in
COMMIT
END
"""

INCLUDE = 'iifname "wan" ct status dnat accept\n'

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
def fw4(router, default_backend, tmp_path):
    """A function that does what `fw4 reload` does, with this text for our nftables include."""
    script, include = tmp_path / "xt_trigger.sh", tmp_path / "xt_trigger.nft"
    ruleset = tmp_path / "fw4.nft"
    script.write_text(SCRIPT)
    ruleset.write_text(FW4 % include)

    def reload(text):
        include.write_text(text)
        router.run("/usr/sbin/nft", "-f", str(ruleset))
        router.run("/bin/sh", str(script))

    router.load(base=(), nat=())
    router.iptables("-P FORWARD ACCEPT")
    yield reload
    router.run("/usr/sbin/nft", "delete", "table", "inet", "fw4")


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
