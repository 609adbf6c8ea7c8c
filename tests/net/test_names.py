# SPDX-License-Identifier: GPL-2.0
"""--trigger-name: tables that are separate from each other."""

from lab import WAN2
from router import DNAT, IN, out

OPTIONS = "--trigger-match 3000 --trigger-relate tcp:113"
A = " --trigger-name a"
B = " --trigger-name b"


def test_three_rules_of_one_name(router, lan1, wan):
    """Rules of one name work together; the proc file shows the name."""
    router.load(out(OPTIONS + A), DNAT + A, IN + A)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger().name == "a"


def test_dnat_sees_its_name_only(router, lan1, wan):
    """A dnat rule of another name redirects nothing."""
    router.load(out(OPTIONS + A), DNAT + B, DNAT, IN + A)
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers("tcp:113") is None
    assert count("dnat") == 0


def test_in_sees_its_name_only(router, lan1, wan):
    """An `in` rule of another name accepts nothing."""
    router.load(out(OPTIONS + A), DNAT + A, IN + B, IN)
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers("tcp:113") is None
    assert (count("dnat"), count("accepted")) == (1, 0)


def test_no_name_is_the_name_default(router, lan1, wan):
    """Rules without a name have the name `default`."""
    router.load(out(OPTIONS + " --trigger-name default"), DNAT, IN)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger().name == "default"


def test_two_names_have_two_owners_of_one_port(router, lan1, lan2, wan):
    """One port under two names has an owner in each, and no owner waits."""
    router.load(out(OPTIONS + A, "-A FORWARD -s %s" % lan1.ip),
                out(OPTIONS + B, "-A FORWARD -s %s" % lan2.ip),
                DNAT.replace("-j", "-s %s -j" % wan.ip) + A,
                DNAT.replace("-j", "-s %s -j" % WAN2) + B, IN + A, IN + B)
    lan2.send("udp:3000")
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113", src=wan.ip) == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) == lan2.ip
    assert {t.state for t in router.triggers()} == {"open"}


def test_the_longest_name(router, lan1, wan):
    """A name may have 31 characters, and all of them are compared."""
    name = " --trigger-name A0_.-" + "x" * 26
    router.load(out(OPTIONS + name), DNAT + name, DNAT + name[:-1], IN + name)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger().name == name.split()[1]


def test_the_rules_of_one_name_do_not_keep_the_other_open(router, lan1, lan2, wan):
    """Deleting the rule of one name closes what it opened, and nothing else."""
    a, b = out(OPTIONS + A, "-A FORWARD -s %s" % lan1.ip), out(OPTIONS + B, "-A FORWARD")
    router.load(a, b, DNAT + A, DNAT + B, IN + A, IN + B)
    lan2.send("udp:3000")
    lan1.send("udp:3000")
    assert sorted(t.name for t in router.triggers()) == ["a", "b", "b"]
    router.set_parameter("reload_grace", 0)
    router.iptables(a.replace("-A", "-D"))
    router.wait_closed(name="a")
    assert wan.who_answers("tcp:113") == lan2.ip
