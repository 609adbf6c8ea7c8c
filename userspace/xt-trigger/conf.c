// SPDX-License-Identifier: GPL-2.0
/* The files of xt-trigger.conf(5): lines, sections and keys. See conf.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "text.h"

/* More is a mistake, and no file of a router. */
#define FILE_MAX	(1024 * 1024)
#define TRIGGERS_MAX	1000

/* Where a key may stand. */
#define IN_DEFAULT	1
#define IN_TRIGGER	2
#define IN_BOTH		(IN_DEFAULT | IN_TRIGGER)

#define KEY(key_name, key_where, key_parse, field) {			\
	.name = key_name, .where = key_where, .parse = key_parse,	\
	.offset = offsetof(struct conf_values, field),			\
	.size = sizeof(((struct conf_values *)NULL)->field),		\
}

static const struct conf_key {
	const char *name;
	unsigned int where;
	const char *(*parse)(const char *text, void *to);
	size_t offset, size;
} conf_keys[CONF_KEYS] = {
	[CONF_ENABLE] = KEY("Enable", IN_TRIGGER, conf_parse_bool, enable),
	[CONF_DESCRIPTION] = KEY("Description", IN_TRIGGER, conf_parse_text, description),
	[CONF_INTERFACE] = KEY("Interface", IN_BOTH, conf_parse_interfaces, interfaces),
	[CONF_OUT_INTERFACE] = KEY("OutInterface", IN_BOTH, conf_parse_interfaces,
				   out_interfaces),
	[CONF_FAMILY] = KEY("Family", IN_BOTH, conf_parse_family, family),
	[CONF_NAT] = KEY("NAT", IN_BOTH, conf_parse_nat, nat),
	[CONF_NAME] = KEY("Name", IN_BOTH, conf_parse_name, name),
	[CONF_SOURCE] = KEY("Source", IN_TRIGGER, conf_parse_sources, sources),
	[CONF_PROTOCOL] = KEY("Protocol", IN_TRIGGER, conf_parse_protocol, protocol),
	[CONF_PORT] = KEY("Port", IN_TRIGGER, conf_parse_port, port),
	[CONF_OPEN] = KEY("Open", IN_TRIGGER, conf_parse_open, open),
	[CONF_TIMEOUT] = KEY("Timeout", IN_BOTH, conf_parse_timeout, timeout),
	[CONF_LIFETIME] = KEY("Lifetime", IN_BOTH, conf_parse_lifetime, lifetime),
	[CONF_REFRESH] = KEY("Refresh", IN_BOTH, conf_parse_refresh, refresh_both),
	[CONF_SESSION] = KEY("Session", IN_BOTH, conf_parse_bool, session),
	[CONF_PEER] = KEY("Peer", IN_BOTH, conf_parse_peer, peer_host),
	[CONF_OWNER] = KEY("Owner", IN_BOTH, conf_parse_owner, owner_last),
	[CONF_MAX] = KEY("Max", IN_BOTH, conf_parse_max, max),
	[CONF_SHADOW] = KEY("Shadow", IN_DEFAULT, conf_parse_bool, shadow),
	[CONF_MARK] = KEY("Mark", IN_DEFAULT, conf_parse_mark, mark),
	[CONF_IN_TABLE] = KEY("InTable", IN_DEFAULT, conf_parse_in_table, in_mangle),
	[CONF_RESTORE] = KEY("Restore", IN_DEFAULT, conf_parse_bool, restore),
};

/* What a section has that says nothing. */
static const struct conf_values built_in = {
	.enable = true,
	.family = CONF_ANY,
	.nat = CONF_IPV4,
	.name = XT_TRIGGER_NAME_DEFAULT,
	.mark = 0x100,
};

/* The place in the files: where a line is read into. */
struct reader {
	struct conf *conf;
	const char *file;
	bool is_main;
	unsigned int line;
	char section[CONF_SECTION_LEN + 16];	/* as the file has it; "" before the first */
	unsigned int where;		/* IN_DEFAULT or IN_TRIGGER; 0: skip the keys */
	struct conf_values *values;
	struct conf_values scratch;	/* for sections that are not kept */
	size_t first_trigger;		/* of this file */
	size_t first_error;
};

/* The array @array of @n, with room for one more. */
static void *grow(void *array, size_t n, size_t size)
{
	/* At each power of two. */
	if ((n & (n - 1)) != 0)
		return array;
	return tool_realloc(array, (n == 0 ? 1 : n * 2) * size);
}

static void add_error(struct conf *conf, const char *file, unsigned int line,
		      const char *section, const char *key, const char *value,
		      const char *format, ...) PRINTF(7, 8);
static void add_error(struct conf *conf, const char *file, unsigned int line,
		      const char *section, const char *key, const char *value,
		      const char *format, ...)
{
	struct conf_error *error;
	char reason[512];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	conf->errors = grow(conf->errors, conf->n_errors, sizeof(*error));
	error = &conf->errors[conf->n_errors];
	error->file = tool_strdup(file);
	error->line = line;
	error->section = tool_strdup(section);
	error->key = tool_strdup(key);
	error->value = tool_strdup(value);
	error->reason = tool_strdup(reason);
	error->place = conf->n_errors++;
}

/* An error of the reader's line. */
#define refuse_line(reader, key, value, ...) \
	add_error((reader)->conf, (reader)->file, (reader)->line, \
		  (reader)->section, key, value, __VA_ARGS__)

const char *conf_key_name(enum conf_key_id id)
{
	return conf_keys[id].name;
}

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->defaults = built_in;
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->n_triggers; i++)
		free(conf->triggers[i].name);
	for (i = 0; i < conf->n_errors; i++) {
		free(conf->errors[i].file);
		free(conf->errors[i].section);
		free(conf->errors[i].key);
		free(conf->errors[i].value);
		free(conf->errors[i].reason);
	}
	for (i = 0; i < conf->n_files; i++)
		free(conf->files[i]);
	free(conf->triggers);
	free(conf->errors);
	free(conf->files);
	memset(conf, 0, sizeof(*conf));
}

/*
 * Returns the number of bytes of the character at @s, 0 if it is none of UTF-8, or
 * a control character other than the tab.
 */
static size_t character_len(const unsigned char *s)
{
	/* The least code point of each length: a longer form of a smaller one is none. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code;
	size_t len, i;

	if (s[0] < 0x80)
		return (s[0] >= 0x20 && s[0] != 0x7f) || s[0] == '\t';
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	code = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ||
	    code < 0xa0)	/* C1 control characters */
		return 0;
	return len;
}

static bool is_text(const char *line)
{
	const unsigned char *s = (const unsigned char *)line;
	size_t len;

	for (; *s != '\0'; s += len) {
		len = character_len(s);
		if (len == 0)
			return false;
	}
	return true;
}

/* Returns @text without the blanks around it. */
static char *strip(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
	return text;
}

/* Starts a section whose keys are checked, and not kept. */
static void begin_scratch(struct reader *reader, unsigned int where)
{
	reader->scratch = built_in;
	reader->where = where;
	reader->values = &reader->scratch;
}

static void begin_default(struct reader *reader)
{
	struct conf *conf = reader->conf;

	begin_scratch(reader, IN_DEFAULT);
	if (!reader->is_main) {
		refuse_line(reader, "", "", "is for the main file (%s) only", conf->files[0]);
	} else if (conf->default_line != 0) {
		refuse_line(reader, "", "", "is there already, in line %u", conf->default_line);
	} else {
		conf->default_line = reader->line;
		reader->values = &conf->defaults;
	}
}

static void begin_trigger(struct reader *reader, const char *name)
{
	struct conf *conf = reader->conf;
	const char *reason = conf_section_invalid(name);
	struct conf_trigger *trigger;
	size_t i;

	begin_scratch(reader, IN_TRIGGER);
	if (reason) {
		refuse_line(reader, "", name, "the name %s", reason);
		return;
	}
	for (i = 0; i < conf->n_triggers; i++) {
		trigger = &conf->triggers[i];
		if (!strcmp(trigger->name, name)) {
			refuse_line(reader, "", "", "is there already, in %s:%u",
				    trigger->file, trigger->line);
			return;
		}
	}
	if (conf->n_triggers == TRIGGERS_MAX) {
		refuse_line(reader, "", "", "there are more than %u port triggers", TRIGGERS_MAX);
		return;
	}
	conf->triggers = grow(conf->triggers, conf->n_triggers, sizeof(*trigger));
	trigger = &conf->triggers[conf->n_triggers++];
	memset(trigger, 0, sizeof(*trigger));
	trigger->name = tool_strdup(name);
	trigger->file = reader->file;
	trigger->line = reader->line;
	trigger->values = built_in;
	reader->values = &trigger->values;
}

/* "[Default]" or "[Trigger NAME]" */
static void read_section(struct reader *reader, char *line)
{
	size_t len = strlen(line);

	begin_scratch(reader, 0);
	snprintf(reader->section, sizeof(reader->section), "%s", line);
	if (line[len - 1] != ']') {
		refuse_line(reader, "", "", "the line of a section ends with \"]\"");
		return;
	}
	line[len - 1] = '\0';
	line = strip(line + 1);
	if (!strcmp(line, "Default"))
		begin_default(reader);
	else if (strncmp(line, "Trigger", 7) == 0 && strchr(" \t", line[7]) != NULL)
		begin_trigger(reader, strip(line + 7));
	else
		refuse_line(reader, "", "", "no such section: there are [Default] and [Trigger NAME]");
}

static const struct conf_key *find_key(const char *name)
{
	enum conf_key_id id;

	for (id = 0; id < CONF_KEYS; id++)
		if (!strcmp(conf_keys[id].name, name))
			return &conf_keys[id];
	return NULL;
}

static void read_value(struct reader *reader, const char *name, const char *value)
{
	const struct conf_key *key = find_key(name);
	struct conf_values *values = reader->values;
	const char *reason;
	unsigned int *line;

	if (!key) {
		refuse_line(reader, name, value, "no such key");
		return;
	}
	if (!(key->where & reader->where)) {
		refuse_line(reader, name, value, "this key is for %s",
			    key->where == IN_DEFAULT ? "[Default]" : "the section of a port trigger");
		return;
	}
	line = &values->line[key - conf_keys];
	if (*line != 0) {
		refuse_line(reader, name, value, "the key is there already, in line %u", *line);
		return;
	}
	*line = reader->line;
	if (value[0] == '\0')
		return;		/* the default */
	values->given |= 1u << (key - conf_keys);
	reason = key->parse(value, (char *)values + key->offset);
	if (reason) {
		values->wrong |= 1u << (key - conf_keys);
		refuse_line(reader, name, value, "%s", reason);
	}
}

static void read_key(struct reader *reader, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals) {
		refuse_line(reader, "", line, "is no section, no KEY=VALUE and no comment");
		return;
	}
	*equals = '\0';
	if (reader->section[0] == '\0')
		refuse_line(reader, strip(line), strip(equals + 1), "stands in no section");
	else if (reader->where != 0)
		read_value(reader, strip(line), strip(equals + 1));
}

static void read_line(struct reader *reader, char *line)
{
	line = strip(line);
	if (!is_text(line))
		refuse_line(reader, "", "", "has a byte that is no text (UTF-8)");
	else if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return;
	else if (line[strlen(line) - 1] == '\\')
		refuse_line(reader, "", line, "a line does not go on in the next one");
	else if (line[0] == '[')
		read_section(reader, line);
	else
		read_key(reader, line);
}

/* Gives @values what they lack and [Default] has. */
static void take_defaults(struct conf_values *values, const struct conf_values *defaults)
{
	enum conf_key_id id;

	for (id = 0; id < CONF_KEYS; id++) {
		const struct conf_key *key = &conf_keys[id];

		if (key->where == IN_BOTH && !(values->given & 1u << id) &&
		    (defaults->given & 1u << id))
			memcpy((char *)values + key->offset,
			       (const char *)defaults + key->offset, key->size);
	}
}

static void refuse_trigger(struct conf *conf, const struct conf_trigger *trigger,
			   enum conf_key_id id, const char *value, const char *reason)
{
	unsigned int line = trigger->values.line[id];
	char section[CONF_SECTION_LEN + 16];

	snprintf(section, sizeof(section), "[Trigger %s]", trigger->name);
	add_error(conf, trigger->file, line != 0 ? line : trigger->line, section,
		  conf_keys[id].name, value, "%s", reason);
}

/* A value that is not there; one that is there and wrong has its error. */
static void require(struct conf *conf, const struct conf_trigger *trigger,
		    enum conf_key_id id, const char *what)
{
	unsigned int given = trigger->values.given;

	if (conf_keys[id].where & IN_DEFAULT)
		given |= conf->defaults.given;
	if (!(given & 1u << id))
		refuse_trigger(conf, trigger, id, "", what);
}

static bool has_source_of(const struct conf_sources *sources, unsigned int family)
{
	unsigned int i;

	for (i = 0; i < sources->n; i++)
		if (sources->item[i].family & family)
			return true;
	return sources->n == 0;
}

static void check_trigger(struct conf *conf, const struct conf_trigger *trigger)
{
	const struct conf_values *values = &trigger->values;
	unsigned int i, j;

	require(conf, trigger, CONF_INTERFACE, "is missing: the interface of the LAN");
	require(conf, trigger, CONF_OUT_INTERFACE, "is missing: the interface to the Internet");
	require(conf, trigger, CONF_PORT, "is missing: the ports that trigger");
	require(conf, trigger, CONF_OPEN, "is missing: what opens");
	for (i = 0; i < values->interfaces.n; i++)
		for (j = 0; j < values->out_interfaces.n; j++)
			if (!strcmp(values->interfaces.name[i], values->out_interfaces.name[j]))
				refuse_trigger(conf, trigger, CONF_OUT_INTERFACE,
					       values->out_interfaces.name[j],
					       "is the interface of the LAN, too");
	if (!has_source_of(&values->sources, values->family))
		refuse_trigger(conf, trigger, CONF_SOURCE, "",
			       "has no address of the families that Family names");
	if (values->timeout == 0 && !values->session &&
	    (values->given | conf->defaults.given) & 1u << CONF_TIMEOUT &&
	    !((values->wrong | conf->defaults.wrong) & 1u << CONF_TIMEOUT))
		refuse_trigger(conf, trigger, CONF_TIMEOUT, "none",
			       "goes with Session=yes only: else nothing would close it");
}

static void check_defaults(struct conf *conf, const char *file)
{
	const struct conf_values *values = &conf->defaults;

	if (values->in_mangle && !values->mark)
		add_error(conf, file, values->line[CONF_IN_TABLE], "[Default]",
			  conf_keys[CONF_IN_TABLE].name, "mangle",
			  "needs a Mark, by which the table filter knows what `in' has accepted");
}

static int in_order(const void *a, const void *b)
{
	const struct conf_error *one = a, *other = b;

	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	return one->place < other->place ? -1 : one->place > other->place;
}

/* What can only be seen when all of the file is read. */
static void finish_file(struct reader *reader)
{
	struct conf *conf = reader->conf;
	size_t i;

	if (reader->is_main)
		check_defaults(conf, reader->file);
	for (i = reader->first_trigger; i < conf->n_triggers; i++) {
		struct conf_trigger *trigger = &conf->triggers[i];

		take_defaults(&trigger->values, &conf->defaults);
		if (trigger->values.enable)
			check_trigger(conf, trigger);
	}
	if (conf->n_errors > reader->first_error)
		qsort(conf->errors + reader->first_error, conf->n_errors - reader->first_error,
		      sizeof(*conf->errors), in_order);
}

void conf_text(struct conf *conf, const char *path, const char *text, size_t size)
{
	struct reader reader = {
		.conf = conf, .is_main = conf->n_files == 0,
		.first_trigger = conf->n_triggers, .first_error = conf->n_errors,
	};
	const char *end = text + size;
	struct text line = {};

	conf->files = grow(conf->files, conf->n_files, sizeof(*conf->files));
	reader.file = conf->files[conf->n_files++] = tool_strdup(path);
	while (text < end) {
		const char *newline = memchr(text, '\n', end - text);
		size_t len = (newline ? newline : end) - text;

		reader.line++;
		text_clear(&line);
		text_add(&line, text, len);
		if (memchr(text, '\0', len) != NULL)
			refuse_line(&reader, "", "", "has a byte that is no text (UTF-8)");
		else
			read_line(&reader, line.data);
		text += len + 1;
	}
	text_free(&line);
	finish_file(&reader);
}

/* Why what @st is of is not to be trusted, or NULL. */
static const char *distrust(const struct stat *st, uid_t owner)
{
	if (st->st_uid != owner)
		return owner == 0 ? "does not belong to root" : "belongs to another user";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others than its owner (chmod go-w)";
	return NULL;
}

/* Why what @fd is of is not to be read, or NULL. */
static const char *refuse_file(int fd, uid_t owner)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	return S_ISREG(st.st_mode) ? distrust(&st, owner) : "is no regular file";
}

/* Returns the @size bytes up to the end, to be freed; or NULL and @reason. */
static char *read_all(int fd, size_t *size, const char **reason)
{
	char *text;
	ssize_t got;

	text = tool_alloc(FILE_MAX + 1);
	for (*size = 0; *size <= FILE_MAX; *size += got) {
		got = read(fd, text + *size, FILE_MAX + 1 - *size);
		if (got == 0)
			return text;
		if (got < 0) {
			*reason = strerror(errno);
			break;
		}
	}
	if (!*reason)
		*reason = "is larger than a megabyte";
	free(text);
	return NULL;
}

/* @reason: why it is not to be read, or NULL */
static void read_open(struct conf *conf, const char *path, int fd, const char *reason)
{
	size_t size;
	char *text = reason ? NULL : read_all(fd, &size, &reason);

	if (!text) {
		add_error(conf, path, 0, "", "", "", "%s", reason);
		return;
	}
	conf_text(conf, path, text, size);
	free(text);
}

static void read_file(struct conf *conf, const char *path, uid_t owner)
{
	/* O_NONBLOCK: not to wait for the writer of a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		add_error(conf, path, 0, "", "", "", "%s", strerror(errno));
		return;
	}
	read_open(conf, path, fd, refuse_file(fd, owner));
	close(fd);
}

static int is_conf(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL && !strcmp(dot, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(struct conf *conf, const char *dir, uid_t owner)
{
	const char *reason = NULL;
	struct dirent **entries;
	struct stat st;
	int n, i;

	if (stat(dir, &st) != 0) {
		if (errno == ENOENT)
			return;
		reason = strerror(errno);
	} else {
		reason = S_ISDIR(st.st_mode) ? distrust(&st, owner) : "is no directory";
	}
	n = !reason ? scandir(dir, &entries, is_conf, by_name) : 0;
	if (n < 0)
		reason = strerror(errno);
	if (reason) {
		add_error(conf, dir, 0, "", "", "", "%s", reason);
		return;
	}
	for (i = 0; i < n; i++) {
		struct text path = {};

		text_printf(&path, "%s/%s", dir, entries[i]->d_name);
		read_file(conf, path.data, owner);
		text_free(&path);
		free(entries[i]);
	}
	free(entries);
}

void conf_read(struct conf *conf, const char *path, uid_t owner)
{
	bool from_stdin = !strcmp(path, CONF_STDIN);
	struct text dir = {};

	conf_init(conf);
	if (from_stdin)
		read_open(conf, path, STDIN_FILENO, NULL);
	else
		read_file(conf, path, owner);
	if (conf->n_files == 0)
		return;		/* there is no main file: no more can be said */
	text_printf(&dir, "%s.d", from_stdin ? CONF_FILE : path);
	read_directory(conf, dir.data, owner);
	text_free(&dir);
}
