/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor asks of the tracer while it runs, and what becomes of the answers. Nothing here
 * waits: an answer comes as a message, at some time or never.
 */
#ifndef MPROTTOP_REQUEST_H
#define MPROTTOP_REQUEST_H

#include "monitor.h"

/* The shown columns need these facts. */
void request_facts(struct monitor *m, uint32_t mask);

/* Takes an answer; other messages are left alone. */
void request_answered(struct monitor *m, struct msg *msg);

#endif
