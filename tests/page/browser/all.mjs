// SPDX-License-Identifier: GPL-2.0
import "./open.mjs";
import "./states.mjs";
import "./triggers.mjs";
