// SPDX-License-Identifier: GPL-2.0
/* What the program tells, in words: pure functions of its JSON. */

/** [{protocol, first, last}] as the file and the proc file write it. */
export function ports(items) {
    return items.map(({ protocol, first, last }) => {
        const range = first === last ? `${first}` : `${first}-${last}`;
        return protocol ? `${protocol}:${range}` : range;
    }).join(", ");
}

/** What has opened it. */
export function trigger({ protocol, port }) {
    return port === null ? protocol : `${protocol}:${port}`;
}

/** Seconds until it closes by the clock; null where only its connections close it. */
export function secondsLeft(entry) {
    const left = [];
    if (entry.timeout)
        left.push(entry.expires);
    if (entry.lifetime)
        left.push(Math.max(0, entry.lifetime - entry.age));
    return left.length ? Math.min(...left) : null;
}

/** Whether it is open while a connection lives. */
export function followsSession(entry) {
    return entry.session > 0 || !entry.timeout;
}

/** 59 s, 9:59, 1:00:00. */
export function duration(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const two = number => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    if (h)
        return `${h}:${two(m)}:${two(s)}`;
    return m ? `${m}:${two(s)}` : `${s} s`;
}

function overlap(a, b) {
    const together = (p, q) => p === q || p === "all" || q === "all";
    return a.some(x => b.some(y => together(x.protocol, y.protocol) &&
                                   x.first <= y.last && y.first <= x.last));
}

/** The open one that holds ports of one that waits; undefined if it is not known. */
export function inFront(entry, entries) {
    return entries.find(other => other.state === "open" && other.family === entry.family &&
                                 other.name === entry.name && other.owner !== entry.owner &&
                                 overlap(other.open, entry.open));
}

/** How a host is called: its name where there is one, else its address. */
export function host(entry) {
    return entry.host || entry.owner;
}

/** Whether each word of the filter is in what the row shows. */
export function matches(entry, filter, section) {
    const peers = entry.peer || ["any"];
    const shown = [entry.host || "", entry.owner, ports(entry.open), trigger(entry.trigger),
                   entry.state, entry.name, section || "", ...peers].join(" ").toLowerCase();
    return filter.toLowerCase().split(/\s+/).every(word => shown.includes(word));
}

/** One page of a list, and which one it is of how many; never one behind the last. */
export function page(list, number, size) {
    const pages = Math.max(1, Math.ceil(list.length / size));
    const at = Math.min(Math.max(0, number), pages - 1);
    return { at, pages, first: at * size, items: list.slice(at * size, (at + 1) * size) };
}

/** Which of the errors of `rules check` stand in a section: {key: [reason]}. */
export function errorsOf(errors, title) {
    const found = {};
    for (const { section, key, reason } of errors) {
        if (section === title)
            (found[key] ||= []).push(reason);
    }
    return found;
}
