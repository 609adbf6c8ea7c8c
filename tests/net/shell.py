#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A shell in the router of the lab of the tests: in a guest, python3 tests/net/shell.py [legacy]

The lab (lab.py) has its base rules; `ip netns exec HOST COMMAND` runs a command on another host.
"""

import os
import subprocess
import sys

import lab

BACKENDS = ("nft", "legacy")
NAMES = "/run/netns"
HELP = """You are on the router. `ip netns exec HOST COMMAND` runs a command on lan1, lan2 or wan.
iptables is iptables-%s. The base rules are loaded. `exit` takes the lab down.
"""


def name(host):
    """Let ip(8) know a host by its name."""
    path = os.path.join(NAMES, host.name)
    open(path, "w").close()
    subprocess.run(["/bin/mount", "--bind", host.path, path], check=True)


def forget(host):
    path = os.path.join(NAMES, host.name)
    subprocess.run(["/bin/umount", path], check=True)
    os.unlink(path)


def iptables(choice, backend=None):
    """Let iptables and ip6tables be those of a backend, or what they were."""
    for tool in ("iptables", "ip6tables"):
        path = ["/usr/sbin/%s-%s" % (tool, backend)] if backend else []
        subprocess.run(["/usr/bin/update-alternatives", "--quiet", choice, tool] + path,
                       check=True)


def main():
    backend = (sys.argv + [BACKENDS[0]])[1]
    if backend not in BACKENDS:
        sys.exit("usage: shell.py [%s]" % "|".join(BACKENDS))
    here = lab.Lab(backend)
    os.makedirs(NAMES, exist_ok=True)
    for host in here.hosts:
        name(host)
    iptables("--set", backend)
    print(lab.__doc__ + "\n" + HELP % backend, flush=True)
    try:
        with here.router:
            return subprocess.run(["/bin/bash"]).returncode
    finally:
        for host in here.hosts:
            forget(host)
        iptables("--auto")
        here.reset()
        here.destroy()


if __name__ == "__main__":
    sys.exit(main())
