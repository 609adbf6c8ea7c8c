# SPDX-License-Identifier: GPL-2.0
"""Two routers that share their addresses, with the programs of docs/two-routers.md.

                  +-- br-lan [first]  wan --+
    lan1 -- lan --+              sync       +-- world -- wan
                  +-- br-lan [second] wan --+

Each router is a network namespace with a mount namespace: it has files of its own where the
page has files. What the page tells the reader to type is what is run here.
"""

import os
import re
import signal
import subprocess
import time

import pages
from hosts import Host, Namespace, wait_until
from lab import FORWARDING, OTHER_OWNERS, SYSCTLS
from program import Program
from router import DNAT, IN, Router, out, parse_line

PAGE = pages.Page("docs/two-routers.md")
RECEIVED = "/var/lib/xt-trigger/pair/state"
EXAMPLES = os.path.join(pages.PROJECT, "packaging", "pair")

WAN_IP = "198.51.100.1"
LAN_IP = "192.168.1.1"
SNAT = PAGE.rules("Rules")[0].replace("-t nat ", "")

IRC = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session --trigger-peer host")
FTP = out("--trigger-match 21 --trigger-relate tcp:1024-65535 --trigger-session "
          "--trigger-peer host")
GAME = out("--trigger-match 3000 --trigger-relate udp:5000 --trigger-timeout 600")

# ssh's keys and Python programs take their time on a machine that is emulated and busy.
PATIENCE = 60

# Where the router's own files lie, hidden from the other one.
OWN = ("/run", "/etc/keepalived", "/etc/conntrackd", "/etc/xt-trigger", "/var/lib/xt-trigger",
       "/root/.ssh", "/usr/local/bin")

# What systemd would do for the one unit that the routers start and stop by themselves.
SYSTEMCTL = """#!/bin/sh
case $1 in
start) ! [ -e /run/unit.pid ] || exit 0
  mkdir -p /run/xt-trigger
  %s >>/run/unit.log 2>&1 9>&- & echo $! >/run/unit.pid ;;
stop) ! [ -e /run/unit.pid ] || { kill "$(cat /run/unit.pid)"; rm /run/unit.pid; } ;;
esac
"""


def MISSING():
    """What the page needs and this suite has not, or None."""
    if not os.path.exists("/usr/bin/rrsync"):
        return "this suite's rsync has no rrsync in the path"
    return None


def example(name):
    with open(os.path.join(EXAMPLES, name)) as file:
        return file.read()


class Member(Router):
    """One of the two; number is 1 or 2."""

    def __init__(self, backend, name, number):
        super().__init__(backend, WAN_IP, "2001:db8:2::1")
        self.name = name
        self.number = number
        self.link_ip = "10.0.0.%d" % number
        script = "".join("mkdir -p %s; mount -t tmpfs -o mode=755 tmpfs %s; " % (path, path)
                         for path in OWN)
        with self:
            self._holder = subprocess.Popen(
                ("/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-ec",
                 script + "mkdir /run/lock /run/sshd; echo; exec sleep infinity"),
                stdout=subprocess.PIPE)
        assert self._holder.stdout.read(1) == b"\n"
        self.programs = {}

    def inside(self, *argv):
        """The command line that runs in the router's mount namespace as well."""
        return ("/usr/bin/nsenter", "--mount=/proc/%d/ns/mnt" % self._holder.pid, "--") + argv

    def run(self, *argv, stdin=""):
        return super().run(*self.inside(*argv), stdin=stdin)

    def write(self, path, text, mode=0o644):
        self.run("/bin/sh", "-ec", 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"', "sh", path,
                 "%o" % mode, stdin=text)

    def has(self, path):
        return self.run("/bin/sh", "-c", '[ ! -e "$1" ] || echo yes', "sh", path) == "yes\n"

    def start(self, *argv):
        self.programs[argv[0]] = Program(self, *self.inside(*argv))
        return self.programs[argv[0]]

    def stop(self):
        for program in self.programs.values():
            program.stop()
        self.programs.clear()
        self.run("/usr/local/bin/systemctl", "stop", "xt-trigger-pair")
        # ssh's connections outlive the programs that began them.
        self.signal(signal.SIGKILL)

    @property
    def is_primary(self):
        return WAN_IP in self.run("/sbin/ip", "-4", "address", "show", "dev", "wan")

    def signal(self, number, *names):
        """Send a signal to all processes of these names on the router; without a name, to all."""
        net = os.stat(self.path).st_ino
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/comm" % pid) as comm:
                    name = comm.read().strip()
                if os.stat("/proc/%s/ns/net" % pid).st_ino == net and int(pid) not in (
                        os.getpid(), self._holder.pid) and (name in names or not names):
                    os.kill(int(pid), number)
            except (FileNotFoundError, ProcessLookupError):
                pass

    def close(self):
        self._holder.kill()
        self._holder.wait()
        super().close()


class Pair:
    def __init__(self, backend):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.first = Member(backend, "first", 1)
        self.second = Member(backend, "second", 2)
        self.routers = (self.first, self.second)
        self.lan1 = Host("lan1", "192.168.1.10", "2001:db8:1::10")
        self.wan = Host("wan", "198.51.100.7", "2001:db8:2::7")
        self.switch = Namespace()
        self.hosts = (self.lan1, self.wan) + self.routers
        for host in self.hosts:
            host.others = [other for other in self.hosts if other is not host]
            for name, value in SYSCTLS:
                host.sysctl(name, value)
        self.lan1.target, self.wan.target = self.wan.ip, WAN_IP
        self._connect()
        self._prepare()

    def _connect(self):
        ports = [(self.lan1, "eth0", "lan"), (self.wan, "eth0", "world")]
        for router in self.routers:
            ports += [(router, "br-lan", "lan"), (router, "wan", "world"),
                      (router, "sync", "direct")]
        lines = ["link add %s type bridge" % name for name in ("lan", "world", "direct")]
        lines += ["link set %s up" % name for name in ("lan", "world", "direct")]
        for n, (host, device, bridge) in enumerate(ports):
            lines += ["link add p%d type veth peer name %s netns %s" % (n, device, host.path),
                      "link set p%d master %s up" % (n, bridge)]
        self.ports = {router: ["p%d" % n for n, (host, _, _) in enumerate(ports)
                               if host is router] for router in self.routers}
        self.switch.ip_commands(*lines)
        self.lan1.ip_commands("link set lo up", "link set eth0 up",
                              *("address add %s/24 dev eth0" % address
                                for address in [self.lan1.ip] + OTHER_OWNERS),
                              "route add default via %s" % LAN_IP)
        self.wan.ip_commands("link set lo up", "link set eth0 up",
                             "address add %s/24 dev eth0" % self.wan.ip)
        for router in self.routers:
            router.ip_commands(
                "link set lo up", "link set br-lan up", "link set wan up", "link set sync up",
                "address add 192.168.1.%d/24 dev br-lan" % (router.number + 1),
                "address add 198.51.100.%d/24 dev wan" % (router.number + 1),
                "address add %s/24 dev sync" % router.link_ip)
            for name, value in FORWARDING:
                router.sysctl(name, value)

    def _prepare(self):
        """The page's files and commands, on each router."""
        unit = re.search(r"^ExecStart=(.*)$", example("xt-trigger-pair.service"), re.M)[1]
        for router in self.routers:
            other = self.other(router)
            conntrackd = example("conntrackd.conf")
            keepalived = example("keepalived.conf")
            if router is self.second:
                conntrackd = swap(conntrackd, "10.0.0.1", "10.0.0.2")
                keepalived = keepalived.replace("priority 150", "priority 100") \
                                       .replace("router_id first", "router_id second")
            router.write("/etc/conntrackd/conntrackd.conf", conntrackd)
            router.write("/etc/keepalived/keepalived.conf", keepalived)
            with open("/usr/share/doc/conntrackd/examples/sync/primary-backup.sh") as file:
                router.write("/etc/conntrackd/primary-backup.sh", file.read(), 0o755)
            for name in ("role", "push"):
                router.write("/etc/xt-trigger/pair/" + name, example(name), 0o755)
            peer = PAGE.file("/etc/xt-trigger/pair/peer")
            router.write("/etc/xt-trigger/pair/peer", peer.replace("10.0.0.2", other.link_ip))
            router.write("/usr/local/bin/systemctl", SYSTEMCTL % unit, 0o755)
            router.write("/usr/local/bin/logger", "#!/bin/sh\ncat >>/run/log\n", 0o755)
            router.run("/bin/mkdir", "-p", "-m", "700", "/root/.ssh", "/var/lib/xt-trigger/pair")
            router.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                       "/etc/xt-trigger/pair/key")
            router.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                       "/run/host_key")
        for router in self.routers:
            other = self.other(router)
            key = other.run("/bin/cat", "/etc/xt-trigger/pair/key.pub")
            allowed = PAGE.file("/root/.ssh/authorized_keys").split(" ssh-ed25519 ")[0]
            router.write("/root/.ssh/authorized_keys", "%s %s" % (
                allowed.replace("10.0.0.1", other.link_ip), key), 0o600)
            host_key = other.run("/bin/cat", "/run/host_key.pub")
            router.write("/root/.ssh/known_hosts", "%s %s" % (other.link_ip, host_key), 0o600)
            router.load(IRC, FTP, GAME, DNAT, IN, nat=(SNAT,))

    def start(self):
        for router in self.routers:
            router.start("/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", "/run/host_key",
                         "-o", "ListenAddress=" + router.link_ip, "-o", "UsePAM=no")
            router.start("/usr/sbin/conntrackd", "-C", "/etc/conntrackd/conntrackd.conf")
            wait_until(lambda: router.has("/run/conntrackd.ctl"), "conntrackd listens")
        for router in self.routers:
            self.keepalive(router)
        self.wait_primary(self.first)

    def keepalive(self, router):
        router.start("/usr/sbin/keepalived", "--dont-fork", "--log-console", "--log-detail",
                     "--use-file", "/etc/keepalived/keepalived.conf")

    def other(self, router):
        return self.routers[2 - router.number]

    def wait_primary(self, router):
        """Wait until it has the addresses, and is done with what that means."""
        wait_until(lambda: router.is_primary, "the %s router has the addresses" % router.name,
                   PATIENCE)
        wait_until(lambda: router.has("/run/unit.pid"), "it says what is open", PATIENCE)

    def wait_told(self, router):
        """Wait until the other router has heard all that is open; the seconds that it took."""
        watch = Stopwatch()
        wait_until(lambda: self.told(router) == keys(router.triggers()),
                   "the other router knows what is open", PATIENCE)
        return watch.seconds

    def told(self, router):
        """What the other router was told is open there."""
        state = self.other(router).run("/bin/sh", "-c", "cat %s 2>/dev/null || :" % RECEIVED)
        return keys(parse_line(line) for line in state.splitlines() if line[0] != "#")

    def plug(self, router, up):
        """The router's cables, all of them."""
        self.switch.ip_commands(*("link set %s %s" % (port, "up" if up else "down")
                                  for port in self.ports[router]))

    def tell(self):
        """What the programs said and left, for whom a failure makes curious."""
        for router in self.routers:
            for name, program in router.programs.items():
                print("--- %s of the %s router:\n%s" % (name, router.name, program.output))
            print(router.run("/bin/sh", "-c", "tail -v -n 40 /run/log /run/unit.log "
                             "/run/xt-trigger/state /var/lib/xt-trigger/pair/* 2>&1; "
                             "cat /proc/net/xt_trigger; ip -4 address; "
                             "conntrack -L 2>&1; conntrackd -s"))

    def stop(self):
        for router in self.routers:
            router.signal(signal.SIGCONT, "keepalived", "conntrackd", "xt-trigger")
            self.plug(router, True)
            router.stop()
        for host in self.hosts:
            host.close_sockets()
        for router in self.routers:
            router.conntrack("-F")
            router.run("/bin/sh", "-c", "echo / >/proc/net/xt_trigger; rm -rf /run/xt-trigger "
                       "/run/*.lock /run/xt-trigger-role /run/log /run/unit.log "
                       "/var/lib/xt-trigger/pair/*")
            router.ip_commands("address flush dev wan", "address flush dev br-lan",
                               "address add 192.168.1.%d/24 dev br-lan" % (router.number + 1),
                               "address add 198.51.100.%d/24 dev wan" % (router.number + 1))

    def destroy(self):
        for host in self.hosts:
            host.close()
        self.switch.close()


def keys(triggers):
    """Which active triggers these are, whatever became of them."""
    return sorted((t.owner, t.open) for t in triggers)


def swap(text, one, other):
    return text.replace(one, "@").replace(other, one).replace("@", other)


class Stopwatch:
    """The seconds since it was made."""

    def __init__(self):
        self._start = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self._start
