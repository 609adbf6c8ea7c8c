/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/xt_trigger: the file, and reading it. */
#ifndef _TRIGGER_PROC_H
#define _TRIGGER_PROC_H

struct net;
struct proc_dir_entry;

struct proc_dir_entry *trigger_proc_init(struct net *net);
void trigger_proc_own(const struct net *net);
void trigger_proc_exit(struct net *net);

#endif /* _TRIGGER_PROC_H */
