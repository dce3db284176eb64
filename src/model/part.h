/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of a row, so that only what is asked of many rows is made. A set of bits; who it is, which
 * is ids, flags and times, comes with any of them.
 */
#ifndef MPROTTOP_PART_H
#define MPROTTOP_PART_H

#define PART_WHO     0x001
#define PART_TOTAL   0x002
#define PART_DELTA   0x004
#define PART_HISTORY 0x008
#define PART_OUTCOME 0x010 /* times and errors of calls, what of it is kept elsewhere */
#define PART_COMM    0x020 /* from here on of struct row: clean text */
#define PART_USER    0x040
#define PART_ERRNAME 0x080
#define PART_SITE    0x100
#define PART_TEXTS   0x200 /* of the process */
#define PART_WHY     0x400
#define PART_FIGURES 0x800 /* told by the interval and the time */
#define PART_ALL     0xfff
#define PART_MODE    0x2000 /* what a way of counting, if there is one, makes of PART_TOTAL */
#define PART_CALLS   0x1000 /* of PART_DELTA, calls alone */

#define PART_COUNTED (PART_TOTAL | PART_DELTA | PART_HISTORY | PART_OUTCOME | PART_CALLS)

/* With all that those are made of. */
static inline unsigned int part_needs(unsigned int parts)
{
	if (parts & PART_TEXTS)
		parts |= PART_COMM;
	if (parts & PART_ERRNAME)
		parts |= PART_TOTAL;
	if (parts & (PART_ERRNAME | PART_SITE | PART_WHY))
		parts |= PART_OUTCOME;
	if (parts & PART_FIGURES)
		parts |= PART_TOTAL | PART_DELTA;
	return parts;
}

#endif
