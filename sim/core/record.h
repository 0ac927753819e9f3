/* record.h - what happens in a run, row after row, kept on request (output.panel_runs). The model declares the kinds of rows
 * (struct record_kind); each block has lists of its own, so that its rows stand in the order in which they were added.
 */
#ifndef KLYNGE_CORE_RECORD_H
#define KLYNGE_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state.h"

struct world;

struct record_list {
    size_t n, room;
    char *row; /* (n) of the kind's size */
};

struct records {
    uint32_t n_blocks, n_kinds;
    struct record_list *list; /* (n_blocks, n_kinds) row-major */
};

/* Empty lists; NULL without memory. */
struct records *record_open(uint32_t n_blocks, uint32_t n_kinds);
void record_close(struct records *r); /* r may be NULL */

/* Forget all rows. */
void record_clear(struct records *r);
/* Every list's rows, of the sizes that the world's model says. */
int record_pass(const struct world *w, struct state_walk *s, struct error *err);

/* Are this run's rows kept? Where not, the calls below do nothing. */
bool record_wanted(const struct world *w);

#define RECORD_NONE SIZE_MAX
/* Add a row; its place, RECORD_NONE where none is kept. Without memory the world fails. */
size_t record_add(struct world *w, uint32_t block, uint32_t kind, const void *row);
/* The row at a place, until the next is added; NULL for RECORD_NONE. */
void *record_at(const struct world *w, uint32_t block, uint32_t kind, size_t place);

#endif
