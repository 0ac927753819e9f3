/* test_cluster_gatherings.c - who comes, whom they meet, and what both sides book.
 *
 * Statistical tests: fixed seeds, bounds of z = 6 (two-sided 2e-9 each), far below 1e-6 for the file.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "cluster/tie.h"
#include "fixture.h"

#define BOUND 6.0

/* A cluster that has just got its month's hours, staff for anything, and rich members at one place, before a gathering. */
static void before_gathering(struct trial *t, unsigned members)
{
    trial_small(t, members, 2);
    trial_plain(t);
    trial_set(t, "policies.gatherings.first", "2017-09");
    trial_set(t, "policies.gatherings.days", "1");
    trial_set(t, "model.firms.supplier_ties", "0");
}

static void hold(struct trial *t)
{
    struct cluster_firms *f = cluster_firms(&t->world);
    trial_begin_tick(t);
    EACH_MEMBER(&t->world, 0, i)
    if (f->hours_events[i] < 1e5) f->hours_events[i] = 1e5;
    trial_process(t, "gatherings");
}

/* ---- attendance --------------------------------------------------------------------------------------------------------------------- */

/* (w0 + w_U U)(1 + w_q (q - 1/2)) = (0.25 + 0.6 U) 1.08 at the defaults; over 50 seeds of 80 members with hours enough. */
Test(cluster_gatherings, members_want_to_come_by_their_understanding)
{
    double low[3] = {0.0}, high[3] = {0.0}; /* came, expected, variance; by U below and above 0.5 */
    struct trial t;
    before_gathering(&t, 80);
    trial_open(&t);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        trial_again(&t, seed);
        hold(&t);
        const struct cluster_firms *f = cluster_firms(&t.world);
        EACH_MEMBER(&t.world, 0, i)
        {
            double want = fmin(1.0, (0.25 + 0.6 * f->understanding[i]) * 1.08);
            double *sum = f->understanding[i] < 0.5 ? low : high;
            sum[0] += f->attended_now[i];
            sum[1] += want;
            sum[2] += want * (1.0 - want);
        }
    }
    cr_assert_lt(fabs(low[0] - low[1]) / sqrt(low[2]), BOUND, "%g came, %g expected", low[0], low[1]);
    cr_assert_lt(fabs(high[0] - high[1]) / sqrt(high[2]), BOUND, "%g came, %g expected", high[0], high[1]);
    trial_close(&t);
}

/* Who comes pays 8 h a day and the way, at most a day, and is known to management; who does not pays nothing. */
Test(cluster_gatherings, who_comes_pays_for_days_and_way)
{
    struct trial t;
    before_gathering(&t, 80);
    trial_set(&t, "policies.gatherings.days", "3");
    trial_open(&t);
    trial_begin_tick(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    double had[80], paid = 0.0, attended = 0.0;
    EACH_MEMBER(&t.world, 0, i)
    had[i] = f->hours_events[i] = 5.0 + i;
    trial_process(&t, "gatherings");
    EACH_MEMBER(&t.world, 0, i)
    {
        double cost = had[i] - f->hours_events[i];
        cr_assert_eq(f->invited[i], 1u);
        cr_assert_float_eq(f->spent[i], cost, 1e-9);
        cr_assert_geq(f->hours_events[i], 0.0);
        cr_assert_eq(f->attended_now[i], cost > 0.0);
        if (cost > 0.0) {
            cr_assert(cost >= 8.0 && cost <= 3 * 8.0 + 8.0, "%g h", cost);
            cr_assert_eq(f->known_to_staff[i], 1.0);
        } else {
            cr_assert_eq(f->attended[i], 0u);
        }
        attended += f->attended_now[i];
        paid += cost;
    }
    const struct cluster_tally *tally = &cluster_block(&t.world, 0)->tally;
    cr_assert_float_eq(tally->member_hours[POLICY_gatherings], paid, 1e-9);
    cr_assert_gt(attended, 5.0);
    trial_close(&t);
}

/* ---- dates ---------------------------------------------------------------------------------------------------------------------------- */

/* First on 2018.066, two a year: January and July; 2017-09 to 2019-09 has four, each 2 x 120 h. */
Test(cluster_gatherings, come_at_their_dates)
{
    static const uint32_t months[4] = {4, 10, 16, 22};
    struct trial t;
    trial_small(&t, 30, 2);
    trial_open(&t);
    for (uint32_t tick = 0, next = 0; tick < 24; tick++) {
        trial_steps(&t, 1);
        bool held = trial_level(&t, OBSERVE_management_hours, BY_INSTRUMENT, POLICY_gatherings, tick) > 0.0;
        cr_assert_eq(held, next < 4 && tick == months[next], "tick %u", tick);
        cr_assert_eq(!isnan(trial_value(&t, OBSERVE_attendance, tick)), held);
        next += held;
    }
    trial_close(&t);
}

Test(cluster_gatherings, are_called_off_while_meetings_are_closed)
{
    struct trial t;
    trial_small(&t, 30, 2);
    trial_set(&t, "world.closure", "((2018-07, 2019-03))");
    trial_open(&t);
    for (uint32_t tick = 0; tick < 24; tick++) {
        trial_steps(&t, 1);
        bool held = trial_level(&t, OBSERVE_management_hours, BY_INSTRUMENT, POLICY_gatherings, tick) > 0.0;
        cr_assert_eq(held, tick == 4 || tick == 22, "tick %u: those of months 10 and 16 do not come later", tick);
        cr_assert_eq(trial_value(&t, OBSERVE_closed, tick), tick >= 10 && tick < 18);
        double together = trial_level(&t, OBSERVE_hours_together, BY_ARENA, AT_GATHERING, tick);
        cr_assert_eq(together > 0.0, held);
    }
    trial_close(&t);
}

/* ---- whom attendees meet ------------------------------------------------------------------------------------------------------------------ */

static bool met[3][128][128];

/* Distinct partners a day: evidence.md section 2, rates 12.7 (20 s or more), 1.47 (5 minutes), 0.4 (15 minutes). A depth's own are
 * 1.47 - 0.4 and 0.4. Strangers, everybody comes: pairs meet independently with p = rate / 99 each, so that the pairs
 * that met are Binomial(20 x 4950, p). */
Test(cluster_gatherings, a_hundred_attendees_meet_as_many_firms_as_the_rates_say)
{
    static const double rate[2] = {1.47 - 0.4, 0.4};
    enum { DAYS = 20 };
    double pairs[2] = {0.0};
    struct trial t;
    before_gathering(&t, 100);
    trial_open(&t);
    t.params.want_base = 10.0;
    for (uint64_t seed = 1; seed <= DAYS; seed++) {
        trial_again(&t, seed);
        network_clear(&t.world.ties);
        hold(&t);
        const struct cluster_block *c = cluster_block(&t.world, 0);
        EACH_MEMBER(&t.world, 0, i)
        cr_assert_eq(cluster_firms(&t.world)->attended_now[i], 1u, "everybody comes");
        memset(met, 0, sizeof met);
        for (uint32_t k = 0; k < c->n_contacts; k++) {
            const struct cluster_contact *x = &c->room.contact[k];
            int depth = (double)x->hours < 0.5 ? 0 : 1;
            cr_assert_neq(x->i, x->j, "nobody meets itself");
            met[depth][x->i][x->j] = met[depth][x->j][x->i] = true;
        }
        for (int depth = 0; depth < 2; depth++)
            for (uint32_t i = 0; i < 100; i++)
                for (uint32_t j = 0; j < i; j++)
                    pairs[depth] += met[depth][i][j];
    }
    for (int depth = 0; depth < 2; depth++) {
        double n = DAYS * 4950.0, p = rate[depth] / 99.0, z = (pairs[depth] - n * p) / sqrt(n * p * (1.0 - p));
        cr_assert_lt(fabs(z), BOUND, "depth %d: %g a day, %g expected, z = %g", depth, pairs[depth] * 2 / DAYS / 100,
                     rate[depth], z);
    }
    trial_close(&t);
}

/* Of two others, one trusted at 1 and one a stranger, talks go to the first (1.1 / 0.1)^0.5 = 3.317 times as often. Firm 0 starts
 * half of the contacts of a pair; the other side's choices follow its own trust, so only contacts that firm 0 starts are counted. */
Test(cluster_gatherings, talks_prefer_the_trusted)
{
    double trusted = 0.0, stranger = 0.0;
    struct trial t;
    before_gathering(&t, 3);
    trial_set(&t, "policies.gatherings.talks", "2.7");
    trial_open(&t);
    t.params.want_base = 10.0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        trial_again(&t, seed);
        network_clear(&t.world.ties);
        uint32_t k = cluster_tie(&t.world, 0, 1);
        network_value(&t.world.ties, 0, TIE_TRUST)[k] = 1.0f;
        hold(&t);
        const struct cluster_block *c = cluster_block(&t.world, 0);
        for (uint32_t q = 0; q < c->n_contacts; q++)
            if (c->room.contact[q].i == 0 && c->room.contact[q].kind == CONTACT_TALK) {
                trusted += c->room.contact[q].j == 1;
                stranger += c->room.contact[q].j == 2;
            }
    }
    double n = trusted + stranger, p = sqrt(11.0) / (1.0 + sqrt(11.0));
    cr_assert_gt(n, 1000.0);
    cr_assert_lt(fabs(trusted - n * p) / sqrt(n * p * (1.0 - p)), BOUND, "%g of %g", trusted, n);
    trial_close(&t);
}

/* Each contact is an event and hours for both: sums over firms are twice those of contacts, in the tally and in the observables. */
Test(cluster_gatherings, both_sides_book_a_contact)
{
    struct trial t;
    before_gathering(&t, 60);
    trial_open(&t);
    hold(&t);
    const struct cluster_block *c = cluster_block(&t.world, 0);
    struct cluster_firms *f = cluster_firms(&t.world);
    double talks = 0.0, hours = 0.0, events = 0.0, of[60] = {0.0};
    for (uint32_t k = 0; k < c->n_contacts; k++) {
        const struct cluster_contact *x = &c->room.contact[k];
        hours += 2.0 * (double)x->hours;
        if (x->kind != CONTACT_TALK) continue;
        talks += 2.0;
        of[x->i] += 1.0;
        of[x->j] += 1.0;
    }
    trial_process(&t, "contact");
    EACH_MEMBER(&t.world, 0, i)
    {
        cr_assert_eq(f->joint_events[i], of[i]);
        events += f->joint_events[i];
    }
    cr_assert_gt(talks, 0.0);
    cr_assert_eq(events, talks);
    cr_assert_eq(c->tally.events[AT_GATHERING], talks);
    cr_assert_float_eq(c->tally.hours[AT_GATHERING], hours, 1e-9);
    trial_close(&t);
}

/* Strangers who talk trust each other alike: the dose is the same for both. */
Test(cluster_gatherings, strangers_come_away_with_the_same_trust_in_each_other)
{
    struct trial t;
    uint32_t ties = 0;
    before_gathering(&t, 60);
    trial_set(&t, "policies.gatherings.deep_talks", "0.8");
    trial_set(&t, "policies.gatherings.deep_hours", "2");
    trial_open(&t);
    t.params.want_base = 10.0;
    network_clear(&t.world.ties);
    hold(&t);
    trial_process(&t, "contact");
    for (uint32_t i = 0; i < 60; i++)
        for (uint32_t j = 0; j < i; j++) {
            double here = tie_trust_of(&t.world, i, j), there = tie_trust_of(&t.world, j, i);
            if (here == 0.0 || there == 0.0) continue; /* a small dose leaves a tie only where the other became known */
            cr_assert_float_eq(here, there, 0.005);
            ties++;
        }
    cr_assert_gt(ties, 10u);
    trial_close(&t);
}

/* With one attendee there is nobody to meet. */
Test(cluster_gatherings, one_attendee_meets_nobody)
{
    struct trial t;
    before_gathering(&t, 2);
    trial_open(&t);
    t.params.want_base = 10.0;
    trial_begin_tick(&t);
    cluster_firms(&t.world)->hours_events[0] = 100.0;
    cluster_firms(&t.world)->hours_events[1] = 0.0;
    trial_process(&t, "gatherings");
    cr_assert(cluster_firms(&t.world)->attended_now[0] && !cluster_firms(&t.world)->attended_now[1]);
    cr_assert_eq(cluster_block(&t.world, 0)->n_contacts, 0u);
    trial_close(&t);
}

/* ---- chance meetings and calls --------------------------------------------------------------------------------------------------------- */

/* Two firms of one place meet at 0.24 + 0.012 a year, of places far apart at 0.012: over 4000 seeds of a year's one tick. A start
 * draws oneself or a partner by weight, so that a dyad has its rate in all. */
Test(cluster_gatherings, chance_meetings_follow_distance)
{
    static const double rate[2] = {0.252, 0.012 + 0.24 * 6.1e-17};
    struct trial t;
    trial_small(&t, 2, 4);
    trial_set(&t, "run.ticks_per_year", "1");
    trial_set(&t, "run.end", "2020-09");
    trial_set(&t, "model.processes.calls", "false");
    trial_open(&t);
    for (int far = 0; far < 2; far++) {
        double meetings = 0.0;
        for (uint64_t seed = 1; seed <= 4000; seed++) {
            trial_again(&t, seed);
            struct cluster_firms *f = cluster_firms(&t.world);
            f->place[0] = PLACE_troms;
            f->place[1] = far ? PLACE_south : PLACE_troms;
            f->hours_calls[0] = f->hours_calls[1] = 1000.0;
            trial_process(&t, "spontaneous");
            meetings += cluster_block(&t.world, 0)->n_contacts;
        }
        double expected = 4000.0 * rate[far];
        cr_assert_lt(fabs(meetings - expected) / sqrt(expected), BOUND, "%g, %g expected", meetings, expected);
    }
    trial_close(&t);
}

Test(cluster_gatherings, both_sides_pay_for_calls_and_chance_meetings)
{
    struct trial t;
    trial_small(&t, 40, 1);
    trial_open(&t);
    trial_process(&t, "programme");
    struct cluster_firms *f = cluster_firms(&t.world);
    double had[40], of[40] = {0.0};
    EACH_MEMBER(&t.world, 0, i)
    had[i] = f->hours_calls[i], f->hours_year[i] = 0.0; /* nothing accrues */
    trial_process(&t, "spontaneous");
    const struct cluster_block *c = cluster_block(&t.world, 0);
    cr_assert_gt(c->n_contacts, 5u);
    for (uint32_t k = 0; k < c->n_contacts; k++) {
        of[c->room.contact[k].i] += (double)c->room.contact[k].hours;
        of[c->room.contact[k].j] += (double)c->room.contact[k].hours;
    }
    EACH_MEMBER(&t.world, 0, i)
    cr_assert_float_eq(had[i] - f->hours_calls[i], of[i], 1e-9);
    trial_close(&t);
}
