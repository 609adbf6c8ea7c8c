// SPDX-License-Identifier: GPL-2.0
/* The page in front of a real router: what it shows is what the hosts' connections do. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { env } from "node:process";
import { createInterface } from "node:readline";
import { after } from "node:test";

import { test } from "../test.mjs";
import { eventually, field, onPage, rows, save, sees, shot, shows, showTriggers } from "./browser.mjs";

const LAN1 = "192.168.1.10";
const LAN2 = "192.168.1.11";
const ENDS = "[Default]\nInterface=br-lan\nOutInterface=wan\n";
const IRC = "[Trigger irc]\nProtocol=tcp\nPort=6667\nOpen=tcp:113\nSession=yes\nPeer=host\n";
const WAN_IPV6 = "2001:db8:2::7";
const LAN1_IPV6 = "2001:db8:1::10";
const GAME = "[Trigger game]\nProtocol=udp\nPort=3074\nOpen=udp:3074\n";
/* As fw4 of OpenWrt has it; loaded last, so that it runs in front of the table filter. */
const FIREWALL = `
    chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        iifname "br-lan" accept
        iifname "wan" ct status dnat accept
        iifname "wan" meta mark & 0x100 == 0x100 accept
        reject
    }`;

// --- the world around the router (tests/page/router/world.py)

/* Made when a test needs it: where none is chosen, it would keep this process. */
let control = null;
let answers = null;
after(() => control?.destroy());

async function world(...command) {
    if (!control) {
        control = connect(Number(env.PAGE_CONTROL), "127.0.0.1");
        answers = createInterface({ input: control })[Symbol.asyncIterator]();
    }
    control.write(JSON.stringify(command) + "\n");
    const { value } = await answers.next();
    const { result, error } = JSON.parse(value);
    assert.equal(error, undefined, `${command}: ${error}`);
    return result;
}

function routerTest(name, conf, run) {
    test(name, async () => {
        await world("reset", conf);
        await onPage(name, {}, run);
    });
}

/** What the page says after the button Apply. */
async function apply(page) {
    await showTriggers(page);
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByText("Applied", { exact: true }).waitFor();
}

/** What is open, once the page is told what changes there. */
async function showOpen(page) {
    await page.getByRole("tab", { name: "What is open" }).click();
    await sees(page, "Updated as soon as something changes.");
}

// --- the tests

routerTest("somebody who knows no iptables sets up ident for IRC", "", async page => {
    await sees(page, "The module xt_TRIGGER is not loaded");
    await showTriggers(page);
    await page.getByRole("button", { name: "Settings" }).click();
    await field(page, "Local network *").fill("br-lan");
    await field(page, "Internet *").fill("wan");
    await save(page);
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByLabel("Template").selectOption("IRC (ident)");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await save(page);
    await eventually(async () => assert.equal((await rows(page))[0][4], "enabled, not applied"));
    await apply(page);
    assert.equal((await rows(page))[0][4], "enabled");

    await showOpen(page);
    await sees(page, "Nothing is open");
    assert.equal(await world("answers", "tcp:113"), null);
    await world("connect", "lan1", "tcp:6667");
    await shows(page, [LAN1]);
    assert.deepEqual((await rows(page))[0].slice(1, 7),
                     ["tcp:113", "198.51.100.7", "irc: tcp:6667", "while the session lives", "0", "open"]);
    assert.equal(await world("answers", "tcp:113"), LAN1);
    await shot(page, "irc-open");

    await page.getByRole("button", { name: `Close tcp:113 of ${LAN1}` }).click();
    await sees(page, "Nothing is open");
    assert.equal(await world("answers", "tcp:113"), null);
});

routerTest("closes with the connection that opened it", ENDS + IRC, async page => {
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "tcp:6667");
    await shows(page, [LAN1]);
    // Longer than until the page reads again what it has just read.
    await page.waitForTimeout(3000);
    await world("hang_up", "lan1", "tcp:6667");
    await sees(page, "Nothing is open");
    assert.equal(await world("answers", "tcp:113"), null);
});

routerTest("counts down, and is gone when the time is over", ENDS + GAME + "Timeout=20\n", async page => {
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "udp:3074");
    const left = async () => Number((await rows(page))[0][4].replace(" s", ""));
    await shows(page, [LAN1]);
    const first = await left();
    assert.ok(first > 0 && first <= 20, String(first));
    await eventually(async () => assert.ok(await left() <= first - 3));
    assert.equal(await world("answers", "udp:3074"), LAN1);
    await sees(page, "Nothing is open");
    assert.equal(await world("answers", "udp:3074"), null);
});

routerTest("who waits moves up when the one in front is closed", ENDS + GAME, async page => {
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "udp:3074");
    await world("connect", "lan2", "udp:3074");
    await shows(page, [LAN1, LAN2]);
    assert.equal((await rows(page))[1][6], `waiting behind ${LAN1}`);
    await shot(page, "waiting");
    await page.getByRole("button", { name: `Close udp:3074 of ${LAN1}` }).click();
    await shows(page, [LAN2]);
    await eventually(async () => assert.equal((await rows(page))[0][6], "open"));
    assert.equal(await world("answers", "udp:3074"), LAN2);
});

routerTest("counts whom it has let in", ENDS + IRC, async page => {
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "tcp:6667");
    await shows(page, [LAN1]);
    assert.equal(await world("answers", "tcp:113"), LAN1);
    await world("connect", "lan2", "tcp:6667");
    await shows(page, [LAN1, LAN2]);
    assert.equal((await rows(page))[0][5], "1");
});

routerTest("closes everything", ENDS + IRC + GAME, async page => {
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "tcp:6667");
    await world("connect", "lan2", "udp:3074");
    await shows(page, [LAN1, LAN2]);
    await page.getByRole("button", { name: "Close all" }).click();
    await page.locator("dialog").getByRole("button", { name: "Close all" }).click();
    await sees(page, "Nothing is open");
    assert.equal(await world("triggers"), 0);
});

routerTest("a port trigger that is disabled opens nothing", ENDS + IRC, async page => {
    await apply(page);
    await page.getByRole("button", { name: "Disable irc" }).click();
    await sees(page, "Not applied yet");
    await apply(page);
    await eventually(async () => assert.equal((await rows(page))[0][4], "disabled"));
    await world("connect", "lan1", "tcp:6667");
    assert.equal(await world("answers", "tcp:113"), null);
    assert.equal(await world("triggers"), 0);
});

routerTest("a name that a client has chosen is nothing but a name", ENDS + IRC, async page => {
    await world("lease", `1732633200 02:00:00:00:00:10 ${LAN1} <b>alice</b> *`);
    await apply(page);
    await showOpen(page);
    await world("connect", "lan1", "tcp:6667");
    await shows(page, [`baliceb (${LAN1})`]);
});

routerTest("lets in beside a firewall that sees packets before the table filter", ENDS + IRC, async page => {
    const inFront = /may see IPv6 packets before .in. has given them its mark/;
    await apply(page);
    await world("firewall", FIREWALL);
    await world("connect", "lan1", "tcp:6667", WAN_IPV6);
    assert.equal(await world("answers", "tcp:113", LAN1_IPV6), null);
    await page.getByRole("tab", { name: "Status" }).click();
    await sees(page, inFront);

    await showTriggers(page);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByText("Beside other firewalls").click();
    await field(page, "Lets in by the table").selectOption("mangle");
    await save(page);
    await sees(page, "Not applied yet");
    assert.equal(await world("conf"), `${ENDS}InTable=mangle\n${IRC}`);
    // Whoever comes later is told as well.
    await page.reload();
    await showTriggers(page);
    await sees(page, "Not applied yet");
    await apply(page);
    await page.getByText("Not applied yet").waitFor({ state: "detached" });
    assert.equal(await world("answers", "tcp:113", LAN1_IPV6), LAN1_IPV6);
    await page.getByRole("tab", { name: "Status" }).click();
    await page.getByText(inFront).waitFor({ state: "detached" });
});
