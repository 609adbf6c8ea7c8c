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
import shutil
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
EXAMPLES = "/usr/share/doc/xt-trigger/examples/pair"

WAN_IP = "198.51.100.1"
LAN_IP = "192.168.1.1"
SNAT = PAGE.rules("Rules")[0].replace("-t nat ", "")

IRC = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session --trigger-peer host")
FTP = out("--trigger-match 21 --trigger-relate tcp:1024-65535 --trigger-session "
          "--trigger-peer host")
GAME = out("--trigger-match 3000 --trigger-relate udp:5000 --trigger-timeout 600")
# It opens the same, and whoever looks for the first rule that does finds this one.
OTHER_GAME = GAME.replace("3000", "3001")
LOAD = out("--trigger-match 4000 --trigger-relate udp:6000 --trigger-timeout 600")
RULES = (IRC, FTP, OTHER_GAME, GAME, LOAD)

# Who makes the load, beside the others.
MANY_OWNERS = ["192.168.1.%d" % n for n in range(100, 200)]

# ssh's keys and Python programs take their time on a machine that is emulated and busy.
PATIENCE = 90

# Where the router's own files lie, hidden from the other one.
OWN = ("/run", "/etc/keepalived", "/etc/conntrackd", "/etc/systemd/system", "/etc/xt-trigger",
       "/var/lib/xt-trigger", "/root", "/usr/local/bin")

# What systemd would do for the one unit that the routers start and stop by themselves.
SYSTEMCTL = """#!/bin/sh
case $1 in
start) ! [ -e /run/unit.pid ] || exit 0
  mkdir -p /run/xt-trigger
  setsid %s >>/run/unit.log 2>&1 9>&- & echo $! >/run/unit.pid ;;
stop) [ -e /run/unit.pid ] || exit 0
  group=$(cat /run/unit.pid)
  rm /run/unit.pid
  kill -- "-$group"
  timeout %s sh -c 'while kill -0 -- "-$1"; do sleep 0.1; done' sh "$group" 2>/dev/null
  kill -KILL -- "-$group" 2>/dev/null || : ;;
esac
"""


def MISSING():
    """What the page needs and this suite has not, or None."""
    if not os.path.exists("/usr/bin/rrsync"):
        return "this suite's rsync has no rrsync in the path"
    return None


def unit_setting(name):
    with open(os.path.join(EXAMPLES, "xt-trigger-pair.service")) as unit:
        return re.search(r"^%s=(.*)$" % name, unit.read(), re.M)[1]


class Member(Router):
    """One of the two; number is 1 or 2."""

    def __init__(self, backend, name, number):
        super().__init__(backend, WAN_IP, "2001:db8:2::1")
        self.name = name
        self.number = number
        self.link_ip = "10.0.0.%d" % number
        script = "".join("mkdir -p %s; mount -t tmpfs -o mode=700 tmpfs %s; " % (path, path)
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

    def type(self, *lines):
        """Type these lines into a shell."""
        self.run("/bin/sh", "-e", stdin="".join(line + "\n" for line in lines))

    def file(self, path):
        """Where one of the router's files is, for whom has all of them."""
        return "/proc/%d/root%s" % (self._holder.pid, path)

    def content(self, path):
        """What is in a file; nothing if it is not there."""
        try:
            with open(self.file(path)) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def write(self, path, text, mode=0o644):
        with open(self.file(path), "w") as file:
            file.write(text)
        os.chmod(self.file(path), mode)

    def change(self, path, *replacements):
        """Edit a file: in place of each text the other one."""
        text = self.content(path)
        for old, new in replacements:
            assert old in text, "%s has no %r" % (path, old)
            text = text.replace(old, new)
        self.write(path, text)

    def has(self, path):
        return os.path.exists(self.file(path))

    def start(self, *argv):
        self.programs[argv[0]] = Program(self, *self.inside(*argv))
        return self.programs[argv[0]]

    def stop(self):
        """Nothing runs on it any more, also of what its programs have left behind."""
        while self.signal(signal.SIGKILL):
            time.sleep(0.05)
        for program in self.programs.values():
            program.stop()
        self.programs.clear()

    @property
    def role(self):
        """What keepalived told last."""
        return self.content("/run/xt-trigger-role").strip()

    @property
    def is_primary(self):
        return "-- %s\n" % WAN_IP in self.read("/proc/net/fib_trie")

    def signal(self, number, *names):
        """Send a signal to all processes of these names on the router; without a name, to all.

        How many there are.
        """
        net, count = os.stat(self.path).st_ino, 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/comm" % pid) as comm:
                    name = comm.read().strip()
                if os.stat("/proc/%s/ns/net" % pid).st_ino == net and int(pid) not in (
                        os.getpid(), self._holder.pid) and (name in names or not names):
                    os.kill(int(pid), number)
                    count += 1
            except (FileNotFoundError, ProcessLookupError):
                pass
        return count

    def close(self):
        self._holder.kill()
        self._holder.wait()
        super().close()


class Pair:
    def __init__(self, backend):
        shutil.copytree(os.path.join(pages.PROJECT, "packaging", "pair"), EXAMPLES,
                        dirs_exist_ok=True)
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
                                for address in [self.lan1.ip] + OTHER_OWNERS + MANY_OWNERS),
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
        """What the page has its reader do, word by word, but for what systemd has a part in."""
        apt, *commands = PAGE.commands("The programs")
        packages = apt.replace("apt install ", "").split()
        for router in self.routers:
            router.run("/usr/bin/dpkg", "--status", *(set(packages) - {"xt-trigger"}))
            router.type(*commands)
        self.second.change("/etc/keepalived/keepalived.conf",
                           ("priority 150", "priority 100"),
                           ("router_id first", "router_id second"))
        self.second.change("/etc/conntrackd/conntrackd.conf",
                           ("10.0.0.1", "@"), ("10.0.0.2", "10.0.0.1"), ("@", "10.0.0.2"))
        *make_key, self._greet = PAGE.commands("The key")
        for router in self.routers:
            router.type(*make_key)
            router.write("/usr/local/bin/systemctl", SYSTEMCTL % (
                unit_setting("ExecStart"), unit_setting("TimeoutStopSec")), 0o755)
            router.write("/usr/local/bin/logger", "#!/bin/sh\ncat >>/run/log\n", 0o755)
            router.type("ssh-keygen -q -t ed25519 -N '' -f /run/host_key")
            router.load(*RULES, DNAT, IN, nat=(SNAT,))
        for router in self.routers:
            other = self.other(router)
            router.write("/etc/xt-trigger/pair/peer", PAGE.file("/etc/xt-trigger/pair/peer")
                         .replace("10.0.0.2", other.link_ip))
            allowed, _ = PAGE.file("/root/.ssh/authorized_keys").split("ssh-ed25519 AAAA")
            router.write("/root/.ssh/authorized_keys",
                         allowed.replace("10.0.0.1", other.link_ip)
                         + other.content("/etc/xt-trigger/pair/key.pub"))
        for router in self.routers:
            self.serve_ssh(router)
        for router in self.routers:
            self._say_yes(router)
        for router in self.routers:
            router.stop()
        assert PAGE.commands("Start") == ["systemctl daemon-reload",
                                          "systemctl restart conntrackd keepalived"]

    def _say_yes(self, router):
        """Make the first connection to the other router."""
        greet = self._greet.replace("10.0.0.2", self.other(router).link_ip)
        ssh = router.start("/usr/bin/script", "-qec", greet, "/dev/null")
        ssh.expect("Are you sure you want to continue connecting", PATIENCE)
        ssh.say("yes")
        assert ssh.wait(PATIENCE) == 0, ssh.output

    def start(self):
        """As the page ends; the first router is primary."""
        for router in self.routers:
            self.boot(router)
            if router is self.first:
                self.wait_primary(router)

    def boot(self, router):
        self.serve_ssh(router)
        router.start("/usr/sbin/conntrackd", "-C", "/etc/conntrackd/conntrackd.conf")
        wait_until(lambda: router.has("/run/conntrackd.ctl"), "conntrackd listens", PATIENCE)
        self.keepalive(router)

    @staticmethod
    def serve_ssh(router):
        router.start("/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", "/run/host_key",
                     "-o", "ListenAddress=" + router.link_ip, "-o", "UsePAM=no")

    def keepalive(self, router):
        """Start keepalived, and wait until it has told that the router is not primary."""
        router.start("/usr/sbin/keepalived", "--dont-fork", "--log-console", "--log-detail",
                     "--use-file", "/etc/keepalived/keepalived.conf")
        wait_until(lambda: router.role == "backup", "the %s router is there" % router.name,
                   PATIENCE)

    def other(self, router):
        return self.routers[2 - router.number]

    def wait_primary(self, router):
        """Wait until it has the addresses, and is done with what that means."""
        wait_until(lambda: router.is_primary, "the %s router has the addresses" % router.name,
                   PATIENCE)
        wait_until(lambda: router.role == "primary" and router.has("/run/unit.pid"),
                   "it says what is open", PATIENCE)

    def wait_told(self, router):
        """Wait until the other router has heard all that is open; the seconds that it took."""
        watch = Stopwatch()
        wait_until(lambda: keys(self.told(router)) == keys(router.triggers()),
                   "the other router knows what is open", PATIENCE)
        return watch.seconds

    def told(self, router):
        """What the other router was told is open there."""
        state = self.other(router).content(RECEIVED)
        return [parse_line(line) for line in state.splitlines() if line[0] != "#"]

    def plug(self, router, up):
        """The router's cables, all of them."""
        self.switch.ip_commands(*("link set %s %s" % (port, "up" if up else "down")
                                  for port in self.ports[router]))

    def tell(self):
        """What the programs said and left, for whom a failure makes curious."""
        for router in self.routers:
            # What stands still answers nobody.
            router.signal(signal.SIGCONT)
            for name, program in router.programs.items():
                print("--- %s of the %s router:\n%s" % (name, router.name, program.output))
            print(router.run("/bin/sh", "-c", "tail -v -n 40 /run/log /run/unit.log "
                             "/run/xt-trigger/state /var/lib/xt-trigger/pair/* 2>&1; "
                             "cat /proc/net/xt_trigger; ip -4 address; "
                             "conntrack -L 2>&1; conntrackd -s || :"))

    def stop(self):
        for router in self.routers:
            router.stop()
            self.plug(router, True)
        for host in self.hosts:
            host.close_sockets()
            host.restore()
        for router in self.routers:
            router.load(*RULES, DNAT, IN, nat=(SNAT,))
            self.clear(router)
            router.type("rm -f " + RECEIVED)

    @staticmethod
    def clear(router):
        """Only what would survive that the router is without power."""
        router.conntrack("-F")
        router.type("echo / >/proc/net/xt_trigger", "cd /run",
                    "rm -rf xt-trigger *.lock *.ctl xt-trigger-role log unit.*")
        router.ip_commands("address flush dev wan", "address flush dev br-lan",
                           "address add 192.168.1.%d/24 dev br-lan" % (router.number + 1),
                           "address add 198.51.100.%d/24 dev wan" % (router.number + 1))

    def destroy(self):
        for host in self.hosts:
            host.close()
        self.switch.close()


def keys(triggers):
    """Which active triggers these are, whatever became of them."""
    return sorted((t.owner, t.rule) for t in triggers)


class Stopwatch:
    """The seconds since it was made."""

    def __init__(self):
        self._start = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self._start
