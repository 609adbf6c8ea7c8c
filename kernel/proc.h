/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/xt_trigger: reading (proc.c) and writing (write.c). */
#ifndef _TRIGGER_PROC_H
#define _TRIGGER_PROC_H

#include <linux/types.h>

struct net;
struct proc_dir_entry;
struct trigger_net;
struct trigger_writer;

struct proc_dir_entry *trigger_proc_init(struct net *net);
bool trigger_proc_own(struct proc_dir_entry *file, const struct net *net);
void trigger_proc_exit(struct net *net);

struct trigger_writer *trigger_writer_new(void);
void trigger_writer_free(struct trigger_writer *writer);
ssize_t trigger_writer_write(struct trigger_writer *writer,
			     struct trigger_net *tn,
			     const char __user *from, size_t size);

#endif /* _TRIGGER_PROC_H */
