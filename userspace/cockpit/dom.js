// SPDX-License-Identifier: GPL-2.0
/*
 * Elements. Whatever comes from outside is text: nothing in this page is ever parsed as
 * markup.
 */

/**
 * element("button", {class: "x", disabled: true, onclick: f}, "text", child, ...): false
 * and null leave an attribute or a child out.
 */
export function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (value === false || value === null || value === undefined)
            continue;
        if (key.startsWith("on"))
            made.addEventListener(key.slice(2), value);
        else
            made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat(Infinity).filter(child => child !== null && child !== false));
    return made;
}

/** Changes the text of an element if it is another one: a screen reader would notice. */
export function setText(target, text) {
    if (target.textContent !== text)
        target.textContent = text;
}

/** A button of PatternFly: kind is primary, secondary, link, danger, plain. */
export function button(text, kind, onclick, attributes) {
    return element("button", { type: "button", class: `pf-v6-c-button pf-m-${kind}`, onclick, ...attributes },
                   element("span", { class: "pf-v6-c-button__text" }, text));
}

/** A label of PatternFly: the color of a state is never alone, its text says it, too. */
export function label(text, color) {
    return element("span", { class: `pf-v6-c-label pf-m-compact pf-m-${color}` },
                   element("span", { class: "pf-v6-c-label__content" },
                           element("span", { class: "pf-v6-c-label__text" }, text)));
}

/** A notice: kind is info, success, warning, danger. */
export function alert(kind, title, ...body) {
    return element("div", { class: `pf-v6-c-alert pf-m-inline pf-m-${kind}`,
                            role: kind === "danger" ? "alert" : "status" },
                   element("p", { class: "pf-v6-c-alert__title" }, title),
                   element("div", { class: "pf-v6-c-alert__description" }, ...body));
}

/** What stands where there is nothing to show. */
export function emptyState(title, ...body) {
    return element("div", { class: "pf-v6-c-empty-state" },
                   element("div", { class: "pf-v6-c-empty-state__content" },
                           element("h2", { class: "pf-v6-c-empty-state__title-text" }, title),
                           element("div", { class: "pf-v6-c-empty-state__body" }, ...body)));
}

/** Text as a program prints it. */
export function code(text) {
    return element("div", { class: "pf-v6-c-code-block" },
                   element("pre", { class: "pf-v6-c-code-block__content pf-v6-c-code-block__pre", tabindex: 0 },
                           element("code", { class: "pf-v6-c-code-block__code" }, text)));
}

/** Text that is not seen, but read to who sees nothing. */
export function spoken(text) {
    return element("span", { class: "spoken" }, text);
}

/** A table with these titles above its columns. Returns {table, body}. */
export function table(caption, titles) {
    const body = element("tbody", { class: "pf-v6-c-table__tbody", role: "rowgroup" });
    const heads = titles.map(title => element(
        "th", { class: "pf-v6-c-table__th pf-m-wrap", scope: "col", role: "columnheader" }, title));
    return {
        body,
        table: element("table", { class: "pf-v6-c-table pf-m-grid-md pf-m-compact", role: "table",
                                  "aria-label": caption },
                       element("thead", { class: "pf-v6-c-table__thead" },
                               element("tr", { class: "pf-v6-c-table__tr", role: "row" }, heads)),
                       body),
    };
}

/**
 * Makes these the rows of a table's body. One that stays keeps the focus; when the one that
 * has it goes, the focus goes to `refuge`: not to another row, which the next key would change.
 */
export function setRows(body, rows, refuge) {
    const held = body.contains(document.activeElement);
    const stay = new Set(rows);
    for (const row of [...body.children]) {
        if (!stay.has(row))
            row.remove();
    }
    rows.forEach((row, i) => {
        if (body.children[i] !== row)
            body.insertBefore(row, body.children[i] || null);
    });
    if (held && !body.contains(document.activeElement))
        refuge.focus();
}

/** Disables a button, or enables it; the focus does not stay on one that is disabled. */
export function setDisabled(target, disabled, refuge) {
    if (disabled && document.activeElement === target)
        refuge.focus();
    target.disabled = disabled;
}

/** Runs what a button is for, once at a time. Unlike a disabled one, it keeps the focus. */
export async function busyWhile(target, run) {
    if (target.getAttribute("aria-disabled") === "true")
        return;
    target.setAttribute("aria-disabled", "true");
    target.classList.add("pf-m-aria-disabled");
    try {
        await run();
    } finally {
        target.removeAttribute("aria-disabled");
        target.classList.remove("pf-m-aria-disabled");
    }
}

/** A cell; on a narrow screen its title stands beside it. */
export function cell(title, ...children) {
    return element("td", { class: "pf-v6-c-table__td", role: "cell", "data-label": title }, ...children);
}
