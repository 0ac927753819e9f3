/* test_cluster_clock.c - rare events by clocks: their law, and that they do not depend on the tick. Expected numbers follow from the rate;
 * bounds are z of 6 (two in 1e9). */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

enum { FIRMS = 40, SEEDS = 100 };

static uint32_t ring_out(struct trial *t, enum cluster_clock clock, uint32_t i, double due)
{
    struct rng event;
    uint32_t n = 0;
    for (; cluster_rings(&t->world, 0, clock, i, due, &event); due = 0.0)
        n++;
    return n;
}

/* Four thousand firms, rate x time of 2.5: a Poisson number has mean and variance 2.5; of the variance the standard error is
 * sqrt((2.5 + 2 x 2.5^2) / n). */
Test(cluster_clock, rings_as_often_as_a_poisson_process)
{
    struct trial t;
    trial_small(&t, FIRMS, 1);
    trial_open(&t);
    for (uint32_t clock = 0; clock < N_CLOCKS; clock++) {
        double n = 0.0, sum = 0.0, squares = 0.0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            trial_again(&t, seed);
            EACH_MEMBER(&t.world, 0, i)
            {
                double x = 0.0;
                for (int step = 0; step < 10; step++)
                    x += ring_out(&t, (enum cluster_clock)clock, i, 0.25);
                n += 1.0;
                sum += x;
                squares += x * x;
            }
        }
        double mean = sum / n, variance = squares / n - mean * mean;
        cr_assert_lt(fabs(mean - 2.5) / sqrt(2.5 / n), 6.0, "clock %u: mean %g", clock, mean);
        cr_assert_lt(fabs(variance - 2.5) / sqrt((2.5 + 12.5) / n), 6.0, "clock %u: variance %g", clock, variance);
    }
    trial_close(&t);
}

/* A year at a rate of 3 in 1, 12 or 365 parts: the same number of events for each firm, but where one falls on the last moment. */
Test(cluster_clock, rings_at_the_same_times_whatever_the_tick)
{
    static const int parts[] = {1, 12, 365};
    uint32_t rung[3][FIRMS];
    for (int k = 0; k < 3; k++) {
        struct trial t;
        trial_small(&t, FIRMS, 1);
        trial_open(&t);
        for (uint32_t i = 0; i < FIRMS; i++) {
            rung[k][i] = 0;
            for (int part = 0; part < parts[k]; part++)
                rung[k][i] += ring_out(&t, CLOCK_turnover, i, 3.0 / parts[k]);
        }
        trial_close(&t);
    }
    for (uint32_t i = 0; i < FIRMS; i++) {
        cr_assert_eq(rung[0][i], rung[1][i], "firm %u", i);
        cr_assert_eq(rung[0][i], rung[2][i], "firm %u", i);
    }
}

/* Two kinds, or two firms, have times of their own. */
Test(cluster_clock, clocks_are_not_alike)
{
    struct trial t;
    trial_small(&t, FIRMS, 1);
    trial_open(&t);
    const double *left = cluster_firms(&t.world)->clock;
    for (uint32_t a = 0; a < FIRMS * N_CLOCKS; a++)
        for (uint32_t b = 0; b < a; b++)
            cr_assert_neq(left[a], left[b]);
    trial_close(&t);
}

/* One tick of a month, all with B + V = 0.5: of 4000 members those leave that h = base exp(-k (0.5 - B* - V*)) says. */
Test(cluster_clock, a_member_leaves_at_its_own_hazard)
{
    struct trial t;
    double left = 0.0, n = 0.0;
    trial_small(&t, FIRMS, 1);
    trial_set(&t, "model.exit.base", "0.12");
    trial_open(&t);
    const struct cluster_params *p = cluster_params(&t.world);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        trial_again(&t, seed);
        EACH_MEMBER(&t.world, 0, i)
        {
            cluster_firms(&t.world)->belonging[i] = 0.4;
            cluster_firms(&t.world)->utilisation[i] = 0.1;
        }
        trial_process(&t, "programme");
        trial_process(&t, "exits");
        left += cluster_block(&t.world, 0)->tally.exits;
        n += FIRMS;
    }
    double h = 0.12 * exp(-p->exit_slope * (0.5 - p->exit_b - p->exit_v)), expected = 1.0 - exp(-h / 12.0);
    cr_assert_lt(fabs(left - n * expected) / sqrt(n * expected * (1.0 - expected)), 6.0, "%g of %g left", left, n);
    trial_close(&t);
}
