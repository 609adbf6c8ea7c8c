// SPDX-License-Identifier: GPL-2.0
/* What is open: the table, as the program's events move it. */
import assert from "node:assert/strict";

import { eventually, picture, rows, sees, shot, shows } from "./browser.mjs";
import { entry, pageTest, program } from "./console.mjs";

const ALICE = entry({ id: 5, host: "alice", hits: 1 });
const GAME = entry({ id: 6, rule: "466cee02", owner: "192.168.1.12", host: "console", peer: null, session: 0,
                     open: [{ protocol: "udp", first: 3074, last: 3074 }], trigger: { protocol: "udp", port: 3074 },
                     timeout: 600, expires: 431, hits: 7 });
const BEHIND = entry({ id: 7, owner: "192.168.1.11", state: "waiting" });
const HOSTILE = "<img src=x onerror=document.title='owned'>";

pageTest("opens with an event, and closes with one", {}, async page => {
    await sees(page, "Nothing is open");
    await shot(page, "nothing-open");
    program.list([ALICE]);
    program.event("opened", { trigger: ALICE });
    await shows(page, ["alice (192.168.1.10)"]);
    assert.deepEqual((await rows(page))[0].slice(1, 7),
                     ["tcp:113", "198.51.100.7", "tcp:6667", "while the session lives", "1", "open"]);
    program.list([]);
    program.event("closed", { reason: "ended", trigger: ALICE });
    await sees(page, "Nothing is open");
});

/** Until it listens, and has read what changed before. */
async function settles(page) {
    await sees(page, "Updated as soon as something changes.");
    await page.waitForTimeout(2000);
}

pageTest("without events nothing is read again", { prepare: () => program.list([ALICE]) }, async page => {
    await shows(page, ["alice (192.168.1.10)"]);
    await settles(page);
    const before = program.calls().length;
    await page.waitForTimeout(5000);
    assert.equal(program.calls().length, before);
});

pageTest("counts down by itself", { prepare: () => program.list([GAME]) }, async page => {
    await settles(page);
    const before = program.calls().length;
    await eventually(async () => assert.match((await rows(page))[0][4], /^7:(09|10|11)$/));
    await eventually(async () => assert.match((await rows(page))[0][4], /^7:0[3-6]$/));
    assert.equal(program.calls().length, before);
});

pageTest("who waits, and behind whom", { prepare: () => program.list([ALICE, BEHIND]) }, async page => {
    await shows(page, ["alice (192.168.1.10)", "192.168.1.11"]);
    assert.equal((await rows(page))[1][6], "waiting behind alice");
});

for (const colorScheme of ["light", "dark"]) {
    const prepare = () => program.list([ALICE, BEHIND, GAME]);
    pageTest(`a picture of it, ${colorScheme}`, { prepare, colorScheme }, async page => {
        await shows(page, ["alice (192.168.1.10)", "192.168.1.11", "console (192.168.1.12)"]);
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(background === "rgb(255, 255, 255)", colorScheme === "light", background);
        await picture(page, `page-${colorScheme}`);
    });
}

pageTest("a hostile name is text", { prepare: () => program.list([entry({ host: HOSTILE })]) }, async page => {
    await shows(page, [`${HOSTILE} (192.168.1.10)`]);
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.title(), "Port triggering");
    await shot(page, "hostile-name");
});

pageTest("closes one, without a question", { prepare: () => program.list([ALICE, GAME]) }, async page => {
    await page.getByRole("button", { name: "Close udp:3074 of console" }).click();
    await eventually(() => assert.ok(program.calls().includes("close id=6")));
});

pageTest("closes all, after a question", { prepare: () => program.list([ALICE, GAME]) }, async page => {
    await shows(page, ["alice (192.168.1.10)", "console (192.168.1.12)"]);
    await page.getByRole("button", { name: "Close all" }).click();
    await sees(page, "2 active triggers close for all hosts");
    await shot(page, "close-all");
    await page.keyboard.press("Escape");
    assert.ok(!program.calls().includes("close --all"));
    await page.getByRole("button", { name: "Close all" }).click();
    await page.locator("dialog").getByRole("button", { name: "Close all" }).click();
    await eventually(() => assert.ok(program.calls().includes("close --all")));
});

pageTest("what cannot be closed is told", { prepare: () => {
    program.list([ALICE]);
    program.fails("close", "xt-trigger: nothing matches");
} }, async page => {
    await page.getByRole("button", { name: "Close tcp:113 of alice" }).click();
    await sees(page, "nothing matches");
});

pageTest("the filter", { prepare: () => program.list([ALICE, GAME]) }, async page => {
    await shows(page, ["alice (192.168.1.10)", "console (192.168.1.12)"]);
    await page.getByLabel("Filter").fill("udp cons");
    await shows(page, ["console (192.168.1.12)"]);
    await page.getByLabel("Filter").fill("nobody");
    await sees(page, "Nothing matches the filter");
});

pageTest("thousands are shown in pages", { prepare: () => program.list(
    [...Array(4096).keys()].map(n => entry({ id: n + 1, owner: `192.168.${n >> 8}.${n & 255}` }))) }, async page => {
    await sees(page, "1 to 50, 4096 open or waiting");
    assert.equal((await rows(page)).length, 50);
    await page.getByRole("button", { name: "Next page" }).click();
    await sees(page, "51 to 100, 4096 open or waiting");
    await page.getByLabel("Filter").fill("192.168.15.255");
    await shows(page, ["192.168.15.255"]);
    await shot(page, "thousands");
});

pageTest("a limit that has refused somebody", { prepare: () => program.stats({ refused_host: 3 }) }, async page => {
    await sees(page, "One host asked for too much: 3 were not opened.");
    await page.getByText("Counters").click();
    await sees(page, "How many there may be");
    await shot(page, "limit");
});

pageTest("the focus stays in its row", { prepare: () => program.list([ALICE, GAME]) }, async page => {
    const button = page.getByRole("button", { name: "Close udp:3074 of console" });
    await button.focus();
    program.list([GAME]);
    program.event("closed", { reason: "ended", trigger: ALICE });
    await shows(page, ["console (192.168.1.12)"]);
    assert.ok(await button.evaluate(each => each === document.activeElement));
});
