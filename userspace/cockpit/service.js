// SPDX-License-Identifier: GPL-2.0
/* The service that applies the file at boot. */
import { _ } from "./l10n.js";

const { cockpit } = globalThis;
const UNIT = "xt-trigger.service";

/** What is to be said about it, or null where it is enabled. */
export async function problem() {
    let states;
    try {
        states = await cockpit.spawn(["systemctl", "show", "--property=LoadState,UnitFileState", UNIT],
                                     { err: "message" });
    } catch (error) {
        return { text: error.message, canEnable: false };
    }
    if (!states.includes("LoadState=loaded"))
        return { text: _("There is no xt-trigger.service: nothing applies the file at boot."), canEnable: false };
    if (!states.includes("UnitFileState=enabled"))
        return { text: _("Port triggers are not applied at boot."), canEnable: true };
    return null;
}

export function enable() {
    return cockpit.spawn(["systemctl", "enable", UNIT], { superuser: "require", err: "message" });
}
