# SPDX-License-Identifier: GPL-2.0
"""Docker: our rules beside its own, as it makes them for a network whose bridge is br-lan.

Docker itself is not in the guests. These are the rules of version 28 with one published port:
8080 of the router is port 80 of lan2. Its jumps stand in front of all other rules, there they
accept what comes from the bridge, and the policy drops the rest.
"""

import pytest

from hosts import wait_until
from recipes import FIREWALLS, SCRIPT

PUBLISHED = "tcp:8080", "tcp:80"
DOCKER = (
    "-t nat -N DOCKER",
    "-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
    "-t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
    "-t nat -A POSTROUTING -s 192.168.1.0/24 ! -o br-lan -j MASQUERADE",
    "-t nat -A DOCKER ! -i br-lan -p tcp -m tcp --dport 8080 -j DNAT"
    " --to-destination 192.168.1.11:80",
    "-N DOCKER",
    "-N DOCKER-BRIDGE",
    "-N DOCKER-CT",
    "-N DOCKER-FORWARD",
    "-N DOCKER-INTERNAL",
    "-N DOCKER-USER",
    "-A FORWARD -j DOCKER-USER",
    "-A FORWARD -j DOCKER-FORWARD",
    "-A DOCKER -d 192.168.1.11/32 ! -i br-lan -o br-lan -p tcp -m tcp --dport 80 -j ACCEPT",
    "-A DOCKER ! -i br-lan -o br-lan -j DROP",
    "-A DOCKER-BRIDGE -o br-lan -j DOCKER",
    "-A DOCKER-CT -o br-lan -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-A DOCKER-FORWARD -j DOCKER-CT",
    "-A DOCKER-FORWARD -j DOCKER-INTERNAL",
    "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
    "-A DOCKER-FORWARD -i br-lan -j ACCEPT",
)
# What it does when it restarts: its jumps stand in front again.
RESTART = ("-D FORWARD -j DOCKER-FORWARD", "-I FORWARD -j DOCKER-FORWARD",
           "-D FORWARD -j DOCKER-USER", "-I FORWARD -j DOCKER-USER")

JUMP = next(line for line in SCRIPT.splitlines(True) if line.startswith("iptables -C FORWARD"))
IN_DOCKER_USER = FIREWALLS.blocks("Docker")[0]


@pytest.fixture
def docker(router, default_backend):
    """A function that loads our rules, the jump to `in` by this line; Docker's are there."""
    router.load(*DOCKER, base=(), nat=())
    return lambda jump: router.run("/bin/sh", stdin=SCRIPT.replace(JUMP, jump))


def test_a_container_opens_a_port(router, lan1, lan2, wan, docker):
    """It is reached there; what is published stays published, and nothing else opens."""
    docker(IN_DOCKER_USER)
    for restart in (), RESTART:
        for command in restart:
            router.iptables(command)
        assert wan.who_answers("tcp:113") is None
        irc = lan1.connect("tcp:6667")
        assert wan.who_answers("tcp:113") == lan1.ip
        assert wan.who_answers("tcp:112") is None
        assert wan.who_answers(PUBLISHED[0], arrives=PUBLISHED[1]) == lan2.ip
        irc.close()
        router.wait_closed()


def test_in_behind_dockers_rules(router, lan1, wan, docker):
    """There it comes too late: what `dnat` has sent on has been dropped."""
    docker(JUMP)
    for command in RESTART:
        router.iptables(command)
    lan1.connect("tcp:6667")
    count = router.counting()
    wan.knock("tcp:113")
    wait_until(lambda: count("dnat") == 1, "sent on")
    assert count("accepted") == 0
