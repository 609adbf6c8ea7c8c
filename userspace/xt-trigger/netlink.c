// SPDX-License-Identifier: GPL-2.0
/* The socket that events come from. See netlink.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <xt_trigger_event.h>

#include "netlink.h"
#include "proc.h"
#include "tool.h"

/* Some twenty thousand events; a root process may ask for more than the limit. */
#define RECEIVE_BUFFER	(8 << 20)

/* The number of the group @name in a nested list of groups; 0: it has none. */
static uint32_t find_group(const struct nlattr *list, const char *name)
{
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested(group, list) {
		const char *found = "";
		uint32_t id = 0;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
			    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				found = mnl_attr_get_str(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
			    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				id = mnl_attr_get_u32(attr);
		}
		if (!strcmp(found, name))
			return id;
	}
	return 0;
}

bool netlink_parse_family(const struct nlmsghdr *message, const char *group,
			  struct netlink_family *family)
{
	const struct nlattr *attr;

	*family = (struct netlink_family){ 0 };
	if (mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
		return false;
	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
				family->id = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_FAMILY_NAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				snprintf(family->name, sizeof(family->name),
					 "%s", mnl_attr_get_str(attr));
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			family->group = find_group(attr, group);
			break;
		}
	}
	return family->id && *family->name;
}

const struct nlmsghdr *netlink_next(const char **data, size_t *left)
{
	const struct nlmsghdr *message = (const void *)*data;
	size_t len;

	if (*left < MNL_NLMSG_HDRLEN || message->nlmsg_len < MNL_NLMSG_HDRLEN ||
	    message->nlmsg_len > *left)
		return NULL;
	len = MNL_ALIGN((size_t)message->nlmsg_len);
	if (len > *left)	/* the last one has no padding */
		len = *left;
	*data += len;
	*left -= len;
	return message;
}

/* Receive what the kernel has sent; 0: others have, and it is no more. */
static ssize_t receive(struct mnl_socket *socket, void *buffer, size_t size)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_size = sizeof(from);
	ssize_t n = recvfrom(mnl_socket_get_fd(socket), buffer, size, 0,
			     (struct sockaddr *)&from, &from_size);

	return n > 0 && from.nl_pid ? 0 : n;
}

struct question {
	const char		*group;
	struct netlink_family	*family;
};

static int answered(const struct nlmsghdr *message, void *data)
{
	struct question *question = data;

	return netlink_parse_family(message, question->group, question->family) ?
	       MNL_CB_OK : MNL_CB_ERROR;
}

/* Ask for a family by its name, on a socket of its own. 0, or an errno. */
static int ask(struct mnl_socket *socket, const char *name,
	       struct question *question, uint32_t *buffer, size_t size)
{
	struct nlmsghdr *request;
	struct genlmsghdr *head;
	ssize_t n;
	int more;

	/* Not each libmnl clears what pads an attribute. */
	memset(buffer, 0, size);
	request = mnl_nlmsg_put_header(buffer);
	request->nlmsg_type = GENL_ID_CTRL;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = 1;
	head = mnl_nlmsg_put_extra_header(request, sizeof(*head));
	head->cmd = CTRL_CMD_GETFAMILY;
	head->version = 1;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return errno;
	do {
		n = receive(socket, buffer, size);
		if (n < 0)
			return errno;
		more = mnl_cb_run(buffer, n, 1, mnl_socket_get_portid(socket),
				  answered, question);
	} while (more > 0);
	return more < 0 ? errno : 0;
}

static int resolve(const char *name, const char *group,
		   struct netlink_family *family)
{
	struct question question = { group, family };
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_GENERIC,
						     SOCK_CLOEXEC);
	uint32_t buffer[2048];
	int error;

	if (!socket)
		return errno;
	*family = (struct netlink_family){ 0 };
	error = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ? errno :
		ask(socket, name, &question, buffer, sizeof(buffer));
	mnl_socket_close(socket);
	if (!error && !family->group)
		error = ENOENT;
	return error;
}

static int join(struct netlink *netlink, uint32_t group)
{
	return mnl_socket_setsockopt(netlink->socket, NETLINK_ADD_MEMBERSHIP,
				     &group, sizeof(group)) ? errno : 0;
}

/* Join the events' group; the kernel took us out of one that is gone. */
static int join_events(struct netlink *netlink)
{
	struct netlink_family family;
	int error = resolve(XT_TRIGGER_GENL_NAME, XT_TRIGGER_GENL_GROUP, &family);

	if (error)
		return error;
	error = join(netlink, family.group);
	if (error)
		return error;
	netlink->family = family.id;
	netlink->group = family.group;
	return 0;
}

static int join_groups(struct netlink *netlink)
{
	struct netlink_family family;
	int error = resolve("nlctrl", "notify", &family);

	if (!error)
		error = join(netlink, family.group);
	return error ? error : join_events(netlink);
}

/* Return 0, or an errno: ENOENT: no family; EPERM: we may not listen. */
static int open_socket(struct netlink *netlink)
{
	int size = RECEIVE_BUFFER, error, fd;

	netlink->family = 0;
	netlink->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!netlink->socket)
		return errno;
	fd = mnl_socket_get_fd(netlink->socket);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	error = mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) ?
		errno : join_groups(netlink);
	if (error)
		netlink_close(netlink);
	return error;
}

/* Say why there are no events. */
static int no_events(int error)
{
	char version[32];

	if (error == EPERM)
		return tool_error("only root of this network namespace may listen to events; try sudo");
	if (error != ENOENT)
		return tool_error("events: %s", strerror(error));
	if (!proc_module_version(version, sizeof(version)))
		return tool_error("the kernel module xt_TRIGGER is not loaded; a TRIGGER rule of iptables loads it, or: modprobe xt_TRIGGER");
	return tool_error("the module%s%s is too old: it tells no events",
			  *version ? " " : "", version);
}

int netlink_open(struct netlink *netlink)
{
	int error = open_socket(netlink);

	return error ? no_events(error) : STATUS_DONE;
}

int netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->socket);
}

/* The kernel tells of a family that has come or gone. */
static void take_control(struct netlink *netlink,
			 const struct nlmsghdr *message,
			 netlink_handler *handler, void *data)
{
	const struct genlmsghdr *head = mnl_nlmsg_get_payload(message);
	struct netlink_family family;

	if (!netlink_parse_family(message, XT_TRIGGER_GENL_GROUP, &family) ||
	    strcmp(family.name, XT_TRIGGER_GENL_NAME))
		return;
	if (head->cmd == CTRL_CMD_DELFAMILY && netlink->family) {
		netlink->family = 0;
		handler(NETLINK_GONE, NULL, data);
	} else if (head->cmd == CTRL_CMD_NEWFAMILY && !join_events(netlink)) {
		handler(NETLINK_BACK, NULL, data);
	}
}

/* What was lost may have been that the module was loaded again. */
static void take_loss(struct netlink *netlink, netlink_handler *handler,
		      void *data)
{
	handler(NETLINK_LOST, NULL, data);
	if (join_events(netlink))
		netlink->family = 0;
}

int netlink_receive(struct netlink *netlink, netlink_handler *handler,
		    void *context)
{
	ssize_t n = receive(netlink->socket, netlink->buffer,
			    sizeof(netlink->buffer));
	const char *data = (const char *)netlink->buffer;
	const struct nlmsghdr *message;
	size_t left = n;

	if (n < 0 && errno == ENOBUFS) {
		take_loss(netlink, handler, context);
		return 0;
	}
	if (n < 0)
		return errno == EINTR ? 0 : errno;
	while ((message = netlink_next(&data, &left))) {
		if (message->nlmsg_type == GENL_ID_CTRL)
			take_control(netlink, message, handler, context);
		else if (netlink->family && message->nlmsg_type == netlink->family)
			handler(NETLINK_EVENT, message, context);
	}
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
}
