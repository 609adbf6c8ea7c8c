/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PARAM_H
#define _SHIM_PARAM_H

#ifndef HZ
#define HZ	250
#endif

#endif /* _SHIM_PARAM_H */
