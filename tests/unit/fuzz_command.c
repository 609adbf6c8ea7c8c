// SPDX-License-Identifier: GPL-2.0
/* Any line, to the parser of the proc file's commands. */
#include "../../kernel/command.h"
#include <stdlib.h>

#include "unit.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_fields(const struct trigger_command *command)
{
	u8 i;

	check(command->n_ranges <= TRIGGER_RANGES_MAX);
	check(command->n_peers <= TRIGGER_PEERS_MAX);
	check(!command->peer_any || !command->n_peers);
	for (i = 0; i < command->n_ranges; i++) {
		check(command->range[i].min);
		check(command->range[i].min <= command->range[i].max);
		check(trigger_proto_index(command->range[i].proto) >= 0);
	}
	for (i = 0; i < command->n_peers; i++)
		check(command->family == NFPROTO_IPV6 ||
		      !command->peer[i].all[1]);
	check(command->family == NFPROTO_IPV6 || !command->owner.all[1]);
	check(command->expires <= command->timeout);
	check(!command->name || strlen(command->name) < XT_TRIGGER_NAME_LEN);
	switch (command->verb) {
	case TRIGGER_CLOSE_ALL:
		check(!command->given);
		break;
	case TRIGGER_CLOSE:
		check(command->given);
		break;
	default:
		/* Those of 0.1 or more, in order. */
		check(command->given >= BIT(TRIGGER_FIELD_ID) - 1);
		check(!(command->given & (command->given + 1)));
		check(command->name && command->open && command->family);
		check(command->n_ranges);
		check(command->peer_any || command->n_peers);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct trigger_command command, again;
	char *line = malloc(size + 1), *copy;

	memcpy(line, data, size);
	line[size] = '\0';
	line[strcspn(line, "\n")] = '\0';
	copy = strdup(line);
	if (!trigger_command_parse(&command, line)) {
		check_fields(&command);
		check(!trigger_command_parse(&again, copy));
		check(!memcmp(&command.owner, &again.owner,
			      sizeof(command.owner)));
	}
	free(copy);
	free(line);
	return 0;
}
