// SPDX-License-Identifier: GPL-2.0
/* What is open: a table that follows the module and counts down by itself. */
import { counterList, limitWarnings } from "./counters.js";
import { confirm } from "./dialog.js";
import * as dom from "./dom.js";
import { _, format, ngettext } from "./l10n.js";
import { Live } from "./live.js";
import * as show from "./show.js";
import * as program from "./xt-trigger.js";

const PAGE_SIZE = 50;
const COLORS = { open: "green", waiting: "orange", parked: "grey" };

export class OpenView {
    #entries = [];
    #readAt = 0;
    #sections = new Map();
    #page = 0;
    #error = null;
    #rows = new Map();
    #noticed = {};
    #live = new Live({ refresh: () => this.#read(), onSource: source => this.#showSource(source) });
    #onSetUp;

    /** @onSetUp: shows where port triggers are made */
    constructor({ onSetUp }) {
        this.#onSetUp = onSetUp;
        this.element = this.#build();
    }

    start() {
        this.#live.start();
        setInterval(() => this.#countDown(), 1000);
    }

    /** What `xt-trigger rules list` has: the names of the rules. */
    setTriggers(triggers) {
        this.#sections = new Map(triggers.flatMap(each => each.rule.map(rule => [rule, each.trigger])));
        this.#render();
    }

    #build() {
        this.titles = [_("Host"), _("Open ports"), _("For whom"), _("Opened by"), _("Time left"),
                       _("Connections"), _("State")];
        const { table, body } = dom.table(_("What is open"), [...this.titles, dom.spoken(_("Actions"))]);
        this.table = table;
        this.body = body;
        this.filter = dom.element("input", { type: "search", id: "filter", oninput: () => this.#setPage(0) });
        this.closeAll = dom.button(_("Close all"), "secondary", () => this.#confirmAll(), { disabled: true });
        this.notices = dom.element("div", { class: "notices" });
        this.source = dom.element("p", { class: "source", role: "status" });
        this.empty = dom.element("div");
        this.summary = dom.element("span", { role: "status" });
        this.previous = dom.button(_("Previous page"), "secondary", () => this.#setPage(this.#page - 1));
        this.next = dom.button(_("Next page"), "secondary", () => this.#setPage(this.#page + 1));
        this.counters = dom.element("div");
        return dom.element(
            "div", null, this.notices,
            dom.element("div", { class: "toolbar" },
                        dom.element("label", { for: "filter" }, _("Filter")),
                        dom.element("span", { class: "pf-v6-c-form-control" }, this.filter), this.closeAll),
            table, this.empty,
            dom.element("div", { class: "toolbar" }, this.summary, this.previous, this.next),
            this.source,
            dom.element("details", null, dom.element("summary", null, _("Counters")), this.counters));
    }

    /** Gives whether there was something to read. */
    async #read() {
        try {
            const [entries, counters] = await Promise.all([program.list(), program.stats()]);
            this.#entries = entries;
            this.#readAt = performance.now();
            this.#error = null;
            this.counters.replaceChildren(counterList(counters));
            this.#notice("limits", limitWarnings(counters));
        } catch (error) {
            this.#entries = [];
            this.#error = error;
            this.counters.replaceChildren();
            this.#notice("limits", []);
            await this.#explain(error);
            return false;
        }
        this.#render();
        return true;
    }

    /** Why nothing can be read: `status` knows it, and what helps. */
    async #explain(error) {
        let problems = [];
        try {
            problems = await program.status();
        } catch {
            // What the program has said first is what there is to say.
        }
        if (this.#error !== error)
            return;
        const first = problems.find(({ cause }) => ["module", "headers", "secure-boot", "version"].includes(cause));
        this.#render();
        this.empty.replaceChildren(dom.emptyState(
            first ? first.problem : _("What is open cannot be read"),
            dom.element("p", null, error.message),
            first?.remedy ? dom.element("p", null, _("This helps:"), dom.code(first.remedy)) : null));
    }

    /** The notices of one kind, in place of those before. */
    #notice(kind, alerts) {
        const key = alerts.map(each => each.textContent).join("\n");
        if (this.#noticed[kind]?.key === key)
            return;
        this.#noticed[kind]?.alerts.forEach(each => each.remove());
        this.#noticed[kind] = { key, alerts };
        this.notices.append(...alerts);
    }

    #showSource({ events, reason, lost }) {
        dom.setText(this.source, events
            ? _("Updated as soon as something changes.")
            : format(_("Updated every 3 seconds: $0"), reason || _("the program has ended")));
        if (lost)
            this.#notice("lost", [dom.alert("info", _("Events were lost"),
                                            _("More happened at once than could be told. The table was read again."))]);
    }

    #setPage(number) {
        this.#page = number;
        this.#render();
    }

    #shown() {
        const entries = this.#entries.filter(
            entry => show.matches(entry, this.filter.value, this.#sections.get(entry.rule)));
        return show.page(entries, this.#page, PAGE_SIZE);
    }

    #render() {
        const { at, pages, first, items } = this.#shown();
        const there = this.#entries.length;
        this.#page = at;
        this.#renderRows(items);
        this.table.hidden = items.length === 0;
        dom.setDisabled(this.closeAll, there === 0, this.filter);
        this.previous.hidden = this.next.hidden = pages === 1;
        this.previous.disabled = this.next.disabled = false;
        dom.setDisabled(this.previous, at === 0, pages > 1 ? this.next : this.filter);
        dom.setDisabled(this.next, at === pages - 1, pages > 1 ? this.previous : this.filter);
        dom.setText(this.summary, items.length === 0
            ? ""
            : format(ngettext("$0 to $1, $2 open or waiting", "$0 to $1, $2 open or waiting", there),
                     first + 1, first + items.length, there));
        if (!this.#error)
            this.#renderEmpty(there, items.length);
    }

    #renderEmpty(there, shown) {
        if (shown)
            this.empty.replaceChildren();
        else if (there)
            this.empty.replaceChildren(dom.emptyState(_("Nothing matches the filter")));
        else if (!this.empty.querySelector(".nothing-open"))
            this.empty.replaceChildren(dom.element(
                "div", { class: "nothing-open" },
                dom.emptyState(_("Nothing is open"),
                               dom.element("p", null, _("Ports open when a host of the local network contacts a port " +
                                                        "of a port trigger on the Internet, and stand here until " +
                                                        "they close.")),
                               dom.button(_("Port triggers"), "link", () => this.#onSetUp()))));
    }

    /** A row lives as long as its active trigger, so that the focus stays where it is. */
    #renderRows(items) {
        const rows = new Map();
        for (const entry of items) {
            const key = entry.id ?? `${entry.family} ${entry.name} ${entry.owner} ${show.ports(entry.open)}`;
            const row = this.#rows.get(key) || this.#makeRow();
            row.entry = entry;
            this.#fillRow(row);
            rows.set(key, row);
        }
        dom.setRows(this.body, [...rows.values()].map(row => row.element), this.filter);
        this.#rows = rows;
    }

    #makeRow() {
        const row = { entry: null, cells: this.titles.map(title => dom.cell(title)) };
        row.close = dom.button(_("Close"), "link", () => this.#close(row));
        row.element = dom.element("tr", { class: "pf-v6-c-table__tr", role: "row" }, row.cells,
                                  dom.cell("", row.close));
        return row;
    }

    #fillRow(row) {
        const { entry } = row;
        const section = this.#sections.get(entry.rule);
        const [host, open, peer, by, left, hits, state] = row.cells;
        dom.setText(host, entry.host ? `${entry.host} (${entry.owner})` : entry.owner);
        dom.setText(open, show.ports(entry.open));
        dom.setText(peer, entry.peer ? entry.peer.join(", ") : _("everybody"));
        dom.setText(by, section ? `${section}: ${show.trigger(entry.trigger)}` : show.trigger(entry.trigger));
        dom.setText(left, this.#left(entry));
        dom.setText(hits, String(entry.hits));
        this.#fillState(state, entry);
        row.close.hidden = entry.id === null;
        row.close.setAttribute("aria-label", format(_("Close $0 of $1"), show.ports(entry.open), show.host(entry)));
    }

    #fillState(cell, entry) {
        const front = entry.state === "waiting" ? show.inFront(entry, this.#entries) : null;
        const text = { open: _("open"), waiting: _("waiting"), parked: _("parked") }[entry.state] || entry.state;
        const behind = front ? " " + format(_("behind $0"), show.host(front)) : "";
        if (cell.textContent !== text + behind)
            cell.replaceChildren(dom.label(text, COLORS[entry.state] || "grey"), behind);
    }

    #left(entry) {
        const seconds = show.secondsLeft(entry);
        const gone = (performance.now() - this.#readAt) / 1000;
        const clock = seconds === null ? "" : show.duration(seconds - gone);
        const session = show.followsSession(entry) ? _("while the session lives") : "";
        return [session, clock].filter(text => text).join(", ");
    }

    #countDown() {
        for (const { entry, cells } of this.#rows.values()) {
            const seconds = show.secondsLeft(entry);
            dom.setText(cells[4], this.#left(entry));
            if (seconds !== null && seconds <= (performance.now() - this.#readAt) / 1000)
                this.#live.wake();
        }
    }

    async #close({ entry }) {
        await this.#change(program.close(entry.id));
    }

    #confirmAll() {
        confirm({
            title: _("Close everything?"),
            text: format(ngettext("$0 active trigger closes for all hosts. Connections that it has let in stay.",
                                  "$0 active triggers close for all hosts. Connections that they have let in stay.",
                                  this.#entries.length), this.#entries.length),
            action: _("Close all"),
            run: () => this.#change(program.closeAll()),
        });
    }

    async #change(process) {
        try {
            await process;
            this.#notice("close", []);
        } catch (error) {
            this.#notice("close", [dom.alert("danger", _("It was not closed"), error.message)]);
        }
        this.#live.wake();
    }
}
