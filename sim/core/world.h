/* world.h - one world: structure of arrays over firms, in blocks (clusters) that are contiguous in memory.
 *
 * Slot s of block b is firm b * firms_per_block + s. A slot is used while its firm is a member and free afterwards. A firm's uid
 * (its number in the block's stream of applicants, the same in every scenario) keys its random draws, never its slot.
 */
#ifndef KLYNGE_CORE_WORLD_H
#define KLYNGE_CORE_WORLD_H

#include <signal.h>
#include <stdint.h>

#include "core/model.h"
#include "core/network.h"
#include "core/observe.h"
#include "core/param.h"

struct run_params {
#define PARAM PARAM_FIELD
#include "core/run.def"
#undef PARAM
};
extern const struct param_table world_run_table;

/* Ticks between start and end; 0 and an error when end is not a whole number of ticks after start. */
int world_count_ticks(const struct run_params *run, uint32_t *n_ticks, struct error *err);

/* What a run is made from: shared, read only. */
struct world_setup {
    const struct model *model;
    const struct run_params *run;
    const void *params;
    const void *derived;
    const struct roster *roster; /* or NULL */
    const struct layout *layout;
    struct model_scale scale;
};

struct snapshots;
struct parallel_team;
struct state_walk;
struct world;

/* Keeps a run's state while it runs, so that another process can go on from there. */
struct world_keeper {
    void *context;
    uint64_t
        run; /* which of an ensemble's it is about to be: (scenario * n_points + point) * n_replicates + replicate */
    /* At the start, the world prepared: true when the state has been put back (world_pass). */
    bool (*resume)(void *context, struct world *w);
    /* After a tick: the world may be passed on. stopping: it ends before the next. */
    void (*keep)(void *context, struct world *w, bool stopping);
};

struct world {
    struct world_setup setup;
    uint64_t seed; /* of the replicate */
    uint32_t tick, n_ticks;
    double dt;                                   /* years */
    double time;                                 /* decimal years, start of the tick */
    int threads;                                 /* for this world's blocks */
    struct parallel_team *team;                  /* those threads; NULL where it is one */
    uint32_t n_blocks, firms_per_block, n_firms; /* n_firms = n_blocks * firms_per_block slots */
    void *columns;                               /* the model's struct of column pointers, each (n_firms, width) */
    void *blocks;                                /* (n_blocks) the model's block records, block_size bytes each */
    struct network ties;
    bool *enabled;               /* (n_processes) not switched off */
    double *observed;            /* (n_blocks, n_slots) this tick's values, NaN where not put */
    double *results;             /* (layout->n_doubles) of this run; owned by the caller of world_run */
    bool out_of_memory;          /* set by world_fail: the run is not valid */
    struct snapshots *snapshots; /* or NULL: collect none */
    struct world_keeper *keeper; /* or NULL */
    void *memory;                /* the columns' one allocation */
};

int world_init(struct world *w, const struct world_setup *setup, int threads, struct error *err);
void world_free(struct world *w);

/* Bytes of one world, per firm slot and per tie, without allocating it; and of its state (state.h), its results left out. */
struct world_bytes {
    size_t total, per_firm, per_tie, state;
};
struct world_bytes world_bytes(const struct world_setup *setup);

/* Run a whole replicate into `results`. The world may have run before, also with another setup of the same scale.
 * Stops between ticks when *stop is set (ERROR_INTERRUPTED). */
int world_run(struct world *w, const struct world_setup *setup, uint64_t seed, double *results,
              const volatile sig_atomic_t *stop, struct error *err);

/* Between ticks: all of a run's state. A world into which it is put back has the setup and the seed of the run, and need not have
 * begun. After the last tick that is its results and snapshots alone. */
int world_pass(struct world *w, struct state_walk *s, struct error *err);
/* Before world_pass puts back, instead of world_begin. */
void world_prepare(struct world *w, const struct world_setup *setup, uint64_t seed, double *results);

/* The pieces of world_run, for tests. */
void world_begin(struct world *w, const struct world_setup *setup, uint64_t seed, double *results);
void world_step(struct world *w);
/* As world_step, and checks for each process that it wrote only the fields it declares, and read only those (fields that
 * it does not declare are filled with rubbish while it runs), and verifies the state after it. Slow. */
int world_step_audited(struct world *w, struct error *err);

/* A process could not get memory: the run ends as failed after this tick. */
static inline void world_fail(struct world *w)
{
#pragma omp atomic write
    w->out_of_memory = true;
}

static inline void *world_block(const struct world *w, uint32_t block)
{
    return (char *)w->blocks + (size_t)block * w->setup.model->block_size;
}

static inline void observe_put(struct world *w, uint32_t block, uint32_t observable, double value)
{
    const struct layout *l = w->setup.layout;
    w->observed[(size_t)block * l->n_slots + l->whole_slot[observable]] = value;
}
/* One level of an observable that is given by a grouping alone. */
static inline void observe_put_level(struct world *w, uint32_t block, uint32_t observable, uint32_t level, double value)
{
    const struct layout *l = w->setup.layout;
    w->observed[(size_t)block * l->n_slots + l->whole_slot[observable] + level] = value;
}
static inline void observe_put_by(struct world *w, uint32_t block, uint32_t observable, uint32_t grouping,
                                  uint32_t level, double value)
{
    const struct layout *l = w->setup.layout;
    w->observed[(size_t)block * l->n_slots + l->by_slot[observable * l->n_groupings + grouping] + level] = value;
}

#endif
