# SPDX-License-Identifier: GPL-2.0
"""Active-mode FTP without conntrack's FTP helper: the server calls back to a high port."""

import ftplib
import io
import socket

import pytest

from hosts import wait_until
from program import Program
from recipes import RECIPES
from router import DNAT, IN

RULE, = RECIPES.rules("Active-mode FTP")

VSFTPD = """
listen=NO
listen_ipv6=YES
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=%(root)s
port_enable=YES
pasv_enable=NO
connect_from_port_20=YES
ftp_data_port=20
secure_chroot_dir=%(empty)s
"""


class ActiveFTP(ftplib.FTP):
    """Python's client, told what the world calls us, as other clients can be."""

    public = None

    def sendport(self, host, port):
        return super().sendport(self.public, port)


@pytest.fixture
def server(wan, tmp_path):
    """vsftpd with one file; anonymous users may have it."""
    root, empty = tmp_path / "ftp", tmp_path / "empty"
    for directory in (tmp_path, tmp_path.parent, root, empty):
        directory.mkdir(exist_ok=True)
        directory.chmod(0o755)
    (root / "news").write_text("good news\n")
    config = tmp_path / "vsftpd.conf"
    config.write_text(VSFTPD % {"root": root, "empty": empty})
    with Program(wan, "/usr/sbin/vsftpd", str(config)) as vsftpd:
        wait_until(lambda: ":0015 " in wan.read("/proc/net/tcp6"), "vsftpd listens")
        yield vsftpd


def fetch(host, router, server):
    """Fetch the file in active mode; the connection, if that worked, and the file."""
    data = io.BytesIO()
    with host:
        ftp = ActiveFTP(timeout=10)
        ftp.public = router.ip
        ftp.set_pasv(False)
        ftp.connect(server.ip)
        try:
            ftp.login()
            ftp.retrbinary("RETR news", data.write)
        except Exception:
            ftp.close()    # the rule of the next one would follow it
            raise
    return ftp, data.getvalue()


def test_active_mode(router, lan1, wan, server):
    """The server's data connection reaches the client, while it is logged in."""
    router.load()
    with pytest.raises((ftplib.error_temp, socket.timeout)) as refused:
        fetch(lan1, router, wan)
    assert "425" in str(refused.value)
    router.load(RULE, DNAT, IN)
    ftp, data = fetch(lan1, router, wan)
    assert data == b"good news\n"
    trigger = router.trigger()
    assert (trigger.owner, trigger.peer, trigger.hits) == (lan1.ip, wan.ip, 1)
    ftp.quit()
    router.wait_closed()


def test_active_mode_over_ipv6(router, lan1, wan, server, tmp_path):
    """Without NAT, `out` and `in` alone are enough, and any client does: tnftp."""
    got = tmp_path / "got"
    for rules, arrives in (([], False), ([RULE, IN], True)):
        router.load6(*rules)
        with Program(lan1, "/usr/bin/tnftp", "-A", "-a", "-v", "-n", wan.ip6) as ftp:
            ftp.say("user anonymous me@example.org")
            ftp.expect("230 ", 10)
            ftp.say("get news %s" % got)
            ftp.expect("226 " if arrives else "425 ", 20)
            if arrives:
                assert router.trigger(family="ipv6").hits == 1
                assert got.read_text() == "good news\n"
            ftp.say("quit")
            ftp.wait()
    router.wait_closed()
