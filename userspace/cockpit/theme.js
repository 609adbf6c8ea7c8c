// SPDX-License-Identifier: GPL-2.0
/* Dark or light, as Cockpit's shell is. */

const KEY = "shell:style";
const system = globalThis.matchMedia("(prefers-color-scheme: dark)");

function update(style) {
    const wanted = style || localStorage.getItem(KEY) || "auto";
    const dark = wanted === "dark" || (wanted === "auto" && system.matches);
    document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
}

/** Follows the shell, another window of it, and the system. */
export function followTheme() {
    window.addEventListener("storage", event => event.key === KEY && update());
    window.addEventListener("cockpit-style", event => update(/** @type {CustomEvent} */ (event).detail?.style));
    system.addEventListener("change", () => update());
    update();
}
