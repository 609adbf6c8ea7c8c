#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""In a guest: the lab's router with its Cockpit, and hosts that do what a test asks for.

The guest's one network card becomes the router's own, a network for its administrator: at port
9090, Cockpit serves the page without a login; at 9091 this program takes commands, one a line in
JSON, and answers each with a line. `ready` on standard output says that both are there.
"""

import json
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../../net"))

from hosts import wait_until  # noqa: E402
from lab import Lab  # noqa: E402
from router import MODULE, loaded  # noqa: E402

# What QEMU's user network has for its first guest.
ADDRESS = "10.0.2.15/24"
CONF = "/etc/xt-trigger.conf"
LEASES = "/var/lib/misc/dnsmasq.leases"
CONSOLE = ("/usr/lib/cockpit/cockpit-ws", "--no-tls", "-p", "9090",
           "--local-session=/usr/bin/cockpit-bridge")


class World:
    """What tests may ask for: each public method is a command."""

    def __init__(self, lab):
        self._lab = lab
        self._flows = {}

    def reset(self, conf):
        """A router that has just booted, with this file."""
        self._lab.router.run("/usr/sbin/xt-trigger", "rules", "remove")
        self.firewall("")
        self._flows.clear()
        self._lab.reset()
        if loaded():
            wait_until(self._unloads, "the module is unloaded")
        with open(CONF, "w") as file:
            file.write(conf)
        self.lease("")

    @staticmethod
    def _unloads():
        return subprocess.run(["/sbin/rmmod", MODULE], stderr=subprocess.DEVNULL).returncode == 0

    def lease(self, line):
        """What dnsmasq knows of its clients."""
        os.makedirs(os.path.dirname(LEASES), exist_ok=True)
        with open(LEASES, "w") as file:
            file.write(line + "\n")

    def conf(self):
        with open(CONF) as file:
            return file.read()

    def firewall(self, chains):
        """A native firewall of the router, loaded now; without chains: none."""
        table = "table inet firewall"
        self._lab.router.nft("%s\ndelete %s\n" % (table, table) +
                             (chains and "%s {%s\n}\n" % (table, chains)))

    def connect(self, host, where, dst=None):
        """A LAN host connects to a port of the Internet."""
        self._flows[host, where] = getattr(self._lab, host).connect(where, dst=dst)

    def hang_up(self, host, where):
        self._flows.pop((host, where)).close()

    def answers(self, where, dst=None):
        """Which LAN host a new connection of the remote host reaches, or null.

        It goes to the router, unless `dst` says otherwise.
        """
        return self._lab.wan.who_answers(where, dst=dst)

    def triggers(self):
        """How many are open, by the proc file."""
        return len(self._lab.router.triggers())


def serve(world, listener):
    """Do what is asked for, until whoever asks says that it is the end."""
    while True:
        connection, _ = listener.accept()
        with connection.makefile("rw") as lines:
            for line in lines:
                command, *arguments = json.loads(line)
                if command == "end":
                    return
                try:
                    answer = {"result": getattr(world, command)(*arguments)}
                except Exception as error:
                    answer = {"error": repr(error)}
                lines.write(json.dumps(answer) + "\n")
                lines.flush()


def plug_in(router):
    subprocess.run(["/sbin/modprobe", "virtio_net"], check=True)
    wait_until(lambda: os.path.exists("/sys/class/net/eth0"), "the guest has a network card")
    subprocess.run(["/sbin/ip", "link", "set", "eth0", "netns", router.path], check=True)
    router.ip_commands("link set eth0 up", "address add %s dev eth0" % ADDRESS)


def start_console(router):
    everywhere = range(os.cpu_count())
    with router:
        # Of the CPUs, the lab keeps this process to one.
        console = subprocess.Popen(CONSOLE, env=dict(os.environ, XDG_RUNTIME_DIR="/run"),
                                   preexec_fn=lambda: os.sched_setaffinity(0, everywhere))
    wait_until(lambda: _serves(router, 9090), "Cockpit serves", 60)
    return console


def _serves(host, port):
    try:
        with host, socket.create_connection(("127.0.0.1", port)):
            return True
    except ConnectionRefusedError:
        return False


def main():
    lab = Lab("nft")
    plug_in(lab.router)
    console = start_console(lab.router)
    with lab.router:
        listener = socket.create_server(("0.0.0.0", 9091))
    print("ready", flush=True)
    serve(World(lab), listener)
    console.terminate()
    console.wait()
    lab.reset()
    lab.destroy()


if __name__ == "__main__":
    main()
