// SPDX-License-Identifier: GPL-2.0
/* The browser, and the page in it. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { env } from "node:process";
import { after } from "node:test";

const { chromium } = createRequire(import.meta.url)(env.PAGE_DRIVER);

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                   "--disable-background-networking", "--disable-component-update"];
/* A router that is emulated takes longer. */
const PATIENCE_MS = Number(env.PAGE_PATIENCE_MS || 20000);

let browser = null;
after(() => browser?.close());

/** Waits until it holds; what it throws last is why it did not. */
export async function eventually(condition, patience = PATIENCE_MS) {
    const end = Date.now() + patience;
    for (;;) {
        try {
            return await condition();
        } catch (error) {
            if (Date.now() > end)
                throw error;
        }
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}

export function sees(page, text) {
    return page.getByText(text).first().waitFor({ timeout: PATIENCE_MS });
}

/** The texts of the rows of the table that is shown, by columns. */
export async function rows(page) {
    const shown = page.locator("tbody tr:visible");
    const texts = await Promise.all((await shown.all()).map(row => row.locator("td").allInnerTexts()));
    return texts.map(row => row.map(text => text.replace(/\s+/g, " ").trim()));
}

/** Waits for the rows that begin so. */
export function shows(page, expected) {
    return eventually(async () => assert.deepEqual((await rows(page)).map(row => row[0]), expected));
}

/** The field of a dialog that has this label. */
export function field(page, label) {
    return page.locator("dialog").getByLabel(label, { exact: true });
}

export function save(page) {
    return page.locator("dialog").getByRole("button", { name: "Save" }).click();
}

export async function showTriggers(page) {
    await page.getByRole("tab", { name: "Port triggers" }).click();
    await page.getByRole("button", { name: "Apply", exact: true }).waitFor();
}

export function shot(page, name) {
    return page.screenshot({ path: `${env.PAGE_SHOTS}/${name}.png`, fullPage: true });
}

/** One for docs/. */
export async function picture(page, name) {
    await shot(page, name);
    if (env.PAGE_DOCS)
        await page.screenshot({ path: `${env.PAGE_DOCS}/${name}.png` });
}

const kept = new Set();

/** Cockpit ends a session of which no page is open for 15 seconds: an empty one stays. */
async function keepSession(server) {
    if (kept.has(server))
        return;
    kept.add(server);
    const page = await browser.newPage();
    await page.goto(`${server}/cockpit/@localhost/xt-trigger/manifest.json`);
    await page.addScriptTag({ url: "../base1/cockpit.js" });
    await page.evaluate(() => new Promise(done => globalThis.cockpit.transport.wait(() => done())));
}

/** The page, where Cockpit's shell shows it. */
export function inShell(page) {
    return page.frameLocator("iframe[name='cockpit1:localhost/xt-trigger']");
}

/** @context: of the browser, and `user`: without rights, `shell`: with the rest of Cockpit around it */
async function open({ user, shell, ...context }) {
    browser ||= await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
    const page = await browser.newPage({ viewport: { width: 1100, height: 640 }, ...context });
    page.setDefaultTimeout(PATIENCE_MS);
    page.wrong = [];
    // What other pages of Cockpit complain of is no concern of ours.
    if (!shell) {
        page.on("pageerror", error => page.wrong.push(error.message));
        page.on("console", message => message.type() === "error" && page.wrong.push(message.text()));
    }
    const server = `http://127.0.0.1:${Number(env.PAGE_PORT) + (user ? 1 : 0)}`;
    await page.goto(shell ? `${server}/xt-trigger` : `${server}/cockpit/@localhost/xt-trigger/index.html`);
    await (shell ? inShell(page) : page).locator("h1").waitFor();
    await keepSession(server);
    return page;
}

/**
 * Runs a test on a page of its own. Whatever the page's own code or the content policy
 * complains of is a failure, of which a picture is kept.
 */
export async function onPage(name, context, run) {
    const page = await open(context);
    try {
        await run(page);
        assert.deepEqual(page.wrong, []);
    } catch (error) {
        await shot(page, `failed-${name.replace(/\W+/g, "-")}`);
        throw error;
    } finally {
        await page.close();
    }
}
