// SPDX-License-Identifier: GPL-2.0
/* Texts in the user's language. xgettext knows these names. */

const { cockpit } = globalThis;

export function _(text) {
    return cockpit ? cockpit.gettext(text) : text;
}

export function ngettext(one, many, n) {
    return cockpit ? cockpit.ngettext(one, many, n) : (n === 1 ? one : many);
}

/** "$0 of $1" with its numbers or names. */
export function format(text, ...values) {
    return text.replace(/\$(\d)/g, (_all, n) => values[n]);
}
