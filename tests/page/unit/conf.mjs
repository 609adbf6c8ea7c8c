// SPDX-License-Identifier: GPL-2.0
/* What the page changes in the text of /etc/xt-trigger.conf, and what it leaves as it is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { test } from "../test.mjs";
import { DEFAULT, header, only, read, remove, rename, write } from "../../../userspace/cockpit/conf.js";

const EXAMPLE = readFileSync(new URL("../../../userspace/xt-trigger.conf", import.meta.url), "utf8");
const IRC = header("irc");

/** The lines that two texts do not share. */
function changed(before, after) {
    const [a, b] = [before.split("\n"), after.split("\n")];
    return [...a.filter(line => !b.includes(line)).map(line => "-" + line),
            ...b.filter(line => !a.includes(line)).map(line => "+" + line)];
}

test("reads a section as it is written", () => {
    const text = "[Default]\n Interface = br-lan , lan2 \n[Trigger irc]\n#Port=1\nOpen=tcp:113 # here\nPort=\n";
    assert.deepEqual(read(text, DEFAULT), { Interface: "br-lan , lan2" });
    assert.deepEqual(read(text, IRC), { Open: "tcp:113 # here", Port: "" });
    assert.equal(read(text, header("ftp")), null);
});

test("reads the header however it is spaced", () => {
    assert.deepEqual(read("  [Trigger   irc]\nPort=1\n", IRC), { Port: "1" });
    assert.deepEqual(read("[ Trigger\tirc ]\nPort=1\n", IRC), { Port: "1" });
    assert.equal(write("[ Default ]\nMark=no\n", DEFAULT, { Mark: "" }), "[ Default ]\n");
});

test("takes no section for another one with a longer name", () => {
    assert.equal(read("[Trigger irc2]\nPort=1\n", IRC), null);
});

test("changes the value of a key, and nothing else", () => {
    const after = write(EXAMPLE, IRC, { Port: "6667" });
    assert.deepEqual(changed(EXAMPLE, after), ["-Port=6660-6669,6697,7000", "+Port=6667"]);
    assert.equal(after.split("\n").length, EXAMPLE.split("\n").length);
});

test("adds a key behind the last one of its section", () => {
    const after = write("[Trigger irc]\nPort=1\n\n# of ftp\n[Trigger ftp]\nPort=21\n", IRC, { Max: "5" });
    assert.equal(after, "[Trigger irc]\nPort=1\nMax=5\n\n# of ftp\n[Trigger ftp]\nPort=21\n");
});

test("takes a key away where the value is empty", () => {
    assert.equal(write("[Trigger irc]\nEnable=no\nPort=1\n", IRC, { Enable: "", Max: "" }), "[Trigger irc]\nPort=1\n");
});

test("leaves what [Default] has beside what is set", () => {
    const text = "[Default]\nMark=0x10\n# fw4\nInTable=mangle\n Restore = yes\nNoSuchKey=1\nTimeout=60\n\n[Trigger irc]\nPort=1\n";
    assert.deepEqual(changed(text, write(text, DEFAULT, { Interface: "lan", InTable: "mangle", NAT: "" })),
                     ["+Interface=lan"]);
});

test("changes a key of its own section only", () => {
    const text = "[Trigger ftp]\nPort=21\n[Trigger irc]\nPort=1\n";
    assert.equal(write(text, IRC, { Port: "2" }), "[Trigger ftp]\nPort=21\n[Trigger irc]\nPort=2\n");
});

test("adds a section at the end", () => {
    assert.equal(write("[Default]\nInterface=lan", IRC, { Port: "1" }),
                 "[Default]\nInterface=lan\n\n[Trigger irc]\nPort=1\n");
    assert.equal(write("", IRC, { Port: "1" }), "[Trigger irc]\nPort=1\n");
});

test("adds [Default] at the front", () => {
    assert.equal(write("[Trigger irc]\nPort=1\n", DEFAULT, { Interface: "lan" }),
                 "[Default]\nInterface=lan\n\n[Trigger irc]\nPort=1\n");
});

test("a value is one line, whatever it has in it", () => {
    assert.equal(write("", IRC, { Description: "a\n[Trigger b]\r\nOpen=all:1-65535" }),
                 "[Trigger irc]\nDescription=a [Trigger b] Open=all:1-65535\n");
});

test("removes a section with its comment, and no other's", () => {
    const after = remove(EXAMPLE, header("ftp"));
    assert.equal(read(after, header("ftp")), null);
    for (const name of ["irc", "sip", "game", "p2p"])
        assert.deepEqual(read(after, header(name)), read(EXAMPLE, header(name)));
    assert.ok(!after.includes("# Active FTP"));
    assert.ok(after.includes("# IRC servers ask"));
    assert.ok(after.includes("# SIP phones: the voice"));
});

test("removes the last section, and what is not there not at all", () => {
    assert.equal(remove("[Default]\nA=1\n\n[Trigger irc]\nPort=1\n", IRC), "[Default]\nA=1\n");
    assert.equal(remove(EXAMPLE, header("none")), EXAMPLE);
});

test("renames a section in its place", () => {
    const after = rename(EXAMPLE, IRC, header("chat"));
    assert.deepEqual(changed(EXAMPLE, after), ["-[Trigger irc]", "+[Trigger chat]"]);
});

test("shows one section alone, enabled", () => {
    assert.equal(only("[Default]\nInterface=a\n\n[Trigger ftp]\nPort=21\n[Trigger irc]\nEnable=no\nPort=1\n", IRC),
                 "[Default]\nInterface=a\n\n[Trigger irc]\nEnable=yes\nPort=1\n");
});
