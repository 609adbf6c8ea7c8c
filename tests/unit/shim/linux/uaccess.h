/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_UACCESS_H
#define _SHIM_UACCESS_H

#include "linux/kernel.h"

/* Bytes from this address on cannot be read; NULL: all can. */
extern const char *shim_user_end;

/* Returns the bytes that could not be copied. */
unsigned long copy_from_user(void *to, const char *from, unsigned long n);

#endif /* _SHIM_UACCESS_H */
