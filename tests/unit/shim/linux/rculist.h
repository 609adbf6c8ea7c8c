/* SPDX-License-Identifier: GPL-2.0 */
/* Both kinds of lists. A link that is deleted points nowhere, but for RCU. */
#ifndef _SHIM_RCULIST_H
#define _SHIM_RCULIST_H

#include "linux/kernel.h"
#include "linux/rcupdate.h"

#define SHIM_NOWHERE	((void *)0x100)

/* Lists in a circle. */

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return READ_ONCE(list->next) == list;
}

static inline bool list_is_singular(const struct list_head *list)
{
	return !list_empty(list) && list->next == list->prev;
}

/* @link goes behind @at. */
static inline void list_add(struct list_head *link, struct list_head *at)
{
	shim_assert(at->next->prev == at, "a list is broken");
	link->prev = at;
	link->next = at->next;
	at->next->prev = link;
	WRITE_ONCE(at->next, link);
}

static inline void list_add_tail(struct list_head *link, struct list_head *list)
{
	list_add(link, list->prev);
}

static inline void shim_list_unlink(struct list_head *link)
{
	shim_assert(link->next != SHIM_NOWHERE && link->prev != SHIM_NOWHERE,
		    "a link is deleted twice");
	shim_assert(link->next->prev == link && link->prev->next == link,
		    "a link is in no list");
	shim_steps++;
	link->next->prev = link->prev;
	WRITE_ONCE(link->prev->next, link->next);
}

static inline void list_del(struct list_head *link)
{
	shim_list_unlink(link);
	link->next = SHIM_NOWHERE;
	link->prev = SHIM_NOWHERE;
}

static inline void list_del_init(struct list_head *link)
{
	shim_list_unlink(link);
	INIT_LIST_HEAD(link);
}

static inline void list_move_tail(struct list_head *link,
				  struct list_head *list)
{
	shim_list_unlink(link);
	list_add_tail(link, list);
}

/* All of @list, which is empty then, goes to the head of @to. */
static inline void list_splice_init(struct list_head *list, struct list_head *to)
{
	if (list_empty(list))
		return;
	list->next->prev = to;
	list->prev->next = to->next;
	to->next->prev = list->prev;
	to->next = list->next;
	INIT_LIST_HEAD(list);
}

/* Readers go on from @link. */
static inline void list_del_rcu(struct list_head *link)
{
	shim_list_unlink(link);
	link->prev = SHIM_NOWHERE;
}

#define list_add_rcu(link, at)		list_add(link, at)
#define list_add_tail_rcu(link, list)	list_add_tail(link, list)
#define list_next_rcu(link)		((link)->next)

#define list_entry(link, type, field)	container_of(link, type, field)
#define list_first_entry(list, type, field) \
	list_entry((list)->next, type, field)
#define list_last_entry(list, type, field) \
	list_entry((list)->prev, type, field)
#define list_next_entry(at, field) \
	list_entry((at)->field.next, __typeof__(*(at)), field)
#define list_first_entry_or_null(list, type, field) \
	(list_empty(list) ? NULL : list_first_entry(list, type, field))
#define list_entry_rcu(link, type, field) \
	list_entry(READ_ONCE(link), type, field)
#define list_first_or_null_rcu(list, type, field) ({			\
	struct list_head *shim_first = rcu_dereference((list)->next);	\
	shim_first == (list) ? NULL :					\
			       list_entry(shim_first, type, field);	\
})

#define shim_entry_of(link, at, field) \
	list_entry(link, __typeof__(*(at)), field)

#define list_for_each_entry(at, list, field)				\
	for (at = shim_entry_of((list)->next, at, field);		\
	     &at->field != (list);					\
	     shim_steps++, at = shim_entry_of(at->field.next, at, field))

#define list_for_each_entry_safe(at, next_at, list, field)		\
	for (at = shim_entry_of((list)->next, at, field),		\
	     next_at = shim_entry_of(at->field.next, at, field);	\
	     &at->field != (list);					\
	     shim_steps++, at = next_at,				\
	     next_at = shim_entry_of(at->field.next, at, field))

/* What stands in front of the first one, for list_for_each_entry_continue(). */
#define list_prepare_entry(at, list, field)				\
	((at) ? (at) : shim_entry_of(list, at, field))

#define list_for_each_entry_continue(at, list, field)			\
	for (at = shim_entry_of((at)->field.next, at, field);		\
	     &at->field != (list);					\
	     shim_steps++, at = shim_entry_of(at->field.next, at, field))

/* A step of a reader: it needs the lock or RCU, and others may come in. */
#define shim_rcu_next(link) ({						\
	shim_rcu_check(__FILE__, __LINE__);				\
	shim_yield();							\
	shim_steps++;							\
	READ_ONCE(link);						\
})

#define list_for_each_entry_rcu(at, list, field, ...)			\
	for (at = shim_entry_of(shim_rcu_next((list)->next), at, field); \
	     &at->field != (list);					\
	     at = shim_entry_of(shim_rcu_next(at->field.next), at, field))

#define list_for_each_entry_from_rcu(at, list, field)			\
	for (; &at->field != (list);					\
	     at = shim_entry_of(shim_rcu_next(at->field.next), at, field))

/* Lists with a head of one pointer. */

#define INIT_HLIST_HEAD(list)	((list)->first = NULL)

static inline bool hlist_empty(const struct hlist_head *list)
{
	return !READ_ONCE(list->first);
}

static inline void hlist_add_head(struct hlist_node *link,
				  struct hlist_head *list)
{
	link->next = list->first;
	link->pprev = &list->first;
	if (list->first)
		list->first->pprev = &link->next;
	WRITE_ONCE(list->first, link);
}

static inline void hlist_del_rcu(struct hlist_node *link)
{
	shim_assert(link->pprev && link->pprev != SHIM_NOWHERE,
		    "a link is deleted twice");
	shim_assert(*link->pprev == link, "a link is in no list");
	WRITE_ONCE(*link->pprev, link->next);
	if (link->next)
		link->next->pprev = link->pprev;
	link->pprev = SHIM_NOWHERE;
}

static inline void hlist_del(struct hlist_node *link)
{
	hlist_del_rcu(link);
	link->next = SHIM_NOWHERE;
}

#define hlist_add_head_rcu(link, list)	hlist_add_head(link, list)
#define hlist_first_rcu(list)		((list)->first)
#define hlist_next_rcu(link)		((link)->next)

#define hlist_entry(link, type, field)	container_of(link, type, field)

#define shim_hlist_at(link, at, field) ({				\
	struct hlist_node *shim_link = (link);				\
	shim_link ? container_of(shim_link, __typeof__(*(at)), field) : \
		    NULL;						\
})
#define hlist_entry_safe(link, type, field) \
	shim_hlist_at(link, (type *)NULL, field)

#define hlist_for_each_entry(at, list, field)				\
	for (at = shim_hlist_at((list)->first, at, field); at;		\
	     shim_steps++, at = shim_hlist_at(at->field.next, at, field))

#define hlist_for_each_entry_safe(at, link, list, field)		\
	for (at = shim_hlist_at((list)->first, at, field);		\
	     at && ({ link = at->field.next; 1; });			\
	     shim_steps++, at = shim_hlist_at(link, at, field))

#define hlist_for_each_entry_rcu(at, list, field, ...)			\
	for (at = shim_hlist_at(shim_rcu_next((list)->first), at, field); at; \
	     at = shim_hlist_at(shim_rcu_next(at->field.next), at, field))

#endif /* _SHIM_RCULIST_H */
