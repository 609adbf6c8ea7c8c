#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""compile.py DIR FILE.po...: makes of translations what Cockpit loads, po.LANGUAGE.js for the page
and po.manifest.LANGUAGE.js for the menu, in DIR. msgfmt reads and checks them.
"""

import json
import os
import re
import struct
import subprocess
import sys

PLACE = re.compile(r"\$\d")
FOLDER = os.path.dirname(os.path.abspath(__file__))


def manifest_texts(path):
    """What the menu shows of the page, and the words by which it is found."""
    with open(path) as file:
        manifest = json.load(file)
    for entry in manifest["menu"].values():
        yield entry["label"]
        for keyword in entry["keywords"]:
            yield from keyword["matches"]


def messages(po):
    """{text: [translation, one for each plural form]} of a file; "" has its header."""
    mo = subprocess.run(["msgfmt", "--check", "--output-file=-", po], check=True,
                        stdout=subprocess.PIPE).stdout
    _, _, count, texts, translations = struct.unpack("=5I", mo[:20])

    def strings(table, i):
        length, start = struct.unpack_from("=2I", mo, table + 8 * i)
        return mo[start:start + length].decode().split("\0")

    return {strings(texts, i)[0]: strings(translations, i) for i in range(count)}


def check(po, translations):
    """What stands for a name or a number is in each form, too."""
    for text, forms in translations.items():
        for form in forms:
            if sorted(PLACE.findall(form)) != sorted(PLACE.findall(text)):
                sys.exit("%s: other places for names in the translation of: %s" % (po, text))


def header(text):
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    plural = re.fullmatch(r"nplurals=\d+; plural=([n0-9 !=<>?:%&|()+-]+);?", fields["Plural-Forms"])
    return '{"plural-forms": n => %s, "language": "%s", "language-direction": "ltr"}' % (
        plural[1], fields["Language"].replace("_", "-"))


def script(head, translations):
    lines = ['"": ' + head]
    for text, forms in sorted(translations.items()):
        lines.append("%s: %s" % (json.dumps(text), json.dumps([None] + forms)))
    return "cockpit.locale({\n%s\n});\n" % ",\n".join(lines)


def main(folder, *files):
    of_menu = set(manifest_texts(os.path.join(FOLDER, "../manifest.json")))
    for po in files:
        language = os.path.basename(po)[:-len(".po")]
        translations = messages(po)
        head = header(translations.pop("")[0])
        check(po, translations)
        menu = {text: forms for text, forms in translations.items() if text in of_menu}
        for name, chosen in (("po", translations), ("po.manifest", menu)):
            path = os.path.join(folder, "%s.%s.js" % (name, language))
            with open(path, "w") as file:
                file.write(script(head, chosen))
            os.chmod(path, 0o644)


if __name__ == "__main__":
    main(*sys.argv[1:])
