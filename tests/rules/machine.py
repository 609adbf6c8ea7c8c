# SPDX-License-Identifier: GPL-2.0
"""Debian's own systemd, booted as the first process of a router, on a disk that outlives reboots.

The guest's first process is the harness'. So this one gets what a machine has: a root file system
(the guest's, with a layer over it that takes what is written), processes, mounts, control groups
and a boot id of its own; and the router's network namespace. Kernel and clock are the guest's.
"""

import os
import shutil
import subprocess
import uuid

from hosts import CommandFailed, wait_until
from procfile import write
from router import TABLES, loaded

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Services that would change the guest's kernel or hardware, or wait for people.
MASKED = """
dbus.service dbus.socket dev-hugepages.mount dev-mqueue.mount getty.target
kmod-static-nodes.service modprobe@.service
proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount sys-kernel-config.mount
sys-kernel-debug.mount sys-kernel-tracing.mount systemd-binfmt.service systemd-logind.service
systemd-modules-load.service systemd-random-seed.service systemd-remount-fs.service
systemd-sysctl.service systemd-sysusers.service systemd-journal-flush.service
systemd-tmpfiles-setup-dev.service systemd-tmpfiles-setup.service systemd-udevd.service
systemd-udev-trigger.service systemd-update-utmp.service systemd-update-utmp-runlevel.service
systemd-user-sessions.service""".split()
# They make units of the kernel's command line, of partitions and the like, as here are none.
GENERATORS = "/usr/lib/systemd/system-generators"

NO_RULES = "".join("*%s\n%sCOMMIT\n" % (table, "".join(":%s ACCEPT [0:0]\n" % chain
                                                       for chain in chains))
                   for table, chains in TABLES.items())

# Control groups first: the new namespace of these begins where the process is then.
START = r"""
mount -t cgroup2 cgroup2 "$1/groups"
mkdir -p "$1/groups/machine"
echo $$ >"$1/groups/machine/cgroup.procs"
exec unshare --cgroup --pid --fork --kill-child --uts --ipc --mount sh -ec '
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for node in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
    mknod -m 666 "dev/${node% *}" c 1 "${node#* }"
done
ln -s /proc/self/fd dev/fd
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount --bind "$1/boot_id" proc/sys/kernel/random/boot_id
exec env -i container=test PATH="$2" chroot . /lib/systemd/systemd --system
' sh "$1" "$2"
"""


def forget(router):
    """What a kernel that boots has of rules, connections and open ports: nothing."""
    for family, tool in ((4, "iptables"), (6, "ip6tables")):
        # The end of the test puts both families in order.
        router.tool("iptables", family)
        router.run("/usr/sbin/%s-legacy-restore" % tool, stdin=NO_RULES)
    router.run("/usr/sbin/nft", "flush ruleset")
    router.conntrack("-F")
    if loaded():
        write(router, "/\n")


def service(unit):
    return unit if "." in unit else unit + ".service"


def on_every_cpu():
    """The lab keeps its packets in order by one CPU; a machine has them all."""
    os.sched_setaffinity(0, range(os.cpu_count()))


class Machine:
    def __init__(self, router, directory, lower="/"):
        self.router = router
        self._directory = str(directory)
        self.root = os.path.join(self._directory, "root")
        for name in ("root", "upper", "work", "groups"):
            os.mkdir(os.path.join(self._directory, name))
        subprocess.run(["mount", "-t", "overlay", "overlay", self.root, "-o",
                        "lowerdir=%s,upperdir=%s/upper,workdir=%s/work"
                        % (lower, self._directory, self._directory)], check=True)
        self._process = self._first = None
        self._started = []
        units = self.root + "/etc/systemd/system"
        for name in os.listdir(units):
            if name.endswith(".wants"):
                shutil.rmtree(os.path.join(units, name))
        for name in MASKED:
            os.symlink("/dev/null", os.path.join(units, name))
        shutil.rmtree(self.root + GENERATORS)
        os.symlink("/lib/systemd/system/multi-user.target", units + "/default.target")
        for family, prefix in ((4, "iptables"), (6, "ip6tables")):
            for name in ("iptables", "iptables-save", "iptables-restore"):
                self.link("/etc/alternatives/" + name.replace("iptables", prefix),
                          router.tool(name, family))
        # One without it has its first boot, which enables what Debian would.
        self.write("/etc/machine-id", uuid.uuid4().hex + "\n")
        self.write("/etc/hostname", "router\n")

    def close(self):
        if self._process:
            self._process.kill()
            self._process.wait()
        subprocess.run(["umount", self.root], check=True)

    # --- its disk

    def write(self, path, text, mode=0o644):
        path = self.root + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    def edit(self, path, *changes, mode=0o644):
        """Replace texts that are there."""
        with open(self.root + path) as file:
            text = file.read()
        for old, new in changes:
            assert old in text, (path, old)
            text = text.replace(old, new)
        self.write(path, text, mode)

    def link(self, path, target):
        """Make a symbolic link, in place of another one."""
        os.unlink(self.root + path)
        os.symlink(target, self.root + path)

    # --- its life

    def boot(self, seconds=60):
        """Switch it on, and wait until it has started what is enabled."""
        forget(self.router)
        with open(self._directory + "/boot_id", "w") as file:
            file.write("%s\n" % uuid.uuid4())
        with self.router:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-ec", START, "sh",
                 self._directory, PATH], stdin=subprocess.DEVNULL, preexec_fn=on_every_cpu)
        wait_until(self._is_booted, "systemd has booted", seconds)

    def _is_booted(self):
        assert self._process.poll() is None, "systemd has ended"
        found = subprocess.run(["pgrep", "-P", str(self._process.pid)], stdout=subprocess.PIPE,
                               universal_newlines=True).stdout.split()
        if not found:
            return False
        self._first = found[0]
        # As soon as systemd answers, this waits.
        state = self.ask("systemctl", "is-system-running", "--wait")
        return state in ("running", "degraded")

    def shut_down(self):
        """Stop all services in their order, and switch it off."""
        self.ask("systemctl", "poweroff")
        self._process.wait(120)
        self._process = None

    # --- commands

    def run(self, *argv):
        """A command in it; its output, or CommandFailed."""
        return self.router.run(*self._argv(argv))

    def ask(self, *argv):
        """What a command says on stdout, whether it fails or not."""
        with self.router:
            return subprocess.run(self._argv(argv), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  universal_newlines=True).stdout.strip()

    def _argv(self, argv):
        return ("nsenter", "--target", self._first, "--mount", "--pid", "--uts", "--ipc",
                "--cgroup", "--root", "--wd", "env", "-i", "PATH=" + PATH, "LC_ALL=C") + argv

    def systemctl(self, *arguments):
        """Its output; when it fails, the journal's end tells why."""
        try:
            return self.run("systemctl", *arguments)
        except CommandFailed as failed:
            raise AssertionError("%s\n%s" % (failed, self.ask(
                "journalctl", "--boot", "--output=cat", "--no-pager", "--lines=40")))

    def systemctl_offline(self, *arguments):
        """What needs no running systemd: enable, disable, mask."""
        subprocess.run(["systemctl", "--quiet", "--root", self.root] + list(arguments), check=True)

    def enable(self, *units):
        self.systemctl_offline("enable", *units)

    def unmask(self, *units):
        for unit in units:
            os.unlink(os.path.join(self.root + "/etc/systemd/system", unit))

    def start(self, *units):
        """Start them in one transaction, in which systemd orders them as at boot."""
        self._started += units
        # systemctl makes a transaction for each unit that it is given.
        self.write("/etc/systemd/system/started.target",
                   "[Unit]\nWants=%s\nAfter=%s\n" % ((" ".join(map(service, units)),) * 2))
        self.systemctl("daemon-reload")
        self.systemctl("start", "started.target")

    def stop_all(self):
        """Stop what was started, as if it had never been."""
        self.ask("systemctl", "stop", "started.target", *self._started)
        self.ask("systemctl", "reset-failed")
        self._started.clear()

    def is_active(self, unit):
        return self.ask("systemctl", "is-active", unit)

    def is_idle(self):
        """Whether systemd has started and stopped all that it was asked to."""
        return self.ask("systemctl", "list-jobs") == "No jobs running."

    def said(self, unit):
        """What the journal has of the unit's own processes since it was started last."""
        started = self.ask("systemctl", "show", "--property=InvocationID", "--value", unit)
        return self.ask("journalctl", "--boot", "--output=cat", "--no-pager",
                        "_SYSTEMD_UNIT=%s.service" % unit,
                        "_SYSTEMD_INVOCATION_ID=" + started).splitlines()
