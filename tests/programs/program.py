# SPDX-License-Identifier: GPL-2.0
"""A real program on a host of the lab: started, listened to, spoken to, ended."""

import contextlib
import re
import subprocess
import tempfile

from hosts import DEADLINE, SLOW, wait_until


def listens_to_events(host):
    """Whether somebody there has joined a group beside the one that tells of families."""
    for each in host.read("/proc/net/netlink").splitlines()[1:]:
        _, protocol, _, groups, *_ = each.split()
        if protocol == "16" and bin(int(groups, 16)).count("1") > 1:
            return True
    return False


class Program:
    """A running program; as a context manager it ends with the block.

    What it writes, to standard output and error alike, is `output`.
    """

    def __init__(self, host, *argv, user=None):
        self._name = " ".join(argv)
        self._file = tempfile.TemporaryFile()
        if user:
            argv = ("/usr/bin/setpriv", "--reuid", user, "--regid", user,
                    "--clear-groups") + argv
        with host:
            self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=self._file,
                                             stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print("--- %s said:\n%s" % (self, self.output))
        self.stop()

    @property
    def output(self):
        # The program goes on writing at its own offset only if ours is another one.
        with open("/proc/self/fd/%d" % self._file.fileno(), errors="replace") as file:
            return file.read()

    def say(self, line):
        """Type a line."""
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def expect(self, pattern, seconds=DEADLINE):
        """Wait until the output matches; the match, or an error with all of the output."""
        def found():
            # In this order: what it says last, it may say at its end.
            ended = self._process.poll() is not None
            match = re.search(pattern, self.output)
            assert match or not ended, \
                "%s ended without a word of %r:\n%s" % (self, pattern, self.output)
            return match

        try:
            return wait_until(found, pattern, seconds)
        except AssertionError as error:
            raise AssertionError("%s\n%s says:\n%s" % (error, self, self.output))

    def wait(self, seconds=DEADLINE):
        """Wait until it ends by itself; its exit status."""
        try:
            return self._process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError("%s has not ended within %g s:\n%s"
                                 % (self, seconds, self.output))

    def stop(self, seconds=DEADLINE):
        """End it, if it has not ended by itself; what takes longer is killed."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __str__(self):
        return self._name
