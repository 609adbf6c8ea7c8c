# SPDX-License-Identifier: GPL-2.0
"""System calls whose first allocation fails, then whose second fails, and so on to the last.

The kernel counts the allocations of one thread (/proc/thread-self/fail-nth), its own and the
module's alike, and lets the one fail that it is told; not those of a packet that comes in.
"""

import collections
import ctypes
import itertools
import os
import subprocess
from contextlib import contextmanager

from hosts import SLOW

HERE = os.path.dirname(os.path.abspath(__file__))
DEBUGFS = "/sys/kernel/debug"
FAIL_NTH = "/proc/thread-self/fail-nth"

# Which allocations count: those of every cache, and those that may sleep, too. But not whole pages:
# the module asks for them in one place, and when a cache wants more is anybody's guess. Quietly.
SETTINGS = {"failslab": {"ignore-gfp-wait": "N", "cache-filter": "N", "verbose": "0"},
            "fail_page_alloc": {"min-order": "99", "verbose": "0"}}

# More allocations than any system call here makes.
NEVER = 1000000

# What a call returned, or the error as -errno, and whether an allocation has failed meanwhile.
Attempt = collections.namedtuple("Attempt", "result hit")


def supported():
    return os.path.exists(FAIL_NTH) and os.path.isdir(DEBUGFS + "/failslab")


def _value(argument):
    """As a long: a number, or where bytes or a ctypes buffer are."""
    if isinstance(argument, bytes):
        return ctypes.cast(argument, ctypes.c_void_p).value
    return ctypes.addressof(argument) if isinstance(argument, ctypes.Array) else argument


def numbers():
    """1, 2, ...: which allocation is to fail.

    A debug kernel makes allocations of its own in between, and not always: there each number
    comes twice, so that hardly any allocation of others is missed.
    """
    return (nth for nth in itertools.count(1) for _ in range(min(SLOW, 2)))


@contextmanager
def undisturbed():
    """Nobody else runs on this CPU, nor the worker that enlarges a hash before it is full."""
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, cpus)


class Faults:
    def __init__(self, place):
        library = os.path.join(str(place), "fail.so")
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                        "-o", library, os.path.join(HERE, "fail.c")], check=True)
        self._functions = ctypes.CDLL(library)
        self._call = self._functions.call_failing
        self._fd = os.open(FAIL_NTH, os.O_RDWR | os.O_CLOEXEC)
        for kind, settings in SETTINGS.items():
            for name, value in settings.items():
                with open(os.path.join(DEBUGFS, kind, name), "w") as file:
                    file.write(value)

    def close(self):
        os.close(self._fd)

    def _attempt(self, nth, name, arguments):
        """Call one of libc's functions, or one of fail.c: an Attempt, and what is left of nth."""
        left = ctypes.c_uint()
        values = [_value(each) for each in arguments]
        result = self._call(self._fd, nth, ctypes.byref(left),
                            ctypes.cast(self._functions[name], ctypes.c_void_p),
                            (ctypes.c_long * 6)(*values))
        return Attempt(result, left.value == 0), left.value

    def count(self, name, *arguments):
        """How many allocations a call makes that succeeds."""
        attempt, left = self._attempt(NEVER, name, arguments)
        assert attempt.result >= 0, os.strerror(-attempt.result)
        return NEVER - left

    def once(self, nth, name, *arguments):
        """The call, with its nth allocation failing."""
        return self._attempt(nth, name, arguments)[0]

    def attempts(self, name, prepare):
        """Call it until nothing is left that could fail: an Attempt each, the last one not hit.

        prepare() is asked for the arguments each time.
        """
        for nth in numbers():
            attempt = self.once(nth, name, *prepare())
            yield attempt
            if not attempt.hit:
                return
