/* test_cluster_ticks.c - halving the tick must not move ensemble means (model.md, rules of honesty). */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

enum { REPLICATES = 100, WATCHED = 6 };
static const enum cluster_observable watched[WATCHED] = {
    OBSERVE_members,  OBSERVE_collaboration, OBSERVE_sense_of_community,
    OBSERVE_overview, OBSERVE_trust,         OBSERVE_projects_started};

struct moments {
    double mean[WATCHED], variance_of_mean[WATCHED];
};

/* Means over the last two years (of states at the ends of months, of rates over all ticks) of ACT's path of 100 replicates, of seeds of their own. `hours` replaces the members' mean hours. */
static struct moments ensemble(const char *ticks_per_year, uint64_t base, const char *hours)
{
    struct trial t;
    struct moments m = {{0.0}, {0.0}};
    double squares[WATCHED] = {0.0};
    trial_defaults(&t);
    trial_set(&t, "run.ticks_per_year", ticks_per_year);
    trial_set(&t, "world.closure", "((2020-03, 2021-10))");
    if (hours) trial_set(&t, "model.hours.mean", hours);
    trial_open(&t);
    for (uint32_t r = 0; r < REPLICATES; r++) {
        trial_again(&t, rng_replicate_seed(base, r));
        trial_steps(&t, t.world.n_ticks);
        for (int o = 0; o < WATCHED; o++) {
            double sum = 0.0;
            uint32_t month = (uint32_t)t.run.ticks_per_year / 12, n = 0;
            bool state = strcmp(cluster_model.observables[watched[o]].cell_methods, "time: point") == 0;
            for (uint32_t k = 1; k <= 24 * month; k += state ? month : 1, n++)
                sum += trial_value(&t, watched[o], t.world.n_ticks - k);
            m.mean[o] += sum / n;
            squares[o] += sum / n * (sum / n);
        }
    }
    trial_close(&t);
    for (int o = 0; o < WATCHED; o++) {
        m.mean[o] /= REPLICATES;
        m.variance_of_mean[o] = fmax(0.0, squares[o] / REPLICATES - m.mean[o] * m.mean[o]) / (REPLICATES - 1.0);
    }
    return m;
}

static double z_of(const struct moments *a, const struct moments *b, int o)
{
    return (a->mean[o] - b->mean[o]) / sqrt(a->variance_of_mean[o] + b->variance_of_mean[o] + 1e-18);
}

/* Bound 4.5 on |z| of six means: with fixed seeds a false alarm has probability 4e-5. */
Test(cluster_ticks, half_a_tick_gives_the_same_means)
{
    struct moments months = ensemble("12", 1000, NULL), halves = ensemble("24", 2000, NULL);
    for (int o = 0; o < WATCHED; o++) {
        double z = z_of(&months, &halves, o);
        cr_log_info("%s: %g by month, %g by half month, z = %.2f", cluster_model.observables[watched[o]].name,
                    months.mean[o], halves.mean[o], z);
        cr_expect_lt(fabs(z), 4.5, "%s: %g by month, %g by half month, z = %.2f",
                     cluster_model.observables[watched[o]].name, months.mean[o], halves.mean[o], z);
    }
}

/* The same comparison sees members with a fifth more hours: it has the power. */
Test(cluster_ticks, the_same_comparison_finds_another_model)
{
    struct moments months = ensemble("12", 1000, NULL), other = ensemble("12", 2000, "102");
    double worst = 0.0;
    for (int o = 0; o < WATCHED; o++)
        worst = fmax(worst, fabs(z_of(&months, &other, o)));
    cr_assert_gt(worst, 4.5, "worst z = %.2f", worst);
}

/* ---- process by process: a year is a year ------------------------------------------------------------------------------------- */

static const char *const ticks[] = {"1", "4", "12", "24", "52", "366"};
enum { N_TICKS = 6 };

/* One year of one process in a world of `clusters` x 100 firms, nothing else running but the clock; `also` may be another, or NULL. */
static void a_year_of(struct trial *t, const char *process, const char *also, const char *ticks_per_year,
                      const char *clusters)
{
    trial_small(t, 100, 1);
    trial_set(t, "run.ticks_per_year", ticks_per_year);
    trial_set(t, "world.clusters", clusters);
    trial_set(t, "model.firms.supplier_ties", "0");
    trial_usual_staff(t);
    trial_open(t);
    while (t->world.tick < t->world.n_ticks) {
        trial_process(t, process);
        if (also) trial_process(t, also);
        t->world.tick++;
        t->world.time = t->run.start + t->world.tick * t->world.dt;
    }
}

/* B(1) = target + (B0 - target) exp(-0.6): nobody known, no trust, no attention, so that the target is 0.2 times the shared aims,
 * which are the likeness of profiles by how clear goals are. */
Test(cluster_ticks, belonging_and_anchoring_move_as_far_in_a_year_of_any_ticks)
{
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        a_year_of(&t, "belonging", NULL, ticks[k], "1");
        const struct cluster_firms *f = cluster_firms(&t.world);
        for (uint32_t i = 0; i < 100; i++) {
            double aims = 0.0;
            for (uint32_t d = 0; d < DOMAINS; d++)
                aims += (double)f->profile[i * DOMAINS + d] * cluster_block(&t.world, 0)->aims[d] * f->goals[i];
            cr_assert_float_eq(f->belonging[i], 0.2 * aims + (0.3 - 0.2 * aims) * exp(-0.6), 1e-9, "%s ticks",
                               ticks[k]);
        }
        trial_close(&t);
    }
    /* anchoring falls from its floor + 0.1 back by exp(-0.12) */
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        trial_small(&t, 100, 1);
        trial_set(&t, "run.ticks_per_year", ticks[k]);
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        double bottom[100];
        for (uint32_t i = 0; i < 100; i++) {
            bottom[i] = f->anchoring[i];
            f->anchoring[i] += 0.1;
        }
        for (uint32_t tick = 0; tick < t.world.n_ticks; tick++)
            trial_process(&t, "anchoring");
        for (uint32_t i = 0; i < 100; i++)
            cr_assert_float_eq(f->anchoring[i], bottom[i] + 0.1 * exp(-0.12), 1e-9, "%s ticks", ticks[k]);
        trial_close(&t);
    }
}

Test(cluster_ticks, attention_fades_as_far_in_a_year_of_any_ticks)
{
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        a_year_of(&t, "programme", "means", ticks[k], "1");
        cr_assert_float_eq(cluster_firms(&t.world)->known_to_staff[5], exp(-1.0), 1e-9, "memory is a year");
        const struct cluster_block *c = cluster_block(&t.world, 0);
        cr_assert_float_eq(c->staff_hours + c->broker_hours, 2550.0, 1e-6, "2.5 x 1700 h x 0.6");
        trial_close(&t);
    }
}

/* 20,000 firms have gained 0.1 since entry and are not anchored: whose representative is replaced (0.1 a year) loses some of it. */
Test(cluster_ticks, representatives_change_as_often_in_a_year_of_any_ticks)
{
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        trial_small(&t, 100, 1);
        trial_set(&t, "run.ticks_per_year", ticks[k]);
        trial_set(&t, "world.clusters", "200");
        trial_set(&t, "model.firms.supplier_ties", "0");
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        double n = 0.0, changed = 0.0;
        for (uint32_t i = 0; i < t.world.n_firms; i++) {
            f->anchoring[i] = 0.0;
            f->practice[i] = f->role[i] = f->goals[i] = f->understanding[i] = 0.5;
            f->understanding_entry[i] = 0.4;
        }
        while (t.world.tick < t.world.n_ticks) {
            trial_process(&t, "turnover");
            t.world.tick++;
        }
        for (uint32_t i = 0; i < t.world.n_firms; i++) {
            n += f->member[i];
            changed += f->member[i] && f->understanding[i] < 0.499;
        }
        double p = 1.0 - exp(-0.1);
        cr_assert_lt(fabs(changed - n * p) / sqrt(n * p * (1.0 - p)), 6.0, "%s ticks: %g of %g", ticks[k], changed, n);
        trial_close(&t);
    }
}

/* Members leave at 0.055 exp(-2.5 (B - 0.3 + V - 0.15)) a year: at B = 0.3 and V = 0 that is 0.055 exp(0.375) = 0.0800. */
Test(cluster_ticks, members_leave_as_often_in_a_year_of_any_ticks)
{
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        a_year_of(&t, "exits", NULL, ticks[k], "200");
        double left = 20000.0, p = 1.0 - exp(-0.055 * exp(0.375));
        for (uint32_t b = 0; b < 200; b++)
            left -= cluster_block(&t.world, b)->n;
        cr_assert_lt(fabs(left - 20000.0 * p) / sqrt(20000.0 * p * (1.0 - p)), 6.0, "%s ticks: %g", ticks[k], left);
        trial_close(&t);
    }
}

/* Dyads of one place meet at 0.252 a year, whatever the tick: 400 clusters of 5 firms with hours enough. */
Test(cluster_ticks, neighbours_meet_as_often_in_a_year_of_any_ticks)
{
    for (int k = 0; k < N_TICKS; k++) {
        struct trial t;
        double met = 0.0, expected = 400.0 * 10.0 * 0.252;
        trial_small(&t, 5, 1);
        trial_set(&t, "run.ticks_per_year", ticks[k]);
        trial_set(&t, "world.clusters", "400");
        trial_set(&t, "model.processes.calls", "false");
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        for (uint32_t i = 0; i < t.world.n_firms; i++) {
            f->place[i] = PLACE_mo;
            f->hours_calls[i] = 1e4;
        }
        while (t.world.tick < t.world.n_ticks) {
            trial_process(&t, "spontaneous");
            for (uint32_t b = 0; b < 400; b++) {
                met += cluster_block(&t.world, b)->n_contacts;
                cluster_block(&t.world, b)->n_contacts = 0;
            }
            t.world.tick++;
        }
        cr_assert_lt(fabs(met - expected) / sqrt(expected), 6.0, "%s ticks: %g", ticks[k], met);
        trial_close(&t);
    }
}

/* Hours left for calls are used at `call_rate` a year, 1 here, half of them by own calls and half by taken ones: without accrual, of
 * 1000 h a firm exp(-1) is left after a year, to 2 % of the hours. */
Test(cluster_ticks, hours_for_calls_are_used_as_fast_in_a_year_of_any_ticks)
{
    for (int k = 2; k < N_TICKS; k++) {
        struct trial t;
        double used = 0.0;
        trial_small(&t, 100, 1);
        trial_set(&t, "run.ticks_per_year", ticks[k]);
        trial_set(&t, "model.firms.known_start", "0.6");
        trial_set(&t, "model.contact.call_rate", "1");
        trial_set(&t, "model.processes.chance", "false");
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        for (uint32_t i = 0; i < 100; i++)
            f->hours_calls[i] = 1000.0;
        while (t.world.tick < t.world.n_ticks) {
            trial_process(&t, "spontaneous");
            cluster_block(&t.world, 0)->n_contacts = 0;
            t.world.tick++;
        }
        for (uint32_t i = 0; i < 100; i++)
            used += 1000.0 - f->hours_calls[i];
        cr_assert_float_eq(used / 1e5, 1.0 - exp(-1.0), 0.02, "%s ticks: %g", ticks[k], used / 1e5);
        trial_close(&t);
    }
}
