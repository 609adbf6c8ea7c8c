// SPDX-License-Identifier: GPL-2.0
/* What many routers need, as a start for a new port trigger. */
import { _ } from "./l10n.js";

export function templates() {
    return [
        {
            label: _("IRC (ident)"),
            values: {
                name: "irc", Description: _("IRC servers ask for the user's name"),
                Protocol: "tcp", Port: "6660-6669,6697,7000", Open: "tcp:113",
                Session: "yes", Peer: "host", Owner: "last",
            },
        },
        {
            label: _("Active FTP"),
            values: {
                name: "ftp", Description: _("Active FTP: the server connects back"),
                Protocol: "tcp", Port: "21", Open: "tcp:32768-60999",
                Session: "yes", Peer: "host", Owner: "last",
            },
        },
        {
            label: _("SIP phones"),
            values: {
                name: "sip", Description: _("SIP phones: voice from anywhere"),
                Port: "udp:5060,tcp:5060-5061", Open: "udp:16384-16482", Timeout: "300",
            },
        },
    ];
}
