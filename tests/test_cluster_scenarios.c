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

/* A closure from month k on: bit for bit the same observables before month k. */
Test(cluster_scenarios, a_closure_changes_nothing_before_it_begins)
{
    static const char *const closure[] = {"((2018-01, 2018-12))", "((2019-02, 2019-12))", "((2020-08, 2020-09))"};
    static const uint32_t month[] = {4, 17, 35};
    struct trial open;
    defaults(&open);
    trial_run(&open);
    for (int k = 0; k < 3; k++) {
        struct trial closed;
        defaults(&closed);
        trial_set(&closed, "world.closure", closure[k]);
        trial_run(&closed);
        cr_assert_gt(trial_compare_before(&open, &closed, month[k]), 0u, "it changes something after that");
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
        trial_run(&a);
        trial_run(&b);
        cr_assert_gt(trial_compare_before(&a, &b, 12), 0u, "%s", change[k][0]);
        trial_close(&a);
        trial_close(&b);
    }
}
