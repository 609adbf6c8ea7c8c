# SPDX-License-Identifier: GPL-2.0
"""Hosts as network namespaces, and real traffic between them.

A test is one process with one thread. To act as a host it enters the host's
namespace, opens a socket there and leaves again: the socket stays behind in the
namespace, in the test's hands. So a connection costs no process, the test holds
both of its ends, and a check is over as soon as the packets are.

A port is written as the rules write it: "tcp:113", "udp:3000", "sctp:5000".
"""

import ctypes
import errno
import ipaddress
import itertools
import os
import select
import socket
import struct
import subprocess
import time

CLONE_NEWNET = 0x40000000

# How long anything may take that should happen "at once" on a slow and busy machine.
# Only what fails waits for so long; what else would close by itself takes longer.
DEADLINE = 15.0
# How many times longer everything takes on a debug kernel, and so what a socket waits.
SLOW = int(os.environ.get("XT_TRIGGER_SLOW", "1"))
PATIENCE = DEADLINE * SLOW

# What the kernel tells a client whose packet was rejected.
REFUSALS = (errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH,
            errno.EACCES)

LINGER_RESET = struct.pack("ii", 1, 0)

_libc = ctypes.CDLL(None, use_errno=True)
_tokens = itertools.count(1)


class Refused(Exception):
    """The connection was rejected on its way, or nobody listens."""


class CommandFailed(Exception):
    """A command ended with a status other than 0; the text says all of it."""

    def __init__(self, argv, status, stdout, stderr):
        super().__init__("%s: status %d\n%s%s" % (" ".join(argv), status, stdout, stderr))
        self.status = status
        self.stderr = stderr


def wait_until(condition, what, seconds=DEADLINE):
    """Ask again until condition() is true, and return what it said."""
    end = time.monotonic() + seconds * SLOW
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError("not within %g s: %s" % (seconds * SLOW, what))
        time.sleep(0.02)


def _checked(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


class Namespace:
    """A network namespace that lives as long as this object (or a socket in it)."""

    def __init__(self):
        with open("/proc/self/ns/net") as home:
            _checked(_libc.unshare(CLONE_NEWNET))
            try:
                self._fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            finally:
                _checked(_libc.setns(home.fileno(), CLONE_NEWNET))
        self._left = []

    @property
    def path(self):
        """For ip(8): "ip link set eth0 netns PATH"."""
        return "/proc/%d/fd/%d" % (os.getpid(), self._fd)

    def __enter__(self):
        self._left.append(os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
        _checked(_libc.setns(self._fd, CLONE_NEWNET))
        return self

    def __exit__(self, *exception):
        fd = self._left.pop()
        _checked(_libc.setns(fd, CLONE_NEWNET))
        os.close(fd)

    def close(self):
        os.close(self._fd)

    def run(self, *argv, stdin=""):
        """Run a command in the namespace; its output, or CommandFailed."""
        with self:
            done = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode != 0:
            raise CommandFailed(argv, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def ip_commands(self, *commands):
        """Run several ip(8) commands in one process."""
        return self.run("/sbin/ip", "-batch", "-", stdin="".join(c + "\n" for c in commands))

    def sysctl(self, name, value=None):
        """Read a setting of the namespace, or write it and return what it was."""
        path = "/proc/sys/" + name.replace(".", "/")
        old = self.read(path).strip()
        if value is not None:
            with self, open(path, "w") as setting:
                setting.write(str(value))
        return old

    def read(self, path):
        """The text of a /proc/net or /proc/sys/net file of the namespace."""
        with self, open(path) as file:
            return file.read()


class Host(Namespace):
    """A host of the lab: serves ports and makes connections.

    ip and ip6 are the addresses it uses by itself, target and target6 those
    that its connections go to when the test names none.
    """

    def __init__(self, name, ip, ip6):
        super().__init__()
        self.name = name
        self.ip = ip
        self.ip6 = ip6
        self.target = None
        self.target6 = None
        self.others = ()
        self._servers = {}
        self._sockets = []
        self._undo = []

    def __repr__(self):
        return self.name

    # --- settings that last until the end of the test

    def set(self, name, value):
        """Change a sysctl."""
        old = self.sysctl(name, value)
        self._undo.append(lambda: self.sysctl(name, old))

    def route(self, route):
        """Add a route."""
        self.ip_commands("route add " + route)
        self._undo.append(lambda: self.ip_commands("route del " + route))

    def address(self, *addresses, device="eth0"):
        """Add addresses, as "198.51.100.2/24"."""
        def change(action):
            self.ip_commands(*("address %s %s dev %s" % (action, address, device)
                               for address in addresses))

        change("add")
        self._undo.append(lambda: change("del"))

    def restore(self):
        while self._undo:
            self._undo.pop()()

    # --- serving

    def serve(self, where, address=None, device=None):
        """Listen on a port: all addresses of both families, or one address of a device's VRF."""
        if (where, address) not in self._servers:
            protocol = where.split(":")[0]
            self._servers[where, address] = SERVERS[protocol](self, where, address, device)

    def servers(self, where):
        return [server for (port, _), server in self._servers.items() if port == where]

    def close_sockets(self):
        """Forget every server and connection of the test."""
        for server in self._servers.values():
            server.socket.close()
        self._servers.clear()
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    # --- connecting

    def socket(self, family, kind, protocol=0):
        with self:
            sock = socket.socket(family, kind, protocol)
        sock.settimeout(PATIENCE)
        self._sockets.append(sock)
        return sock

    def connect(self, where, dst=None, src=None, sport=0, arrives=None):
        """Connect to a port and prove it by an exchange both ways.

        Every other host of the lab but the router listens on that port, so that
        only the router's rules decide who is reached (or on the port `arrives`,
        for rules that change it). Returns the connection with both its ends;
        raises Refused when the packet was rejected; anything that is neither is
        an error.
        """
        dst, src = self._addresses(dst, src)
        servers = self._serve_at_others(arrives or where)
        protocol, port = where.split(":")
        return FLOWS[protocol](self, (src, sport), (dst, int(port)), servers)

    def who_answers(self, where, dst=None, src=None, sport=0, arrives=None):
        """The address at which a new connection arrives, or None if it is refused."""
        try:
            flow = self.connect(where, dst, src, sport, arrives)
        except Refused:
            return None
        flow.abort()
        return flow.arrived_at

    def send(self, where, dst=None, src=None, sport=0):
        """Send one UDP datagram that arrives and that nobody answers."""
        dst, src = self._addresses(dst, src)
        servers = {server.socket for server in self._serve_at_others(where)}
        sock = self.socket(family_of(dst), socket.SOCK_DGRAM)
        sock.bind((src, sport))
        token = _token()
        sock.sendto(token, (dst, int(where.split(":")[1])))
        deadline = time.monotonic() + PATIENCE
        while not any(server.recv(2048) == token for server in _ready(servers, deadline)):
            pass

    def knock(self, where):
        """Ask for a TCP connection that nobody answers, and go away."""
        sock = self.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.connect_ex((self.target, int(where.split(":")[1])))
        # The request goes out within the call.
        sock.close()

    def send_raw(self, dst, *packets):
        """Send IP packets made by hand, headers and all."""
        raw = self.socket(family_of(dst), socket.SOCK_RAW, socket.IPPROTO_RAW)
        for packet in packets:
            raw.sendto(packet, (dst, 0))

    def settle(self):
        """Return when all that the host has sent to the world so far has passed."""
        self.send("udp:9")

    def _addresses(self, dst, src):
        if dst is None:
            v6 = src is not None and ":" in src
            dst = self.target6 if v6 else self.target
        if src is None:
            src = self.ip6 if ":" in dst else self.ip
        return dst, src

    def _serve_at_others(self, where):
        servers = []
        for host in self.others:
            if not host.is_router:
                host.serve(where)
            servers += host.servers(where)
        return servers

    is_router = False


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def plain(address):
    """An IPv4 address as such, also where an IPv6 socket shows it mapped."""
    parsed = ipaddress.ip_address(address.split("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


# --- packets made by hand


def ipv4(src, dst, protocol, payload, fragment=0):
    """An IPv4 packet; fragment is the header's field, flags and offset."""
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 1, fragment, 64, protocol, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + payload


def ipv6(src, dst, next_header, payload):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), next_header, 64,
                       socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst)) + payload


def udp(sport, dport, payload=b""):
    """A UDP datagram without a checksum."""
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def tcp_syn(src, dst, sport, dport):
    """A TCP segment that asks for a connection, over IPv4."""
    def segment(checksum):
        return struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 5 << 4, 0x02, 1024, checksum, 0)

    pseudo_header = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack("!HH", 6, 20)
    return segment(internet_checksum(pseudo_header + segment(0)))


def icmp_echo(identifier):
    """An ICMP echo request."""
    def message(checksum):
        return struct.pack("!BBHHH", 8, 0, checksum, identifier, 0)

    return message(internet_checksum(message(0)))


def icmp_unreachable(packet):
    """An ICMP error about a packet: its port is unreachable."""
    def message(checksum):
        return struct.pack("!BBHI", 3, 3, checksum, 0) + packet[:28]

    return message(internet_checksum(message(0)))


def internet_checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


# --- what listens


class StreamServer:
    def __init__(self, host, where, address, device):
        protocol, port = where.split(":")
        self.host = host
        if protocol == "sctp":
            # SCTP names every address of a wildcard socket to its peer: one will do.
            address = address or host.ip
        family = family_of(address or "::")
        with host:
            self.socket = socket.socket(family, socket.SOCK_STREAM,
                                        socket.IPPROTO_SCTP if protocol == "sctp" else 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not address:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        _bind_to_device(self.socket, device)
        self.socket.bind((address or "::", int(port)))
        self.socket.listen(64)


class DatagramServer:
    def __init__(self, host, where, address, device):
        self.host = host
        with host:
            self.socket = socket.socket(family_of(address or "::"), socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not address:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        self.address = address
        _bind_to_device(self.socket, device)
        self.socket.bind((address or "::", int(where.split(":")[1])))
        self.socket.settimeout(PATIENCE)


def _bind_to_device(sock, device):
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())


SERVERS = {"tcp": StreamServer, "sctp": StreamServer, "udp": DatagramServer}


# --- connections


def _token():
    return b"%016d" % next(_tokens)


def _ready(sockets, deadline):
    left = deadline - time.monotonic()
    ready = select.select(sockets, [], [], max(left, 0))[0]
    if not ready:
        raise AssertionError("neither answered nor refused")
    return ready


class StreamFlow:
    """A TCP or SCTP connection with both of its ends.

    arrived_at is the address at which it was accepted, came_from the
    (address, port) that the server saw.
    """

    protocol = 0

    def __init__(self, client, source, target, servers):
        self._client = client.socket(family_of(target[0]), socket.SOCK_STREAM, self.protocol)
        self._client.bind(source)
        try:
            self._client.connect(target)
            token = _token()
            self._client.sendall(token)
            self._server = self._accept(servers, token)
            self._server.sendall(token)
            assert self._receive(self._client) == token
        except OSError as error:
            self._client.close()
            if error.errno in REFUSALS:
                raise Refused("%s %s" % (target, error))
            raise AssertionError("neither answered nor refused: %s %s" % (target, error))
        self.arrived_at = plain(self._server.getsockname()[0])
        came_from = self._server.getpeername()
        self.came_from = (plain(came_from[0]), came_from[1])
        self.local_port = self._client.getsockname()[1]

    def _accept(self, servers, token):
        """The accepted socket on which our token arrives; others are left-overs."""
        listening = {server.socket: server for server in servers}
        waiting = []
        deadline = time.monotonic() + PATIENCE
        while True:
            for ready in _ready(list(listening) + waiting + [self._client], deadline):
                if ready in listening:
                    accepted = ready.accept()[0]
                    accepted.settimeout(PATIENCE)
                    listening[ready].host._sockets.append(accepted)
                    waiting.append(accepted)
                elif ready is self._client:
                    # Nobody has answered yet, so this can only be the bad news.
                    self._client.recv(1)
                    raise ConnectionResetError(errno.ECONNRESET, "closed by the other end")
                elif self._receive(ready) == token:
                    return ready
                else:
                    waiting.remove(ready)

    @staticmethod
    def _receive(sock):
        data = b""
        while len(data) < 16:
            more = sock.recv(16 - len(data))
            if not more:
                break
            data += more
        return data

    def send(self):
        """From the one who connected to the one who accepted."""
        token = _token()
        self._client.sendall(token)
        assert self._receive(self._server) == token

    def answer(self):
        token = _token()
        self._server.sendall(token)
        assert self._receive(self._client) == token

    def tell(self, text):
        """A text from the one who accepted."""
        self._server.sendall(text.encode())
        assert self._client.recv(len(text), socket.MSG_WAITALL) == text.encode()

    def echo(self):
        """Both ways work, or an exception."""
        self.send()
        self.answer()

    def half_close(self):
        """FIN from the one who connected, and nothing else."""
        self._client.shutdown(socket.SHUT_WR)
        assert self._server.recv(1) == b""

    def close(self):
        """FIN both ways, each seen by the other end."""
        self.half_close()
        self._server.shutdown(socket.SHUT_WR)
        assert self._client.recv(1) == b""
        self._client.close()
        self._server.close()

    def abort(self):
        """RST from the one who connected."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        self._client.close()
        try:
            self._server.recv(1)
        except ConnectionResetError:
            pass
        self._server.close()


class SctpFlow(StreamFlow):
    """SCTP knows no half-closed connection."""

    protocol = socket.IPPROTO_SCTP

    def close(self):
        self._client.close()
        self._server.close()

    abort = close


class DatagramFlow:
    """A UDP exchange; the same verbs as a stream's."""

    def __init__(self, client, source, target, servers):
        self._client = client.socket(family_of(target[0]), socket.SOCK_DGRAM)
        self._client.bind(source)
        try:
            self._client.connect(target)
            token = _token()
            self._client.send(token)
            self._find_server(servers, token)
            self.answer()
        except OSError as error:
            self._client.close()
            if error.errno in REFUSALS:
                raise Refused("%s %s" % (target, error))
            raise AssertionError("neither answered nor refused: %s %s" % (target, error))
        self.local_port = self._client.getsockname()[1]

    def _find_server(self, servers, token):
        by_socket = {server.socket: server for server in servers}
        deadline = time.monotonic() + PATIENCE
        while True:
            for ready in _ready(list(by_socket) + [self._client], deadline):
                if ready is self._client:
                    self._client.recv(16)
                    raise AssertionError("an answer before the question arrived")
                data, ancillary, _, came_from = ready.recvmsg(2048, 256)
                if data != token:
                    continue
                self._server = by_socket[ready]
                self._reply_from, self._reply_to = ancillary, came_from
                self.came_from = (plain(came_from[0]), came_from[1])
                self.arrived_at = self._server.address
                for level, kind, info in ancillary:
                    if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
                        self.arrived_at = plain(socket.inet_ntop(socket.AF_INET6, info[:16]))
                return

    def send(self):
        """From the one who asked to the one who answered; Refused when rejected."""
        token = _token()
        try:
            self._client.send(token)
            deadline = time.monotonic() + PATIENCE
            while True:
                if self._client in _ready([self._server.socket, self._client], deadline):
                    self._client.recv(16)
                elif self._server.socket.recv(2048) == token:
                    return
        except ConnectionRefusedError as error:
            raise Refused(error)

    def answer(self):
        """A reply from the address that was asked, not from the host's favourite one."""
        token = _token()
        self._server.socket.sendmsg([token], self._reply_from, 0, self._reply_to)
        assert self._client.recv(16) == token

    def echo(self):
        self.send()
        self.answer()

    def close(self):
        self._client.close()

    abort = close


FLOWS = {"tcp": StreamFlow, "udp": DatagramFlow, "sctp": SctpFlow}
