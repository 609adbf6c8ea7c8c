# SPDX-License-Identifier: GPL-2.0
"""The YNL specification of the events says what their header says, and the other way round."""

import os
import re
import subprocess

import yaml

INCLUDE = os.path.join(os.path.dirname(__file__), "..", "..", "include")
HEADER = os.path.join(INCLUDE, "xt_trigger_event.h")
SPEC = os.path.join(INCLUDE, "xt_trigger.yaml")

TYPES = {"u8", "u16", "u32", "u64", "string", "binary", "nest", "pad"}


def source():
    with open(HEADER) as file:
        return file.read()


def spec():
    with open(SPEC) as file:
        return yaml.safe_load(file)


def c_name(prefix, name):
    return (prefix + name).upper().replace("-", "_")


def attributes():
    """The attributes of the specification, by their constant."""
    return {c_name(space["name-prefix"], attribute["name"]): attribute
            for space in spec()["attribute-sets"] for attribute in space["attributes"]}


def specified():
    """For each enum of the specification its constants and their values, as YNL counts them."""
    enums = {}
    for each in spec()["definitions"]:
        prefix = "xt_trigger_%s_" % each["name"]
        enums[prefix[:-1]] = {c_name(prefix, name): value
                              for value, name in enumerate(each["entries"])}
    for space in spec()["attribute-sets"]:
        enums[space["enum-name"]] = {c_name(space["name-prefix"], each["name"]): value
                                     for value, each in enumerate(space["attributes"], 1)}
    operations = spec()["operations"]
    enums[operations["enum-name"]] = {
        c_name(operations["name-prefix"], each["name"]): value
        for value, each in enumerate(operations["list"], 1)}
    return enums


def declared():
    """For each enum of the header its constants, with the comment in front of each."""
    enums = {}
    for name, body in re.findall(r"^enum (\w+) \{\n(.*?)^\};", source(), re.MULTILINE | re.DOTALL):
        found = re.findall(r"(?:/\*((?:(?!\*/).)*)\*/\s*)?\b(\w+)(?: = \d+)?,", body, re.DOTALL)
        enums[name] = {constant: " ".join(comment.replace("*", " ").split())
                       for comment, constant in found if not constant.startswith("__")}
    return enums


def test_the_same_enums():
    """Each constant of one is in the other; 0 is no event and no attribute."""
    ours = {name: {constant for constant in constants if not constant.endswith("_UNSPEC")}
            for name, constants in declared().items()}
    theirs = {name: {constant for constant in constants if not constant.endswith("_UNSPEC")}
              for name, constants in specified().items()}
    assert ours == theirs
    assert all(list(constants)[0].endswith("_UNSPEC") for constants in declared().values())


def test_the_same_values():
    """The compiler gives each constant the value that YNL gives it."""
    lines = ["#include \"%s\"" % HEADER]
    for name, constants in specified().items():
        lines += ["_Static_assert(%s == %d, \"%s\");" % (constant, value, constant)
                  for constant, value in constants.items()]
        last = max(constants.values())
        highest = list(constants)[0].replace(list(constants)[0].split("_")[-1], "MAX")
        lines.append("_Static_assert(%s == %d, \"%s\");" % (highest, last, highest))
    names = {"XT_TRIGGER_GENL_NAME": spec()["name"],
             "XT_TRIGGER_GENL_GROUP": spec()["mcast-groups"]["list"][0]["name"]}
    lines += ["_Static_assert(!__builtin_strcmp(%s, \"%s\"), \"%s\");" % (constant, text, constant)
              for constant, text in names.items()]
    lines.append("_Static_assert(XT_TRIGGER_GENL_VERSION == %d, \"version\");" % spec()["version"])
    done = subprocess.run(["gcc", "-Wall", "-Werror", "-fsyntax-only", "-x", "c", "-"],
                          input="\n".join(lines + [""]), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout


def test_the_same_types():
    """The comment of each attribute begins with its type, and says whether it repeats."""
    comments = {constant: comment for name, constants in declared().items()
                if name.endswith("_attr") for constant, comment in constants.items()
                if not constant.endswith("_UNSPEC")}
    said = {constant: (comment.split(" ")[0].rstrip(":"), "; repeats" in comment)
            for constant, comment in comments.items()}
    assert said == {constant: (each["type"], each.get("multi-attr", False))
                    for constant, each in attributes().items()}
    assert {kind for kind, _ in said.values()} == TYPES


def test_every_event_has_what_its_form_needs():
    """Each names attributes of its space only; all have the entry's, and the number if need be."""
    known = [each["name"] for each in spec()["attribute-sets"][0]["attributes"]]
    entry = [name for name in known if name not in ("reason", "count", "pad")]
    for event in spec()["operations"]["list"]:
        names = event["event"]["attributes"]
        more = {"opened": [], "closed": ["reason", "count"]}.get(event["name"], ["count"])
        assert sorted(names) == sorted(entry + more), event["name"]
        assert event["mcgrp"] == "events" and event["attribute-set"] == "trigger"


def test_every_nest_has_its_space():
    spaces = {space["name"] for space in spec()["attribute-sets"]}
    enums = {each["name"] for each in spec()["definitions"]}
    for attribute in attributes().values():
        assert (attribute["type"] == "nest") == ("nested-attributes" in attribute)
        assert attribute.get("nested-attributes", "range") in spaces
        assert attribute.get("enum", "state") in enums
