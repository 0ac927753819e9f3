/* keeper.h - the checkpoints of `run --checkpoint-every`: when they are written, and what is said of them. */
#ifndef KLYNGE_CLI_KEEPER_H
#define KLYNGE_CLI_KEEPER_H

#include "core/ensemble.h"
#include "io/checkpoint.h"
#include "io/manifest.h"

struct options;

struct keeper {
    const struct options *o;
    uint64_t runs;
    struct checkpoints kept;
    struct world_keeper hooks; /* for the ensemble's sink */
    double last;               /* when what is kept was the state of the run that goes on */
    bool going;                /* a run has begun here */
    uint64_t run;              /* which, */
    uint32_t tick, n_ticks;    /* where it stands, */
    uint32_t kept_tick;        /* and from where the same command goes on: 0, from its start */
};

/* ERROR_CONFIG where --checkpoint-every is given and several runs are done side by side. */
int keeper_check(const struct options *o, const struct ensemble_plan *plan, struct error *err);
/* Nothing, unless --checkpoint-every is given. ERROR_CONFIG where checkpoints of another command are found. `m` must live as long as
 * k. */
int keeper_begin(struct keeper *k, const struct options *o, const struct ensemble_plan *plan, const struct manifest *m,
                 struct error *err);
/* Hooks for the ensemble, or NULL. */
struct world_keeper *keeper_hooks(struct keeper *k);
/* Interrupted: ERROR_STOPPED where the same command goes on. */
int keeper_stopped(const struct keeper *k, struct error *err);
/* published: the result file is there, and no checkpoint is needed any more. */
void keeper_end(struct keeper *k, bool published);

#endif
