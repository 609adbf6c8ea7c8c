// SPDX-License-Identifier: GPL-2.0
/* Tabs, with the keys that everybody expects of them: arrows, Home, End. */
import { element } from "./dom.js";

export class Tabs {
    /** @tabs: [{id, title, content}]; @onShow: gets the id of the one that is shown */
    constructor(label, tabs, onShow) {
        this.tabs = tabs;
        this.onShow = onShow;
        this.buttons = tabs.map(tab => this.#makeButton(tab));
        this.panels = tabs.map(({ id, content }) => element(
            "section", { id: `panel-${id}`, role: "tabpanel", "aria-labelledby": `tab-${id}` }, content));
        this.element = element(
            "div", null,
            element("div", { class: "pf-v6-c-tabs" },
                    element("ul", { class: "pf-v6-c-tabs__list", role: "tablist", "aria-label": label },
                            this.buttons.map(each => element("li", { class: "pf-v6-c-tabs__item",
                                                                     role: "presentation" }, each)))),
            this.panels);
        this.#select(0);
    }

    #makeButton({ id, title }) {
        return element("button", { class: "pf-v6-c-tabs__link", type: "button", role: "tab", id: `tab-${id}`,
                                   "aria-controls": `panel-${id}`, onclick: () => this.show(id),
                                   onkeydown: event => this.#onKey(event) },
                       element("span", { class: "pf-v6-c-tabs__item-text" }, title));
    }

    show(id) {
        this.#select(this.tabs.findIndex(tab => tab.id === id));
        this.onShow(id);
    }

    setTitle(id, title) {
        this.buttons[this.tabs.findIndex(tab => tab.id === id)].firstChild.textContent = title;
    }

    #select(chosen) {
        this.chosen = chosen;
        this.buttons.forEach((button, i) => {
            button.setAttribute("aria-selected", String(i === chosen));
            button.tabIndex = i === chosen ? 0 : -1;
            button.parentElement?.classList.toggle("pf-m-current", i === chosen);
            this.panels[i].hidden = i !== chosen;
        });
    }

    #onKey(event) {
        const last = this.tabs.length - 1;
        const to = { ArrowLeft: this.chosen - 1, ArrowRight: this.chosen + 1, Home: 0, End: last }[event.key];
        if (to === undefined)
            return;
        event.preventDefault();
        const at = (to + this.tabs.length) % this.tabs.length;
        this.show(this.tabs[at].id);
        this.buttons[at].focus();
    }
}
