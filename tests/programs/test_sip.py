# SPDX-License-Identifier: GPL-2.0
"""SIP: the voice of a call comes by UDP, to a port of the caller, from where it likes."""

from hosts import wait_until
from lab import WAN2
from program import Program
from recipes import RECIPES
from router import DNAT, IN

RULE, = RECIPES.rules("SIP phones")

# Who is called: answers, and sends voice when the caller has taken note.
CALLED = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="called">
  <recv request="INVITE"/>
  <send><![CDATA[

    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]called[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Contact: <sip:[local_ip]:[local_port];transport=[transport]>
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=called 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio [rtpstream_audio_port] RTP/AVP 0
    a=rtpmap:0 PCMU/8000

  ]]></send>
  <recv request="ACK"/>
  <nop><action><exec rtp_stream="%s,-1,0"/></action></nop>
  <recv request="BYE"/>
  <send><![CDATA[

    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
"""

# Who calls: a phone that knows, as STUN tells, how the world calls its router.
CALLER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
  <send><![CDATA[

    INVITE sip:called@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]caller[call_number]
    To: <sip:called@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:caller@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=caller 1 1 IN IP4 %s
    s=-
    c=IN IP4 %s
    t=0 0
    m=audio [media_port] RTP/AVP 0
    a=rtpmap:0 PCMU/8000

  ]]></send>
  <recv response="200"/>
  <send><![CDATA[

    ACK sip:called@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [last_From:]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <pause milliseconds="4000"/>
  <send><![CDATA[

    BYE sip:called@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [last_From:]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"""


def test_voice_comes_in(router, lan1, wan, tmp_path):
    """The voice reaches the caller, although another host than the one called sends it."""
    voice, called, caller = (tmp_path / name for name in ("voice.ul", "called.xml", "caller.xml"))
    voice.write_bytes(b"\xff" * 8000)
    called.write_text(CALLED % voice)
    caller.write_text(CALLER % (router.ip, router.ip))
    router.load(RULE, DNAT, IN)
    assert wan.who_answers("udp:16384", src=WAN2) is None
    lan1.close_sockets()
    with Program(wan, *sipp(tmp_path / "a"), "-sf", str(called), "-i", wan.ip, "-p", "5060",
                 "-mi", WAN2):
        wait_until(lambda: ":13C4 " in wan.read("/proc/net/udp"), "sipp listens")
        with Program(lan1, *sipp(tmp_path / "b"), "-sf", str(caller), "-i", lan1.ip, "-p", "5060",
                     "-mi", lan1.ip, "-mp", "16384", "-rtp_echo", "-m", "1", wan.ip) as call:
            # The phone returns what it hears: heard, once a reply is seen.
            wait_until(lambda: heard(router), "voice, there and back", 20)
            assert router.trigger().hits == 1
            assert call.wait(30) == 0, call.output


def heard(router):
    """Whether what comes in to the phone is answered."""
    lines = router.conntrack("-L", "-p", "udp", "--src", WAN2, "--dport", "16384").splitlines()
    return any("UNREPLIED" not in line for line in lines)


def sipp(directory):
    """sipp, with what it likes to write put in a directory."""
    directory.mkdir()
    return "/usr/bin/env", "-C", str(directory), "TERM=dumb", "/usr/bin/sipp", "-nostdin"
