// SPDX-License-Identifier: GPL-2.0
/* The page, with the stand-in for the program behind it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { env } from "node:process";

import { test } from "../test.mjs";
import { onPage } from "./browser.mjs";

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
        this.unit("loaded", "enabled");
        this.setSlow(false);
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

    /** xt-trigger.service, as systemd knows it. */
    unit(load, state) {
        writeFileSync(`${env.PAGE_STATE}/unit`, `LoadState=${load}\nUnitFileState=${state}\n`);
    }

    fails(command, message) {
        writeFileSync(`${env.PAGE_STATE}/${command}.err`, `${message}\n`);
    }

    /** `rules apply` does not end before it is no longer slow. */
    setSlow(slow) {
        if (slow)
            writeFileSync(`${env.PAGE_STATE}/slow`, "");
        else
            rmSync(`${env.PAGE_STATE}/slow`, { force: true });
    }

    says(command, text) {
        this.#write(command, text);
    }

    event(event, values) {
        appendFileSync(`${env.PAGE_STATE}/events`,
                       JSON.stringify({ event, time: "2026-11-26T18:09:40.120Z", ...values }) + "\n");
    }

    /** Whether `monitor` runs. */
    isWatching() {
        const file = `${env.PAGE_STATE}/monitor`;
        return existsSync(file) && existsSync(`/proc/${readFileSync(file, "utf8").trim()}`);
    }

    /** The command lines it was called with. */
    calls() {
        return readFileSync(`${env.PAGE_STATE}/calls`, "utf8").split("\n").filter(line => line);
    }
}

export const program = new Program();

// --- /etc/xt-trigger.conf

const CONF = `${env.PAGE_ROOT}/etc/xt-trigger.conf`;
const CONF_D = `${CONF}.d`;

export const ENDS = "[Default]\nInterface=br-lan\nOutInterface=wan\n";
export const IRC = "# for the chat\n[Trigger irc]\nEnable=no\nProtocol=tcp\nPort=6667\nOpen=tcp:113\nSession=yes\n";

export const conf = {
    write: text => writeFileSync(CONF, text),
    read: () => readFileSync(CONF, "utf8"),
    remove: () => rmSync(CONF, { force: true }),
    /** In another file of the directory beside it; null: without one. */
    writeOther: text => {
        rmSync(CONF_D, { force: true, recursive: true });
        if (text !== null) {
            mkdirSync(CONF_D);
            writeFileSync(`${CONF_D}/other.conf`, text);
        }
    },
    exists: () => existsSync(CONF),
};

/** A test with a page of its own. @prepare: what is there before the page; @run: gets the page. */
export function pageTest(name, { prepare = () => {}, ...context }, run) {
    test(name, async () => {
        program.reset();
        conf.write(ENDS + IRC);
        conf.writeOther(null);
        prepare();
        await onPage(name, context, run);
    });
}
