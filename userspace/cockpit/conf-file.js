// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and replaces /etc/xt-trigger.conf as a whole. What somebody else has changed since
 * it was read is never overwritten.
 */

const { cockpit } = globalThis;

export const PATH = "/etc/xt-trigger.conf";

function withFile(use) {
    const file = cockpit.file(PATH, { superuser: "require" });
    return use(file).finally(() => file.close());
}

/** {text, tag}; the text is null where there is no file. */
export function read() {
    return withFile(file => new Promise((resolve, reject) => {
        file.read().then((text, tag) => resolve({ text, tag }), reject);
    }));
}

/** Whether there is a file. */
export async function exists() {
    return (await read()).text !== null;
}

/** Whether a failed replace() is another editor's doing. */
export function isConflict(error) {
    return error.problem === "change-conflict";
}

/** @tag: of the text that was changed */
export function replace(text, tag) {
    return withFile(file => new Promise((resolve, reject) => {
        file.replace(text, tag).then(resolve, reject);
    }));
}
