/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of the key table, for key.c only. Each changes the state of the ui and returns what
 * has to follow as a set of REACT_ bits (ui.h), 0 where nothing has changed. Nothing here paints,
 * and nothing fails.
 */
#ifndef MPROTTOP_ACT_H
#define MPROTTOP_ACT_H

struct key;
struct ui;

#define KEY_ACTION(name) unsigned int name(struct ui *ui, const struct key *key)

/* act_move.c: what is looked at */
KEY_ACTION(act_quit);
KEY_ACTION(act_back);
KEY_ACTION(act_help);
KEY_ACTION(act_redraw);
KEY_ACTION(act_color);
KEY_ACTION(act_line);
KEY_ACTION(act_page);
KEY_ACTION(act_edge);
KEY_ACTION(act_click);

/* act_sort.c */
KEY_ACTION(act_sort);
KEY_ACTION(act_sort_step);
KEY_ACTION(act_reverse);
KEY_ACTION(act_sort_wx);
KEY_ACTION(act_sort_menu);

/* act_rows.c: what a row is, and when */
KEY_ACTION(act_pause);
KEY_ACTION(act_idle);
KEY_ACTION(act_cmdline);
KEY_ACTION(act_group);
KEY_ACTION(act_exited);
KEY_ACTION(act_delay);
KEY_ACTION(act_count);
KEY_ACTION(act_threads);
KEY_ACTION(act_zero);
KEY_ACTION(act_save);

/* act_tree.c */
KEY_ACTION(act_tree);
KEY_ACTION(act_fold);

/* act_mark.c: rows that stand out */
KEY_ACTION(act_tag);
KEY_ACTION(act_untag);
KEY_ACTION(act_follow);

/* act_filter.c: which rows are let through */
KEY_ACTION(act_filter);
KEY_ACTION(act_where);
KEY_ACTION(act_user);
KEY_ACTION(act_unfilter);

/* act_search.c; without a search a key with a column sorts by it */
KEY_ACTION(act_search);
KEY_ACTION(act_search_step);

/* act_record.c */
KEY_ACTION(act_record);

/* act_setup.c */
KEY_ACTION(act_setup);

/* act_replay.c: where in a recording */
KEY_ACTION(act_step);
KEY_ACTION(act_place);
KEY_ACTION(act_rewind);

/* act_screen.c: which screen shows */
KEY_ACTION(act_screen);
KEY_ACTION(act_screen_step);
KEY_ACTION(act_detail);

/* A click at x on a name in the title. */
unsigned int act_screen_click(struct ui *ui, int x);

#endif
