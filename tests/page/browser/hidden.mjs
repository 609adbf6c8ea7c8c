// SPDX-License-Identifier: GPL-2.0
/* Nothing runs while nobody looks. */
import assert from "node:assert/strict";

import { eventually, inShell, rows, sees, shows } from "./browser.mjs";
import { entry, pageTest, program } from "./console.mjs";

/* Longer than anything waits that the page does by itself. */
const QUIET_MS = 5000;
const SOON = entry({ session: 0, timeout: 600, expires: 3 });

/** As the browser does it with a tab that is not in front; a headless one has no front. */
async function setHidden(page, hidden) {
    await page.evaluate(value => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
        document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
}

async function staysQuiet(page) {
    const before = program.calls();
    await page.waitForTimeout(QUIET_MS);
    assert.deepEqual(program.calls(), before);
    assert.ok(!program.isWatching());
}

pageTest("nothing runs while its tab is hidden", { prepare: () => program.list([SOON]) }, async page => {
    await shows(page, ["192.168.1.10"]);
    await eventually(() => assert.ok(program.isWatching()));
    await setHidden(page, true);
    await eventually(() => assert.ok(!program.isWatching()));
    program.event("opened", { trigger: SOON });
    await staysQuiet(page);
    program.list([]);
    await setHidden(page, false);
    await sees(page, "Nothing is open");
    await eventually(() => assert.ok(program.isWatching()));
});

pageTest("nothing is polled while its tab is hidden", { prepare: () => program.fails("monitor", "no events") },
         async page => {
             await sees(page, "Updated every 3 seconds: no events");
             await setHidden(page, true);
             // What runs already may end.
             await page.waitForTimeout(1000);
             await staysQuiet(page);
             program.list([SOON]);
             await setHidden(page, false);
             await eventually(async () => assert.equal((await rows(page)).length, 1));
         });

pageTest("nothing runs while another page of Cockpit is shown", { shell: true }, async page => {
    const elsewhere = page.locator("#host-apps a[href='/system/terminal']");
    const here = page.locator("#host-apps a[href='/xt-trigger']");
    await eventually(() => assert.ok(program.isWatching()));
    await elsewhere.click();
    await inShell(page).locator("h1").waitFor({ state: "hidden" });
    await eventually(() => assert.ok(!program.isWatching()));
    await staysQuiet(page);
    await here.click();
    await inShell(page).locator("h1").waitFor();
    await eventually(() => assert.ok(program.isWatching()));
});
