# SPDX-License-Identifier: GPL-2.0
"""A router's zones for firewalld, one for each side, and who may go from one to the other."""

_ZONE = """<?xml version="1.0" encoding="utf-8"?>
<zone>
  <interface name="%s"/>%s
</zone>
"""
_POLICY = """<?xml version="1.0" encoding="utf-8"?>
<policy target="ACCEPT">
  <ingress-zone name="internal"/>
  <egress-zone name="external"/>
</policy>
"""
CONF = "/etc/firewalld"
# By their paths below CONF.
ZONES = {
    "zones/internal.xml": _ZONE % ("br-lan", ""),
    "zones/external.xml": _ZONE % ("wan", "\n  <masquerade/>"),
    "policies/out.xml": _POLICY,
}
