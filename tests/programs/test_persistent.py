# SPDX-License-Identifier: GPL-2.0-only
"""Rules that outlive a reboot, as netfilter-persistent saves and restores them.

Its package excludes that of ufw, which the guests have: so these are the commands of its plugin.
"""

from router import DNAT, IN, loaded, out

OUT = out("--trigger-match 6660-6669 --trigger-relate tcp:113 --trigger-session"
          " --trigger-peer host", "-A FORWARD -i br-lan -o wan -p tcp")

SAVE = "iptables-save > /etc/iptables/rules.v4"
RESTORE = "iptables-restore < /etc/iptables/rules.v4"


def test_reboot(router, lan1, wan, default_backend, unload, tmp_path):
    """The module comes back with the rules, and they are the same."""
    def shell(command):
        router.run("/bin/sh", "-c", command.replace("/etc/iptables", str(tmp_path)))

    router.load(OUT, DNAT, IN)
    before = router.iptables("-S") + router.iptables("-t nat -S")
    shell(SAVE)
    router.load()
    unload()
    assert not loaded()
    shell(RESTORE)
    assert loaded()
    assert router.iptables("-S") + router.iptables("-t nat -S") == before
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
