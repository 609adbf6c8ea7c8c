// SPDX-License-Identifier: GPL-2.0
import "./everybody.mjs";
import "./german.mjs";
import "./hidden.mjs";
import "./open.mjs";
import "./states.mjs";
import "./triggers.mjs";
