// SPDX-License-Identifier: GPL-2.0
/*
 * Runs xt-trigger(8) and reads its JSON. Arguments are a list, never a line for a shell. A
 * promise that fails has what the program has said as its message.
 */

const { cockpit } = globalThis;
const OPTIONS = { superuser: "require", err: "message" };

function run(args, options, input) {
    const process = cockpit.spawn(["xt-trigger", ...args], { ...OPTIONS, ...options });
    if (input !== undefined)
        process.input(input);
    return process;
}

async function json(args) {
    return JSON.parse(await run([...args, "--json"]));
}

/** What is written also with status 1, where that says only that something is wrong. */
function jsonWithProblems(args, input) {
    return new Promise((resolve, reject) => {
        const parse = (output, error) => {
            try {
                resolve(JSON.parse(output));
            } catch (noJSON) {
                reject(error || noJSON);
            }
        };
        run([...args, "--json"], {}, input).then(output => parse(output), (error, output) => parse(output, error));
    });
}

/** What is open. */
export const list = () => json(["list"]);

/** The counters. */
export const stats = () => json(["stats"]);

/** What is in the way: [{cause, problem, remedy}]. */
export const status = () => jsonWithProblems(["status"]);

/** The port triggers: {triggers, errors, warnings}. */
export const rules = () => jsonWithProblems(["rules", "list"]);

/** {errors, warnings} of the files, or of a text in place of the main file. */
export const check = text => jsonWithProblems(
    text === undefined ? ["rules", "check"] : ["rules", "check", "--file", "-"], text);

/** The rules that a text in place of the main file becomes. */
export const print = text => run(["rules", "print", "--file", "-"], {}, text);

/** Makes the rules. Returns what is said beside that: warnings. */
export const apply = () => run(["rules", "apply"], { err: "out" });

/** Closes what is open of one id, or all. */
export const close = id => run(["close", `id=${id}`]);
export const closeAll = () => run(["close", "--all"]);

/**
 * Calls back for each event, until the returned function is called; and once with why, if
 * the program ends by itself.
 */
export function monitor(onEvent, onEnd) {
    let rest = "";
    let stopped = false;
    const process = run(["monitor", "--json"], { err: "message" });
    const end = error => {
        if (!stopped)
            onEnd(error ? error.message : "");
    };

    process.stream(data => {
        const lines = (rest + data).split("\n");
        rest = lines.pop();
        if (!stopped)
            lines.filter(line => line).forEach(line => onEvent(JSON.parse(line)));
    });
    process.then(() => end(null), end);
    return () => {
        stopped = true;
        process.close("terminated");
    };
}
