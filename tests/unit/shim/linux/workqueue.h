/* SPDX-License-Identifier: GPL-2.0 */
/* Work is done by shim_advance(), when it is due. */
#ifndef _SHIM_WORKQUEUE_H
#define _SHIM_WORKQUEUE_H

#include "linux/kernel.h"
#include "linux/percpu.h"

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	struct delayed_work *next;
	u64 due;
	bool queued;
};

struct workqueue_struct;
#define system_power_efficient_wq	((struct workqueue_struct *)NULL)
#define system_wq			((struct workqueue_struct *)NULL)

#define INIT_DELAYED_WORK(w, f) \
	(*(w) = (struct delayed_work){ .work.func = (f) })
#define INIT_DEFERRABLE_WORK(w, f)	INIT_DELAYED_WORK(w, f)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *w,
			unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *w);

#define schedule_delayed_work(w, delay)	queue_delayed_work(NULL, w, delay)

#endif /* _SHIM_WORKQUEUE_H */
