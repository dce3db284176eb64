/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that stand in several buffers of a recording: the events of one thread and kind are taken
 * from the buffer that holds most of them; of equal buffers, from the first. twice_free() frees;
 * NULL takes every event.
 */
#ifndef MPROTTOP_REPLAY_TWICE_H
#define MPROTTOP_REPLAY_TWICE_H

#include <stdbool.h>
#include <stdint.h>

struct twice;

struct twice *twice_new(void);
void twice_free(struct twice *twice);

/* An event of the buffer; after all: decides. Memory grows with the threads that there are. */
void twice_see(struct twice *twice, uint32_t tid, uint16_t id, uint8_t buffer);
void twice_decide(struct twice *twice);

/* Whether it counts; whether two buffers do not have as many. */
bool twice_takes(const struct twice *twice, uint32_t tid, uint16_t id, uint8_t buffer);
bool twice_differs(const struct twice *twice);

#endif
