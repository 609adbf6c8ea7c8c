// SPDX-License-Identifier: GPL-2.0
/* What a router may be in, beside all being well. */
import assert from "node:assert/strict";

import { eventually, rows, sees, shot, showTriggers } from "./browser.mjs";
import { conf, entry, ENDS, IRC, pageTest, program } from "./console.mjs";

const NO_MODULE = "xt-trigger: the kernel module xt_TRIGGER is not loaded; a TRIGGER rule of iptables loads it";

function noModule() {
    for (const command of ["list", "stats", "monitor"])
        program.fails(command, NO_MODULE);
    program.status([{ cause: "module", problem: "The module xt_TRIGGER is not loaded.",
                      remedy: "modprobe xt_TRIGGER" }]);
}

pageTest("no rights", { user: true }, async page => {
    await sees(page, "Limited access");
    assert.deepEqual(program.calls(), []);
    await shot(page, "no-rights");
});

pageTest("no module, until there is one", { prepare: noModule }, async page => {
    await sees(page, "The module xt_TRIGGER is not loaded.");
    await sees(page, "modprobe xt_TRIGGER");
    await shot(page, "no-module");
    program.list([entry({})]);
    program.stats({ triggers: 1 });
    program.says("monitor", "");
    await eventually(async () => assert.equal((await rows(page)).length, 1));
    // At once, and not when it would try again anyhow.
    await page.getByText("Updated as soon as something changes.").waitFor({ timeout: 10000 });
});

pageTest("a module that tells no events", { prepare: () => {
    program.fails("monitor", "xt-trigger: the module 0.1 is too old: it tells no events");
} }, async page => {
    await sees(page, "Updated every 3 seconds: xt-trigger: the module 0.1 is too old");
    program.list([entry({})]);
    await eventually(async () => assert.equal((await rows(page)).length, 1));
    await shot(page, "no-events");
});

pageTest("events were lost", {}, async page => {
    await sees(page, "Nothing is open");
    program.list([entry({})]);
    program.event("lost", { count: 17 });
    await sees(page, "Events were lost");
    await eventually(async () => assert.equal((await rows(page)).length, 1));
    await shot(page, "events-lost");
});

pageTest("what is in the way", { prepare: () => program.status(
    [{ cause: "forwarding", problem: "This machine does not forward IPv4 packets.",
       remedy: "sysctl -w net.ipv4.ip_forward=1" }]) }, async page => {
    await page.getByRole("tab", { name: "Status (1)" }).click();
    await sees(page, "This machine does not forward IPv4 packets.");
    await sees(page, "sysctl -w net.ipv4.ip_forward=1");
    await shot(page, "status");
    program.status([]);
    await page.getByRole("button", { name: "Look again" }).click();
    await sees(page, "Nothing is in the way");
});

const BROKEN = ENDS + IRC + "Lifetime=1 day\n";

pageTest("a broken file is told, and left alone", { prepare: () => conf.write(BROKEN) }, async page => {
    await page.getByRole("tab", { name: "Port triggers" }).click();
    await sees(page, "/etc/xt-trigger.conf, line 11: [Trigger irc] Lifetime: must be a number");
    for (const name of ["Add", "Settings", "Apply"])
        assert.ok(await page.getByRole("button", { name, exact: true }).isDisabled());
    assert.equal(await page.getByRole("button", { name: "Edit irc" }).count(), 0);
    await shot(page, "broken-file");
    assert.equal(conf.read(), BROKEN);
});

const ENABLED = ENDS + IRC.replace("Enable=no\n", "");

pageTest("no service", { prepare: () => {
    conf.write(ENABLED);
    program.unit("not-found", "");
} }, async page => {
    await showTriggers(page);
    await sees(page, "There is no xt-trigger.service: nothing applies the file at boot.");
    assert.equal(await page.getByRole("button", { name: "Apply at boot" }).count(), 0);
    await shot(page, "no-service");
});

pageTest("a service that is not enabled, until it is", { prepare: () => {
    conf.write(ENABLED);
    program.unit("loaded", "disabled");
} }, async page => {
    await showTriggers(page);
    await sees(page, "Port triggers are not applied at boot.");
    await shot(page, "not-at-boot");
    await page.getByRole("button", { name: "Apply at boot" }).click();
    await page.getByText("After a reboot").waitFor({ state: "detached" });
    assert.ok(program.calls().includes("systemctl enable xt-trigger.service"));
});

pageTest("nothing is said of the boot where nothing is to be applied", { prepare: () =>
    program.unit("loaded", "disabled") }, async page => {
    await showTriggers(page);
    await eventually(async () => assert.equal((await rows(page))[0][4], "disabled"));
    assert.equal(await page.getByText("After a reboot").count(), 0);
});

pageTest("no such program", { prepare: () => {
    for (const command of ["list", "stats", "monitor", "status"])
        program.fails(command, "xt-trigger: Permission denied");
} }, async page => {
    await sees(page, "What is open cannot be read");
    await page.getByRole("tab", { name: "Status" }).click();
    await sees(page, "The program does not run");
    await shot(page, "no-program");
});

pageTest("a narrow screen", { viewport: { width: 320, height: 700 },
                              prepare: () => program.list([entry({ host: "a-host-with-a-rather-long-name" })]) },
         async page => {
             await eventually(async () => assert.equal((await rows(page)).length, 1));
             const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
             assert.ok(await fits());
             await shot(page, "narrow-open");
             await page.getByRole("tab", { name: "Port triggers" }).click();
             await page.getByRole("button", { name: "Edit irc" }).click();
             await page.locator("dialog").waitFor();
             assert.ok(await fits());
             await shot(page, "narrow-form");
         });

pageTest("the keyboard alone", { prepare: () => program.list([entry({ id: 9 })]) }, async page => {
    await eventually(async () => assert.equal((await rows(page)).length, 1));
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.getByRole("tab", { name: "Port triggers" }).getAttribute("aria-selected"), "true");
    await page.keyboard.press("Home");
    for (let i = 0; i < 4 && !program.calls().includes("close id=9"); i++) {
        await page.keyboard.press("Tab");
        const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
        if (label === "Close tcp:113 of 192.168.1.10")
            await page.keyboard.press("Enter");
    }
    await eventually(() => assert.ok(program.calls().includes("close id=9")));
});
