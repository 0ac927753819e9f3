/* test_ties.c - the tie kernel against a dull one: a matrix of ties, each drawn each tick by one Philox call of its own, in the order of
 * ODD.md; the vector forms against each other; the two forms of the tick against each other by their law. */
#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/rng.h"
#include "ties/model.h"
#include "ties/ties.h"

struct kernel {
    struct run_params run;
    struct ties_params params;
    struct ties_derived derived;
    struct layout layout;
    struct world_setup setup;
    struct world world;
    double *results;
};

static void plan(struct kernel *t, uint32_t firms, uint32_t ties, double rate, const char *form, uint32_t ticks)
{
    memset(t, 0, sizeof *t);
    cr_assert_eq(param_reset(&world_run_table, &t->run, NULL), ERROR_NONE);
    cr_assert_eq(param_reset(&ties_model.params, &t->params, NULL), ERROR_NONE);
    t->params.firms = firms;
    t->params.ties = ties;
    t->params.rate = rate;
    strcpy(t->params.form.text, form);
    t->run.start = 2000.0;
    t->run.end = 2000.0 + ticks / 12.0;
}

static int derive(struct kernel *t, struct error *err)
{
    return ties_model.derive(&t->run, &t->params, NULL, &t->derived, &t->setup.scale, err);
}

/* Lanes 0: what the processor can. */
static void begin(struct kernel *t, uint32_t lanes, int threads, uint64_t seed)
{
    struct error err = {0};
    uint32_t ticks = 0;
    cr_assert_eq(world_count_ticks(&t->run, &ticks, &err), ERROR_NONE);
    cr_assert_eq(derive(t, &err), ERROR_NONE, "%s", err.text);
    if (lanes) t->derived.lanes = lanes;
    cr_assert_eq(layout_init(&t->layout, ties_model.observables, ties_model.n_observables, NULL, 0, t->run.start,
                             t->run.end, ticks, ticks, &err),
                 ERROR_NONE);
    struct model_scale scale = t->setup.scale;
    t->setup = (struct world_setup){&ties_model, &t->run, &t->params, &t->derived, NULL, &t->layout, scale};
    t->results = calloc(t->layout.n_doubles, sizeof *t->results);
    cr_assert(t->results);
    cr_assert_eq(world_init(&t->world, &t->setup, threads, &err), ERROR_NONE, "%s", err.text);
    world_begin(&t->world, &t->setup, seed, t->results);
}

static void end(struct kernel *t)
{
    world_free(&t->world);
    layout_free(&t->layout);
    ties_release(&t->derived);
    free(t->results);
}

static double observed(const struct kernel *t, enum ties_observable o, uint32_t tick)
{
    return t->results[t->layout.offset[o] + tick];
}

/* ---- the dull one --------------------------------------------------------------------------------------------------- */

enum { N = 300, MOST = 45 };
static float w[N][MOST], u[N], a[N];
static uint32_t to[N][MOST];

static void copy_start(const struct kernel *t)
{
    const struct ties_firms *f = ties_firms(&t->world);
    for (uint32_t i = 0; i < N; i++) {
        u[i] = f->u[i];
        a[i] = f->a[i];
        memcpy(w[i], network_value(&t->world.ties, i, 0), t->derived.ties * sizeof(float));
        memcpy(to[i], network_to(&t->world.ties, i), t->derived.ties * sizeof(uint32_t));
    }
}

/* 48 bits of tie e: half a word of one call, a word of another. */
static double draw_of(const struct kernel *t, uint32_t e)
{
    const struct world *x = &t->world;
    uint32_t word = rng_draw(x->seed, STREAM_chance, 0, e / 8, RNG_NOBODY, x->tick, 0).word[e % 8 / 2];
    uint32_t more = rng_draw(x->seed, STREAM_refine, 0, e, RNG_NOBODY, x->tick, 0).word[0];
    return ((e % 2 ? word >> 16 : word & 65535u) + rng_unit(more)) / 65536.0;
}

/* Row sums as every.c says: lanes of all faded ties, then what collaborations add. */
static double dull_row(const struct kernel *t, uint32_t i, const float *root, uint32_t *count)
{
    float lane[8] = {0.0f};
    double more = 0.0;
    for (uint32_t k = 0; k < t->derived.ties; k++) {
        float before = w[i][k], faded = before * 0.98f, risen = before + 0.1f * (1.0f - before);
        float chance = 65536.0f * (float)t->params.rate * root[i] * (0.2f + (1.0f - 0.2f) * before) * root[to[i][k]];
        bool does = draw_of(t, i * t->derived.ties + k) * 65536.0 < (double)chance;
        lane[k % 8] += faded;
        w[i][k] = does ? risen : faded;
        if (does) more += (double)(risen - faded);
        *count += does;
    }
    float sum = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    return (double)sum + more;
}

static uint32_t dull_tick(const struct kernel *t)
{
    float root[N];
    uint32_t count = 0;
    for (uint32_t i = 0; i < N; i++)
        root[i] = sqrtf(a[i]);
    for (uint32_t i = 0; i < N; i++) {
        double sum = dull_row(t, i, root, &count);
        u[i] += 0.01f * ((float)(sum * (1.0 / t->derived.ties)) - u[i]);
        a[i] += 0.01f * (u[i] - a[i]);
    }
    return count;
}

static void compare_with_dull(uint32_t ties, uint32_t lanes)
{
    enum { TICKS = 60 };
    struct kernel t;
    plan(&t, N, ties, 0.3, "every", TICKS);
    begin(&t, lanes, 1, 2017);
    copy_start(&t);
    for (uint32_t tick = 0; tick < TICKS; tick++) {
        uint32_t count = dull_tick(&t);
        world_step(&t.world);
        cr_assert_eq((uint32_t)observed(&t, OBSERVE_collaborations, tick), count, "tick %u", tick);
        for (uint32_t i = 0; i < N; i++) {
            cr_assert(memcmp(network_value(&t.world.ties, i, 0), w[i], ties * sizeof(float)) == 0,
                      "w of firm %u, %u ties, tick %u", i, ties, tick);
            cr_assert(memcmp(&ties_firms(&t.world)->u[i], &u[i], sizeof(float)) == 0, "u of firm %u, tick %u", i, tick);
            cr_assert(memcmp(&ties_firms(&t.world)->a[i], &a[i], sizeof(float)) == 0, "a of firm %u, tick %u", i, tick);
        }
    }
    end(&t);
}

static uint32_t lanes_here(void)
{
    struct kernel t;
    plan(&t, N, 20, 0.2, "every", 1);
    cr_assert_eq(derive(&t, NULL), ERROR_NONE);
    ties_release(&t.derived);
    return t.derived.lanes;
}

/* Numbers of ties that leave every kind of rest. */
static const uint32_t numbers_of_ties[] = {1, 3, 4, 7, 8, 12, 16, 19, 20, 31, 45};

Test(ties, every_tie_has_the_bits_of_the_dull_kernel_whatever_the_lanes)
{
    for (uint32_t lanes = 1; lanes <= lanes_here(); lanes *= lanes == 1 ? 8 : 2)
        for (size_t k = 0; k < sizeof numbers_of_ties / sizeof *numbers_of_ties; k++)
            compare_with_dull(numbers_of_ties[k], lanes);
}

/* The 32 bits that decide after the first 16 must be asked for at times, or the test above says nothing of them: 65536 ties a
 * time. */
Test(ties, the_draws_that_16_bits_leave_open_occur_in_that_comparison)
{
    enum { TICKS = 60, TIES = 20 };
    struct kernel t;
    uint32_t open = 0;
    plan(&t, N, TIES, 0.3, "every", TICKS);
    begin(&t, 0, 1, 2017);
    for (; t.world.tick < TICKS; world_step(&t.world))
        for (uint32_t i = 0; i < N; i++)
            for (uint32_t k = 0; k < TIES; k++) {
                const struct ties_firms *f = ties_firms(&t.world);
                float chance = 65536.0f * 0.3f * f->root[i] * (0.2f + 0.8f * network_value(&t.world.ties, i, 0)[k]) *
                               f->root[network_to(&t.world.ties, i)[k]];
                double draw = floor(65536.0 * draw_of(&t, i * TIES + k));
                open += draw < (double)chance && draw + 1.0 > (double)chance;
            }
    cr_assert_gt(open, 0u);
    end(&t);
}

/* ---- threads, blocks, invariants -------------------------------------------------------------------------------------- */

Test(ties, results_are_the_same_bits_for_any_number_of_threads)
{
    static const char *const forms[] = {"every", "events"};
    for (int form = 0; form < 2; form++) {
        struct kernel one, more;
        plan(&one, 5000, 20, 0.05, forms[form], 12);
        begin(&one, 0, 1, 7);
        while (one.world.tick < 12)
            world_step(&one.world);
        for (int threads = 2; threads <= 7; threads += threads == 4 ? 3 : 1) {
            plan(&more, 5000, 20, 0.05, forms[form], 12);
            begin(&more, 0, threads, 7);
            while (more.world.tick < 12)
                world_step(&more.world);
            cr_assert(memcmp(one.results, more.results, one.layout.n_doubles * sizeof(double)) == 0, "%s, %d threads",
                      forms[form], threads);
            end(&more);
        }
        end(&one);
    }
}

Test(ties, processes_touch_what_they_declare_and_the_state_keeps_its_invariants)
{
    static const char *const forms[] = {"every", "events"};
    for (int form = 0; form < 2; form++) {
        struct kernel t;
        struct error err = {0};
        plan(&t, 1500, 20, 0.1, forms[form], 24);
        begin(&t, 0, 1, 3);
        while (t.world.tick < 24)
            cr_assert_eq(world_step_audited(&t.world, &err), ERROR_NONE, "%s: %s", forms[form], err.text);
        end(&t);
    }
}

Test(ties, clustered_ties_stay_in_their_cluster_and_the_last_may_be_smaller)
{
    struct kernel t;
    plan(&t, 1130, 20, 0.2, "", 1);
    strcpy(t.params.numbering.text, "clustered");
    begin(&t, 0, 1, 1);
    for (uint32_t i = 0; i < 1130; i++)
        for (uint32_t k = 0; k < 20; k++)
            cr_assert_eq(network_to(&t.world.ties, i)[k] / 100, i / 100);
    end(&t);
}

/* ---- the two forms have one law ----------------------------------------------------------------------------------------- */

struct moments {
    double sum, square;
};

static void add(struct moments *m, double x)
{
    m->sum += x;
    m->square += x * x;
}

/* Welch's z of two means over R worlds each. */
static double z_of(const struct moments *x, const struct moments *y, double r)
{
    double vx = (x->square - x->sum * x->sum / r) / (r - 1.0), vy = (y->square - y->sum * y->sum / r) / (r - 1.0);
    return (x->sum - y->sum) / r / sqrt((vx + vy) / r);
}

enum { WORLDS = 200, TICKS_OF_LAW = 40 };

static void run_worlds(const char *form, double rate, uint64_t seed, struct moments out[3])
{
    memset(out, 0, 3 * sizeof *out);
    struct kernel t;
    plan(&t, 200, 20, rate, form, TICKS_OF_LAW);
    begin(&t, 0, 1, seed);
    for (uint32_t r = 0; r < WORLDS; r++) {
        double count = 0.0;
        world_begin(&t.world, &t.setup, seed + r, t.results);
        while (t.world.tick < TICKS_OF_LAW)
            world_step(&t.world);
        for (uint32_t k = 0; k < TICKS_OF_LAW; k++)
            count += observed(&t, OBSERVE_collaborations, k);
        add(&out[0], count);
        add(&out[1], observed(&t, OBSERVE_mean_w, TICKS_OF_LAW - 1));
        add(&out[2], observed(&t, OBSERVE_mean_u, TICKS_OF_LAW - 1));
    }
    end(&t);
}

/* Six z, two-sided, a false-alarm rate of 1e-6 for all: 5.1. The last shows that a rate one twentieth off is seen. */
Test(ties, events_and_every_have_the_same_law_and_another_rate_has_another)
{
    static const double rates[] = {0.01, 0.2};
    double limit = gsl_cdf_ugaussian_Qinv(1e-6 / 12.0);
    struct moments every[3], events[3];
    for (int k = 0; k < 2; k++) {
        run_worlds("every", rates[k], 1, every);
        run_worlds("events", rates[k], 100001, events);
        for (int m = 0; m < 3; m++)
            cr_expect_lt(fabs(z_of(&every[m], &events[m], WORLDS)), limit, "rate %g, moment %d: z %g", rates[k], m,
                         z_of(&every[m], &events[m], WORLDS));
    }
    run_worlds("events", 0.95 * rates[1], 100001, events);
    cr_expect_gt(fabs(z_of(&every[0], &events[0], WORLDS)), limit, "z %g", z_of(&every[0], &events[0], WORLDS));
}

/* ---- mistakes ------------------------------------------------------------------------------------------------------------- */

Test(ties, what_cannot_be_is_refused_with_what_was_found)
{
    struct kernel t;
    struct error err = {0};
    plan(&t, 20, 20, 0.2, "", 1);
    cr_assert_eq(derive(&t, &err), ERROR_CONFIG);
    cr_assert(strstr(err.text, "world.ties: found 20, expected fewer than world.firms (20)"), "%s", err.text);
    plan(&t, 110, 20, 0.2, "", 1);
    strcpy(t.params.numbering.text, "clusterd");
    cr_assert_eq(derive(&t, &err), ERROR_CONFIG);
    cr_assert(strstr(err.text, "did you mean clustered?"), "%s", err.text);
    strcpy(t.params.numbering.text, "clustered");
    cr_assert_eq(derive(&t, &err), ERROR_CONFIG);
    cr_assert(strstr(err.text, "smallest cluster (10:"), "%s", err.text);
    plan(&t, 110, 20, 1.0, "events", 1);
    cr_assert_eq(derive(&t, &err), ERROR_CONFIG);
    cr_assert(strstr(err.text, "model.form"), "%s", err.text);
}
