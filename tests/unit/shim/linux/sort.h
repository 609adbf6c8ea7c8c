/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SORT_H
#define _SHIM_SORT_H

#include <stdlib.h>

#define sort(base, n, size, compare, swap)	qsort(base, n, size, compare)

#endif /* _SHIM_SORT_H */
