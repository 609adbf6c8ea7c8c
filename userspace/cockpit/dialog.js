// SPDX-License-Identifier: GPL-2.0
/* Dialogs: <dialog> holds the focus, closes with Escape and gives the focus back. */
import { button, element } from "./dom.js";
import { _ } from "./l10n.js";

/** Shows a dialog. @action: its button, beside Cancel. Returns the element. */
export function showDialog({ title, body, action, className = "pf-m-sm" }) {
    const heading = element("h1", { class: "pf-v6-c-modal-box__title", id: "dialog-title" }, title);
    const dialog = element("dialog", { class: `pf-v6-c-modal-box ${className}`,
                                       "aria-labelledby": "dialog-title" },
                           element("header", { class: "pf-v6-c-modal-box__header" }, heading),
                           element("div", { class: "pf-v6-c-modal-box__body" }, body),
                           element("footer", { class: "pf-v6-c-modal-box__footer" }, action,
                                   button(_("Cancel"), "link", () => dialog.close())));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
}

/** Asks before what cannot be taken back. */
export function confirm({ title, text, action, run }) {
    const dialog = showDialog({
        title,
        body: element("p", null, text),
        action: button(action, "danger", () => {
            dialog.close();
            run();
        }),
    });
}
