# SPDX-License-Identifier: GPL-2.0
"""Fixtures of the option tests: each runs on both backends and both families."""

import os
import sys

import pytest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "net"))

from tables import VARIANTS, Tables  # noqa: E402 (needs the path above)


@pytest.fixture(scope="session", params=VARIANTS, ids="-".join)
def variant(request):
    """One backend and family, in a network namespace of its own."""
    tables = Tables(*request.param)
    tables.clear()
    yield tables
    tables.close()


@pytest.fixture
def tables(variant):
    """The same, with no rules before the test, and none after it."""
    yield variant
    variant.clear()
