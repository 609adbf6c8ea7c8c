/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket that events come from. The numbers of family and group change when
 * the module is loaded again: the kernel tells that on a group of its own.
 */
#ifndef _NETLINK_H
#define _NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

struct mnl_socket;

/* @family: 0: the module is not there, or has no events */
struct netlink {
	struct mnl_socket	*socket;
	uint16_t		family;
	uint32_t		group;
	uint32_t		buffer[8192];
};

/* What netlink_receive() has to tell. */
enum netlink_news {
	NETLINK_EVENT,		/* a message of the family */
	NETLINK_LOST,		/* messages, because we were too slow */
	NETLINK_GONE,		/* the module was unloaded */
	NETLINK_BACK,		/* it was loaded again */
};

/* Called for each piece of news; @message: of NETLINK_EVENT. */
typedef void netlink_handler(enum netlink_news news,
			     const struct nlmsghdr *message, void *data);

/* Open the socket and join the groups. What is wrong is said; return a status. */
int netlink_open(struct netlink *netlink);

/* For poll(2). */
int netlink_fd(const struct netlink *netlink);

/* Wait for messages, and handle them. Return 0, or an errno. */
int netlink_receive(struct netlink *netlink, netlink_handler *handler,
		    void *data);

void netlink_close(struct netlink *netlink);

/*
 * The next message of the @left bytes at *@data, and pass by it; NULL: no whole one
 * is left. (libmnl takes a length of 2 GiB and more for a negative one.)
 */
const struct nlmsghdr *netlink_next(const char **data, size_t *left);

/* A family's number, and that of a group of it. */
struct netlink_family {
	char		name[16];
	uint16_t	id;
	uint32_t	group;
};

/*
 * Parse a message of the family nlctrl about a family; @group: the name of the
 * group whose number is wanted. Return whether it has a name and a number.
 */
bool netlink_parse_family(const struct nlmsghdr *message, const char *group,
			  struct netlink_family *family);

#endif /* _NETLINK_H */
