// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU (-plugin count.so,out=FILE): how often each instruction of
 * the guest's kernel ran between the two marks that packets.c sets. For each
 * pair of marks a line "series", then for each instruction a line
 * "address times". tests/bench/profile.py makes sense of it.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"

/* What is used of QEMU's interface for plugins, version 1. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int cpu, void *data);
enum { CB_NO_REGS };
enum { INLINE_ADD_U64 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_cb cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb,
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op,
						void *counter, uint64_t add);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define KERNEL		(UINT64_C(1) << 63)
#define SLOTS_MAX	(1 << 21)

/* All instructions seen so far, by their address. */
static struct slot {
	uint64_t	address;
	uint64_t	times;
	uint64_t	at_start;
} *slots;
static FILE *out;

static struct slot *find_slot(uint64_t address)
{
	uint64_t i = address * UINT64_C(0x9e3779b97f4a7c15) >> 43;

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS_MAX;
	slots[i].address = address;
	return &slots[i];
}

static void start(unsigned int cpu, void *data)
{
	int i;

	(void)cpu;
	(void)data;
	for (i = 0; i < SLOTS_MAX; i++)
		slots[i].at_start = slots[i].times;
}

static void end(unsigned int cpu, void *data)
{
	int i;

	(void)cpu;
	(void)data;
	fprintf(out, "series\n");
	for (i = 0; i < SLOTS_MAX; i++) {
		if (slots[i].times != slots[i].at_start)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", slots[i].address,
				slots[i].times - slots[i].at_start);
	}
	fflush(out);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	static const uint8_t mark_start[] = { MARK_START }, mark_end[] = { MARK_END };
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (address & KERNEL) {
			qemu_plugin_register_vcpu_insn_exec_inline(
				insn, INLINE_ADD_U64, &find_slot(address)->times, 1);
		} else if (qemu_plugin_insn_size(insn) == sizeof(mark_start)) {
			const void *bytes = qemu_plugin_insn_data(insn);

			if (!memcmp(bytes, mark_start, sizeof(mark_start)))
				qemu_plugin_register_vcpu_insn_exec_cb(insn, start,
								       CB_NO_REGS, NULL);
			else if (!memcmp(bytes, mark_end, sizeof(mark_end)))
				qemu_plugin_register_vcpu_insn_exec_cb(insn, end,
								       CB_NO_REGS, NULL);
		}
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	slots = calloc(SLOTS_MAX, sizeof(*slots));
	if (!slots || argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "w");
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
