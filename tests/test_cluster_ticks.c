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
