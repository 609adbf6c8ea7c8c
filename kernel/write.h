/* SPDX-License-Identifier: GPL-2.0 */
/* Writing /proc/net/xt_trigger: commands, one a line. */
#ifndef _TRIGGER_WRITE_H
#define _TRIGGER_WRITE_H

#include <linux/types.h>

struct trigger_net;
struct trigger_write;

struct trigger_write *trigger_write_new(void);
void trigger_write_free(struct trigger_write *writer);
ssize_t trigger_write(struct trigger_write *writer, struct trigger_net *tn,
		      const char __user *from, size_t size);

#endif /* _TRIGGER_WRITE_H */
