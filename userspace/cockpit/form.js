// SPDX-License-Identifier: GPL-2.0
/* A dialog with fields, each with the messages that belong to it. */
import { showDialog } from "./dialog.js";
import * as dom from "./dom.js";
import { _ } from "./l10n.js";

function makeControl(field, value, placeholder) {
    const id = `field-${field.key}`;
    const common = { id, name: field.key, "aria-describedby": `${id}-help`, required: field.required };
    if (!field.choices)
        return dom.element("input", { ...common, type: "text", value, autocomplete: "off",
                                      placeholder, list: field.suggest });
    // What somebody has written by hand, and is no choice here, stays.
    const choices = field.choices.some(([each]) => each === value) ? field.choices : [...field.choices, [value, value]];
    return dom.element("select", common, choices.map(
        ([each, text]) => dom.element("option", { value: each, selected: each === value }, text)));
}

class Field {
    constructor(field, value, placeholder) {
        const id = `field-${field.key}`;
        this.key = field.key;
        this.control = makeControl(field, value, placeholder);
        this.wrapper = dom.element("span", { class: "pf-v6-c-form-control" }, this.control);
        this.message = dom.element("div", { class: "pf-v6-c-helper-text", id: `${id}-help` });
        this.help = field.help || "";
        this.element = dom.element(
            "div", { class: "pf-v6-c-form__group" },
            dom.element("div", { class: "pf-v6-c-form__group-label" },
                        dom.element("label", { class: "pf-v6-c-form__label", for: id },
                                    dom.element("span", { class: "pf-v6-c-form__label-text" }, field.label),
                                    field.required
                                        ? dom.element("span", { class: "pf-v6-c-form__label-required",
                                                                "aria-hidden": "true" }, " *")
                                        : null)),
            dom.element("div", { class: "pf-v6-c-form__group-control" }, this.wrapper, this.message));
        this.setErrors([]);
    }

    setErrors(reasons) {
        const wrong = reasons.length > 0;
        this.wrapper.classList.toggle("pf-m-error", wrong);
        this.control.setAttribute("aria-invalid", String(wrong));
        this.message.replaceChildren(dom.element(
            "div", { class: `pf-v6-c-helper-text__item ${wrong ? "pf-m-error" : ""}` },
            dom.element("span", { class: "pf-v6-c-helper-text__item-text" }, wrong ? reasons.join(" ") : this.help)));
    }
}

export class FormDialog {
    /**
     * @groups:       fields.js
     * @values:       by key
     * @placeholders: by key, what holds where a field is empty
     * @suggestions:  names of interfaces
     * @onChange:     a field was left with another value
     * @onSave:       ends with closing the dialog, or shows what is wrong
     */
    constructor({ title, groups, values, placeholders, suggestions, extra, onChange, onSave }) {
        this.fields = [];
        this.notice = dom.element("div", { class: "notices" });
        this.save = dom.element("button", { class: "pf-v6-c-button pf-m-primary", type: "submit", form: "form" },
                                dom.element("span", { class: "pf-v6-c-button__text" }, _("Save")));
        const form = dom.element("form", { class: "pf-v6-c-form", id: "form", novalidate: true },
                                 groups.map(group => this.#makeGroup(group, values, placeholders || {})));
        form.addEventListener("submit", event => {
            event.preventDefault();
            dom.busyWhile(this.save, () => this.#attempt(onSave));
        });
        form.addEventListener("change", () => onChange?.());
        this.dialog = showDialog({
            title, action: this.save, className: "pf-m-md",
            body: [this.notice, form,
                   dom.element("datalist", { id: "interfaces" },
                               suggestions.map(each => dom.element("option", { value: each }))),
                   extra || null],
        });
        this.fields[0].control.focus();
    }

    #makeGroup({ title, open, fields }, values, placeholders) {
        const made = fields.map(field => new Field(field, values[field.key] || "", placeholders[field.key]));
        this.fields.push(...made);
        const elements = made.map(each => each.element);
        return title
            ? dom.element("details", { open }, dom.element("summary", null, title),
                          dom.element("div", { class: "pf-v6-c-form group" }, elements))
            : elements;
    }

    async #attempt(act) {
        try {
            await act();
        } catch (error) {
            this.say("danger", _("It was not saved"), error.message);
        }
    }

    values() {
        return Object.fromEntries(this.fields.map(({ key, control }) => [key, control.value.trim()]));
    }

    /** @errors: {key: [reason]}. Returns whether each has a field. */
    showErrors(errors) {
        const known = new Set(this.fields.map(({ key }) => key));
        for (const field of this.fields)
            field.setErrors(errors[field.key] || []);
        const first = this.fields.find(({ key }) => errors[key]);
        first?.control.closest("details")?.setAttribute("open", "");
        first?.control.focus();
        first?.element.scrollIntoView({ block: "nearest" });
        return Object.keys(errors).every(key => known.has(key));
    }

    say(kind, title, ...text) {
        this.notice.replaceChildren(dom.alert(kind, title, ...text));
    }

    hush() {
        this.notice.replaceChildren();
    }

    close() {
        this.dialog.close();
    }
}
