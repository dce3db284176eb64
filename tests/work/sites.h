/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call through a pointer is one place in the code whatever it calls: first a function that tells
 * where it was called from, then the system call's stub.
 */
#ifndef MPROTTOP_SITES_H
#define MPROTTOP_SITES_H

typedef long (*site_fn)(long a, long b, long c, long d);

#define SITE(name)                                                                                 \
	__attribute__((noinline, noclone)) long name(site_fn fn, long a, long b, long c, long d)   \
	{                                                                                          \
		long ret = fn(a, b, c, d);                                                         \
                                                                                                   \
		__asm__ volatile("" : "+r"(ret)); /* no jump in place of the call */               \
		return ret;                                                                        \
	}

/* Of the shared library. */
long site_library(site_fn fn, long a, long b, long c, long d);

#endif
