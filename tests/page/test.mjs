// SPDX-License-Identifier: GPL-2.0
/* A test of Node.js's own runner, if its name is chosen: as all tests of this project are. */
import { test as register } from "node:test";
import { env } from "node:process";

const texts = (env.TEST_TEXTS || "").split("\n").filter(text => text);

/** "a button, pressed" is PREFIXa-button-pressedSUFFIX. */
export function fullName(name) {
    const words = name.replace(/[^\w]+/g, "-").replace(/^-|-$/g, "");
    return `${env.TEST_PREFIX || ""}${words}${env.TEST_SUFFIX || ""}`;
}

export function test(name, run) {
    if (!texts.length || texts.some(text => fullName(name).includes(text)))
        register(name, run);
}
