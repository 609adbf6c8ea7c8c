// SPDX-License-Identifier: GPL-2.0
/* What `xt-trigger status` says is in the way, and what helps. */
import * as dom from "./dom.js";
import { _ } from "./l10n.js";
import * as program from "./xt-trigger.js";

export class StatusView {
    #onCount;

    /** @onCount: how many things are in the way */
    constructor({ onCount }) {
        this.#onCount = onCount;
        this.list = dom.element("div", { class: "notices" });
        this.element = dom.element("div", null,
                                   dom.element("div", { class: "toolbar" },
                                               dom.button(_("Look again"), "secondary", () => this.read())),
                                   this.list);
    }

    async read() {
        try {
            const problems = await program.status();
            this.#onCount(problems.length);
            this.list.replaceChildren(...problems.length
                ? problems.map(problemAlert)
                : [dom.alert("success", _("Nothing is in the way"))]);
        } catch (error) {
            this.list.replaceChildren(dom.alert("danger", _("The program does not run"), error.message));
        }
    }
}

function problemAlert({ problem, remedy }) {
    return dom.alert("warning", problem, remedy ? dom.code(remedy) : "");
}
