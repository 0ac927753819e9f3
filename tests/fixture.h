/* fixture.h - a cluster world made by hand, for tests of the core and of the model's processes.
 *
 *   struct trial t;
 *   trial_defaults(&t);                      every parameter at its default (what is calibrated: the evidence's), seed 1, one thread
 *   trial_set(&t, "world.clusters", "3");    as --set does; also run.*
 *   trial_open(&t);                          derive, lay out, allocate, begin: at the start of tick 0
 *   trial_steps(&t, 12);                     or trial_audit, or one process by trial_process
 *   trial_close(&t);
 */
#ifndef KLYNGE_TESTS_FIXTURE_H
#define KLYNGE_TESTS_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/model.h"
#include "core/world.h"
#include "io/digest.h"

struct trial {
    struct run_params run;
    struct cluster_params params;
    struct cluster_derived derived;
    struct layout layout;
    struct world_setup setup;
    struct world world;
    double *results; /* (layout.n_doubles) */
    const struct roster *roster;
    uint64_t seed;
    int threads;
};

static inline void trial_defaults(struct trial *t)
{
    struct error err = {0};
    memset(t, 0, sizeof *t);
    cr_assert_eq(param_reset(&world_run_table, &t->run, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(param_reset(&cluster_model.params, &t->params, &err), ERROR_NONE, "%s", err.text);
    /* What is calibrated stands at the evidence's starting values here, so that a calibration moves no expected number. */
    t->params.events_share = 0.4;
    t->params.calls_share = 0.25;
    t->params.trust_hours = 45.0;
    t->params.exit_b = 0.3;
    t->seed = 1;
    t->threads = 1;
}

static inline void trial_set(struct trial *t, const char *path, const char *text)
{
    struct error err = {0};
    const struct param *p = param_find(&cluster_model.params, path), *of_run = param_find(&world_run_table, path);
    cr_assert(p || of_run, "no parameter %s", path);
    int code = p ? param_parse(p, &t->params, text, &err) : param_parse(of_run, &t->run, text, &err);
    cr_assert_eq(code, ERROR_NONE, "%s: %s", path, err.text);
}

/* Without the mechanisms that multiply what a test reckons: wariness, community, likeness, absorption, restriction, leaks, rivalry,
 * prestige, lock-in, persons. Each has tests of its own. */
static inline void trial_plain(struct trial *t)
{
#define MECHANISM(name, doc) t->params.has_##name = false;
#include "cluster/mechanisms.def"
#undef MECHANISM
}

/* 2.5 FTE x 1700 h x (1 - 0.4) = 2550 h a year for facilitation. */
static inline void trial_usual_staff(struct trial *t) { t->params.staff_reporting = 0.4; }

/* Every policy on, as it is set. */
static inline void trial_all_policies(struct trial *t)
{
#define POLICY(name, doc) t->params.name##_on = true;
#include "cluster/policies.def"
#undef POLICY
}

/* As many members all the time, for so many years from September 2017. */
static inline void trial_small(struct trial *t, unsigned members, unsigned years)
{
    char text[64];
    trial_defaults(t);
    snprintf(text, sizeof text, "((2017-09, %u))", members);
    trial_set(t, "world.members", text);
    snprintf(text, sizeof text, "%u-09", 2017 + years);
    trial_set(t, "run.end", text);
}

/* Derive and lay out, without a world. */
static inline void trial_plan(struct trial *t)
{
    struct error err = {0};
    const struct model *m = &cluster_model;
    uint32_t n_ticks = 0, slow = (uint32_t)(t->run.network_every * (double)t->run.ticks_per_year + 0.5);
    cr_assert_eq(world_count_ticks(&t->run, &n_ticks, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(layout_init(&t->layout, m->observables, m->n_observables, m->groupings, m->n_groupings, t->run.start,
                             t->run.end, n_ticks, slow ? slow : 1, &err),
                 ERROR_NONE, "%s", err.text);
    struct world_setup setup = {.model = m,
                                .run = &t->run,
                                .params = &t->params,
                                .derived = &t->derived,
                                .roster = t->roster,
                                .layout = &t->layout};
    t->setup = setup;
    cr_assert_eq(m->derive(&t->run, &t->params, t->roster, &t->derived, &t->setup.scale, &err), ERROR_NONE, "%s",
                 err.text);
}

static inline void trial_open(struct trial *t)
{
    struct error err = {0};
    trial_plan(t);
    t->results = malloc(t->layout.n_doubles * sizeof *t->results);
    cr_assert(t->results);
    cr_assert_eq(world_init(&t->world, &t->setup, t->threads, &err), ERROR_NONE, "%s", err.text);
    world_begin(&t->world, &t->setup, t->seed, t->results);
}

/* Begin again with another seed. */
static inline void trial_again(struct trial *t, uint64_t seed)
{
    t->seed = seed;
    world_begin(&t->world, &t->setup, seed, t->results);
}

static inline void trial_close(struct trial *t)
{
    world_free(&t->world);
    cluster_model.release(&t->derived);
    layout_free(&t->layout);
    free(t->results);
    t->results = NULL;
}

static inline void trial_verify(const struct trial *t)
{
    struct error err = {0};
    for (uint32_t b = 0; b < t->world.n_blocks; b++)
        cr_assert_eq(cluster_model.verify(&t->world, b, &err), ERROR_NONE, "tick %u: %s", t->world.tick, err.text);
}

static inline void trial_steps(struct trial *t, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        world_step(&t->world);
}

/* All ticks that are left; every state is verified. */
static inline void trial_finish(struct trial *t)
{
    while (t->world.tick < t->world.n_ticks) {
        world_step(&t->world);
        trial_verify(t);
    }
}

/* One process of the schedule, for all clusters, whatever its switch says. */
static inline void trial_process(struct trial *t, const char *name)
{
    for (uint32_t p = 0; p < cluster_model.n_processes; p++) {
        if (strcmp(cluster_model.schedule[p].name, name) != 0) continue;
        for (uint32_t b = 0; b < t->world.n_blocks; b++)
            cluster_model.schedule[p].run(&t->world, b);
        return;
    }
    cr_assert(false, "no process %s", name);
}

/* The start of a tick, with hours and money of management for anything. */
static inline void trial_begin_tick(struct trial *t)
{
    trial_process(t, "programme");
    trial_process(t, "policy");
    for (uint32_t b = 0; b < t->world.n_blocks; b++) {
        struct cluster_block *c = cluster_block(&t->world, b);
        c->staff_hours = c->broker_hours = 1e6;
        c->money = 1e9;
    }
}

/* Ticks, process by process: `watch` is called before and after each that is switched on. Nothing is recorded. */
typedef void trial_watch(struct trial *t, const char *process, bool after, void *context);
static inline void trial_walk(struct trial *t, uint32_t n, trial_watch *watch, void *context)
{
    struct world *w = &t->world;
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t p = 0; p < cluster_model.n_processes; p++) {
            if (!w->enabled[p]) continue;
            watch(t, cluster_model.schedule[p].name, false, context);
            for (uint32_t b = 0; b < w->n_blocks; b++)
                cluster_model.schedule[p].run(w, b);
            watch(t, cluster_model.schedule[p].name, true, context);
        }
        w->tick++;
        w->time = t->run.start + w->tick * w->dt;
    }
}

/* A whole observable at the end of a tick. */
static inline double trial_value(const struct trial *t, enum cluster_observable o, uint32_t tick)
{
    const struct layout *l = &t->layout;
    for (uint32_t s = 0; s < l->n_series; s++)
        if (l->series[s].slot == l->whole_slot[o]) return t->results[l->offset[s] + tick];
    return NAN;
}

/* One level of an observable by a grouping, or by its only one, at the end of a tick. */
static inline double trial_level(const struct trial *t, enum cluster_observable o, enum cluster_grouping g,
                                 uint32_t level, uint32_t tick)
{
    const struct layout *l = &t->layout;
    for (uint32_t s = 0; s < l->n_series; s++)
        if (l->series[s].observable == &cluster_model.observables[o] &&
            l->series[s].grouping == &cluster_model.groupings[g])
            return t->results[l->offset[s] + (size_t)level * series_times(l, &l->series[s]) + tick];
    return NAN;
}

static inline void trial_digest(const struct trial *t, char hex[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *d = NULL;
    cr_assert_eq(digest_open(&d, &err), ERROR_NONE, "%s", err.text);
    digest_reset(d);
    digest_doubles(d, t->results, t->layout.n_doubles);
    digest_hex(d, hex);
    digest_close(&d);
}

static inline void trial_run(struct trial *t)
{
    trial_open(t);
    trial_steps(t, t->world.n_ticks);
}

/* Every series of both runs has the same bits in ticks before `tick`; returns in how many ticks from there on anything but costs differs. */
static inline uint32_t trial_compare_before(const struct trial *a, const struct trial *b, uint32_t tick)
{
    uint32_t different = 0;
    for (uint32_t now = 0; now < a->layout.n_ticks; now++) {
        bool differs = false;
        for (uint32_t s = 0; s < a->layout.n_series; s++) {
            const struct series *series = &a->layout.series[s];
            if (series->observable->cadence != OBSERVE_TICK) continue;
            uint32_t o = (uint32_t)(series->observable - cluster_model.observables);
            bool of_costs = series->grouping == &cluster_model.groupings[BY_INSTRUMENT] ||
                            o == OBSERVE_staff_hours_used || o == OBSERVE_money_left;
            for (uint32_t level = 0; level < series->levels; level++) {
                size_t at = a->layout.offset[s] + (size_t)level * a->layout.n_ticks + now;
                bool same = memcmp(&a->results[at], &b->results[at], sizeof(double)) == 0;
                cr_assert(same || now >= tick, "%s differs in tick %u, before tick %u", series->name, now, tick);
                differs |= !same && !of_costs;
            }
        }
        different += differs;
    }
    return different;
}

/* An event of that kind comes to each firm in the next tick: one, as its rate is low. */
static inline void trial_ring(struct trial *t, enum cluster_clock clock)
{
    for (uint32_t i = 0; i < t->world.n_firms; i++)
        cluster_firms(&t->world)->clock[i * N_CLOCKS + clock] = 1e-12;
}

/* Slot of a member of cluster b by uid, or RNG_NOBODY. */
static inline uint32_t trial_slot(const struct trial *t, uint32_t block, uint32_t uid)
{
    EACH_MEMBER(&t->world, block, i)
    if (cluster_firms(&t->world)->uid[i] == uid) return i;
    return RNG_NOBODY;
}

static inline double trial_max(double a, double b) { return a > b ? a : b; }

#endif
