// SPDX-License-Identifier: GPL-2.0
/* The page in another language than its own. */
import assert from "node:assert/strict";

import { eventually, inShell, rows, sees, shot } from "./browser.mjs";
import { entry, pageTest, program } from "./console.mjs";

const GAME = entry({ session: 0, timeout: 600, expires: 431, peer: null });

pageTest("speaks German", { locale: "de-DE", prepare: () => program.list([GAME]) }, async page => {
    await eventually(async () => assert.equal((await rows(page)).length, 1));
    assert.equal(await page.title(), "Port-Triggering");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    assert.deepEqual((await rows(page))[0].slice(2, 7).toSpliced(2, 1), ["alle", "tcp:6667", "0", "offen"]);
    await shot(page, "german-open");
    await page.getByRole("button", { name: "Alle schließen" }).click();
    await sees(page, "1 aktiver Trigger schließt sich für alle Geräte.");
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Port-Trigger" }).click();
    await page.getByRole("button", { name: "Ändern", exact: false }).click();
    await page.locator("dialog").getByLabel("Auslösende Ports *").waitFor();
    await shot(page, "german-form");
});

pageTest("counts in German", { locale: "de", prepare: () => program.list([GAME, { ...GAME, id: 2 }]) }, async page => {
    await page.getByRole("button", { name: "Alle schließen" }).click();
    await sees(page, "2 aktive Trigger schließen sich für alle Geräte.");
});

pageTest("speaks English where it knows no other language of the user's", { locale: "tlh" }, async page => {
    await sees(page, "Nothing is open");
});

pageTest("stands in Cockpit's menu in German", { locale: "de", shell: true }, async page => {
    await page.locator("#host-apps").getByRole("link", { name: "Port-Triggering" }).waitFor();
    await inShell(page).getByText("Nichts ist offen").waitFor();
    await shot(page, "german-menu");
    await page.getByLabel("Suche").or(page.getByPlaceholder("Suche")).first().fill("firewall");
    await page.locator("#host-apps").getByRole("link", { name: "Port-Triggering" }).waitFor();
});
