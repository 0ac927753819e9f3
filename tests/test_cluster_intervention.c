/* test_cluster_intervention.c - what an experimenter does to firms: to whom, how much, when; and nothing by default. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "cluster/tie.h"
#include "fixture.h"

enum { FIRMS = 200 };

static void open_with(struct trial *t, const char *const (*settings)[2], int n)
{
    trial_small(t, FIRMS, 2);
    for (int k = 0; k < n; k++)
        trial_set(t, settings[k][0], settings[k][1]);
    trial_open(t);
}

/* A quarter of 200 firms is chosen (z-bound 6: 0.25 +- 0.18), each by 0.3; what it came with and what anchoring falls back to too. */
Test(cluster_intervention, shifts_the_chosen_share_and_nobody_else)
{
    static const char *const settings[][2] = {{"model.intervention.share", "0.25"},
                                              {"model.intervention.understanding", "0.3"},
                                              {"model.intervention.anchoring", "-0.2"}};
    struct trial plain, shifted;
    uint32_t chosen = 0;
    open_with(&plain, settings, 1);
    open_with(&shifted, settings, 3);
    trial_process(&shifted, "intervention");
    const struct cluster_firms *a = cluster_firms(&plain.world), *b = cluster_firms(&shifted.world);
    for (uint32_t i = 0; i < FIRMS; i++) {
        if (a->understanding[i] == b->understanding[i]) {
            cr_assert_eq(a->anchoring[i], b->anchoring[i]);
            continue;
        }
        chosen++;
        double u = fmin(1.0, a->understanding[i] + 0.3);
        cr_assert_float_eq(b->understanding[i], u, 1e-12);
        cr_assert_float_eq(b->understanding_entry[i], u, 1e-12);
        cr_assert_float_eq(b->practice[i], fmin(1.0, a->practice[i] + 0.3), 1e-12);
        cr_assert_float_eq(b->anchoring[i], fmax(0.0, a->anchoring[i] - 0.2), 1e-12);
        cr_assert_float_eq(b->anchoring_own[i], a->anchoring_own[i] - 0.2, 1e-12);
    }
    cr_assert(chosen > 14 && chosen < 86, "%u", chosen);
    trial_close(&plain);
    trial_close(&shifted);
}

/* From month 6 on, once: members then, who joins later in the tick of its entry. */
Test(cluster_intervention, comes_once_to_each_firm)
{
    static const char *const settings[][2] = {{"model.intervention.share", "1"},
                                              {"model.intervention.time", "2018-03"},
                                              {"model.intervention.anchoring", "0.1"}};
    struct trial t;
    open_with(&t, settings, 3);
    const struct cluster_firms *f = cluster_firms(&t.world);
    double own[FIRMS + 1];
    uint32_t uid[FIRMS + 1];
    for (uint32_t tick = 0; tick < 12; tick++) {
        memcpy(own, f->anchoring_own, FIRMS * sizeof *own);
        memcpy(uid, f->uid, FIRMS * sizeof *uid);
        trial_steps(&t, 1);
        for (uint32_t i = 0; i < FIRMS; i++)
            if (f->member[i] && f->uid[i] == uid[i])
                cr_assert_float_eq(f->anchoring_own[i] - own[i], tick == 6 ? 0.1 : 0.0, 1e-12, "tick %u", tick);
    }
    trial_close(&t);
}

static double correlation(const double *x, const double *y, uint32_t n)
{
    double sx = 0.0, sy = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
    for (uint32_t i = 0; i < n; i++) {
        sx += x[i];
        sy += y[i];
        xx += x[i] * x[i];
        yy += y[i] * y[i];
        xy += x[i] * y[i];
    }
    return (xy - sx * sy / n) / sqrt((xx - sx * sx / n) * (yy - sy * sy / n));
}

/* All of one size and one experience: by default U decides half of the variance of A and more; independent, none (z-bound 4 of 1 / sqrt(n)). */
Test(cluster_intervention, independent_parts_anchoring_from_understanding)
{
    static const char *const settings[][2] = {{"model.firms.size_sigma", "1.2"},
                                              {"model.firms.prior_good", "0"},
                                              {"model.firms.prior_bad", "0"},
                                              {"model.intervention.independent", "true"}};
    for (int independent = 0; independent < 2; independent++) {
        struct trial t;
        open_with(&t, settings, 3 + independent);
        const struct cluster_firms *f = cluster_firms(&t.world);
        double r = correlation(f->understanding, f->anchoring, FIRMS);
        cr_assert(independent ? fabs(r) < 4.0 / sqrt(FIRMS) : r > 0.5, "%g", r);
        trial_close(&t);
    }
}

/* Of 200 founders three in four are low: mean U of 0.75 x 0.3 + 0.25 x 0.7 = 0.4 (sd of one firm below 0.3: 6 x 0.3 / sqrt(200)). */
Test(cluster_intervention, low_founders_are_low_in_that_share)
{
    static const char *const settings[][2] = {{"model.intervention.low_founders", "0.75"}};
    struct trial t;
    double sum = 0.0;
    open_with(&t, settings, 1);
    for (uint32_t i = 0; i < FIRMS; i++)
        sum += cluster_firms(&t.world)->understanding[i];
    cr_assert_float_eq(sum / FIRMS, 0.4, 6.0 * 0.3 / sqrt(FIRMS));
    trial_close(&t);
}

Test(cluster_intervention, a_grant_goes_to_small_firms)
{
    static const char *const settings[][2] = {{"model.intervention.grant", "40"}};
    struct trial plain, granted;
    open_with(&plain, settings, 0);
    open_with(&granted, settings, 1);
    const struct cluster_firms *a = cluster_firms(&plain.world), *b = cluster_firms(&granted.world);
    for (uint32_t i = 0; i < FIRMS; i++)
        cr_assert_float_eq(b->hours_base[i] - a->hours_base[i], a->employees[i] < 20.0 ? 40.0 : 0.0, 1e-9);
    trial_close(&plain);
    trial_close(&granted);
}

/* 4 h of talk raise trust by (1 - T) (1 - exp(-0.5 x 4 / 45)), or not; the partner becomes known all the same. */
Test(cluster_intervention, clamped_trust_stays_as_it_is)
{
    for (int clamped = 0; clamped < 2; clamped++) {
        struct trial t;
        trial_small(&t, 4, 1);
        trial_plain(&t);
        t.params.do_clamp_trust = clamped;
        trial_open(&t);
        for (uint32_t k = 0; k < 40; k++)
            cluster_meet(&t.world, 0, 0, 1, 4.0, CONTACT_INTRODUCTION, k);
        trial_process(&t, "contact");
        cr_assert_eq(tie_trust_of(&t.world, 0, 1) > 0.5, !clamped);
        cr_assert(tie_knows(&t.world, 0, 1));
        trial_close(&t);
    }
}

/* Forty members at staff for eighty: half of it. */
Test(cluster_intervention, staff_can_go_by_members)
{
    for (int scaled = 0; scaled < 2; scaled++) {
        struct trial t;
        trial_small(&t, 40, 1);
        trial_set(&t, "world.staff_scaled_to", scaled ? "80" : "0");
        trial_open(&t);
        trial_process(&t, "programme");
        cr_assert_float_eq(cluster_block(&t.world, 0)->staff, scaled ? 1.25 : 2.5, 1e-12);
        trial_close(&t);
    }
}
