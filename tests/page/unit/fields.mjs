// SPDX-License-Identifier: GPL-2.0
/* The fields of the page are the keys that the program knows. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { test } from "../test.mjs";
import { defaultGroups, triggerGroups } from "../../../userspace/cockpit/fields.js";

const PROGRAM = readFileSync(new URL("../../../userspace/xt-trigger/conf.c", import.meta.url), "utf8");
const KEYS = [...PROGRAM.matchAll(/= KEY\("(\w+)", (IN_\w+),/g)];

function known(...places) {
    return KEYS.filter(([, , place]) => places.includes(place)).map(([, key]) => key).sort();
}

function fields(groups) {
    return groups.flatMap(group => group.fields.map(({ key }) => key)).sort();
}

test("each key of a port trigger has its field", () => {
    assert.deepEqual(fields(triggerGroups()), [...known("IN_TRIGGER", "IN_BOTH"), "name"].sort());
});

test("each key of [Default] alone has its field", () => {
    assert.ok(known("IN_DEFAULT").includes("InTable"));
    assert.deepEqual(fields(defaultGroups()).filter(key => !known("IN_BOTH").includes(key)), known("IN_DEFAULT"));
});
