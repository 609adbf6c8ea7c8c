// SPDX-License-Identifier: GPL-2.0
import "./conf.mjs";
import "./modules.mjs";
import "./show.mjs";
