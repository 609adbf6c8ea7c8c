// SPDX-License-Identifier: GPL-2.0
/*
 * Changes a section of /etc/xt-trigger.conf in a dialog: what is written was checked by
 * `xt-trigger rules check` as a whole, and replaces only the text that was read.
 */
import * as conf from "./conf.js";
import * as file from "./conf-file.js";
import * as dom from "./dom.js";
import { defaultGroups, triggerGroups } from "./fields.js";
import { FormDialog } from "./form.js";
import { _, format } from "./l10n.js";
import { errorsOf } from "./show.js";
import * as program from "./xt-trigger.js";

const { cockpit } = globalThis;

class Editor {
    /**
     * @title:   the section; null: a new port trigger
     * @values:  for a new one
     * @onSaved: after the file was replaced
     */
    constructor({ title, values = {}, onSaved }) {
        this.title = title;
        this.values = values;
        this.onSaved = onSaved;
    }

    get #isDefault() {
        return this.title === conf.DEFAULT;
    }

    async open() {
        const { text, tag } = await file.read();
        this.text = text || "";
        this.tag = tag;
        this.form = new FormDialog({
            title: this.#heading(),
            groups: this.#isDefault ? defaultGroups() : triggerGroups(),
            values: this.#values(),
            placeholders: conf.read(this.text, conf.DEFAULT) || {},
            suggestions: await interfaces(),
            extra: this.#isDefault ? null : this.#makePreview(),
            onChange: () => this.#changed(),
            onSave: () => this.#save(),
        });
        this.#changed();
    }

    #heading() {
        if (this.#isDefault)
            return _("For all port triggers");
        return this.title ? _("Edit port trigger") : _("Add port trigger");
    }

    #values() {
        if (!this.title)
            return this.values;
        const values = conf.read(this.text, this.title) || {};
        if (!this.#isDefault)
            values.name = nameOf(this.title);
        return values;
    }

    /** The section as the fields say it, and the whole text with it. */
    #edited() {
        const { name, ...values } = this.form.values();
        const title = this.#isDefault ? this.title : conf.header(name);
        const text = this.title && this.title !== title ? conf.rename(this.text, this.title, title) : this.text;
        return { name, title, text: conf.write(text, title, values) };
    }

    #isTaken({ title }) {
        return title !== this.title && conf.read(this.text, title) !== null;
    }

    /** Shows what is wrong. Returns whether nothing is. */
    async #check(edited) {
        this.form.hush();
        if (this.#isTaken(edited)) {
            this.form.showErrors({ name: [_("There is a port trigger of this name already.")] });
            return false;
        }
        const { errors } = await program.check(edited.text);
        const here = errorsOf(errors, edited.title);
        if (here[""] && !this.#isDefault) {
            here.name = here[""];
            delete here[""];
        }
        const allShown = this.form.showErrors(here) && errors.every(each => each.section === edited.title);
        if (!allShown)
            this.form.say("danger", _("The file has an error"), ...errors.map(describeError));
        return errors.length === 0;
    }

    async #changed() {
        if (!this.preview || !this.details.open)
            return;
        const { text, title } = this.#edited();
        try {
            dom.setText(this.preview, await program.print(conf.only(text, title)));
            this.details.scrollIntoView({ block: "nearest" });
        } catch (error) {
            dom.setText(this.preview, error.message);
        }
    }

    #makePreview() {
        const block = dom.code("");
        this.preview = block.querySelector("code");
        this.details = dom.element(
            "details", { ontoggle: () => this.#changed() },
            dom.element("summary", null, _("As iptables rules")),
            dom.element("p", null, _("This is what it becomes, together with what all port triggers share.")),
            block);
        return this.details;
    }

    async #save() {
        const edited = this.#edited();
        if (!await this.#check(edited))
            return;
        try {
            await file.replace(edited.text, this.tag);
        } catch (error) {
            if (!file.isConflict(error))
                throw error;
            await this.#meetOther();
            return;
        }
        this.form.close();
        this.onSaved();
    }

    /** Somebody else has written the file: the next Save changes what is there now. */
    async #meetOther() {
        const { text, tag } = await file.read();
        this.text = text || "";
        this.tag = tag;
        if (this.title && conf.read(this.text, this.title) === null)
            this.title = null;
        this.form.say("warning", _("Somebody else has changed the file"),
                      _("Nothing was overwritten. Save again to make your change in what is there now."));
    }
}

/** The name in "[Trigger NAME]". */
function nameOf(title) {
    return title.replace(/^\[Trigger (.*)\]$/, "$1");
}

/** One error of the file, as a line of text. */
export function describeError({ file: path, line, section, key, reason }) {
    const where = line ? format(_("$0, line $1"), path === "-" ? file.PATH : path, line) : path;
    return dom.element("p", null, [where, [section, key].filter(each => each).join(" "), reason]
            .filter(each => each).join(": "));
}

/** The names of this machine's interfaces, to choose from. */
async function interfaces() {
    try {
        const names = await cockpit.spawn(["ls", "/sys/class/net"], { err: "message" });
        return names.split("\n").filter(name => name && name !== "lo");
    } catch {
        return [];
    }
}

export function addTrigger(values, onSaved) {
    return new Editor({ title: null, values, onSaved }).open();
}

export function editTrigger(name, onSaved) {
    return new Editor({ title: conf.header(name), onSaved }).open();
}

export function editDefaults(onSaved) {
    return new Editor({ title: conf.DEFAULT, onSaved }).open();
}

/** Changes the file without a dialog: @change takes its text and returns another. */
export async function changeFile(change) {
    const { text, tag } = await file.read();
    const changed = change(text || "");
    const { errors } = await program.check(changed);
    if (errors.length)
        throw new Error(errors.map(({ section, key, reason }) => `${section} ${key}: ${reason}`).join("\n"));
    try {
        await file.replace(changed, tag);
    } catch (error) {
        throw file.isConflict(error) ? new Error(_("Somebody else has changed the file. Try again.")) : error;
    }
}
