/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two instructions that do nothing and that nothing else contains: where the
 * packets of a series start and end, for who watches the processor.
 * nopl 0x54524947(%rax), nopl 0x54524948(%rax)
 */
#ifndef MARKS_H
#define MARKS_H

#define MARK_START	0x0f, 0x1f, 0x80, 0x47, 0x49, 0x52, 0x54
#define MARK_END	0x0f, 0x1f, 0x80, 0x48, 0x49, 0x52, 0x54

#define MARK__(...)	#__VA_ARGS__
#define MARK_(...)	MARK__(__VA_ARGS__)
#define MARK(bytes)	asm volatile(".byte " MARK_(bytes) : : : "memory")

#endif
