# SPDX-License-Identifier: GPL-2.0
"""Record the packets that pass a host, while a test runs."""

import contextlib
import os
import re
import socket
import subprocess

from hosts import wait_until


@contextlib.contextmanager
def packets(host, path):
    """Write all packets of a host to PATH.pcap, and a line for each to PATH.txt."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".txt", "w") as lines, open(path + ".err", "w") as errors, host:
        tcpdump = subprocess.Popen(
            ["/usr/bin/tcpdump", "-Z", "root", "-n", "-i", "any", "--immediate-mode", "-U",
             "-w", path + ".pcap", "--print", "-l"], stdout=lines, stderr=errors)
    try:
        wait_until(lambda: "listening on" in read(path + ".err"), "tcpdump listens")
        yield
        finish(host, path)
    finally:
        tcpdump.terminate()
        tcpdump.wait()
        os.unlink(path + ".err")


def finish(host, path):
    """Wait until everything is written: a last packet, to the host itself, is the sign.

    It is sent again until it is seen: a capture may drop one on a busy machine.
    """
    with host:
        last = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with last:
        last.bind(("127.0.0.1", 0))
        sign = "127.0.0.1.%d > 127.0.0.1.9: " % last.getsockname()[1]

        def seen():
            last.sendto(b"the end", ("127.0.0.1", 9))
            return sign in read(path + ".txt")

        wait_until(seen, "tcpdump writes the last packet")


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


def file_name(test):
    """A test's name as a file's: tests/net/test_main.py::test_x[nft] -> net.test_main.test_x-nft"""
    name = re.sub(r"^tests/|\.py(?=::)", "", test).replace("::", ".").replace("/", ".")
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
