/* test_cluster_hours.c - hours are the currency: accounts, conservation, management's hours, the cost table. */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

static void busy(struct trial *t)
{
    trial_defaults(t);
    trial_set(t, "run.end", "2021-09");
    trial_set(t, "world.members", "((2017-09, 40), (2020-11, 83))");
    trial_set(t, "policies.gatherings.per_year", "4");
    trial_set(t, "policies.brokering.ask", "4");
    trial_set(t, "model.projects.start_base", "0.004");
    trial_usual_staff(t);
}

/* No chance meetings, no calls: hours for them accrue all the same. */
static void keep_to_themselves(struct trial *t)
{
    trial_set(t, "model.processes.chance", "false");
    trial_set(t, "model.processes.calls", "false");
}

/* ---- a firm's accounts ----------------------------------------------------------------------------------------------------- */

/* model.md: contact_share of the hours goes to three accounts, the rest is work at home, used at once. */
Test(cluster_hours, a_tick_accrues_the_yearly_hours_in_their_shares)
{
    struct trial t;
    trial_small(&t, 20, 2);
    trial_set(&t, "model.hours.advance", "0");
    keep_to_themselves(&t);
    trial_open(&t);
    t.world.time += t.world.dt; /* not the tick in which they enter, on average in its middle */
    trial_process(&t, "budgets");
    trial_process(&t, "spontaneous");
    const struct cluster_firms *f = cluster_firms(&t.world);
    EACH_MEMBER(&t.world, 0, i)
    {
        double month = f->hours_base[i] * (0.3 + 1.4 * f->anchoring[i]) / 12.0;
        cr_assert_float_eq(f->hours_year[i], 12.0 * month, 1e-9);
        cr_assert_float_eq(f->hours_had[i], month, 1e-9);
        cr_assert_float_eq(f->spent[i], 0.3 * month, 1e-9);
        cr_assert_float_eq(f->hours_events[i], 0.7 * 0.4 * month, 1e-9);
        cr_assert_float_eq(f->hours_calls[i], 0.7 * 0.25 * month, 1e-9);
        cr_assert_float_eq(f->hours_projects[i], 0.7 * 0.35 * month, 1e-9);
    }
    trial_close(&t);
}

Test(cluster_hours, a_member_starts_with_half_a_year_in_its_accounts)
{
    struct trial t;
    trial_small(&t, 20, 2);
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    EACH_MEMBER(&t.world, 0, i)
    {
        double contact = 0.7 * f->hours_base[i] * (0.3 + 1.4 * f->anchoring[i]);
        cr_assert_float_eq(f->hours_events[i], 0.5 * 0.4 * contact, 1e-9);
        cr_assert_float_eq(f->hours_had[i], 0.5 * contact, 1e-9);
    }
    trial_verify(&t);
    trial_close(&t);
}

/* model.md: "banked at most 12 months". Nothing is used: after three years each account holds one year of its accrual. */
Test(cluster_hours, an_account_holds_a_year_at_most)
{
    struct trial t;
    trial_small(&t, 20, 3);
    keep_to_themselves(&t);
    trial_open(&t);
    for (int k = 0; k < 36; k++) {
        trial_process(&t, "budgets");
        trial_process(&t, "spontaneous");
    }
    const struct cluster_firms *f = cluster_firms(&t.world);
    EACH_MEMBER(&t.world, 0, i)
    {
        cr_assert_float_eq(f->hours_events[i], 0.28 * f->hours_year[i], 1e-9);
        cr_assert_float_eq(f->hours_calls[i], 0.175 * f->hours_year[i], 1e-9);
        cr_assert_float_eq(f->hours_projects[i], 0.245 * f->hours_year[i], 1e-9);
    }
    trial_close(&t);
}

Test(cluster_hours, a_firm_never_pays_more_than_it_has)
{
    struct trial t;
    trial_small(&t, 5, 1);
    trial_open(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    f->hours_calls[2] = 1.5;
    f->spent[2] = 0.0;
    cr_assert_eq(cluster_spend(f, 2, f->hours_calls, 1.0), 1.0);
    cr_assert_eq(cluster_spend(f, 2, f->hours_calls, 1.0), 0.5);
    cr_assert_eq(cluster_spend(f, 2, f->hours_calls, 1.0), 0.0);
    cr_assert_eq(f->hours_calls[2], 0.0);
    cr_assert_eq(f->spent[2], 1.5);
    trial_close(&t);
}

/* Every firm, every tick: used + left <= had, no account below 0, and had is what its years earned. */
Test(cluster_hours, hours_used_and_left_never_exceed_hours_had)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct trial t;
        busy(&t);
        t.seed = seed;
        trial_open(&t);
        const struct cluster_firms *f = cluster_firms(&t.world);
        while (t.world.tick < t.world.n_ticks) {
            trial_steps(&t, 1);
            EACH_MEMBER(&t.world, 0, i)
            {
                double left = f->hours_events[i] + f->hours_calls[i] + f->hours_projects[i];
                cr_assert(f->hours_events[i] >= 0.0 && f->hours_calls[i] >= 0.0 && f->hours_projects[i] >= 0.0);
                cr_assert_leq(f->spent_before[i] + f->spent[i] + left, f->hours_had[i] + 1e-6, "firm %u, tick %u",
                              f->uid[i], t.world.tick);
            }
            trial_verify(&t);
        }
        trial_close(&t);
    }
}

Test(cluster_hours, verify_finds_hours_out_of_nothing)
{
    struct trial t;
    struct error err = {0};
    busy(&t);
    trial_open(&t);
    trial_steps(&t, 6);
    trial_verify(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    f->hours_calls[3] += f->hours_had[3];
    cr_assert_eq(cluster_model.verify(&t.world, 0, &err), ERROR_RUN);
    cr_assert(strstr(err.text, "used"), "%s", err.text);
    f->hours_calls[3] = -1.0;
    cr_assert_eq(cluster_model.verify(&t.world, 0, &err), ERROR_RUN);
    trial_close(&t);
}

/* Hours leave an account only into `spent`: over each process, what accounts lose is what spent gains, firm by firm; project work
 * has `funded` beside it, equal to it at a funded share of a half. */
static double before_left[256], before_spent[256], before_projects[256];
static void watch_accounts(struct trial *t, const char *process, bool after, void *context)
{
    const struct cluster_firms *f = cluster_firms(&t->world);
    (void)context;
    if (!strcmp(process, "programme") || !strcmp(process, "recruitment") || !strcmp(process, "budgets")) return;
    EACH_MEMBER(&t->world, 0, i)
    {
        double left = f->hours_events[i] + f->hours_calls[i] + f->hours_projects[i];
        if (!after) {
            before_left[i] = left;
            before_spent[i] = f->spent[i];
            before_projects[i] = f->hours_projects[i];
            continue;
        }
        double came = left - before_left[i] + f->spent[i] - before_spent[i];
        double accrues = strcmp(process, "spontaneous") ? 0.0 : 0.175 * f->hours_year[i] * t->world.dt;
        cr_assert(came >= -1e-9 && came <= accrues + 1e-9, "%s: %g h out of nothing", process, came);
        if (!strcmp(process, "work"))
            cr_assert_float_eq(before_projects[i] - f->hours_projects[i], f->funded[i], 1e-9);
        else
            cr_assert_eq(before_projects[i], f->hours_projects[i], "%s uses project hours", process);
    }
}

Test(cluster_hours, what_accounts_lose_is_what_is_spent)
{
    struct trial t;
    busy(&t);
    trial_open(&t);
    cr_assert_leq(t.world.firms_per_block, 256u);
    trial_walk(&t, 48, watch_accounts, NULL);
    trial_close(&t);
}

/* ---- management's hours ---------------------------------------------------------------------------------------------------------- */

/* 2.5 FTE x 1700 h x (1 - 0.4) = 2550 h a year; spent and left together never exceed what has accrued by then. */
Test(cluster_hours, management_never_spends_more_than_has_accrued)
{
    struct trial t;
    busy(&t);
    trial_open(&t);
    double spent = 0.0;
    const struct cluster_block *c = cluster_block(&t.world, 0);
    for (uint32_t tick = 0; tick < 48; tick++) {
        trial_steps(&t, 1);
        for (int k = 0; k < N_POLICIES; k++)
            spent += c->tally.staff_hours[k];
        cr_assert(c->staff_hours >= 0.0 && c->broker_hours >= 0.0);
        cr_assert_leq(spent + c->staff_hours + c->broker_hours, 2550.0 * (tick + 1) / 12.0 + 1e-6, "tick %u", tick);
    }
    cr_assert_gt(spent, 1000.0, "it spends them");
    trial_close(&t);
}

Test(cluster_hours, staff_follows_the_programme)
{
    struct trial t;
    trial_small(&t, 10, 4);
    trial_set(&t, "world.programme.arena", "((2017-09, 2018-09))");
    trial_set(&t, "world.programme.arena_pro", "((2018-09, 2019-09))");
    trial_set(&t, "world.programme.staff_arena", "1");
    trial_set(&t, "world.programme.staff_arena_pro", "3");
    trial_open(&t);
    const struct cluster_block *c = cluster_block(&t.world, 0);
    static const double staff[4] = {1.0, 3.0, 0.5, 0.5};
    static const double level[4] = {PROGRAMME_ARENA, PROGRAMME_ARENA_PRO, PROGRAMME_NONE, PROGRAMME_NONE};
    for (uint32_t tick = 0; tick < 48; tick++) {
        trial_steps(&t, 1);
        cr_assert_eq(c->staff, staff[tick / 12], "tick %u", tick);
        cr_assert_eq(trial_value(&t, OBSERVE_programme_level, tick), level[tick / 12]);
    }
    trial_close(&t);
}

Test(cluster_hours, a_cluster_without_staff_has_no_facilitation)
{
    struct trial t;
    trial_small(&t, 30, 2);
    trial_set(&t, "world.programme.staff_arena", "0");
    trial_open(&t);
    for (uint32_t tick = 0; tick < 24; tick++) {
        trial_steps(&t, 1);
        cr_assert_eq(trial_value(&t, OBSERVE_staff_hours_used, tick), 0.0);
        cr_assert(isnan(trial_value(&t, OBSERVE_attendance, tick)));
    }
    trial_close(&t);
}

/* ---- the cost table -------------------------------------------------------------------------------------------------------------- */

/* Money = 850 NOK/h for both sides' hours, 100,000 NOK a day of gathering and 15,000 NOK (600 an hour of management's 25) a course;
 * hours by instrument sum to what management used; each gathering takes 2 x 120 h, a call 3 h of management and 1 h of the member,
 * an introduction 6 h and 2 x 1 h. */
Test(cluster_hours, the_cost_table_adds_up)
{
    struct trial t;
    busy(&t);
    trial_open(&t);
    double total = 0.0;
    for (uint32_t tick = 0; tick < 48; tick++) {
        trial_steps(&t, 1);
        const struct cluster_tally *tally = &cluster_block(&t.world, 0)->tally;
        double sum = 0.0;
        for (uint32_t k = 0; k < N_POLICIES; k++) {
            double staff = trial_level(&t, OBSERVE_management_hours, BY_INSTRUMENT, k, tick);
            double members = trial_level(&t, OBSERVE_member_hours, BY_INSTRUMENT, k, tick);
            double money = trial_level(&t, OBSERVE_money, BY_INSTRUMENT, k, tick);
            double bill = k == POLICY_gatherings ? 200000.0 * tally->gatherings
                          : k == POLICY_courses  ? 600.0 * tally->staff_hours[k]
                                                 : 0.0;
            cr_assert_float_eq(money, 850.0 * (staff + members) + bill, 1e-6);
            sum += staff;
        }
        cr_assert_float_eq(sum * 12.0, trial_value(&t, OBSERVE_staff_hours_used, tick), 1e-6);
        cr_assert_float_eq(tally->staff_hours[POLICY_gatherings], 240.0 * tally->gatherings, 1e-9);
        cr_assert_float_eq(tally->staff_hours[POLICY_outreach], 3.0 * tally->member_hours[POLICY_outreach], 1e-9);
        cr_assert_float_eq(tally->staff_hours[POLICY_brokering], 6.0 * tally->introductions, 1e-9);
        total += sum;
    }
    cr_assert_gt(total, 0.0);
    trial_close(&t);
}

/* Members' hours that instruments cost are part of the members' own hours used. */
Test(cluster_hours, what_instruments_cost_members_is_within_what_members_use)
{
    struct trial t;
    busy(&t);
    trial_open(&t);
    for (uint32_t tick = 0; tick < 48; tick++) {
        double cost = 0.0;
        trial_steps(&t, 1);
        for (uint32_t k = 0; k < N_POLICIES; k++)
            cost += trial_level(&t, OBSERVE_member_hours, BY_INSTRUMENT, k, tick);
        double used = trial_value(&t, OBSERVE_hours_used, tick) * trial_value(&t, OBSERVE_members, tick) / 12.0;
        cr_assert_leq(cost, used + 1e-6);
    }
    trial_close(&t);
}
