/* test_ensemble.c - many runs by many threads: the same numbers, failures counted, a flag that stops. With a tiny model of its own,
 * so that runs can be made to fail. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/model.h"
#include "core/ensemble.h"
#include "core/real.h"
#include "core/rng.h"

/* ---- a model: each firm walks at random ------------------------------------------------------------------------------------- */

enum { TICKS = 24, SCENARIOS = 2, REPLICATES = 100, FIRMS = 10 };
#define FAILING_SEED 7

struct walk_columns {
    double *x;
};
struct walk_params {
    double step;
};

static volatile sig_atomic_t stop_flag;
static uint32_t stop_at_tick; /* raise the flag in this tick of any run; 0: never */

static void walk(struct world *w, uint32_t block)
{
    struct walk_columns *c = w->columns;
    const struct walk_params *p = w->setup.params;
    double sum = 0.0;
    for (uint32_t i = block * w->firms_per_block; i < (block + 1) * w->firms_per_block; i++) {
        struct rng r = rng_open(w->seed, 0, block, i, RNG_NOBODY, w->tick);
        c->x[i] += p->step * rng_normal(&r);
        sum += c->x[i];
    }
    observe_put(w, block, 0, w->firms_per_block);
    observe_put(w, block, 1, sum / w->firms_per_block);
    if (w->seed == FAILING_SEED && w->tick == 10) world_fail(w);
    if (stop_at_tick && w->tick == stop_at_tick) stop_flag = 1;
}
static void begin(struct world *w, uint32_t block)
{
    (void)w;
    (void)block;
}
static uint32_t uid(const struct world *w, uint32_t slot)
{
    (void)w;
    return slot;
}

static const struct field fields[] = {
    {"x", sizeof(double), 1, offsetof(struct walk_columns, x), 'd', true, "1", -INFINITY, INFINITY, "place"}};
static const struct observable observables[] = {
    {"members", "1", "time: point", 0, INFINITY, OBSERVE_SUM, OBSERVE_TICK, "/", -1, 0, "", ""},
    {"x", "1", "time: point", -INFINITY, INFINITY, OBSERVE_MEAN, OBSERVE_TICK, "/", -1, 0, "", ""}};
static const struct process schedule[] = {
    {"walk", walk, PROCESS_LOCAL, 1, 1, NULL, ""},
};
static const struct model walkers = {.name = "walkers",
                                     .fields = fields,
                                     .n_fields = 1,
                                     .columns_size = sizeof(struct walk_columns),
                                     .observables = observables,
                                     .n_observables = 2,
                                     .schedule = schedule,
                                     .n_processes = 1,
                                     .begin = begin,
                                     .uid = uid};

/* ---- a plan, and a sink that keeps everything --------------------------------------------------------------------------------- */

struct kept {
    struct ensemble_plan plan;
    struct walk_params params[SCENARIOS];
    struct ensemble_case cases[SCENARIOS];
    uint64_t seeds[REPLICATES];
    double *results; /* (SCENARIOS, REPLICATES, n_doubles) */
    int8_t status[SCENARIOS][REPLICATES];
    uint32_t batches, snapshots, times[SCENARIOS][REPLICATES];
    uint64_t steps, last_done;
    int refuse; /* code that the sink returns */
};

static void open_plan(struct kept *k, uint32_t blocks, uint64_t first_seed)
{
    struct error err = {0};
    memset(k, 0, sizeof *k);
    k->plan.model = &walkers;
    cr_assert_eq(param_reset(&world_run_table, &k->plan.run, &err), ERROR_NONE, "%s", err.text);
    k->plan.run.end = k->plan.run.start + TICKS / 12.0;
    k->plan.n_scenarios = SCENARIOS;
    k->plan.n_points = 1;
    k->plan.n_replicates = REPLICATES;
    k->plan.cases = k->cases;
    k->plan.seeds = k->seeds;
    for (uint32_t s = 0; s < SCENARIOS; s++) {
        k->params[s].step = s + 1.0;
        k->cases[s].params = &k->params[s];
        /* the second scenario has another size, so that a thread's world has to be made anew */
        struct model_scale scale = {blocks, FIRMS + s, 4};
        k->cases[s].scale = scale;
    }
    for (uint32_t r = 0; r < REPLICATES; r++)
        k->seeds[r] = first_seed + r;
    cr_assert_eq(
        layout_init(&k->plan.layout, observables, 2, NULL, 0, k->plan.run.start, k->plan.run.end, TICKS, 12, &err),
        ERROR_NONE, "%s", err.text);
    k->results = calloc((size_t)SCENARIOS * REPLICATES * k->plan.layout.n_doubles, sizeof(double));
    cr_assert(k->results);
}

static void close_plan(struct kept *k)
{
    layout_free(&k->plan.layout);
    free(k->results);
}

static double *results_of(const struct kept *k, uint32_t s, uint32_t r)
{
    return k->results + ((size_t)s * REPLICATES + r) * k->plan.layout.n_doubles;
}

static int keep(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch, struct error *err)
{
    struct kept *k = context;
    k->batches++;
    if (k->refuse) return error_set(err, k->refuse, "the sink is full");
    for (uint32_t b = 0; b < batch->n; b++) {
        uint32_t r = batch->first + b;
        k->status[batch->scenario][r] = batch->status[b];
        k->times[batch->scenario][r]++;
        k->snapshots += batch->snapshots[b] != NULL;
        memcpy(results_of(k, batch->scenario, r), batch->results[b], plan->layout.n_doubles * sizeof(double));
    }
    return ERROR_NONE;
}

static void step(void *context, uint64_t done, uint64_t total)
{
    struct kept *k = context;
    k->steps++;
    cr_assert_eq(done, k->last_done + 1);
    cr_assert_eq(total, (uint64_t)SCENARIOS * REPLICATES);
    k->last_done = done;
}

static int run(struct kept *k, int threads, struct ensemble_outcome *outcome, struct error *err)
{
    struct ensemble_sink sink = {.context = k, .batch = keep, .progress = step};
    stop_flag = 0;
    return ensemble_run(&k->plan, threads, &sink, &stop_flag, outcome, err);
}

/* ---- tests -------------------------------------------------------------------------------------------------------------------------- */

/* The dull way: the same walk, run by run. */
Test(ensemble, every_run_is_what_its_seed_and_scenario_say)
{
    struct kept k;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&k, 1, 100);
    cr_assert_eq(run(&k, 2, &outcome, &err), ERROR_NONE, "%s", err.text);
    for (uint32_t s = 0; s < SCENARIOS; s++)
        for (uint32_t r = 0; r < REPLICATES; r++) {
            double x[FIRMS + SCENARIOS] = {0.0};
            cr_assert_eq(k.status[s][r], RUN_DONE);
            for (uint32_t tick = 0; tick < TICKS; tick++) {
                double sum = 0.0;
                for (uint32_t i = 0; i < FIRMS + s; i++) {
                    struct rng g = rng_open(100 + r, 0, 0, i, RNG_NOBODY, tick);
                    x[i] += (s + 1.0) * rng_normal(&g);
                    sum += x[i];
                }
                cr_assert_eq(results_of(&k, s, r)[tick], FIRMS + s);
                cr_assert_eq(results_of(&k, s, r)[TICKS + tick], sum / (FIRMS + s));
            }
        }
    close_plan(&k);
}

/* 100 replicates of 2 scenarios in batches of 64 and 36, each run once, progress after each. */
Test(ensemble, hands_over_every_run_once)
{
    struct kept k;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&k, 1, 100);
    cr_assert_eq(run(&k, 3, &outcome, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(k.batches, 4u);
    cr_assert_eq(k.steps, 200u);
    cr_assert_eq(outcome.runs, 200u);
    cr_assert_eq(outcome.done, 200u);
    cr_assert_eq(outcome.failed, 0u);
    for (uint32_t s = 0; s < SCENARIOS; s++)
        for (uint32_t r = 0; r < REPLICATES; r++)
            cr_assert_eq(k.times[s][r], 1u);
    close_plan(&k);
}

static void check_threads(uint32_t blocks)
{
    static const int threads[] = {1, 2, 3, 4, 7};
    struct kept first;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&first, blocks, 100);
    first.plan.n_replicates = blocks > 1 ? 1 : REPLICATES;
    struct ensemble_sink quiet = {.context = &first, .batch = keep};
    cr_assert_eq(ensemble_run(&first.plan, 1, &quiet, NULL, &outcome, &err), ERROR_NONE, "%s", err.text);
    for (int t = 1; t < 5; t++) {
        struct kept other;
        open_plan(&other, blocks, 100);
        other.plan.n_replicates = first.plan.n_replicates;
        struct ensemble_sink sink = {.context = &other, .batch = keep};
        cr_assert_eq(ensemble_run(&other.plan, threads[t], &sink, NULL, &outcome, &err), ERROR_NONE, "%s", err.text);
        cr_assert_eq(memcmp(first.results, other.results,
                            (size_t)SCENARIOS * REPLICATES * first.plan.layout.n_doubles * sizeof(double)),
                     0, "%d threads", threads[t]);
        close_plan(&other);
    }
    close_plan(&first);
}

Test(ensemble, results_do_not_depend_on_threads) { check_threads(1); }

/* 2500 clusters of 10 firms are large (20,000 firms or more): all threads work on one world. */
Test(ensemble, results_of_a_large_world_do_not_depend_on_threads) { check_threads(2500); }

Test(ensemble, a_failing_run_is_counted_and_the_others_are_done)
{
    for (int threads = 1; threads <= 3; threads++) {
        struct kept k, clean;
        struct ensemble_outcome outcome;
        struct error err = {0};
        open_plan(&clean, 1, 100);
        open_plan(&k, 1, 1); /* seeds 1 to 100: the seventh replicate of both scenarios fails */
        cr_assert_eq(run(&k, threads, &outcome, &err), ERROR_NONE, "failed runs are not fatal");
        cr_assert_eq(outcome.failed, 2u);
        cr_assert_eq(outcome.done, 198u);
        cr_assert(strstr(err.text, "memory"), "the first failure says why: %s", err.text);
        for (uint32_t s = 0; s < SCENARIOS; s++)
            for (uint32_t r = 0; r < REPLICATES; r++) {
                bool failing = k.seeds[r] == FAILING_SEED;
                cr_assert_eq(k.status[s][r], failing ? RUN_FAILED : RUN_DONE);
                for (size_t d = 0; d < k.plan.layout.n_doubles; d++)
                    cr_assert_eq(isnan(results_of(&k, s, r)[d]), failing, "a failed run has no results");
            }
        close_plan(&k);
        close_plan(&clean);
    }
}

Test(ensemble, a_stop_flag_interrupts)
{
    for (int threads = 1; threads <= 3; threads++) {
        struct kept k;
        struct ensemble_outcome outcome;
        struct error err = {0};
        open_plan(&k, 1, 100);
        stop_at_tick = 5;
        cr_assert_eq(run(&k, threads, &outcome, &err), ERROR_INTERRUPTED);
        stop_at_tick = 0;
        cr_assert_eq(err.code, ERROR_INTERRUPTED);
        cr_assert_eq(outcome.done, 0u);
        cr_assert_eq(k.batches, 0u, "no batch is handed over half full");
        close_plan(&k);
    }
}

Test(ensemble, a_flag_that_is_up_already_runs_nothing)
{
    struct kept k;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&k, 1, 100);
    struct ensemble_sink sink = {.context = &k, .batch = keep, .progress = step};
    stop_flag = 1;
    cr_assert_eq(ensemble_run(&k.plan, 2, &sink, &stop_flag, &outcome, &err), ERROR_INTERRUPTED);
    cr_assert_eq(k.steps, 0u);
    close_plan(&k);
}

Test(ensemble, a_sink_that_refuses_ends_it)
{
    struct kept k;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&k, 1, 100);
    k.refuse = ERROR_IO;
    cr_assert_eq(run(&k, 1, &outcome, &err), ERROR_IO);
    cr_assert_str_eq(err.text, "the sink is full");
    cr_assert_eq(k.batches, 1u);
    cr_assert_eq(outcome.done, (uint64_t)ENSEMBLE_BATCH);
    close_plan(&k);
}

Test(ensemble, snapshots_are_kept_of_the_replicates_asked_for)
{
    struct kept k;
    struct ensemble_outcome outcome;
    struct error err = {0};
    open_plan(&k, 1, 100);
    k.plan.run.panel_runs = 3;
    k.plan.run.tie_runs = 70;
    cr_assert_eq(run(&k, 2, &outcome, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(k.snapshots, 2u * 70u);
    close_plan(&k);
}

Test(ensemble, tells_the_time_it_took)
{
    struct kept k;
    struct ensemble_outcome outcome = {0};
    struct error err = {0};
    open_plan(&k, 1, 100);
    cr_assert_eq(run(&k, 0, &outcome, &err), ERROR_NONE, "threads 0: as many as there are");
    cr_assert_gt(outcome.wall_seconds, 0.0);
    cr_assert_gt(outcome.cpu_seconds, 0.0);
    close_plan(&k);
}
