# SPDX-License-Identifier: GPL-2.0
"""How every pytest test of the project reports, is chosen by name, and is kept from hanging.

With --lines-fd FD each test is one line there as it ends: `PASS name (secs)`, `FAIL name (secs):
reason` or `SKIP name: reason`; pytest's own output stays what it is. tests/run reads the lines.
"""

import collections
import os
import signal

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_LIMIT = 180
SLOW = int(os.environ.get("XT_TRIGGER_SLOW", "1"))
BACKENDS = ("legacy", "nft")
# Two routers take minutes: make check-pair runs them.
collect_ignore = [] if "XT_TRIGGER_FAILOVERS" in os.environ else ["pair"]
# Which half takes along the tests that name no backend, so that both take as long.
NEITHER = {"tool": "nft"}
NEITHER_ELSE = "legacy"


def pytest_addoption(parser):
    parser.addoption("--lines-fd", metavar="FD", type=int,
                     help="one line for each test goes to this file descriptor")
    parser.addoption("--half", choices=BACKENDS,
                     help="run the tests only of this iptables backend; those that name "
                     "none are in one of the halves")
    parser.addoption("--only", metavar="TEXT", action="append", default=[],
                     help="run the tests only whose name contains TEXT (may be repeated)")
    parser.addoption("--but", metavar="TEXT", action="append", default=[],
                     help="leave out the tests whose name contains TEXT (may be repeated)")
    parser.addoption("--capture-packets", metavar="DIR",
                     help="write the packets that pass the lab's router to DIR, for each test")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "time_limit(secs): fail the test after so long (default %d)" % TIME_LIMIT)
    if config.getoption("--lines-fd"):
        config.pluginmanager.register(Lines(config.getoption("--lines-fd")), "lines")


def name_of(nodeid):
    """net/test_main.py::test_x[legacy] -> net/test_main::test_x[legacy]"""
    path, _, test = nodeid.partition("::")
    path = path[len("tests/"):] if path.startswith("tests/") else path
    path = path[:-len(".py")] if path.endswith(".py") else path
    return path + "::" + test if test else path


def backend_of(nodeid):
    """The backend among the test's parameters: test_x[legacy-ipv4] -> legacy"""
    parameters = nodeid.partition("[")[2]
    folder = os.path.basename(os.path.dirname(nodeid.partition("::")[0]))
    return next((name for name in BACKENDS if name in parameters),
                NEITHER.get(folder, NEITHER_ELSE))


def pytest_collection_modifyitems(config, items):
    only, but, half = (config.getoption("--" + name) for name in ("only", "but", "half"))

    def wanted(item):
        name = name_of(item.nodeid)
        return ((not only or any(text in name for text in only))
                and not any(text in name for text in but)
                and (not half or backend_of(item.nodeid) == half))

    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = [item for item in items if wanted(item)]


class TookTooLong(BaseException):
    """Not an Exception: a test that retries on errors must not catch it."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    marker = item.get_closest_marker("time_limit")
    limit = (marker.args[0] if marker else TIME_LIMIT) * SLOW

    def over(_signal, _frame):
        raise TookTooLong("not done after %d s" % limit)

    signal.signal(signal.SIGALRM, over)
    signal.alarm(limit)
    yield
    signal.alarm(0)


class Lines:
    def __init__(self, fd):
        self.out = os.fdopen(fd, "w", buffering=1)
        self.reports = collections.defaultdict(list)

    def line(self, *words):
        self.out.write(" ".join(words).replace("\n", " ") + "\n")

    def pytest_runtest_logstart(self, nodeid):
        # The kernel log then tells during which test the kernel complained.
        try:
            with open("/dev/kmsg", "w") as kmsg:
                kmsg.write("<6>test: %s\n" % name_of(nodeid))
        except OSError:
            pass

    def pytest_runtest_logreport(self, report):
        self.reports[report.nodeid].append(report)

    def pytest_runtest_logfinish(self, nodeid):
        reports = self.reports.pop(nodeid)
        name = name_of(nodeid)
        secs = "(%.1f s)" % sum(report.duration for report in reports)
        failed = [report for report in reports if report.failed]
        skipped = [report for report in reports if report.skipped]
        if failed:
            self.line("FAIL", name, secs + ":", reason(failed[0]))
        elif skipped:
            self.line("SKIP", name + ":", reason(skipped[0]))
        else:
            self.line("PASS", name, secs)

    def pytest_collectreport(self, report):
        if report.failed:
            self.line("FAIL", name_of(report.nodeid) + ":", "does not load:", reason(report))
        elif report.skipped:
            self.line("SKIP", name_of(report.nodeid) + ":", reason(report))

    def pytest_internalerror(self, excrepr):
        self.line("FAIL", "pytest:", "internal error:", str(excrepr).splitlines()[-1])


def reason(report):
    """The first line of what went wrong, or why the test was skipped."""
    if report.skipped:
        if hasattr(report, "wasxfail"):
            return "expected to fail: " + report.wasxfail
        return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else (str(report.longrepr).strip().splitlines() or ["?"])[-1]
    where = "" if report.when == "call" else " (in its %s)" % report.when if report.when else ""
    return text.strip().splitlines()[0][:200] + where
