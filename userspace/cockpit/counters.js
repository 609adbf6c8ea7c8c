// SPDX-License-Identifier: GPL-2.0
/* The counters, with what they mean, and the warning when a limit has refused somebody. */
import * as dom from "./dom.js";
import { _, format } from "./l10n.js";

function meanings() {
    return {
        triggers: _("Active triggers now, open or waiting"),
        parked: _("Active triggers whose rule is away"),
        max: _("How many there may be"),
        opened: _("Opened since the module was loaded"),
        refreshed: _("Refreshed by traffic, at most once a second each"),
        expired: _("Closed by their timeout or lifetime"),
        ended: _("Closed with their connections"),
        closed: _("Closed by hand or with their rule"),
        evicted: _("Closed to make room, unanswered"),
        refused_full: _("Not opened: the table was full"),
        refused_host: _("Not opened: the host had too many open"),
        refused_rule: _("Not opened: the rule had too many open"),
        waited: _("Opened while another host held the ports"),
        dnat: _("Inbound connections sent to their host"),
        accepted: _("Inbound connections accepted"),
        local: _("Inbound connections left to the router's own services"),
    };
}

function limits() {
    return {
        refused_full: _("The table was full: $0 were not opened. The module's parameter max_triggers is its size."),
        refused_host: _("One host asked for too much: $0 were not opened. What it has open is below."),
        refused_rule: _("A port trigger had as many hosts as its Max allows: $0 were not opened."),
    };
}

/** The warnings for the limits that have refused somebody. */
export function limitWarnings(counters) {
    return Object.entries(limits())
            .filter(([name]) => counters[name] > 0)
            .map(([name, text]) => dom.alert("warning", _("A limit was reached"), format(text, counters[name])));
}

/** All counters; one that this page does not know is shown by its name. */
export function counterList(counters) {
    const known = meanings();
    return dom.element("dl", { class: "pf-v6-c-description-list pf-m-horizontal pf-m-compact" },
                       Object.entries(counters).map(([name, value]) => dom.element(
                           "div", { class: "pf-v6-c-description-list__group" },
                           dom.element("dt", { class: "pf-v6-c-description-list__term" }, known[name] || name),
                           dom.element("dd", { class: "pf-v6-c-description-list__description" }, String(value)))));
}
