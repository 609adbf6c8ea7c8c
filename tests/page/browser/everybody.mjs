// SPDX-License-Identifier: GPL-2.0
/* For who sees little or nothing, or has no mouse: what axe-core finds, and where the focus is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { env } from "node:process";

import { rows, eventually, field, sees, showTriggers } from "./browser.mjs";
import { conf, entry, ENDS, IRC, pageTest, program } from "./console.mjs";

const AXE = readFileSync(`${env.PAGE_AXE}/axe.min.js`, "utf8");
const ENTRIES = [entry({ id: 5, host: "alice" }), entry({ id: 6, owner: "192.168.1.11", state: "waiting" }),
                 entry({ id: 7, owner: "192.168.1.12", state: "parked" })];

/** What axe-core complains of: labels, roles, contrast, the order of headings ... */
async function complaints(page) {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}

function hasFocus(element) {
    return element.evaluate(each => each === document.activeElement);
}

/* Each brings the page into a state, and waits for it. */
const STATES = {
    "what is open": async page => {
        await eventually(async () => assert.equal((await rows(page)).length, 3));
        await page.getByText("Counters").click();
    },
    "the question before all is closed": async page => {
        await page.getByRole("button", { name: "Close all" }).click();
        await sees(page, "3 active triggers close");
    },
    "the port triggers": async page => {
        await showTriggers(page);
        await eventually(async () => assert.equal((await rows(page)).length, 2));
    },
    "the form, with something wrong": async page => {
        await showTriggers(page);
        await page.getByRole("button", { name: "Edit irc" }).click();
        await field(page, "Ports that trigger *").fill("0");
        await page.getByText("More").click();
        await page.getByText("As iptables rules").click();
        await page.getByRole("button", { name: "Save" }).click();
        await sees(page, "ports go from 1 to 65535");
    },
    "the settings": async page => {
        await showTriggers(page);
        await page.getByRole("button", { name: "Settings" }).click();
        await page.getByText("Beside other firewalls").click();
        await page.getByText("More").click();
        await field(page, "Lets in by the table").waitFor();
    },
    "the status": async page => {
        await page.getByRole("tab", { name: "Status (1)" }).click();
        await sees(page, "ip_forward");
    },
};

function prepare() {
    program.list(ENTRIES);
    program.stats({ refused_host: 3 });
    program.status([{ cause: "forwarding", problem: "This machine does not forward IPv4 packets.",
                      remedy: "sysctl -w net.ipv4.ip_forward=1" }]);
    conf.write(`${ENDS}${IRC}\n[Trigger ftp]\nProtocol=tcp\nPort=21\nOpen=tcp:20\n`);
}

for (const colorScheme of ["light", "dark"]) {
    for (const [state, reach] of Object.entries(STATES)) {
        pageTest(`axe finds nothing in ${state}, ${colorScheme}`, { prepare, colorScheme }, async page => {
            await reach(page);
            assert.deepEqual(await complaints(page), []);
        });
    }
}

pageTest("a dialog has the focus, and gives it back", {}, async page => {
    await showTriggers(page);
    const edit = page.getByRole("button", { name: "Edit irc" });
    await edit.focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor();
    const focus = () => page.evaluate(() => document.activeElement.closest("dialog") ? "dialog" : "page");
    assert.equal(await page.evaluate(() => document.activeElement.id), "field-name");
    // Further than there are fields: behind the last comes the first, or the browser's own.
    for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        assert.ok(await page.evaluate(() => document.activeElement === document.body) || await focus() === "dialog");
    }
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.ok(await hasFocus(edit));
});

pageTest("the focus stays where it is while the port triggers change", {}, async page => {
    const button = name => page.getByRole("button", { name, exact: true });
    await showTriggers(page);
    await button("Edit irc").press("Enter");
    await field(page, "Description").fill("Chat");
    await page.keyboard.press("Enter");
    await sees(page, "irc Chat");
    assert.ok(await hasFocus(button("Edit irc")));
    await button("Enable irc").press("Enter");
    await eventually(async () => assert.ok(await hasFocus(button("Disable irc"))));
    program.setSlow(true);
    await button("Apply").press("Enter");
    await eventually(() => assert.ok(program.calls().includes("rules apply")));
    // As long as the browser takes to see that a button is disabled.
    await page.screenshot();
    await button("Apply").press("Enter");
    program.setSlow(false);
    await page.getByText("Applied", { exact: true }).waitFor();
    assert.ok(await hasFocus(button("Apply")));
    assert.equal(program.calls().filter(call => call === "rules apply").length, 1);
    await button("Remove irc").press("Enter");
    await page.locator("dialog").getByRole("button", { name: "Remove" }).press("Enter");
    await sees(page, "No port triggers");
    assert.ok(await hasFocus(button("Add")));
});

pageTest("the focus goes to the filter when what had it is gone", { prepare }, async page => {
    const close = page.getByRole("button", { name: "Close tcp:113 of alice" });
    await close.focus();
    program.list(ENTRIES.slice(1));
    program.event("closed", { reason: "ended", trigger: ENTRIES[0] });
    await close.waitFor({ state: "detached" });
    assert.ok(await hasFocus(page.getByLabel("Filter")));
    await page.getByRole("button", { name: "Close all" }).focus();
    program.list([]);
    program.event("closed", { reason: "ended", trigger: ENTRIES[1] });
    await sees(page, "Nothing is open");
    assert.ok(await hasFocus(page.getByLabel("Filter")));
});

pageTest("axe finds nothing where there are no rights", { user: true }, async page => {
    await sees(page, "Limited access");
    assert.deepEqual(await complaints(page), []);
});

pageTest("axe finds nothing on a narrow screen", { prepare, viewport: { width: 320, height: 700 } }, async page => {
    await eventually(async () => assert.equal((await rows(page)).length, 3));
    assert.deepEqual(await complaints(page), []);
});
