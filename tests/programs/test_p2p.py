# SPDX-License-Identifier: GPL-2.0
"""Peer to peer: one UDP packet opens a range of a thousand ports, of both protocols."""

import hashlib
import os

import pytest

from program import Program
from recipes import RECIPES
from router import DNAT, IN

TRACKER = "udp:6969"
RULE, = RECIPES.rules("Peer to peer")
GAME, = RECIPES.rules("Games")
ARIA2 = ("/usr/bin/aria2c", "--no-conf", "--enable-dht=true", "--enable-dht6=false",
         "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--summary-interval=0",
         "--console-log-level=notice", "--enable-color=false")


def test_share_a_file(router, lan1, wan, tmp_path):
    """Who announces itself to a tracker can be reached by who learns of it there."""
    payload = os.urandom(300000)
    torrent = make_torrent(tmp_path, payload, "udp://%s:6969/announce" % wan.ip)
    router.load(RULE, DNAT, IN)
    assert wan.who_answers("tcp:6881") is None
    lan1.close_sockets()
    with Program(wan, "/usr/bin/python3", os.path.join(os.path.dirname(__file__), "tracker.py"),
                 wan.ip, "6969") as tracker:
        tracker.expect("ready")
        with Program(lan1, *ARIA2, "--dir=%s" % (tmp_path / "has"), "--check-integrity=true",
                     "--seed-ratio=0.0", "--listen-port=6881", "--dht-listen-port=6881",
                     "--dht-file-path=%s" % (tmp_path / "has.dht"), torrent):
            tracker.expect("peer %s:6881" % router.ip, 30)
            assert router.trigger().open == "tcp:6881-7880,udp:6881-7880"
            with Program(wan, *ARIA2, "--dir=%s" % (tmp_path / "wants"), "--seed-time=0",
                         "--listen-port=6999", "--dht-listen-port=6999",
                         "--dht-file-path=%s" % (tmp_path / "wants.dht"), torrent) as wants:
                assert wants.wait(60) == 0, wants.output
            assert (tmp_path / "wants" / "file").read_bytes() == payload
            assert router.trigger().hits > 0


def make_torrent(directory, payload, tracker):
    """Lay a file named "file" in has/, and describe it."""
    for name in ("has", "wants"):
        (directory / name).mkdir()
    (directory / "has" / "file").write_bytes(payload)
    size = 1 << 16
    pieces = b"".join(hashlib.sha1(payload[at:at + size]).digest()
                      for at in range(0, len(payload), size))
    info = b"d6:lengthi%de4:name4:file12:piece lengthi%de6:pieces%d:%s7:privatei1ee" % (
        len(payload), size, len(pieces), pieces)
    path = directory / "torrent"
    path.write_bytes(b"d8:announce%d:%s4:info%se" % (len(tracker), tracker.encode(), info))
    return str(path)


def test_the_whole_range(router, lan1, lan2, wan):
    """The range is open from end to end, both ways, for both protocols, and no further."""
    router.load(RULE, DNAT, IN)
    lan1.send(TRACKER)
    for port in [6881, 7880] + list(range(6900, 7880, 70)):
        assert wan.who_answers("udp:%d" % port) == lan1.ip
        assert lan1.who_answers("udp:%d" % port) == wan.ip
    for port in (6881, 7380, 7880):
        assert wan.who_answers("tcp:%d" % port) == lan1.ip
    for where in ("udp:6880", "udp:7881", "tcp:6880", "tcp:7881"):
        assert wan.who_answers(where) is None


@pytest.mark.parametrize("protocol", ["--udp", "--sctp"])
def test_a_game(router, lan1, wan, protocol):
    """A game server tells the master that it is there; then players reach it."""
    rule = GAME if protocol == "--udp" else GAME.replace("all:27000-27999",
                                                         "tcp:27000-27999,sctp:27000-27999")
    router.load(rule, DNAT, IN)
    assert wan.who_answers("tcp:27960") is None
    lan1.close_sockets()
    lan1.send("udp:27900")
    with Program(lan1, "/usr/bin/iperf3", "--server", "--one-off", "--forceflush",
                 "--port", "27960") as game:
        game.expect("Server listening")
        with Program(wan, "/usr/bin/iperf3", "--client", router.ip, "--port", "27960", protocol,
                     "--time", "1", "--bitrate", "200K", "--length", "500") as player:
            assert player.wait(20) == 0, player.output
            arrived = player.expect(r"(\S+) [KM]?Bytes .* receiver").group(1)
            assert float(arrived) > 0, player.output
        assert game.wait() == 0, game.output
