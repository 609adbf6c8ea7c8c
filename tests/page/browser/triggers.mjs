// SPDX-License-Identifier: GPL-2.0
/* The port triggers: what the page writes, what it refuses to write, what it shows. */
import assert from "node:assert/strict";

import { eventually, field, rows, save, sees, shot, showTriggers } from "./browser.mjs";
import { conf, ENDS, IRC, pageTest, program } from "./console.mjs";

pageTest("adds ident for IRC from its template", { prepare: () => conf.write("# mine\n") }, async page => {
    await showTriggers(page);
    await sees(page, "No port triggers");
    await page.getByRole("button", { name: "Settings" }).click();
    await field(page, "Local network *").fill("br-lan");
    await field(page, "Internet *").fill("wan");
    await save(page);
    await eventually(() => assert.equal(conf.read(), "[Default]\nInterface=br-lan\nOutInterface=wan\n\n# mine\n"));
    await page.getByLabel("Template").selectOption("IRC (ident)");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("As iptables rules").click();
    await sees(page, "--trigger-match tcp:6660-6669,tcp:6697,tcp:7000 --trigger-relate tcp:113");
    await shot(page, "form");
    await save(page);
    await eventually(() => assert.equal(conf.read(), `[Default]
Interface=br-lan
OutInterface=wan

# mine

[Trigger irc]
Description=IRC servers ask for the user's name
Protocol=tcp
Port=6660-6669,6697,7000
Open=tcp:113
Session=yes
Peer=host
Owner=last
`));
    await sees(page, "Not applied yet");
    await eventually(async () => assert.equal((await rows(page))[0][4], "enabled, not applied"));
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByText("Applied", { exact: true }).waitFor();
    assert.ok(program.calls().includes("rules apply"));
    await shot(page, "port-triggers");
});

pageTest("what holds for all port triggers, and what else stands there", { prepare: () =>
    conf.write("[Default]\n# by hand\nTimeout=60\n" + ENDS.replace("[Default]\n", "") + "Restore=yes\n\n" + IRC) },
         async page => {
             const written = (...keys) => eventually(() => assert.equal(
                 conf.read(), "[Default]\n# by hand\nTimeout=60\nInterface=br-lan\nOutInterface=wan\n" +
                              keys.map(key => key + "\n").join("") + "\n" + IRC));
             await showTriggers(page);
             await page.getByRole("button", { name: "Settings" }).click();
             await page.getByText("Beside other firewalls").click();
             const table = field(page, "Lets in by the table");
             await table.selectOption("mangle");
             await field(page, "Packet mark").fill("no");
             await page.getByText("Beside other firewalls").click();
             await save(page);
             await eventually(async () => assert.equal(await table.getAttribute("aria-invalid"), "true"));
             assert.ok(await table.isVisible());
             const help = await table.getAttribute("aria-describedby");
             assert.match(await page.locator(`#${help}`).innerText(), /^needs a Mark, by which the table filter knows/);
             await shot(page, "settings");
             await written("Restore=yes");
             await field(page, "Packet mark").fill("0x200");
             await save(page);
             await written("Restore=yes", "InTable=mangle", "Mark=0x200");

             await page.getByRole("button", { name: "Settings" }).click();
             await page.getByText("Beside other firewalls").click();
             assert.equal(await table.inputValue(), "mangle");
             await table.selectOption("filter");
             await page.getByText("More").click();
             await field(page, "After a restart").selectOption("nothing is open");
             await field(page, "Ports of the router's own services").selectOption("open like others");
             await save(page);
             await written("Mark=0x200", "Shadow=yes");
         });

for (const [template, name] of [["Active FTP", "ftp"], ["SIP phones", "sip"]]) {
    pageTest(`the template ${template}`, { prepare: () => conf.write(ENDS) }, async page => {
        await showTriggers(page);
        await page.getByLabel("Template").selectOption(template);
        await page.getByRole("button", { name: "Add", exact: true }).click();
        await save(page);
        await eventually(async () => assert.equal((await rows(page))[0][4], "enabled, not applied"));
        assert.match(conf.read(), new RegExp(`\n\\[Trigger ${name}\\]\n`));
    });
}

pageTest("what other files have is shown, and not changed", { prepare: () =>
    conf.writeOther("[Trigger game]\nEnable=no\nPort=udp:3074\nOpen=udp:3074\n") }, async page => {
    await showTriggers(page);
    await eventually(async () => assert.deepEqual((await rows(page)).map(row => row[0]), ["irc", "game"]));
    assert.equal((await rows(page))[1][5], "/etc/xt-trigger.conf.d/other.conf");
    assert.equal(await page.getByRole("button", { name: "Edit game" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "Edit irc" }).count(), 1);
});

pageTest("a wrong value is told at its field, and not written", {}, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Edit irc" }).click();
    await field(page, "Ports that trigger *").fill("0-99999");
    await save(page);
    const control = field(page, "Ports that trigger *");
    await eventually(async () => assert.equal(await control.getAttribute("aria-invalid"), "true"));
    const help = await control.getAttribute("aria-describedby");
    assert.match(await page.locator(`#${help}`).innerText(), /ports go from 1 to 65535/);
    await shot(page, "wrong-value");
    assert.equal(conf.read(), ENDS + IRC);
    await control.fill("6668");
    await save(page);
    await eventually(() => assert.equal(conf.read(), ENDS + IRC.replace("6667", "6668")));
});

pageTest("a name that is there already, and one that is none", {}, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await field(page, "Name *").fill("irc");
    await save(page);
    await sees(page, "There is a port trigger of this name already.");
    await field(page, "Name *").fill("two words");
    await save(page);
    await eventually(async () => assert.equal(await field(page, "Name *").getAttribute("aria-invalid"), "true"));
    assert.equal(conf.read(), ENDS + IRC);
});

pageTest("enables and disables", {}, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Enable irc" }).click();
    await eventually(() => assert.equal(conf.read(), ENDS + IRC.replace("Enable=no\n", "")));
    await page.getByRole("button", { name: "Disable irc" }).click();
    await eventually(() => assert.match(conf.read(), /Session=yes\nEnable=no\n$/));
});

pageTest("renames, and removes after a question", {}, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Edit irc" }).click();
    await field(page, "Name *").fill("chat");
    await save(page);
    await eventually(() => assert.equal(conf.read(), ENDS + IRC.replace("Trigger irc", "Trigger chat")));
    await page.getByRole("button", { name: "Remove chat" }).click();
    await page.locator("dialog").getByRole("button", { name: "Remove" }).click();
    await eventually(() => assert.equal(conf.read(), ENDS));
});

pageTest("another editor's change is not overwritten", {}, async page => {
    const theirs = ENDS + IRC + "\n[Trigger ftp]\nEnable=no\nPort=21\nOpen=tcp:20\n";
    await showTriggers(page);
    await page.getByRole("button", { name: "Edit irc" }).click();
    await field(page, "Description").fill("Chat");
    conf.write(theirs);
    await save(page);
    await sees(page, "Somebody else has changed the file");
    assert.equal(conf.read(), theirs);
    await shot(page, "another-editor");
    await save(page);
    const both = theirs.replace("Session=yes\n", "Session=yes\nDescription=Chat\n");
    await eventually(() => assert.equal(conf.read(), both));
});

pageTest("the first port trigger makes the file", { prepare: () => conf.remove() }, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await field(page, "Name *").fill("a");
    await field(page, "Ports that trigger *").fill("1");
    await field(page, "Ports that open *").fill("2");
    await save(page);
    await sees(page, "is missing: the interface to the Internet");
    assert.ok(!conf.exists());
    await field(page, "Local network").fill("br-lan");
    await field(page, "Internet").fill("wan");
    await save(page);
    await eventually(() => assert.equal(conf.read(),
                                        "[Trigger a]\nPort=1\nOpen=2\nInterface=br-lan\nOutInterface=wan\n"));
});

pageTest("what apply complains of is shown", { prepare: () =>
    program.fails("apply", "xt-trigger: iptables-restore: line 2 failed") }, async page => {
    await showTriggers(page);
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await sees(page, "Not applied");
    await shot(page, "not-applied");
});
