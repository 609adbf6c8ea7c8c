// SPDX-License-Identifier: GPL-2.0
/*
 * The text of /etc/xt-trigger.conf, changed line by line: comments, order and whatever
 * somebody has written by hand stay. What is right in it, `xt-trigger rules check` knows;
 * here a section is only found. Pure functions: each returns the new text.
 */

export const DEFAULT = "[Default]";

/** The line that begins the section of a port trigger. */
export function header(name) {
    return `[Trigger ${name}]`;
}

function isComment(line) {
    return /^\s*[#;]/.test(line);
}

function isBlank(line) {
    return line.trim() === "";
}

function keyOf(line) {
    const match = isComment(line) ? null : /^\s*([^=\s]+)\s*=/.exec(line);
    return match ? match[1] : null;
}

/** The comment right above a line belongs to it. Returns where that begins. */
function withComment(lines, at) {
    while (at > 0 && isComment(lines[at - 1]))
        at--;
    return at;
}

/** A header as the page writes it: the program takes more blanks, too. */
function oneSpaced(line) {
    return line.trim().replace(/\s+/g, " ").replace(/^\[ /, "[").replace(/ \]$/, "]");
}

/** Where a section stands: its header and the line behind its last key; or null. */
function find(lines, title) {
    const first = lines.findIndex(line => oneSpaced(line) === title);
    if (first < 0)
        return null;

    let end = first + 1;
    for (let i = end; i < lines.length && !lines[i].trimStart().startsWith("["); i++) {
        if (keyOf(lines[i]))
            end = i + 1;
    }
    return { first, end };
}

function split(text) {
    const lines = text.split("\n");
    if (lines[lines.length - 1] === "")
        lines.pop();
    return lines;
}

function join(lines) {
    return lines.length ? lines.join("\n") + "\n" : "";
}

/** The keys of a section with their values as they are written; null if there is none. */
export function read(text, title) {
    const lines = split(text);
    const section = find(lines, title);
    if (!section)
        return null;

    const values = {};
    for (const line of lines.slice(section.first + 1, section.end)) {
        const key = keyOf(line);
        if (key)
            values[key] = line.slice(line.indexOf("=") + 1).trim();
    }
    return values;
}

/**
 * Sets the keys of a section, which is added at the end if there is none ([Default]: at
 * the front). An empty value takes the key away; keys that are not named stay.
 */
export function write(text, title, values) {
    const lines = split(text);
    let section = find(lines, title);

    if (!section && title === DEFAULT) {
        lines.unshift(title, "");
        section = { first: 0, end: 1 };
    } else if (!section) {
        if (lines.length && !isBlank(lines[lines.length - 1]))
            lines.push("");
        lines.push(title);
        section = { first: lines.length - 1, end: lines.length };
    }
    for (const [key, value] of Object.entries(values))
        section.end += setKey(lines, section, key, oneLine(value));
    return join(lines);
}

/** Returns by how many lines the section has grown. */
function setKey(lines, section, key, value) {
    let at = section.first + 1;
    while (at < section.end && keyOf(lines[at]) !== key)
        at++;
    const found = at < section.end;
    const line = value === "" ? [] : [`${key}=${value}`];

    lines.splice(at, found ? 1 : 0, ...line);
    return line.length - (found ? 1 : 0);
}

/** A value cannot begin another line, whatever was pasted into a field. */
function oneLine(value) {
    return value.replace(/[\r\n]+/g, " ").trim();
}

/** Takes a section away, and the comment above it. */
export function remove(text, title) {
    const lines = split(text);
    const section = find(lines, title);
    if (!section)
        return text;

    const first = withComment(lines, section.first);
    let { end } = section;
    while (end < lines.length && isBlank(lines[end]))
        end++;
    lines.splice(first, end - first);
    while (lines.length && isBlank(lines[lines.length - 1]))
        lines.pop();
    return join(lines);
}

/** Gives a section another name. */
export function rename(text, from, to) {
    const lines = split(text);
    const section = find(lines, from);
    if (section)
        lines[section.first] = to;
    return join(lines);
}

/** The text with [Default] and one section alone, enabled: to show what it becomes. */
export function only(text, title) {
    const values = { ...read(text, title), Enable: "yes" };
    const defaults = read(text, DEFAULT);
    return write(defaults ? write("", DEFAULT, defaults) : "", title, values);
}
