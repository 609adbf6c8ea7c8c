// SPDX-License-Identifier: GPL-2.0
/*
 * When what is shown has to be read again: at each event of `xt-trigger monitor`, at most
 * once a second; without events every few seconds. Nothing runs while nobody looks.
 */
import * as program from "./xt-trigger.js";

const { cockpit } = globalThis;
const LEAST_MS = 1000;
const POLL_MS = 3000;
const RETRY_MS = 30000;

export class Live {
    #refresh;
    #onSource;
    #stopMonitor = null;
    #pollTimer = null;
    #retryTimer = null;
    #wakeTimer = null;
    #reading = false;
    #again = false;
    #last = -Infinity;
    #there = false;
    #visible = false;

    /**
     * @refresh:  reads again, and never fails: gives whether there was something to read
     * @onSource: ({events, reason, lost}): where the news come from, why not from events,
     *            and whether some of them were lost
     */
    constructor({ refresh, onSource }) {
        this.#refresh = refresh;
        this.#onSource = onSource;
    }

    start() {
        cockpit.addEventListener("visibilitychange", () => this.#setVisible(!cockpit.hidden));
        this.#setVisible(!cockpit.hidden);
    }

    /** Reads again soon: now, or a second after the last time. */
    wake() {
        if (this.#reading)
            this.#again = true;
        if (this.#reading || this.#wakeTimer || !this.#visible)
            return;
        const wait = Math.max(0, this.#last + LEAST_MS - performance.now());
        this.#wakeTimer = setTimeout(() => this.#read(), wait);
    }

    /** What happens while it reads may not be in what was read. */
    async #read() {
        this.#wakeTimer = null;
        this.#again = false;
        this.#reading = true;
        this.#last = performance.now();
        const there = await this.#refresh();
        this.#reading = false;
        // A module that has come meanwhile tells events, too.
        if (there && !this.#there && this.#pollTimer)
            this.#listenAgain();
        this.#there = there;
        if (this.#again)
            this.wake();
    }

    #setVisible(visible) {
        if (visible === this.#visible)
            return;
        this.#visible = visible;
        if (visible) {
            this.#listen();
            this.wake();
        } else {
            this.#hush();
        }
    }

    /** The first event says that it listens; what changes until then is in none. */
    #listen() {
        this.#stopMonitor = program.monitor(event => {
            this.#onSource({ events: true, lost: event.event === "lost" });
            this.wake();
        }, reason => this.#poll(reason));
    }

    /** Without events; now and then it tries to get them again. */
    #poll(reason) {
        this.#hush();
        this.#onSource({ events: false, reason });
        this.#pollTimer = setInterval(() => this.wake(), POLL_MS);
        this.#retryTimer = setTimeout(() => this.#listenAgain(), RETRY_MS);
        this.wake();
    }

    #listenAgain() {
        this.#hush();
        this.#listen();
    }

    #hush() {
        this.#stopMonitor?.();
        this.#stopMonitor = null;
        clearInterval(this.#pollTimer);
        this.#pollTimer = null;
        clearTimeout(this.#retryTimer);
        clearTimeout(this.#wakeTimer);
        this.#wakeTimer = null;
    }
}
