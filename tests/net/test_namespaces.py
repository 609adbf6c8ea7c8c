# SPDX-License-Identifier: GPL-2.0
"""Network namespaces are separate, and end cleanly."""

import pytest

from hosts import Namespace, wait_until
from lab import Lab
from router import DNAT, IN, out

SESSION = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session")
PLAIN = out("--trigger-match 6667 --trigger-relate tcp:113")


@pytest.fixture
def other(lab):
    """A second lab: the same addresses, other namespaces."""
    second = Lab(lab.router.backend)
    yield second
    second.destroy()


def watch_end(observer, namespace, name="watch"):
    """A function that tells whether the namespace's devices are gone."""
    observer.ip_commands("link add %s type veth peer name watched netns %s" % (
        name, namespace.path))
    return lambda: name + ":" not in observer.read("/proc/net/dev")


def wait_ended(observer, ends):
    """Wait until the kernel has taken a namespace down altogether.

    Its devices go first, conntrack and our table later. Namespaces that are
    closed meanwhile wait for it, so when a later one's devices go, it is done.
    """
    wait_until(ends, "the namespace's devices are gone", 10)
    marker = Namespace()
    ends = watch_end(observer, marker, "marker")
    marker.close()
    wait_until(ends, "the namespace is gone altogether", 10)


def test_a_trigger_opens_in_its_own_namespace_only(lab, other):
    """Neither packets nor the table of one namespace reach another."""
    for each in (lab, other):
        each.router.load(PLAIN, DNAT, IN)
    lab.lan1.connect("tcp:6667")
    assert other.router.triggers() == []
    assert other.router.counters()["opened"] == 0
    assert other.wan.who_answers("tcp:113") is None
    other.lan2.connect("tcp:6667")
    assert lab.wan.who_answers("tcp:113") == lab.lan1.ip
    assert other.wan.who_answers("tcp:113") == other.lan2.ip
    assert lab.router.owners() == [lab.lan1.ip]
    assert other.router.owners() == [other.lan2.ip]


def test_rules_and_limits_are_of_one_namespace(lab, other):
    """Deleting a rule closes in its own namespace; each has max_triggers to itself."""
    for each in (lab, other):
        each.router.load(PLAIN, DNAT, IN)
    lab.router.set_parameter("max_triggers", 1)
    lab.lan1.connect("tcp:6667")
    other.lan1.connect("tcp:6667")
    assert len(lab.router.triggers()) == len(other.router.triggers()) == 1
    other.router.set_parameter("reload_grace", 0)
    other.router.load()
    other.router.wait_closed()
    assert lab.wan.who_answers("tcp:113") == lab.lan1.ip


def test_a_namespace_ends_with_all_that_is_in_it(lab):
    """Rules, active triggers and live sessions neither delay nor survive its end."""
    lab.router.load(SESSION, DNAT, IN)
    lab.lan1.connect("tcp:6667")
    second = Lab(lab.router.backend)
    second.router.load(SESSION, DNAT, IN)
    second.router.load6(SESSION, IN)
    second.lan1.connect("tcp:6667")
    second.lan1.connect("tcp:6667", dst=second.wan.ip6)
    second.wan.connect("tcp:113")
    assert len(second.router.triggers()) == 2
    ends = watch_end(lab.router, second.router)
    second.destroy()
    wait_ended(lab.router, ends)
    assert lab.wan.who_answers("tcp:113") == lab.lan1.ip
    assert lab.router.trigger().session == 1


def test_unloading_after_a_namespace_ended(lab, unload):
    """A namespace that ended with active triggers does not hold the module."""
    second = Lab(lab.router.backend)
    second.router.load(SESSION, DNAT, IN)
    second.lan1.connect("tcp:6667")
    second.destroy()
    lab.reset()
    unload()
