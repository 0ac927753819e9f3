/* ties.h - what the files of the tie kernel share: parameters, columns, a block's record. ODD.md is the description.
 *
 * A block is a piece of at most BLOCK_FIRMS firms whose rows, 260 bytes each at 20 ties, stay in a core's own cache while the block is
 * worked on. The law does not know of blocks.
 */
#ifndef KLYNGE_MODELS_TIES_TIES_H
#define KLYNGE_MODELS_TIES_TIES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/param.h"
#include "core/rng.h"
#include "core/world.h"

struct ties_params {
#define PARAM PARAM_FIELD
#include "ties/params.def"
#undef PARAM
};

/* Columns, each (n_firms). */
struct ties_firms {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc) ctype *name;
#include "ties/fields.def"
#undef FIELD
};

enum ties_field {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc) FIELD_##name,
#include "ties/fields.def"
#undef FIELD
    N_FIELDS
};

enum ties_stream {
#define STREAM(name, doc) STREAM_##name,
#include "ties/streams.def"
#undef STREAM
    N_STREAMS
};

enum ties_observable {
#define OBSERVABLE(name, ...) OBSERVE_##name,
#include "ties/observables.def"
#undef OBSERVABLE
    N_OBSERVABLES
};

enum { BLOCK_FIRMS = 1024, MOST_TIES = 250 };

struct ties_derived {
    uint32_t firms, ties, cluster; /* cluster: firms of one, all where numbering is random */
    float rate, base, slope;       /* chance = rate root_i root_j (base + slope w) */
    float gain, keep, follow;
    bool by_events;
    double skip;           /* 1 / log(1 - rate): events */
    float *kept;           /* (n_ticks + 1) keep to the power of ticks: events */
    uint32_t lanes;        /* ties that are passed at a time: 16 with AVX-512, 8 with AVX2, else 1; the same results */
    uint64_t squeeze[256]; /* bytes: the numbers of the bits that are set, from the lowest on */
};

struct ties_block {
    uint32_t n;              /* firms: the last block may have fewer than slots */
    uint32_t collaborations; /* in this tick */
};

static inline const struct ties_params *ties_params(const struct world *w) { return w->setup.params; }
static inline const struct ties_derived *ties_derived(const struct world *w) { return w->setup.derived; }
static inline struct ties_firms *ties_firms(const struct world *w) { return w->columns; }
static inline struct ties_block *ties_block(const struct world *w, uint32_t block) { return world_block(w, block); }
static inline uint32_t ties_first(const struct world *w, uint32_t block) { return block * w->firms_per_block; }

/* w of tie k of firm i at the end of the tick. */
float ties_end(const struct world *w, uint32_t i, uint32_t k);

int ties_derive(const struct run_params *run, const void *params, const struct roster *roster, void *derived,
                struct model_scale *scale, struct error *err);
void ties_release(void *derived);
void ties_begin(struct world *w, uint32_t block);
int ties_verify(const struct world *w, uint32_t block, struct error *err);

/* The processes. */
void ties_meet(struct world *w, uint32_t block);
void ties_close(struct world *w, uint32_t block);

/* The two forms of a tick's ties: new w, strength of each firm, collaborations of the block. */
void ties_every(struct world *w, uint32_t block);
void ties_events(struct world *w, uint32_t block);

#endif
