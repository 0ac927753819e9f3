/* ensemble.h - scenarios x points x replicates, run by many threads, the same numbers for any number of them.
 *
 * Two levels, one code: small worlds run one per thread (dynamically scheduled); a large world runs with all threads
 * over its blocks. The engine chooses by size (ENSEMBLE_LARGE_FIRMS).
 */
#ifndef KLYNGE_CORE_ENSEMBLE_H
#define KLYNGE_CORE_ENSEMBLE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "core/world.h"

enum { ENSEMBLE_LARGE_FIRMS = 20000, ENSEMBLE_BATCH = 64 };

/* One resolved parameter set: a scenario at a design point. */
struct ensemble_case {
    void *params;  /* the model's params struct */
    void *derived; /* the model's derived struct */
    struct model_scale scale;
    struct roster *roster; /* or NULL; cases may share one */
};

struct ensemble_plan {
    const struct model *model;
    struct run_params run;
    uint32_t n_scenarios, n_points, n_replicates;
    char **scenario_name;        /* (n_scenarios) */
    char **scenario_question;    /* (n_scenarios) a sentence */
    struct ensemble_case *cases; /* (n_scenarios, n_points) row-major */
    uint64_t *seeds;             /* (n_replicates) */
    struct layout layout;
};

enum run_status { RUN_DONE = 0, RUN_FAILED = 1, RUN_NOT_RUN = 2 };

/* Up to ENSEMBLE_BATCH consecutive replicates of one case, given to the sink when all have ended. */
struct ensemble_batch {
    uint32_t scenario, point, first, n; /* replicates first .. first + n - 1 */
    int8_t status[ENSEMBLE_BATCH];
    double *results[ENSEMBLE_BATCH];             /* (layout.n_doubles) each; NaN when not done */
    void *memory;                                /* the results' one allocation */
    struct snapshots *snapshots[ENSEMBLE_BATCH]; /* NULL where none was asked for; the sink may take them over */
};

struct ensemble_sink {
    void *context;
    /* Called by one thread at a time; batches come in any order. A non-zero return ends the ensemble. */
    int (*batch)(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch,
                 struct error *err);
    /* Called by one thread at a time after each run. May be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    struct world_keeper *keeper; /* where ensemble_in_turn says that runs are done one after the other; or NULL */
};

struct ensemble_outcome {
    uint64_t runs, done, failed;
    double wall_seconds, cpu_seconds;
};

/* One thread's world, kept from run to run. Start from {.threads = n}: the threads that work on this world. */
struct ensemble_worker {
    struct world world;
    bool made;
    int threads;
    struct world_keeper *keeper; /* or NULL */
};

/* Run one replicate of a case (of the plan, or made beside it) into `results`. snapshots may be NULL. */
int ensemble_worker_run(struct ensemble_worker *w, const struct ensemble_plan *plan, const struct ensemble_case *one,
                        struct snapshots *snapshots, uint64_t seed, double *results, const volatile sig_atomic_t *stop,
                        struct error *err);
void ensemble_worker_free(struct ensemble_worker *w);

/* Are runs done one after the other, whatever the number of threads? So it is where there is one, or a world is large. */
bool ensemble_in_turn(const struct ensemble_plan *plan);

/* Threads that a world of that size gains from: all that are offered, or one where it is small. */
int ensemble_world_threads(const struct model_scale *scale, int threads);

/* threads 0: all. *stop ends it between ticks with ERROR_INTERRUPTED. Failed runs are counted, not fatal. */
int ensemble_run(const struct ensemble_plan *plan, int threads, const struct ensemble_sink *sink,
                 const volatile sig_atomic_t *stop, struct ensemble_outcome *outcome, struct error *err);

#endif
