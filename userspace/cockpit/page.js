// SPDX-License-Identifier: GPL-2.0
/* The page: three views, shown to who has the rights. */
import * as dom from "./dom.js";
import { _, format } from "./l10n.js";
import { OpenView } from "./open.js";
import { StatusView } from "./status.js";
import { Tabs } from "./tabs.js";
import { followTheme } from "./theme.js";
import { TriggersView } from "./triggers.js";

const { cockpit } = globalThis;

function views() {
    const open = new OpenView({ onSetUp: () => tabs.show("triggers") });
    const triggers = new TriggersView({ onTriggers: list => open.setTriggers(list) });
    const status = new StatusView({
        onCount: count => tabs.setTitle("status", count ? format(_("Status ($0)"), count) : _("Status")),
    });
    const tabs = new Tabs(_("Port triggering"), [
        { id: "open", title: _("What is open"), content: open.element },
        { id: "triggers", title: _("Port triggers"), content: triggers.element },
        { id: "status", title: _("Status"), content: status.element },
    ], id => ({ triggers, status })[id]?.read());

    open.start();
    triggers.read();
    status.read();
    return tabs.element;
}

function noRights() {
    return dom.emptyState(_("Limited access"),
                          dom.element("p", null, _("What is open is for administrators to see. Turn on " +
                                                   "administrative access, at the top of Cockpit.")));
}

function start() {
    const place = document.getElementById("page");
    const permission = cockpit.permission({ admin: true });
    let shown = null;

    document.documentElement.lang = cockpit.language || "en";
    document.title = _("Port triggering");
    followTheme();
    const update = () => {
        // Until it is known, nothing is shown: no view that is taken away again.
        if (permission.allowed === null || permission.allowed === shown)
            return;
        if (shown !== null) {
            location.reload();
            return;
        }
        shown = permission.allowed;
        place.replaceChildren(dom.element("h1", { class: "pf-v6-c-title pf-m-2xl" }, _("Port triggering")),
                              shown ? views() : noRights());
    };
    permission.addEventListener("changed", update);
    update();
}

cockpit.transport.wait(start);
