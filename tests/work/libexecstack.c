/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A library that is linked to want an executable stack. */
int libexecstack_get(void);

int libexecstack_get(void)
{
	return 3;
}
