// SPDX-License-Identifier: GPL-2.0
/* The lines of Node.js's tests, as all tests of this project are told: PASS or FAIL and why. */
import { fullName } from "./test.mjs";

function line({ type, data }) {
    const name = fullName(data.name);
    const seconds = (data.details.duration_ms / 1000).toFixed(1);
    if (type === "test:pass")
        return data.skip === undefined ? `PASS ${name} (${seconds} s)\n` : "";
    const { cause = data.details.error } = data.details.error;
    const [first, ...rest] = String(cause.stack || cause.message || cause).split("\n");
    return `FAIL ${name} (${seconds} s): ${first}\n` + rest.map(each => `    ${each}\n`).join("");
}

/** A file is a test for the runner, and not for us, unless it does not even start. */
function isTold({ type, data }) {
    const isFile = /\.mjs$/.test(data.name || "");
    return type === "test:fail" ? !isFile || data.details.error.failureType !== "subtestsFailed"
                                : type === "test:pass" && !isFile;
}

export default async function* lines(source) {
    for await (const event of source) {
        if (isTold(event))
            yield line(event);
        else if (event.type === "test:stdout" || event.type === "test:stderr")
            yield event.data.message.replace(/^/gm, "    ").trimEnd() + "\n";
    }
}
