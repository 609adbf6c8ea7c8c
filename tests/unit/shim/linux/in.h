/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's, which its own headers go with. */
#include <netinet/in.h>
