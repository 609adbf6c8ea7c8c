// SPDX-License-Identifier: GPL-2.0
/* Names that the page and its tests get from elsewhere. */

/** From base1/cockpit.js. */
declare var cockpit: any;

declare module "node:*";
