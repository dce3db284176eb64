/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A library with relocations in its code: the loader writes to that and makes it executable again.
 */
extern int libtextrel_value;
int libtextrel_value = 3;
int libtextrel_get(void);

int libtextrel_get(void)
{
	return libtextrel_value;
}
