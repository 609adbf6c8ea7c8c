// SPDX-License-Identifier: GPL-2.0
/* The port triggers of /etc/xt-trigger.conf: list, change, apply. */
import * as conf from "./conf.js";
import * as file from "./conf-file.js";
import { confirm } from "./dialog.js";
import * as dom from "./dom.js";
import { addTrigger, changeFile, describeError, editDefaults, editTrigger } from "./editor.js";
import { _, format } from "./l10n.js";
import * as service from "./service.js";
import { ports } from "./show.js";
import { templates } from "./templates.js";
import * as program from "./xt-trigger.js";

export class TriggersView {
    #onTriggers;
    #triggers = [];
    #rows = new Map();

    /** @onTriggers: gets them whenever they were read */
    constructor({ onTriggers }) {
        this.#onTriggers = onTriggers;
        this.element = this.#build();
    }

    #build() {
        this.titles = [_("Name"), _("Ports that trigger"), _("Ports that open"), _("Closes"), _("State")];
        const { table, body } = dom.table(_("Port triggers"), [...this.titles, dom.spoken(_("Actions"))]);
        this.table = table;
        this.body = body;
        this.problems = dom.element("div", { class: "notices" });
        this.result = dom.element("div", { class: "notices" });
        this.empty = dom.element("div");
        this.add = dom.button(_("Add"), "primary", () => this.#add());
        this.template = dom.element("select", { id: "template" },
                                    dom.element("option", { value: "" }, _("empty")),
                                    templates().map(({ label }, i) => dom.element("option", { value: i }, label)));
        this.defaults = dom.button(_("Settings"), "secondary",
                                   () => this.#attempt(editDefaults(() => this.#saved())));
        this.apply = dom.button(_("Apply"), "secondary", () => dom.busyWhile(this.apply, () => this.#apply()));
        return dom.element(
            "div", null, this.problems, this.result,
            dom.element("div", { class: "toolbar" },
                        dom.element("label", { for: "template" }, _("Template")),
                        dom.element("span", { class: "pf-v6-c-form-control" }, this.template),
                        this.add, this.defaults, this.apply),
            table, this.empty);
    }

    async read() {
        try {
            const [{ triggers, applied, errors }, { warnings }, boot, exists] = await Promise.all(
                [program.rules(), program.check(), service.problem(), file.exists()]);
            // The first port trigger makes the file.
            this.#show(triggers, applied || !exists, exists ? errors : [], warnings, boot);
        } catch (error) {
            this.#show([], true, [], [], null);
            this.#setEditable(false);
            this.problems.replaceChildren(dom.alert("danger", _("The port triggers cannot be read"), error.message));
        }
    }

    #show(triggers, applied, errors, warnings, boot) {
        this.#triggers = triggers;
        this.#onTriggers(triggers);
        this.problems.replaceChildren(
            ...errors.length ? [errorNotice(errors)] : [],
            ...warnings.map(({ section, text }) => dom.alert("warning", section || _("All port triggers"), text)),
            ...!errors.length && !applied ? [pendingNotice()] : [],
            ...boot && triggers.some(({ enable }) => enable) ? [this.#bootNotice(boot)] : []);
        this.#setEditable(errors.length === 0);
        this.#render(errors.length === 0);
    }

    #bootNotice({ text, canEnable }) {
        const enable = dom.button(_("Apply at boot"), "link", () => this.#attempt(
            service.enable().then(() => this.read())));
        return dom.alert("info", _("After a reboot"), dom.element("p", null, text), canEnable ? enable : null);
    }

    #setEditable(editable) {
        for (const each of [this.add, this.defaults, this.apply, this.template])
            each.disabled = !editable;
    }

    #render(editable) {
        this.table.hidden = this.#triggers.length === 0;
        this.#renderRows(editable);
        this.empty.replaceChildren(...this.#triggers.length || !editable
            ? []
            : [dom.emptyState(_("No port triggers"),
                              dom.element("p", null, _("Choose a template, or an empty one, and add it. " +
                                                        "The interfaces are in the settings.")))]);
    }

    /** A row lives as long as its port trigger, so that the focus stays where it is. */
    #renderRows(editable) {
        const rows = new Map();
        for (const trigger of this.#triggers) {
            const row = this.#rows.get(trigger.trigger) || this.#makeRow(trigger.trigger);
            this.#fillRow(row, trigger, editable);
            rows.set(trigger.trigger, row);
        }
        dom.setRows(this.body, [...rows.values()].map(row => row.element), this.add);
        this.#rows = rows;
    }

    #makeRow(name) {
        const row = { enable: false, cells: this.titles.map(title => dom.cell(title)), last: dom.cell("") };
        row.actions = this.#makeActions(row, name);
        row.element = dom.element("tr", { class: "pf-v6-c-table__tr", role: "row" }, row.cells, row.last);
        return row;
    }

    #fillRow(row, trigger, editable) {
        const [name, port, open, closes, state] = row.cells;
        const [toggle] = row.actions;
        row.enable = trigger.enable;
        name.replaceChildren(dom.element("strong", null, trigger.trigger), " ", trigger.description);
        dom.setText(port, ports(trigger.port) || _("any"));
        dom.setText(open, ports(trigger.open) || _("any"));
        dom.setText(closes, closing(trigger));
        state.replaceChildren(this.#state(trigger));
        dom.setText(toggle.firstChild, row.enable ? _("Disable") : _("Enable"));
        toggle.setAttribute("aria-label", format(row.enable ? _("Disable $0") : _("Enable $0"), trigger.trigger));
        // Other files of the directory are of who has put them there.
        if (!editable || trigger.file !== file.PATH)
            row.last.replaceChildren(trigger.file);
        else if (!row.last.contains(toggle))
            row.last.replaceChildren(...row.actions);
    }

    #state({ enable, applied }) {
        if (enable)
            return applied ? dom.label(_("enabled"), "green") : dom.label(_("enabled, not applied"), "orange");
        return applied ? dom.label(_("disabled, not applied"), "orange") : dom.label(_("disabled"), "grey");
    }

    #makeActions(row, name) {
        const title = conf.header(name);
        const action = (text, what, run) => dom.button(text, "link", run, { "aria-label": format(what, name) });
        return [
            dom.button("", "link", () => this.#change(
                text => conf.write(text, title, { Enable: row.enable ? "no" : "" }))),
            action(_("Edit"), _("Edit $0"), () => this.#attempt(editTrigger(name, () => this.#saved()))),
            action(_("Remove"), _("Remove $0"), () => confirm({
                title: format(_("Remove $0?"), name),
                text: _("It goes out of the file, with the comment above it. What it holds open closes when " +
                        "the file is applied."),
                action: _("Remove"),
                run: () => this.#change(text => conf.remove(text, title)),
            })),
        ];
    }

    #add() {
        const chosen = templates()[this.template.value];
        this.#attempt(addTrigger(chosen?.values, () => this.#saved()));
    }

    #saved() {
        this.result.replaceChildren();
        return this.read();
    }

    #change(change) {
        return this.#attempt(changeFile(change).then(() => this.#saved()));
    }

    async #attempt(promise) {
        try {
            await promise;
        } catch (error) {
            this.#say("danger", _("That did not work"), error.message);
        }
    }

    async #apply() {
        try {
            const said = await program.apply();
            await this.read();
            this.#say(said ? "warning" : "success", _("Applied"), said);
        } catch (error) {
            await this.read();
            this.#say("danger", _("Not applied"), error.message);
        }
    }

    #say(kind, title, text) {
        this.result.replaceChildren(dom.alert(kind, title, dom.element("p", { class: "said" }, text)));
    }
}

function closing({ session, timeout, lifetime }) {
    return [
        session ? _("with its connection") : "",
        timeout ? format(_("after $0 s idle"), timeout) : "",
        lifetime ? format(_("after $0 s"), lifetime) : "",
    ].filter(text => text).join(", ");
}

function errorNotice(errors) {
    const help = format(_("Edit $0 by hand, and load this page again."), file.PATH);
    return dom.alert("danger", _("The file has errors, and is not changed here"),
                     ...errors.map(describeError), dom.element("p", null, help));
}

function pendingNotice() {
    return dom.alert("info", _("Not applied yet"), _("What the file says is not what the router does."));
}
