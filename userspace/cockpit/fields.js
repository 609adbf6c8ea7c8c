// SPDX-License-Identifier: GPL-2.0
/* The fields of a port trigger and of [Default]: keys of xt-trigger.conf(5), in groups. */
import { _ } from "./l10n.js";

const yesNo = () => [["", _("as in [Default]")], ["yes", _("yes")], ["no", _("no")]];

const interfaces = () => [
    { key: "Interface", label: _("Local network"), help: _("Its interfaces, with commas between them"),
      suggest: "interfaces" },
    { key: "OutInterface", label: _("Internet"), help: _("The interfaces to it, with commas between them"),
      suggest: "interfaces" },
];

const nat = empty => ({
    key: "NAT", label: _("NAT"), help: _("Where the router hides the local network behind its own address"),
    choices: [["", empty], ["ipv4", "IPv4"], ["ipv6", "IPv6"], ["any", _("both")], ["no", _("neither")]],
});

/** [{title, open, fields}]; a field's values are those of the file, "" is: not there. */
export function triggerGroups() {
    return [
        { fields: [
            { key: "name", label: _("Name"), help: _("Letters, digits, . _ and -"), required: true },
            { key: "Description", label: _("Description") },
            { key: "Enable", label: _("Enabled"), choices: [["", _("yes")], ["no", _("no")]] },
            { key: "Protocol", label: _("Protocol that triggers"),
              choices: [["", _("any")], ["tcp", "TCP"], ["udp", "UDP"], ["sctp", "SCTP"], ["all", "TCP + UDP"]] },
            { key: "Port", label: _("Ports that trigger"), help: _("On the Internet, as in 6660-6669,6697"),
              required: true },
            { key: "Open", label: _("Ports that open"), help: _("To the host, as in tcp:113,udp:5000-5010"),
              required: true },
        ] },
        { title: _("How long, and for whom"), open: true, fields: [
            { key: "Session", label: _("While its connection lives"), choices: yesNo() },
            { key: "Timeout", label: _("Closes after idle seconds"),
              help: _("Empty: 600, or none while a connection holds it open") },
            { key: "Lifetime", label: _("Closes after seconds in all"), help: _("Empty: unlimited") },
            { key: "Peer", label: _("Who may connect"),
              choices: [["", _("as in [Default]")], ["any", _("everybody")], ["host", _("only who was contacted")]] },
            { key: "Owner", label: _("If several hosts ask"),
              choices: [["", _("as in [Default]")], ["first", _("the first has it")], ["last", _("the last has it")]] },
        ] },
        { title: _("More"), fields: [
            ...interfaces(),
            nat(_("as in [Default]")),
            { key: "Source", label: _("Only these hosts"), help: _("Addresses or networks; empty: all") },
            { key: "Family", label: _("Addresses"),
              choices: [["", _("as in [Default]")], ["any", _("both")], ["ipv4", "IPv4"], ["ipv6", "IPv6"]] },
            { key: "Refresh", label: _("Kept open by"),
              choices: [["", _("as in [Default]")], ["out", _("the host's packets")],
                        ["both", _("inbound connections, too")]] },
            { key: "Max", label: _("Hosts at once"), help: _("Empty: unlimited") },
            { key: "Name", label: _("Table"), help: _("What is opened in one is not let in by another") },
        ] },
    ];
}

export function defaultGroups() {
    return [{ fields: [
        ...interfaces().map(field => ({ ...field, required: true })),
        nat("IPv4"),
    ] }, { title: _("Beside other firewalls"), fields: [
        { key: "InTable", label: _("Lets in by the table"),
          help: _("mangle beside a firewall whose chain has the priority of filter, too, as on OpenWrt"),
          choices: [["", "filter"], ["mangle", "mangle"]] },
        { key: "Mark", label: _("Packet mark"),
          help: _("Its bits tell other firewalls what to let in; empty: 0x100; no: none") },
    ] }, { title: _("More"), fields: [
        { key: "Shadow", label: _("Ports of the router's own services"),
          choices: [["", _("stay the router's")], ["yes", _("open like others")]] },
        { key: "Restore", label: _("After a restart"),
          help: _("Of the service, or of the router"),
          choices: [["", _("nothing is open")], ["yes", _("what was open is opened again")]] },
    ] }];
}
