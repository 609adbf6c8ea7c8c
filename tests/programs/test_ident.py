# SPDX-License-Identifier: GPL-2.0
"""Two users on one IRC server, which asks both of their hosts who they are (ident).

The server asks right after a user has connected: with `--trigger-owner last` it asks that one's
host. Each host has a user of its own, an identd, and an IRC client.
"""

import pwd
import re
import subprocess

import pytest

import story
from hosts import wait_until
from program import Program
from router import DNAT, IN, out

OPTIONS = "--trigger-match 6660-6669 --trigger-relate tcp:113 --trigger-session" \
    " --trigger-peer host"
RULE = out(OPTIONS + " --trigger-owner last", "-A FORWARD -i br-lan -o wan -p tcp")
USERS = {"lan1": "alice", "lan2": "bob"}
# Where lan1 comes back, as a host does that gets another lease.
ELSEWHERE = "192.168.1.50"


class Network:
    """An IRC server, and what the LAN hosts' users do there."""

    def __init__(self, server):
        self.server = server
        self.programs = []
        story.prepare_guest()
        add_user("bob")
        self.ngircd = self.start(server, "/usr/sbin/ngircd", "--nodaemon", "--config",
                                 story.NGIRCD_CONF)
        self.ngircd.expect("Server .* ready")

    def start(self, host, *argv, user=None):
        self.programs.append(Program(host, *argv, user=user))
        return self.programs[-1]

    def run_identd(self, host):
        self.start(host, "/usr/sbin/oidentd", "--foreground", "--nosyslog", "--user", "nobody",
                   "--group", "nogroup")
        wait_until(lambda: ":0071 " in host.read("/proc/net/tcp"), "an identd on %s" % host)

    def come(self, host, nick):
        """The host's user connects, and the server calls the user by this name."""
        user = USERS[host.name]
        client = self.start(host, "/usr/bin/sic", "-h", self.server.ip, "-p", "6667",
                            "-n", nick, user=user)
        client.expect(r" (422|376) \(%s\)" % nick, 30)
        client.say(":WHOIS " + nick)
        client.expect("(?s) 318 .*\n")
        client.user = re.search(r" 311 \(%s %s (\S+) " % (nick, nick), client.output).group(1)
        return client

    def stop(self):
        for program in reversed(self.programs):
            program.stop()


def add_user(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["/usr/sbin/useradd", "--no-create-home", name], check=True)


@pytest.fixture
def irc(lan1, lan2, wan, hosts_file):
    network = Network(wan)
    yield network
    network.stop()


@pytest.fixture
def moves(router, lan1):
    """A function that takes lan1's cable away, and gives it back when it has another address."""
    def change(old, new):
        lan1.ip_commands("address del %s/24 dev eth0" % old, "address add %s/24 dev eth0" % new,
                         "route replace default via %s" % router.lan_ip)

    def move(meanwhile):
        router.ip_commands("link set lan1 down")
        change(lan1.ip, ELSEWHERE)
        meanwhile()
        router.ip_commands("link set lan1 up")

    yield move
    change(ELSEWHERE, lan1.ip)


def test_two_users(router, lan1, lan2, irc):
    """The one who has just connected is asked; with `first`, a host that knows nothing of it."""
    for host in (lan1, lan2):
        irc.run_identd(host)
    for owner, bob in (("last", "bob"), ("first", "~bobby")):
        router.load(RULE.replace("last", owner), DNAT, IN)
        clients = [irc.come(lan1, "ally"), irc.come(lan2, "bobby")]
        assert [client.user for client in clients] == ["alice", bob]
        for client in clients:
            client.say(":QUIT")
            client.wait()


def test_a_host_that_comes_back_with_another_address(router, lan1, irc, moves):
    """It has lost its cable, and nobody has heard of its connection's end."""
    router.load(RULE, DNAT, IN)
    irc.run_identd(lan1)
    gone = irc.come(lan1, "ally")
    assert gone.user == "alice"
    moves(gone.stop)
    assert irc.come(lan1, "ally2").user == "alice"
    assert set(router.owners()) == {lan1.ip, ELSEWHERE}
    assert router.owners(state="open") == [ELSEWHERE]
