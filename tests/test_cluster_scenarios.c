/* test_cluster_scenarios.c - scenarios are the same world until they differ, and what is off has no say. */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

static void defaults(struct trial *t)
{
    trial_defaults(t);
    trial_set(t, "run.end", "2020-09");
    trial_set(t, "policies.gatherings.per_year", "4");
    trial_set(t, "policies.brokering.ask", "2");
}

static void run(struct trial *t)
{
    trial_open(t);
    trial_steps(t, t->world.n_ticks);
}

/* Every series of both runs has the same bits in ticks before `tick`; returns in how many ticks from there on anything differs. */
static uint32_t compare_before(const struct trial *a, const struct trial *b, uint32_t tick)
{
    uint32_t different = 0;
    for (uint32_t now = 0; now < a->layout.n_ticks; now++) {
        bool differs = false;
        for (uint32_t s = 0; s < a->layout.n_series; s++) {
            const struct series *series = &a->layout.series[s];
            if (series->observable->cadence != OBSERVE_TICK) continue;
            for (uint32_t level = 0; level < series->levels; level++) {
                size_t at = a->layout.offset[s] + (size_t)level * a->layout.n_ticks + now;
                bool same = memcmp(&a->results[at], &b->results[at], sizeof(double)) == 0;
                cr_assert(same || now >= tick, "%s differs in tick %u, before tick %u", series->name, now, tick);
                differs |= !same;
            }
        }
        different += differs;
    }
    return different;
}

/* A closure from month k on: bit for bit the same observables before month k. */
Test(cluster_scenarios, a_closure_changes_nothing_before_it_begins)
{
    static const char *const closure[] = {"((2018-01, 2018-12))", "((2019-02, 2019-12))", "((2020-08, 2020-09))"};
    static const uint32_t month[] = {4, 17, 35};
    struct trial open;
    defaults(&open);
    run(&open);
    for (int k = 0; k < 3; k++) {
        struct trial closed;
        defaults(&closed);
        trial_set(&closed, "world.closure", closure[k]);
        run(&closed);
        cr_assert_gt(compare_before(&open, &closed, month[k]), 0u, "it changes something after that");
        trial_close(&closed);
    }
    trial_close(&open);
}

/* Another path from a point on, and another programme from a date on. */
Test(cluster_scenarios, growth_and_staff_change_nothing_before_they_differ)
{
    static const char *const change[][2] = {
        {"world.members", "((2017-09, 40), (2018-09, 50), (2018-10, 70))"},
        {"world.programme.arena", "((2017-09, 2018-10))"},
    };
    for (int k = 0; k < 2; k++) {
        struct trial a, b;
        defaults(&a);
        defaults(&b);
        trial_set(&a, "world.members", "((2017-09, 40), (2018-09, 50), (2018-10, 50), (2026-01, 70))");
        trial_set(&b, "world.members", "((2017-09, 40), (2018-09, 50), (2018-10, 50), (2026-01, 70))");
        trial_set(&b, change[k][0], change[k][1]);
        run(&a);
        run(&b);
        cr_assert_gt(compare_before(&a, &b, 12), 0u, "%s", change[k][0]);
        trial_close(&a);
        trial_close(&b);
    }
}

static void digest_of(struct trial *t, char hex[DIGEST_SIZE])
{
    run(t);
    trial_digest(t, hex);
    trial_close(t);
}

/* Two other values of a parameter than its default: the ends of its range. */
static void set_end(struct trial *t, const struct param *p, int end)
{
    struct error err = {0};
    double x = end ? p->high : p->low;
    cr_assert_eq(param_set_number(p, &t->params, p->type == PARAM_INTEGER ? floor(x) : x, &err), ERROR_NONE, "%s: %s",
                 p->path, err.text);
}

/* model.md: a policy is an instrument with its own settings. Off, its settings change no bit of any result. */
static void check_off(const char *policy)
{
    char off[64], section[64], plain[DIGEST_SIZE], changed[DIGEST_SIZE];
    uint32_t tried = 0;
    snprintf(section, sizeof section, "policies.%s.", policy);
    snprintf(off, sizeof off, "policies.%s.on", policy);
    struct trial t;
    defaults(&t);
    trial_set(&t, off, "false");
    digest_of(&t, plain);
    for (size_t k = 0; k < cluster_model.params.n; k++) {
        const struct param *p = &cluster_model.params.rows[k];
        if (strncmp(p->path, section, strlen(section)) != 0 || p->type == PARAM_FLAG) continue;
        for (int end = 0; end < 2; end++) {
            defaults(&t);
            set_end(&t, p, end);
            trial_set(&t, off, "false");
            digest_of(&t, changed);
            cr_assert_str_eq(plain, changed, "%s changes results while %s is off", p->path, policy);
            tried++;
        }
    }
    cr_assert_geq(tried, 6u, "%s has %u settings", policy, tried / 2);
}

Test(cluster_scenarios, settings_of_gatherings_that_are_off_change_nothing) { check_off("gatherings"); }
Test(cluster_scenarios, settings_of_outreach_that_is_off_change_nothing) { check_off("outreach"); }
Test(cluster_scenarios, settings_of_brokering_that_is_off_change_nothing) { check_off("brokering"); }
Test(cluster_scenarios, settings_of_openings_that_are_off_change_nothing) { check_off("opening"); }

/* The control: on, a setting does change results. */
Test(cluster_scenarios, settings_of_a_policy_that_is_on_change_results)
{
    static const char *const change[][2] = {{"policies.gatherings.contact_hours", "0.1"},
                                            {"policies.outreach.member_hours", "2"},
                                            {"policies.brokering.ask", "1"},
                                            {"policies.opening.team", "3"}};
    char plain[DIGEST_SIZE], changed[DIGEST_SIZE];
    struct trial t;
    defaults(&t);
    digest_of(&t, plain);
    for (int k = 0; k < 4; k++) {
        defaults(&t);
        trial_set(&t, change[k][0], change[k][1]);
        digest_of(&t, changed);
        cr_assert_str_neq(plain, changed, "%s changes nothing", change[k][0]);
    }
}

/* A policy that is off leaves no trace: no hours, no money. */
Test(cluster_scenarios, a_policy_that_is_off_costs_nothing)
{
    static const char *const on[N_INSTRUMENTS] = {"policies.gatherings.on", "policies.outreach.on",
                                                  "policies.brokering.on", "policies.opening.on"};
    for (uint32_t k = 0; k < N_INSTRUMENTS; k++) {
        struct trial t;
        double others = 0.0;
        defaults(&t);
        trial_set(&t, on[k], "false");
        run(&t);
        for (uint32_t tick = 0; tick < t.layout.n_ticks; tick++)
            for (uint32_t other = 0; other < N_INSTRUMENTS; other++) {
                double cost = trial_level(&t, OBSERVE_money, BY_INSTRUMENT, other, tick);
                if (other == k)
                    cr_assert_eq(cost, 0.0);
                else
                    others += cost;
            }
        cr_assert_gt(others, 0.0);
        trial_close(&t);
    }
}
