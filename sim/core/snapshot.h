/* snapshot.h - firms and ties of a run at chosen times, kept on request (output.panel_runs, output.tie_runs). */
#ifndef KLYNGE_CORE_SNAPSHOT_H
#define KLYNGE_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/state.h"

struct records;
struct world;

/* One snapshot holds its members ordered by (block, uid). */
struct snapshot {
    double time; /* decimal years */
    uint32_t n_firms, n_ties;
    uint32_t *cluster;   /* (n_firms) block */
    uint32_t *uid;       /* (n_firms) */
    double *panel;       /* (n_firms, fields in the panel) row-major, in the order of the field table */
    uint32_t *tie_count; /* (n_firms) ties of each firm, CF contiguous ragged; NULL without ties */
    uint32_t *tie_to;    /* (n_ties) uid of the partner, ascending in each firm */
    float *tie_value;    /* (n_values, n_ties) today's values */
    uint8_t *tie_kind;   /* (n_ties) */
    float *tie_age;      /* (n_ties) years */
};

struct snapshots {
    bool with_ties;
    uint32_t every; /* ticks */
    uint32_t n;
    struct snapshot *snapshot; /* (n) */
    bool out_of_memory;
    struct records *records; /* rows of the model's kinds, or NULL: none are kept */
};

/* At the end of tick w->tick, before the next begins: ties as the tick's processes left them. */
void snapshot_take(struct snapshots *all, const struct world *w);
/* Those of a world that were taken so far, and its records. */
int snapshot_pass(const struct world *w, struct state_walk *s, struct error *err);
/* Forget what was taken, records too. */
void snapshot_clear(struct snapshots *all);
void snapshot_free(struct snapshots *all);

#endif
