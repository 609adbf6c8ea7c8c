# SPDX-License-Identifier: GPL-2.0
"""What the pages show, for the tests that prove it: the recipes are read, never repeated."""

import re

import pages

README = pages.Page("README.md")
RECIPES = pages.Page("docs/recipes.md")
FIREWALLS = pages.Page("docs/beside-firewalls.md")
OPENWRT = pages.Page("docs/openwrt.md")

SCRIPT = FIREWALLS.file("/etc/xt_trigger.sh")


def for_ipv6(script):
    """The same with ip6tables, without the nat table, as the page says."""
    without_nat = re.sub(r"(?ms)^\*nat\n.*?^COMMIT\n|^iptables -t nat .*?\n", "", script)
    return without_nat.replace("iptables", "ip6tables")
