# SPDX-License-Identifier: GPL-2.0
"""docs/tr-181.md: one trigger of TR-181, by way of the file, to rules that do what it says."""

import os
import re

from hosts import wait_until

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "tr-181.md")
PATH = "Device.NAT.PortTrigger.1."
INTERFACES = {"Device.IP.Interface.1": "br-lan"}
DEFAULT = "[Default]\nInterface=eth9\nOutInterface=wan\n"


def page():
    with open(PAGE) as file:
        return file.read()


def parameters():
    """The example's, without the path that they have in common."""
    return dict(re.findall(r"^    %s(\S+) = (.*)$" % re.escape(PATH), page(), re.MULTILINE))


def keys():
    """The key of each parameter that the first table gives one."""
    rows = re.findall(r"^\| (`.*?`) \| `(\w+)` \|", page(), re.MULTILINE)
    return {name: key for names, key in rows for name in re.findall(r"`(\w+)`", names)}


def ports(values, prefix=""):
    last = values.get(prefix + "PortEndRange", "0")
    return values[prefix + "Port"] + ("-" + last if last != "0" else "")


def section(values):
    """What an agent writes, parameter by parameter, with the keys of the page."""
    key = keys()
    lines = {"Enable": "yes" if values["Enable"] == "true" else "no",
             "Description": values["Description"],
             "Interface": INTERFACES[values["Interface"]],
             "Port": ports(values),
             "Protocol": values["Protocol"],
             "AutoDisableDuration": values["AutoDisableDuration"]}
    rules = sorted({name.split(".")[1] for name in values if name.startswith("Rule.")})
    items = ["%s:%s" % (values["Rule.%s.Protocol" % n], ports(values, "Rule.%s." % n))
             for n in rules]
    return "".join(["[Trigger %s]\n" % values["Alias"]] +
                   ["%s=%s\n" % (key[name], value) for name, value in lines.items()] +
                   ["Open=%s\n" % ",".join(items)])


def blocks():
    return re.findall(r"^```\n(.*?)^```$", page(), re.MULTILINE | re.DOTALL)


def test_the_example_is_what_the_tables_say():
    assert section(parameters()) == blocks()[0]


def test_every_parameter_is_spoken_of():
    """Those that Issue 2 of the model has, each once."""
    first, second = page().split("## Device.NAT.PortTrigger.{i}.Rule.{i}.")

    def named(text):
        cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
        return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]

    assert sorted(named(first)) == sorted([
        "Alias", "Enable", "Status", "Origin", "Description", "Interface", "Port", "PortEndRange",
        "Protocol", "AutoDisableDuration", "ActivationDate", "ScheduleRef", "Log", "LogRef",
        "RuleNumberOfEntries"])
    assert sorted(named(second)) == ["Alias", "Port", "PortEndRange", "Protocol"]


def test_the_section_becomes_the_rule(rules):
    rules.apply(DEFAULT, blocks()[0])
    assert rules.chain("mangle") == [blocks()[1].strip()]


def test_acceptance(router, rules, lan1, wan):
    """Set the trigger, send from the LAN, see the owner, let it run out, see it closed."""
    rules.apply(DEFAULT, blocks()[0])
    shown = rules.trigger(parameters()["Alias"])
    assert shown["enable"] and shown["applied"]
    assert wan.who_answers("udp:5005") is None
    lan1.connect("tcp:6660")
    assert router.trigger().owner == lan1.ip
    assert wan.who_answers("tcp:113") == lan1.ip
    call = wan.connect("udp:5005")
    assert call.arrived_at == lan1.ip
    # What comes in does not make it longer. (The host's own packets would open it anew.)
    wait_until(lambda: call.echo() or not router.triggers(), "AutoDisableDuration is over")
    assert wan.who_answers("tcp:113") is None
    # Active connections are not terminated.
    call.echo()
    rules.apply(DEFAULT, blocks()[0].replace("Enable=yes", "Enable=no"))
    lan1.connect("tcp:6660")
    assert router.triggers() == []
    assert not rules.trigger(parameters()["Alias"])["enable"]
