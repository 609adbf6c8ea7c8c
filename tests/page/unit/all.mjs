// SPDX-License-Identifier: GPL-2.0
import "./conf.mjs";
import "./fields.mjs";
import "./modules.mjs";
import "./show.mjs";
