// SPDX-License-Identifier: GPL-2.0
/*
 * A module of planted bugs, one of each kind, for ../seeds: what the harness is
 * to find in xt_TRIGGER it must find here. The parameter names the one that
 * happens on loading. It is a module of its own, so that xt_TRIGGER holds none
 * of this, whatever it is built for.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Planted bugs, for the tests of xt_TRIGGER's own tests");

static char *bug;
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "which one happens on loading");

static DEFINE_MUTEX(seed_first);
static DEFINE_MUTEX(seed_second);
static DEFINE_SPINLOCK(seed_lock);
static void __rcu *seed_shared;
static struct delayed_work seed_work;
static unsigned long seed_count;

static void seed_nothing(void)
{
}

/* An object of that size, which the compiler knows nothing of. */
static char *seed_object(size_t size)
{
	char *object = kzalloc(size, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
	return object;
}

static noinline void seed_out_of_bounds(void)
{
	char *object = seed_object(24);

	if (object)
		WRITE_ONCE(object[24], 1);
	kfree(object);
}

static noinline void seed_use_after_free(void)
{
	char *object = seed_object(24);

	kfree(object);
	if (object)
		WRITE_ONCE(object[0], 1);
}

static noinline void seed_leak(void)
{
	int i;

	/* Of a few, none is still found in a stack or a register. */
	for (i = 0; i < 10; i++)
		seed_object(96);
}

static noinline void seed_shift(void)
{
	int bits = 40;

	OPTIMIZER_HIDE_VAR(bits);
	WRITE_ONCE(seed_count, 1 << bits);
}

static noinline void seed_lock_order(void)
{
	mutex_lock(&seed_first);
	mutex_lock(&seed_second);
	mutex_unlock(&seed_second);
	mutex_unlock(&seed_first);

	mutex_lock(&seed_second);
	mutex_lock(&seed_first);
	mutex_unlock(&seed_first);
	mutex_unlock(&seed_second);
}

static noinline void seed_sleep_under_lock(void)
{
	spin_lock(&seed_lock);
	msleep(20);
	spin_unlock(&seed_lock);
}

static noinline void seed_rcu_without_lock(void)
{
	void *object = rcu_dereference(seed_shared);

	if (object)
		pr_info("never to be seen\n");
}

static void seed_works(struct work_struct *work)
{
}

static noinline void seed_armed_again(void)
{
	INIT_DELAYED_WORK(&seed_work, seed_works);
	schedule_delayed_work(&seed_work, 60 * HZ);
	INIT_DELAYED_WORK(&seed_work, seed_works);
}

static int seed_counts(void *unused)
{
	while (!kthread_should_stop()) {
		seed_count++;
		cond_resched();
	}
	return 0;
}

static noinline void seed_race(void)
{
	struct task_struct *other = kthread_run(seed_counts, NULL, "seed_counts");
	unsigned long end = jiffies + 10 * HZ;

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		seed_count++;
		cond_resched();
	}
	kthread_stop(other);
}

static const struct {
	const char *name;
	void (*plant)(void);
} seeds[] = {
	{ "nothing", seed_nothing },
	{ "out_of_bounds", seed_out_of_bounds },
	{ "use_after_free", seed_use_after_free },
	{ "leak", seed_leak },
	{ "shift", seed_shift },
	{ "lock_order", seed_lock_order },
	{ "sleep_under_lock", seed_sleep_under_lock },
	{ "rcu_without_lock", seed_rcu_without_lock },
	{ "armed_again", seed_armed_again },
	{ "race", seed_race },
};

static int __init seed_init(void)
{
	unsigned int i;

	for (i = 0; bug && i < ARRAY_SIZE(seeds); i++) {
		if (!strcmp(seeds[i].name, bug)) {
			seeds[i].plant();
			return 0;
		}
	}
	return -EINVAL;
}
module_init(seed_init);

static void __exit seed_exit(void)
{
}
module_exit(seed_exit);
