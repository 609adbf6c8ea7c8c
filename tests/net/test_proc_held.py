# SPDX-License-Identifier: GPL-2.0
"""Who holds the proc file open, or writes to it without end, delays nobody else."""

import ctypes
import mmap
import multiprocessing
import os
import signal
import subprocess
from contextlib import contextmanager

import pytest

from hosts import SLOW, Namespace, wait_until
from island import PLAIN
from procfile import PROC_FILE, USER
from router import MODULE
from test_namespaces import wait_ended, watch_end

# The descriptors of one writer each.
OPEN = range(3, 7)
GIGABYTE = 1 << 30
MAP_FIXED = 0x10
SYS_PIDFD_GETFD = 438
# A writer that the test has not ended ends by itself, long after every deadline.
WRITER_LIFE = 60

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                       ctypes.c_int, ctypes.c_size_t)
_libc.write.restype = ctypes.c_ssize_t
_libc.write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)


class UserNamespace:
    """A user's own user and network namespace, and its proc file, which its root has opened."""

    def __init__(self, observer):
        opening = "; ".join("exec %d>%s" % (fd, PROC_FILE) for fd in OPEN)
        # The network namespace comes second: its files then belong to the root of the first.
        with observer:
            self._process = subprocess.Popen(
                ["/usr/bin/setpriv", *USER, "/usr/bin/unshare", "-Ur", "/usr/bin/unshare", "-n",
                 "/bin/sh", "-c", "%s; echo; exec sleep 1h" % opening],
                stdout=subprocess.PIPE)
        assert self._process.stdout.readline() == b"\n"
        pid = os.pidfd_open(self._process.pid)
        self.fds = [_libc.syscall(SYS_PIDFD_GETFD, pid, fd, 0) for fd in OPEN]
        os.close(pid)
        assert min(self.fds) >= 0, os.strerror(ctypes.get_errno())

    @property
    def path(self):
        """For ip(8)."""
        return "/proc/%d/ns/net" % self._process.pid

    def leave(self):
        """End its only process; the open files are left, here."""
        self._process.kill()
        self._process.communicate()

    def close(self):
        for fd in self.fds:
            os.close(fd)


def endless(line):
    """The address of a gigabyte of this line; one megabyte of memory holds it."""
    text = line * (4096 * (256 // len(line)))
    memory = os.memfd_create("text")
    os.write(memory, text)
    start = _libc.mmap(None, GIGABYTE, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    for at in range(start, start + GIGABYTE - len(text), len(text)):
        assert _libc.mmap(at, len(text), mmap.PROT_READ, mmap.MAP_SHARED | MAP_FIXED,
                          memory, 0) == at
    os.close(memory)
    return start


@contextmanager
def writing(fds, line):
    """Processes outside the files' namespace write this line, each in one endless call.

    They go on while the namespace ends, and end with the block.
    """
    begun = multiprocessing.Value("i", 0)

    def write(fd):
        os.sched_setaffinity(0, range(os.cpu_count()))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WRITER_LIFE * SLOW)
        text = endless(line)
        with begun.get_lock():
            begun.value += 1
        _libc.write(fd, text, GIGABYTE - (1 << 21))

    processes = [multiprocessing.Process(target=write, args=(fd,), daemon=True)
                 for fd in fds]
    for process in processes:
        process.start()
    wait_until(lambda: begun.value == len(fds), "all of them write")
    try:
        assert all(process.is_alive() for process in processes)
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


LINES = pytest.mark.parametrize("line", [b"/\n", b"-owner=10.0.0.1\n"], ids=["all", "one"])


@pytest.fixture
def held(bare):
    """A user namespace with its file open here."""
    bare.load(PLAIN)
    held = UserNamespace(bare)
    held.ends = watch_end(bare, held, "held")
    return held


@LINES
def test_a_writer_delays_no_other_namespace(bare, held, line):
    """The file's namespace may live on; another one that ends is gone at once."""
    with writing(held.fds, line):
        held.leave()
        other = Namespace()
        ends = watch_end(bare, other)
        other.close()
        wait_ended(bare, ends)
    held.close()
    wait_ended(bare, held.ends)


def test_a_writer_delays_no_unloading(bare, held, unload):
    """While it writes, the module is in use, and rmmod says so at once; then it goes."""
    bare.load()
    with writing(held.fds, b"/\n"):
        held.leave()
        with subprocess.Popen(["/sbin/rmmod", MODULE], stderr=subprocess.PIPE) as rmmod:
            wait_until(lambda: rmmod.poll() is not None, "rmmod %s" % MODULE)
            assert b"in use" in rmmod.stderr.read()
    unload()
    held.close()
    wait_ended(bare, held.ends)
