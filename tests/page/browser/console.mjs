// SPDX-License-Identifier: GPL-2.0
/* The browser, the page in it, and the stand-in for the program behind it. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { env } from "node:process";
import { after } from "node:test";

import { test } from "../test.mjs";

const { chromium } = createRequire(import.meta.url)(env.PAGE_DRIVER);

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                   "--disable-background-networking", "--disable-component-update"];
const PATIENCE_MS = 20000;

let browser = null;
after(() => browser?.close());

// --- what the program tells

const IDENT = [{ protocol: "tcp", first: 113, last: 113 }];

export function entry(values) {
    return { id: 1, rule: "a3efaa9d", name: "default", family: "ipv4", owner: "192.168.1.10", host: null,
             open: IDENT, trigger: { protocol: "tcp", port: 6667 }, peer: ["198.51.100.7"], timeout: 0,
             expires: 0, lifetime: 0, age: 2, session: 1, hits: 0, state: "open", answered: true, ct: [],
             ...values };
}

const COUNTERS = { triggers: 0, max: 4096, opened: 0, refused_full: 0, refused_host: 0, refused_rule: 0 };

/** Each is a file for the stand-in; what is not named is as in a router where all is well. */
class Program {
    reset() {
        this.list([]);
        this.stats({});
        this.status([]);
        for (const command of ["monitor", "close", "apply"])
            this.#write(command, "");
        writeFileSync(`${env.PAGE_STATE}/events`, "");
        writeFileSync(`${env.PAGE_STATE}/calls`, "");
    }

    #write(command, text) {
        rmSync(`${env.PAGE_STATE}/${command}.err`, { force: true });
        writeFileSync(`${env.PAGE_STATE}/${command}.out`, text);
    }

    list(entries) {
        this.#write("list", JSON.stringify(entries));
    }

    stats(counters) {
        this.#write("stats", JSON.stringify({ ...COUNTERS, ...counters }));
    }

    status(problems) {
        this.#write("status", JSON.stringify(problems));
    }

    fails(command, message) {
        writeFileSync(`${env.PAGE_STATE}/${command}.err`, `${message}\n`);
    }

    says(command, text) {
        this.#write(command, text);
    }

    event(event, values) {
        appendFileSync(`${env.PAGE_STATE}/events`,
                       JSON.stringify({ event, time: "2026-11-26T18:09:40.120Z", ...values }) + "\n");
    }

    /** The command lines it was called with. */
    calls() {
        return readFileSync(`${env.PAGE_STATE}/calls`, "utf8").split("\n").filter(line => line);
    }
}

export const program = new Program();

// --- /etc/xt-trigger.conf

const CONF = `${env.PAGE_ROOT}/etc/xt-trigger.conf`;

export const ENDS = "[Default]\nInterface=br-lan\nOutInterface=wan\n";
export const IRC = "# for the chat\n[Trigger irc]\nEnable=no\nProtocol=tcp\nPort=6667\nOpen=tcp:113\nSession=yes\n";

export const conf = {
    write: text => writeFileSync(CONF, text),
    read: () => readFileSync(CONF, "utf8"),
    remove: () => rmSync(CONF, { force: true }),
    exists: () => existsSync(CONF),
};

// --- the browser

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

export function shot(page, name) {
    return page.screenshot({ path: `${env.PAGE_SHOTS}/${name}.png`, fullPage: true });
}

/** One for docs/. */
export async function picture(page, name) {
    await shot(page, name);
    if (env.PAGE_DOCS)
        await page.screenshot({ path: `${env.PAGE_DOCS}/${name}.png` });
}

/** @context: of the browser, and `user`: without rights */
export async function open({ user, ...context }, patience = PATIENCE_MS) {
    browser ||= await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
    const page = await browser.newPage({ viewport: { width: 1100, height: 640 }, ...context });
    page.setDefaultTimeout(patience);
    page.wrong = [];
    page.on("pageerror", error => page.wrong.push(error.message));
    page.on("console", message => {
        if (message.type() === "error")
            page.wrong.push(message.text());
    });
    const port = Number(env.PAGE_PORT) + (user ? 1 : 0);
    await page.goto(`http://127.0.0.1:${port}/cockpit/@localhost/xt-trigger/index.html`);
    await page.locator("h1").waitFor();
    return page;
}

/**
 * A test with a page of its own. @prepare: what is there before the page; @run: gets the
 * page. Whatever the page's own code or the content policy complains of is a failure.
 */
export function pageTest(name, { prepare, ...context }, run) {
    test(name, async () => {
        program.reset();
        conf.write(ENDS + IRC);
        prepare?.();
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
    });
}
