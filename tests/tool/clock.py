# SPDX-License-Identifier: GPL-2.0
"""Whether the wall clock is right, as the kernel is told by whoever keeps it."""

import ctypes
import os

ADJ_MAXERROR = 0x04
ADJ_STATUS = 0x10
STA_UNSYNC = 0x40
libc = ctypes.CDLL(None, use_errno=True)


class Timex(ctypes.Structure):
    """The front of struct timex; the kernel writes all of it."""

    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
                ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
                ("rest", ctypes.c_long * 64)]


def set_synchronised(synchronised):
    """Tell the kernel that somebody keeps the wall clock right, or nobody does."""
    timex = Timex(modes=ADJ_STATUS | ADJ_MAXERROR, status=0 if synchronised else STA_UNSYNC)
    assert libc.adjtimex(ctypes.byref(timex)) >= 0, os.strerror(ctypes.get_errno())
