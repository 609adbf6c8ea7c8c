# SPDX-License-Identifier: GPL-2.0
"""/proc/net/xt_trigger as a program uses it: open, read and write, call by call."""

import errno
import multiprocessing
import os
import re
import subprocess
from contextlib import contextmanager

from hosts import SLOW

PROC_FILE = "/proc/net/xt_trigger"

DEFAULTS = {"name": "default", "family": "ipv4", "open": "tcp:113", "trigger": "udp:3000",
            "peer": "any", "timeout": 600, "expires": 600, "lifetime": 0, "age": 0,
            "session": 0, "hits": 0, "state": "open"}


def line(owner, **fields):
    """A line as the file has it, newline and all; without fields of the rule TRIGGER below."""
    given = dict(DEFAULTS, **fields)
    if ":" in owner and "family" not in fields:
        given["family"] = "ipv6"
    return ("name={name} family={family} owner={owner} open={open} trigger={trigger} "
            "peer={peer} timeout={timeout} expires={expires} lifetime={lifetime} age={age} "
            "session={session} hits={hits} state={state}\n").format(owner=owner, **given)


def owners(count, network="10.%d.%d.%d"):
    """So many addresses."""
    return [network % (n >> 16, n >> 8 & 255, n & 255) for n in range(1, count + 1)]


def lines(text):
    """The lines of the active triggers in what the file said."""
    return [each for each in text.splitlines(True) if not each.startswith("#")]


def as_commands(text):
    """What restores a saved file: grep -v '^#' | sed 's/^/+/'."""
    return "".join("+" + each for each in lines(text))


def of_version_01(text):
    """The same as version 0.1 writes it: without the fields that are newer."""
    return re.sub(r" id=\d+ rule=\S+ answered=[01] ct=\S+", "", text)


def without_time(text):
    """The same without the fields that change by themselves, and the counters."""
    return re.sub(r" (expires|age|id)=\d+", "", "".join(lines(text)))


@contextmanager
def opened(namespace, flags=os.O_RDWR):
    """The namespace's file, as a descriptor."""
    with namespace:
        fd = os.open(PROC_FILE, flags | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


def read_all(fd, size=65536):
    """From the descriptor's place to the end, in reads of this size."""
    parts = []
    while True:
        part = os.read(fd, size)
        if not part:
            return b"".join(parts).decode()
        parts.append(part)


def write(namespace, text):
    """Write in one call to a file opened for it; how many bytes were taken."""
    data = text if isinstance(text, bytes) else text.encode()
    with opened(namespace, os.O_WRONLY) as fd:
        return os.write(fd, data)


def write_all(namespace, text):
    """Write all of it in as few calls as the file wants, as a program would."""
    data = text.encode()
    with opened(namespace, os.O_WRONLY) as fd:
        while data:
            data = data[os.write(fd, data):]


def refused(namespace, text):
    """The name of the error that a write meets at once; None when it is taken."""
    try:
        write(namespace, text)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


# What setpriv(1) is told to make an unprivileged user.
USER = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]


def as_user(namespace, *command):
    """Run a command as an unprivileged user; its exit status and what it said."""
    return as_other(namespace, USER, *command)


def as_other(namespace, setpriv, *command):
    """Run a command with what setpriv(1) changes; its exit status and what it said."""
    with namespace:
        done = subprocess.run(["/usr/bin/setpriv"] + setpriv + list(command),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
    return done.returncode, done.stdout


@contextmanager
def meanwhile(namespace, action, patience=20):
    """Another process does action(turn) in the namespace again and again, on every CPU.

    It must have done so at least once when the block ends, and without an error; its last turn
    ends within so many seconds.
    """
    done = multiprocessing.Value("L", 0)
    stop = multiprocessing.Event()

    def work():
        os.sched_setaffinity(0, range(os.cpu_count()))
        while not stop.is_set():
            action(done.value)
            done.value += 1

    with namespace:
        process = multiprocessing.Process(target=work, daemon=True)
        process.start()
    try:
        yield done
    finally:
        stop.set()
        process.join(patience * SLOW)
        if process.exitcode is None:
            process.kill()
    assert process.exitcode == 0, "the other process failed: status %s" % process.exitcode
    assert done.value, "the other process did nothing"
