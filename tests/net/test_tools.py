# SPDX-License-Identifier: GPL-2.0
"""What helps to look at a test: the capture of its packets, and the shell in the lab."""

import os
import re
import subprocess

import capture

SHELL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shell.py")


def test_capture(router, lan1, wan, tmp_path):
    """Every packet is there, on both sides of the router, when the capture ends."""
    path = str(tmp_path / "packets" / "some-test")
    with capture.packets(router, path):
        flow = lan1.connect("tcp:6667")
    lines = capture.read(path + ".txt")
    for source in (lan1.ip, router.ip):
        assert re.search(r"IP %s\.\d+ > %s\.6667: Flags \[S\]" % (source, wan.ip), lines)
    assert os.path.getsize(path + ".pcap") > 24
    assert sorted(os.listdir(tmp_path / "packets")) == ["some-test.pcap", "some-test.txt"]
    flow.close()


def test_names_of_captures():
    """A test's name becomes one that every tool takes."""
    assert capture.file_name("tests/net/test_in.py::test_place[nft-nat PREROUTING]") == \
        "net.test_in.test_place-nft-nat-PREROUTING"


def test_shell(router):
    """It stands in the router, knows the hosts by their names, and leaves nothing behind."""
    commands = "\n".join(("ip -o link show br-lan", "iptables -V", "iptables -S FORWARD",
                          "ip netns exec lan1 ping -c 1 -W 10 198.51.100.7"))
    done = subprocess.run(["/usr/bin/python3", SHELL, router.backend], input=commands, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    backend = "legacy" if router.backend == "legacy" else "nf_tables"
    for wanted in ("br-lan: <", "(%s)" % backend, "-P FORWARD DROP", "1 received"):
        assert wanted in done.stdout, done.stdout
    assert os.listdir("/run/netns") == []
