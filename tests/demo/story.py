#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What `make demo` shows: an IRC server asks a LAN host for its user's name.

Runs in the guest. Each claim is checked; the first one that does not hold ends
the story. tests/programs/test_demo.py tells it to nobody, on both backends.
"""

import argparse
import contextlib
import os
import pwd
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "net"), os.path.join(HERE, "..", "programs")]

from hosts import wait_until  # noqa: E402 (needs the path above)
from lab import WAN2, Lab  # noqa: E402
from program import Program, listens_to_events  # noqa: E402
from screen import Screen, Wrong  # noqa: E402

PICTURE = """
   laptop           desktop                              IRC server   stranger
   192.168.1.10     192.168.1.11                        198.51.100.7  198.51.100.8
      |                |                                      |          |
      +--- br-lan -----+------ [ the router ] ------ wan -----+----------+
                          192.168.1.1   198.51.100.1
"""

# The programs ask who calls; without an answer they wait for a name server.
NAMES = """
192.168.1.10 laptop.home.example
192.168.1.11 desktop.home.example
198.51.100.1 router.home.example
198.51.100.7 irc.example.net
198.51.100.8 stranger.example.com
"""

NGIRCD = """
[Global]
Name = irc.example.net
Info = An IRC server
AdminEMail = admin@example.net
Listen = 198.51.100.7
Ports = 6667
ServerUID = irc
ServerGID = irc
[Options]
DNS = yes
Ident = yes
PAM = no
"""
NGIRCD_CONF = "/run/demo-ngircd.conf"

SESSION = "--trigger-session --trigger-peer host --trigger-owner last"
TIMEOUT = "--trigger-timeout 5"
OUT = ("FORWARD -i br-lan -o wan -p tcp -j TRIGGER --trigger-type out"
       " --trigger-match 6660-6669,6697 --trigger-relate tcp:113 ")
DNAT = "PREROUTING -i wan -j TRIGGER --trigger-type dnat"
IN = "FORWARD -i wan -j TRIGGER --trigger-type in"

REFUSED = "Connection refused"

# What an identd answers: who holds the connection between these ports?
QUESTION = "1024,6667"


class Story:
    def __init__(self, lab, screen):
        self.lab = lab
        self.router, self.laptop, self.desktop, self.server = lab.hosts
        self.screen = screen
        self.programs = []

    def tell(self):
        try:
            self.the_scene()
            self.without_rules()
            self.three_rules()
            self.with_rules()
            self.while_it_is_open()
            self.everything_else_is_closed()
            self.after_the_session()
            self.with_a_timeout()
        finally:
            for program in reversed(self.programs):
                program.stop()

    # --- the steps

    def the_scene(self):
        self.screen.title("Port triggering: the router opens a port while it is needed")
        self.screen.picture(PICTURE)
        self.screen.step("The scene", """
            A router with a firewall. Behind it are Alice's laptop and a desktop. On the
            Internet is an IRC server. It asks the host of each new user for the user's name: it
            connects back to port 113 (ident). The laptop runs a program that answers.""")
        prepare_guest()
        # Ident's connections end at once; conntrack is to show them a little longer.
        self.router.set("net.netfilter.nf_conntrack_tcp_timeout_close", 120)
        self.router.load()
        self.ngircd = self.start("server#", self.server, "/usr/sbin/ngircd", "--nodaemon",
                                 "--config", NGIRCD_CONF)
        self.ngircd.expect("Server .* ready")
        self.start("laptop#", self.laptop, "/usr/sbin/oidentd", "--foreground", "--nosyslog",
                   "--user", "nobody", "--group", "nogroup")
        self.screen.words("""
            The laptop answers on two more ports, so that a refusal can only come from the
            router. The desktop can use all three.""")
        self.start("laptop#", self.laptop, "/usr/bin/socat", "tcp4-listen:8080,fork", "exec:cat")
        self.start("laptop#", self.laptop, "/usr/bin/socat", "udp4-listen:113,fork", "exec:cat")
        for where in ("tcp:113", "tcp:8080", "udp:113"):
            self.wait_for_service(where)
            said = self.call("desktop$", self.desktop, where, self.laptop.ip)
            self.screen.check(REFUSED not in said, "the laptop answers the desktop on " + where)

    def without_rules(self):
        self.screen.step("Without port triggering", """
            Alice goes on IRC with the nickname "ally". The server connects back to port 113. It
            reaches the router, where nobody answers.""")
        alice = self.alice_comes()
        self.screen.check(self.asked() == "no result", "the server's ident lookup fails")
        self.screen.check(self.user_of(alice) == "~ally",
                          "the server shows what she claims, with a ~ for \"not confirmed\"")
        self.alice_leaves(alice)

    def three_rules(self):
        self.screen.step("Three rules", """
            The first rule opens a port: when a LAN host connects to an IRC port (6660 to 6669, or
            6697 for TLS), tcp port 113 opens to that host, for the server that it contacted, as
            long as the connection lives. If several hosts do this, the last one gets the port,
            because the server asks right away. The second rule sends inbound connections to the
            host that has the port open. The third rule accepts them. The first rule loads the
            kernel module.""")
        self.iptables("-V")
        self.iptables("-I " + OUT + SESSION)
        self.iptables("-t nat -A " + DNAT)
        self.iptables("-I " + IN)
        self.screen.words("Nothing has triggered yet, and nothing is open:")
        self.list()
        self.screen.check(not self.router.triggers(), "the list of active triggers is empty")
        self.refused("server$", "tcp:113", "the server is refused on tcp:113")
        self.screen.words("From now on another terminal says what opens and closes.")
        self.monitor = self.start("router#", self.router, "/usr/sbin/xt-trigger", "monitor")
        wait_until(lambda: listens_to_events(self.router), "the monitor listens")

    def with_rules(self):
        self.screen.step("With port triggering", "Alice goes on IRC again, the same way.")
        self.alice = self.alice_comes()
        self.screen.check(self.asked() == '"alice"', "the server's ident lookup finds her")
        self.screen.check(self.user_of(self.alice) == "alice",
                          "the server shows her login name, as the laptop has told it")

    def while_it_is_open(self):
        self.screen.step("While it is open", """
            The router shows which host has which port open, for which peer, until when, and how
            many connections came in.""")
        self.list()
        trigger = self.router.trigger()
        self.screen.check(trigger.owner == self.laptop.ip and trigger.open == "tcp:113",
                          "tcp:113 is open to the laptop")
        self.screen.check(trigger.peer == self.server.ip, "only the IRC server may use it")
        self.screen.check(trigger.session == 1 and trigger.hits == 1,
                          "one session keeps it open, one connection has come in")
        self.screen.words("""
            For conntrack the inbound connection is an ordinary one: from the server to the
            router, with replies from the laptop.""")
        shown = self.show("router#", self.router, "/usr/sbin/conntrack", "-L", "-p", "tcp",
                          "--dport", "113")
        self.screen.check(re.search(r"src=%s dst=%s .* src=%s dst=%s " % (
            self.server.ip, self.router.ip, self.laptop.ip, self.server.ip), shown),
            "it reached the laptop")

    def everything_else_is_closed(self):
        self.screen.step("Everything else stays closed", """
            The server can connect again, but to this port and by this protocol only. Other
            hosts cannot connect.""")
        said = self.call("server$", self.server, "tcp:113", self.router.ip)
        self.screen.check(REFUSED not in said, "the server is answered on tcp:113")
        self.refused("server$", "tcp:8080", "another port is closed: tcp:8080")
        self.refused("server$", "udp:113", "another protocol is closed: udp:113")
        self.refused("stranger$", "tcp:113", "another host is refused on tcp:113", src=WAN2)

    def after_the_session(self):
        self.screen.step("After the session", """
            Alice leaves. When her connection to the server ends, the port closes.""")
        self.alice_leaves(self.alice)
        wait_until(lambda: not self.router.triggers(), "closed with its session")
        self.list()
        self.screen.check(not self.router.triggers(), "the list is empty again")
        self.screen.words("The other terminal says:")
        self.monitor.expect("closed .*\n")
        self.screen.output(self.monitor.output)
        self.screen.check(re.fullmatch(r".* opened .*113.*\n.* closed .*113.* \(ended\)\n",
                                       self.monitor.output),
                          "it opened once, and closed because the session ended")
        self.monitor.stop()
        self.refused("server$", "tcp:113", "the server is refused on tcp:113")

    def with_a_timeout(self):
        self.screen.step("Or: closed by a timeout", """
            A rule can also close the port some time after the last packet of the host: 5
            seconds here, 10 minutes if the rule does not say.""")
        self.iptables("-D " + OUT + SESSION)
        self.iptables("-I " + OUT + TIMEOUT)
        alice = self.alice_comes()
        self.user_of(alice)
        self.list()
        self.screen.check(self.router.trigger().timeout == 5, "open, and the time runs")
        self.screen.words("Alice falls silent, and the time passes ...")
        wait_until(lambda: not self.router.triggers(), "closed by its timeout", 10)
        self.list()
        self.screen.check(not self.router.triggers(), "closed, though she is still on IRC")
        self.refused("server$", "tcp:113", "the server is refused on tcp:113")
        self.screen.words("Her IRC connection is still there. Her next message opens it again.")
        self.screen.check(self.user_of(alice) == "alice", "she is still on IRC")
        self.list()
        self.screen.check(self.router.trigger().owner == self.laptop.ip, "open again")
        self.alice_leaves(alice)

    # --- Alice

    def alice_comes(self):
        self.logged = len(self.ngircd.output)
        alice = self.start("alice@laptop$", self.laptop, "/usr/bin/sic", "-h", self.server.ip,
                           "-p", "6667", "-n", "ally", user="alice")
        alice.expect(r" (422|376) \(ally\)", 20)
        return alice

    def asked(self):
        """The server's log of its ident lookup; what it says came of it."""
        self.ngircd.expect("(?s).{%d}.*IDENT lookup.*\n" % self.logged)
        self.screen.words("The server's log:")
        lines = [line.split("] ", 1)[1] for line in self.ngircd.output[self.logged:].split("\n")
                 if re.search("Accepted|IDENT|registered", line)]
        self.screen.output("\n".join(lines))
        return re.search('IDENT lookup for connection [0-9]+: (.*?)[.]?$',
                         "\n".join(lines), re.MULTILINE).group(1)

    def user_of(self, alice):
        """Asks the server by Alice's client who ally is; the user it names."""
        before = alice.output
        self.screen.command("alice@laptop (typing)>", ":WHOIS ally")
        alice.say(":WHOIS ally")
        alice.expect("(?s).{%d}.* 318 .*\n" % len(before))
        line = re.search(r".* 311 \(ally ally (\S+) .*", alice.output[len(before):])
        self.screen.output(line.group(0))
        return line.group(1)

    def alice_leaves(self, alice):
        self.screen.command("alice@laptop (typing)>", ":QUIT")
        alice.say(":QUIT")
        alice.wait()

    # --- commands, shown as they run

    def start(self, where, host, path, *argv, user=None):
        self.screen.command(where, (os.path.basename(path),) + argv)
        program = Program(host, path, *argv, user=user)
        self.programs.append(program)
        return program

    def show(self, where, host, path, *argv):
        """Run a command and show what it says."""
        self.screen.command(where, (os.path.basename(path),) + argv)
        text = host.run(path, *argv)
        self.screen.output(text)
        return text

    def iptables(self, arguments):
        self.screen.command("router#", "iptables " + arguments)
        self.screen.output(self.router.iptables(arguments))

    def list(self):
        self.screen.command("router#", "xt-trigger")
        self.screen.output(self.router.run("/usr/bin/env", "COLUMNS=76", "/usr/sbin/xt-trigger"))

    def wait_for_service(self, where):
        """Until the laptop listens there: a program needs a moment to start."""
        protocol, port = where.split(":")
        listening = ":%04X 00000000:0000 " % int(port)
        wait_until(lambda: listening in self.laptop.read("/proc/net/" + protocol),
                   "the laptop listens on " + where)

    def call(self, where, host, port, address, src=None):
        """Ask a port and wait for an answer or a refusal; what came."""
        target = port.replace(":", ":%s:" % address) + (",bind=" + src if src else "")
        self.screen.command(where, "echo %s | socat - %s" % (QUESTION, target))
        with Program(host, "/usr/bin/socat", "-", target) as socat:
            # A refusal may come before the question is written.
            with contextlib.suppress(BrokenPipeError):
                socat.say(QUESTION)
            # An answer, or the error with which socat ends.
            socat.expect("\n")
            self.screen.output(socat.output)
            return socat.output

    def refused(self, where, port, claim, src=None):
        said = self.call(where, self.server, port, self.router.ip, src)
        self.screen.check(REFUSED in said, claim)


def prepare_guest():
    """Alice's account, everybody's name, and the server's configuration."""
    try:
        pwd.getpwnam("alice")
    except KeyError:
        subprocess.run(["/usr/sbin/useradd", "--no-create-home", "alice"], check=True)
    with open(NGIRCD_CONF, "w") as file:
        file.write(NGIRCD)
    with open("/etc/hosts", "r+") as file:
        if NAMES not in file.read():
            file.write(NAMES)


def tell(lab, screen):
    Story(lab, screen).tell()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--colour", action="store_true", help="for a terminal")
    options = parser.parse_args()
    screen = Screen(options.colour)
    lab = Lab("nft")
    try:
        tell(lab, screen)
        lab.reset()
    except Wrong as wrong:
        screen.verdict("The demo failed: it is not true that %s." % wrong, good=False)
        return 1
    except Exception as error:
        screen.verdict("The demo failed: %s" % error, good=False)
        return 1
    finally:
        lab.destroy()
    screen.verdict("The demo worked: all %d checks hold." % screen.checks, good=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
