// SPDX-License-Identifier: GPL-2.0
/* xt-trigger status: the module, and why it is not loaded. See status.h. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "proc.h"
#include "run.h"
#include "status.h"

#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"

/* The byte at @offset of a file; -1: it has none. */
static int byte_of(const char *path, int offset)
{
	FILE *file = fopen(path, "re");
	int c = -1;

	if (!file)
		return -1;
	while (offset-- >= 0)
		c = getc(file);
	fclose(file);
	return c;
}

/* Whether the kernel takes modules only with a signature that it can check. */
static bool wants_signature(void)
{
	/* A variable of EFI has four bytes of attributes in front. */
	return byte_of(SECURE_BOOT, 4) == 1 || byte_of(SIG_ENFORCE, 0) == 'Y';
}

/* Whether there is a module for the running kernel. */
static bool is_installed(void)
{
	static const char *const argv[] = {
		"modprobe", "-n", "-q", "xt_TRIGGER", NULL
	};
	struct text ignored = { 0 };
	bool found = !run_program(argv, NULL, NULL, &ignored);

	text_free(&ignored);
	return found;
}

static bool has_headers(const char *release)
{
	char path[256];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", release);
	return !access(path, F_OK);
}

static void tell_missing(struct status *status, const char *release)
{
	char remedy[256];

	if (has_headers(release)) {
		status_tellf(status, "module",
			     "build it: install the package xt-trigger-dkms, or call `make install' in the sources",
			     "There is no module xt_TRIGGER for the running kernel, %s.",
			     release);
		return;
	}
	snprintf(remedy, sizeof(remedy), "apt-get install linux-headers-%s",
		 release);
	status_tellf(status, "headers", remedy,
		     "There is no module xt_TRIGGER for the running kernel, %s, and no headers to build it with.",
		     release);
}

static void tell_unloaded(struct status *status)
{
	struct utsname name;

	if (!is_installed()) {
		uname(&name);
		tell_missing(status, name.release);
	} else if (wants_signature()) {
		status_tell(status, "secure-boot",
			    "The module xt_TRIGGER is not loaded, and this kernel (Secure Boot) takes only modules that are signed with a key that it knows.",
			    "make DKMS' key known and restart: mokutil --import /var/lib/dkms/mok.pub; then: modprobe xt_TRIGGER");
	} else {
		status_tell(status, "module", "The module xt_TRIGGER is not loaded.",
			    "modprobe xt_TRIGGER");
	}
}

bool status_module(struct status *status)
{
	char version[32];

	if (!proc_module_version(version, sizeof(version))) {
		tell_unloaded(status);
		return false;
	}
	if (*version && strcmp(version, XT_TRIGGER_VERSION))
		status_tellf(status, "version",
			     "close the gap: save, remove the rules, rmmod xt_TRIGGER, load the rules, restore; or restart",
			     "The module that is loaded is version %s, xt-trigger is %s.",
			     version, XT_TRIGGER_VERSION);
	return true;
}
