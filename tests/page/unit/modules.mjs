// SPDX-License-Identifier: GPL-2.0
/* The files of the page, as a whole. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

import { test } from "../test.mjs";

const FOLDER = new URL("../../../userspace/cockpit/", import.meta.url);
const MODULES = readdirSync(FOLDER).filter(name => name.endsWith(".js"));
const text = name => readFileSync(new URL(name, FOLDER), "utf8");

test("each module is JavaScript", () => {
    for (const name of MODULES)
        execFileSync(process.execPath, ["--check", new URL(name, FOLDER).pathname]);
});

test("what a module imports is there", () => {
    for (const name of MODULES) {
        for (const [, names, from] of text(name).matchAll(/^import (?:\* as \w+|\{([^}]*)\}) from "\.\/([^"]+)";/gm)) {
            const exported = new Set([...text(from).matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)]
                    .map(match => match[1]));
            for (const each of (names || "").split(",").map(part => part.trim()).filter(part => part))
                assert.ok(exported.has(each), `${name}: ${from} exports no ${each}`);
        }
    }
});

test("what a module imports is used", () => {
    for (const name of MODULES) {
        for (const [line, all, some] of text(name).matchAll(/^import (?:\* as (\w+)|\{([^}]*)\}) from .*$/gm)) {
            for (const each of (all || some).split(",").map(part => part.trim()).filter(part => part)) {
                const uses = text(name).replace(line, "").match(new RegExp(`(?<![\\w.])${each}\\b`, "g")) || [];
                assert.ok(uses.length > 0, `${name}: ${each} is not used`);
            }
        }
    }
});

test("nothing is parsed as markup or as code", () => {
    const parses = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/;
    for (const name of MODULES)
        assert.doesNotMatch(text(name), parses, name);
    assert.doesNotMatch(text("index.html"), /<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=/);
});

test("no line is too long", () => {
    for (const name of MODULES)
        assert.doesNotMatch(text(name), /^.{121,}$/m, name);
});
