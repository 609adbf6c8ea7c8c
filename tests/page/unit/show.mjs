// SPDX-License-Identifier: GPL-2.0
/* What the page makes of the program's JSON. */
import assert from "node:assert/strict";

import { test } from "../test.mjs";
import * as show from "../../../userspace/cockpit/show.js";

const IDENT = [{ protocol: "tcp", first: 113, last: 113 }];

function entry(values) {
    return { id: 1, family: "ipv4", name: "default", owner: "192.168.1.10", host: null, open: IDENT,
             trigger: { protocol: "tcp", port: 6667 }, peer: null, timeout: 0, expires: 0, lifetime: 0,
             age: 0, session: 0, hits: 0, state: "open", ...values };
}

test("ports, as the file writes them", () => {
    assert.equal(show.ports([{ protocol: "tcp", first: 1, last: 2 }, { protocol: "udp", first: 5, last: 5 }]),
                 "tcp:1-2, udp:5");
    assert.equal(show.ports([]), "");
});

test("what has opened it, also without ports", () => {
    assert.equal(show.trigger({ protocol: "tcp", port: 6667 }), "tcp:6667");
    assert.equal(show.trigger({ protocol: "47", port: null }), "47");
});

test("the time that is left is the shorter one", () => {
    assert.equal(show.secondsLeft(entry({ timeout: 600, expires: 40 })), 40);
    assert.equal(show.secondsLeft(entry({ timeout: 600, expires: 40, lifetime: 100, age: 90 })), 10);
    assert.equal(show.secondsLeft(entry({ lifetime: 100, age: 120 })), 0);
    assert.equal(show.secondsLeft(entry({ session: 1 })), null);
});

test("a session holds it open, alone or beside a timeout", () => {
    assert.ok(show.followsSession(entry({ session: 1 })));
    assert.ok(show.followsSession(entry({ session: 1, timeout: 600 })));
    assert.ok(!show.followsSession(entry({ timeout: 600 })));
});

test("durations", () => {
    assert.deepEqual([-3, 0, 59.9, 60, 599, 3600, 86399].map(show.duration),
                     ["0 s", "0 s", "59 s", "1:00", "9:59", "1:00:00", "23:59:59"]);
});

test("who is in front of one that waits", () => {
    const waiting = entry({ id: 2, owner: "192.168.1.11", state: "waiting" });
    const others = [waiting, entry({ id: 3, family: "ipv6" }), entry({ id: 4, name: "b" }),
                    entry({ id: 5, open: [{ protocol: "udp", first: 113, last: 113 }] }),
                    entry({ id: 6, open: [{ protocol: "tcp", first: 100, last: 200 }] })];
    assert.equal(show.inFront(waiting, others).id, 6);
    assert.equal(show.inFront(waiting, [waiting]), undefined);
});

test("the filter: each word, in whatever a row shows", () => {
    const alice = entry({ host: "alice", peer: ["198.51.100.7"] });
    for (const filter of ["", "ALICE", "192.168", "tcp:113", "open alice", "100.7", "irc"])
        assert.ok(show.matches(alice, filter, "irc"), filter);
    for (const filter of ["bob", "alice waiting", "udp"])
        assert.ok(!show.matches(alice, filter, "irc"), filter);
    assert.ok(show.matches(entry({}), "any"));
});

test("pages, never one behind the last", () => {
    const list = [...Array(101).keys()];
    assert.deepEqual(show.page(list, 2, 50), { at: 2, pages: 3, first: 100, items: [100] });
    assert.deepEqual(show.page(list.slice(0, 60), 2, 50).at, 1);
    assert.deepEqual(show.page([], 5, 50), { at: 0, pages: 1, first: 0, items: [] });
    assert.deepEqual(show.page(list, -1, 50).at, 0);
});

test("errors by their fields", () => {
    const error = (section, key, reason) => ({ section: `[Trigger ${section}]`, key, reason });
    const errors = [error("a", "Port", "x"), error("b", "Port", "y"), error("a", "Port", "z"), error("a", "", "w")];
    assert.deepEqual(show.errorsOf(errors, "[Trigger a]"), { Port: ["x", "z"], "": ["w"] });
});
