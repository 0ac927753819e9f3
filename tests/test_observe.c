/* test_observe.c - the layout of observables, and how a world combines its clusters. */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

static const char *const sizes[] = {"small", "large"};
static const char *const kinds[] = {"a", "b", "c"};
static const struct grouping groupings[] = {{"size", sizes, 2, ""}, {"kind", kinds, 3, ""}};
static const struct observable observables[] = {
    {"members", "1", "time: point", 0, INFINITY, OBSERVE_SUM, OBSERVE_TICK, "/", -1, 1u << 0, "", ""},
    {"trust", "1", "time: point", 0, 1, OBSERVE_MEAN, OBSERVE_TICK, "/", -1, 1u << 0 | 1u << 1, "", ""},
    {"density", "1", "time: point", 0, 1, OBSERVE_MEAN, OBSERVE_SLOWLY, "/", -1, 0, "", ""},
    {"hours", "h", "time: sum", 0, INFINITY, OBSERVE_SUM, OBSERVE_TICK, "/cost", 1, 0, "", ""},
};

static void lay_out(struct layout *l, uint32_t n_ticks, uint32_t slow_every)
{
    struct error err = {0};
    cr_assert_eq(
        layout_init(l, observables, 4, groupings, 2, 2020.0, 2020.0 + n_ticks / 12.0, n_ticks, slow_every, &err),
        ERROR_NONE, "%s", err.text);
}

Test(observe, lays_out_whole_series_before_their_groups)
{
    static const char *const names[] = {"members",       "members_by_size", "trust", "trust_by_size",
                                        "trust_by_kind", "density",         "hours"};
    static const uint32_t levels[] = {1, 2, 1, 2, 3, 1, 3};
    struct layout l;
    lay_out(&l, 24, 12);
    cr_assert_eq(l.n_series, 7u);
    for (uint32_t s = 0; s < 7; s++) {
        cr_assert_str_eq(l.series[s].name, names[s]);
        cr_assert_eq(l.series[s].levels, levels[s]);
    }
    cr_assert_eq(l.n_slots, 13u, "1 + 2, 1 + 2 + 3, 1, 3");
    cr_assert_eq(l.n_doubles, 12u * 24u + 2u, "12 slots by tick and one by year, for two years");
    layout_free(&l);
}

/* Series lie one after another without a gap, in slots and in results. */
Test(observe, series_do_not_overlap)
{
    struct layout l;
    lay_out(&l, 30, 12);
    uint32_t slot = 0;
    size_t at = 0;
    for (uint32_t s = 0; s < l.n_series; s++) {
        cr_assert_eq(l.series[s].slot, slot);
        cr_assert_eq(l.offset[s], at);
        slot += l.series[s].levels;
        at += (size_t)l.series[s].levels * series_times(&l, &l.series[s]);
    }
    cr_assert_eq(slot, l.n_slots);
    cr_assert_eq(at, l.n_doubles);
    layout_free(&l);
}

Test(observe, finds_the_slots_of_an_observable)
{
    struct layout l;
    lay_out(&l, 24, 12);
    cr_assert_eq(l.whole_slot[1], 3u);
    cr_assert_eq(l.by_slot[1 * 2 + 1], 6u);
    cr_assert_eq(l.by_slot[0 * 2 + 1], NETWORK_NONE, "members are not given by kind");
    cr_assert_eq(l.whole_slot[3], 10u, "hours are given by kind alone");
    layout_free(&l);
}

/* 30 ticks, slow ones every 12: ticks 11 and 23; the last half year has none. */
Test(observe, times_are_ends_of_ticks)
{
    struct layout l;
    lay_out(&l, 30, 12);
    cr_assert_float_eq(l.time[0], 2020.0 + 1.0 / 12.0, 1e-9);
    cr_assert_float_eq(l.time[29], 2022.5, 1e-9);
    cr_assert_eq(l.n_slow, 2u);
    cr_assert_float_eq(l.time_slow[0], 2021.0, 1e-9);
    cr_assert_float_eq(l.time_slow[1], 2022.0, 1e-9);
    for (uint32_t tick = 0; tick < 30; tick++)
        cr_assert_eq(layout_slow_tick(&l, tick), tick == 11 || tick == 23);
    layout_free(&l);
}

Test(observe, a_run_shorter_than_a_slow_step_has_no_slow_times)
{
    struct layout l;
    lay_out(&l, 5, 12);
    cr_assert_eq(l.n_slow, 0u);
    cr_assert_eq(l.n_doubles, 12u * 5u);
    layout_free(&l);
}

/* ---- a world of two clusters that put what they are told to ------------------------------------------------------------- */

/* Values of a tick, by cluster: members whole and by size, trust whole, by size, by kind, density, hours. */
static double put[2][13];

static void put_all(struct world *w, uint32_t block)
{
    for (uint32_t k = 0; k < 13; k++)
        if (!isnan(put[block][k])) w->observed[(size_t)block * w->setup.layout->n_slots + k] = put[block][k];
}
static void begin(struct world *w, uint32_t block)
{
    (void)w;
    (void)block;
}
static const struct process schedule[] = {{"put", put_all, PROCESS_LOCAL, 0, 0, NULL, ""}};
static const struct model two = {.name = "two",
                                 .observables = observables,
                                 .n_observables = 4,
                                 .groupings = groupings,
                                 .n_groupings = 2,
                                 .schedule = schedule,
                                 .n_processes = 1,
                                 .begin = begin};

/* One tick of it; results in the order of slots (a run of one tick, slow every tick), those of the patterns alone. */
static void combined_of(const char *patterns, uint32_t n, double *results)
{
    struct error err = {0};
    struct run_params run;
    struct layout l;
    struct world w;
    cr_assert_eq(param_reset(&world_run_table, &run, &err), ERROR_NONE);
    lay_out(&l, 1, 1);
    cr_assert_eq(layout_keep(&l, patterns, &err), ERROR_NONE, "%s", err.text);
    struct world_setup setup = {.model = &two, .run = &run, .layout = &l, .scale = {2, 1, 4}};
    cr_assert_eq(world_init(&w, &setup, 1, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(l.n_doubles, n);
    cr_assert_eq(world_run(&w, &setup, 1, results, NULL, &err), ERROR_NONE, "%s", err.text);
    world_free(&w);
    layout_free(&l);
}

static void combined(double results[13]) { combined_of("", 13, results); }

/* Weights are the members' though these are not kept themselves. */
Test(observe, what_is_kept_is_what_it_is_without_the_rest)
{
    double all[13], some[7];
    for (int block = 0; block < 2; block++)
        for (int k = 0; k < 13; k++)
            put[block][k] = 1.0 + k + 7.0 * block * k;
    combined(all);
    combined_of("trust*, density", 7, some);
    cr_assert_arr_eq(some, all + 3, sizeof some);
    combined_of(" *_by_size", 4, some);
    cr_assert_arr_eq(some, all + 1, 2 * sizeof *some);
    cr_assert_arr_eq(some + 2, all + 4, 2 * sizeof *some);
}

Test(observe, a_name_that_is_none_is_refused)
{
    struct layout l;
    struct error err = {0};
    lay_out(&l, 12, 12);
    cr_assert_eq(layout_keep(&l, "members,trsut", &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text,
                     "output.observables: found trsut, expected a name or pattern of what a result holds; did you mean "
                     "trust?");
    layout_free(&l);
}

Test(observe, counts_are_summed_and_means_weighted_by_members)
{
    static const double values[2][13] = {
        {10, 4, 6, 0.2, 0.1, 0.3, 0.2, 0.4, 0.6, 0.5, 1, 2, 3},
        {30, 30, 0, 0.6, 0.5, NAN, 0.1, NAN, NAN, 0.1, 10, 20, 30},
    };
    double x[13];
    memcpy(put, values, sizeof put);
    combined(x);
    cr_assert_eq(x[0], 40.0);
    cr_assert_eq(x[1], 34.0);
    cr_assert_eq(x[2], 6.0);
    cr_assert_float_eq(x[3], (10 * 0.2 + 30 * 0.6) / 40, 1e-15);
    cr_assert_float_eq(x[4], (4 * 0.1 + 30 * 0.5) / 34, 1e-15, "weighted by the members of the group");
    cr_assert_float_eq(x[5], 0.3, 1e-15, "a cluster without members of the group does not count");
    cr_assert_float_eq(x[6], (10 * 0.2 + 30 * 0.1) / 40, 1e-15, "a grouping that members do not have: by all members");
    cr_assert_float_eq(x[7], 0.4, 1e-15);
    cr_assert_float_eq(x[9], (10 * 0.5 + 30 * 0.1) / 40, 1e-15);
    cr_assert_eq(x[11], 22.0);
}

Test(observe, what_no_cluster_has_put_is_missing)
{
    double x[13];
    for (int b = 0; b < 2; b++)
        for (int k = 0; k < 13; k++)
            put[b][k] = NAN;
    combined(x);
    for (int k = 0; k < 13; k++)
        cr_assert(isnan(x[k]));
}

/* ---- the cluster model's own table --------------------------------------------------------------------------------------- */

Test(observe, members_are_the_first_observable_of_the_cluster_model)
{
    cr_assert_str_eq(cluster_model.observables[0].name, "members", "they are the weight of means");
    for (uint32_t k = 0; k < cluster_model.n_observables; k++)
        for (uint32_t other = 0; other < k; other++)
            cr_assert_str_neq(cluster_model.observables[k].name, cluster_model.observables[other].name);
}

/* valid_range of the file: every value of a run of three years lies in its observable's range, and states are never missing. */
Test(observe, values_of_a_run_lie_in_their_ranges)
{
    struct trial t;
    trial_small(&t, 40, 3);
    trial_open(&t);
    trial_steps(&t, 36);
    for (uint32_t s = 0; s < t.layout.n_series; s++) {
        const struct series *series = &t.layout.series[s];
        size_t n = (size_t)series->levels * series_times(&t.layout, series);
        for (size_t k = 0; k < n; k++) {
            double x = t.results[t.layout.offset[s] + k];
            if (isnan(x)) continue;
            cr_assert(x >= series->observable->low && x <= series->observable->high, "%s is %g", series->name, x);
        }
    }
    for (uint32_t tick = 0; tick < 36; tick++)
        for (uint32_t o = 0; o < N_OBSERVABLES; o++)
            if (!strstr(cluster_model.observables[o].doc, "missing where") &&
                cluster_model.observables[o].cadence == OBSERVE_TICK)
                cr_assert_not(isnan(trial_value(&t, (enum cluster_observable)o, tick)), "%s is missing in tick %u",
                              cluster_model.observables[o].name, tick);
    trial_close(&t);
}

/* What is given whole and by group agrees: members summed, means weighted; rates where nobody came in the tick, as a newcomer
 * counts for the half of it in which it was a member. */
Test(observe, groups_add_up_to_the_whole)
{
    static const enum cluster_grouping by[] = {BY_TENURE_COHORT, BY_SIZE_CLASS, BY_SECTOR, BY_QUADRANT};
    static const enum cluster_observable means[] = {OBSERVE_collaboration, OBSERVE_sense_of_community, OBSERVE_trust,
                                                    OBSERVE_overview};
    struct trial t;
    trial_small(&t, 40, 3);
    trial_open(&t);
    trial_steps(&t, 36);
    uint32_t rates = 0;
    for (uint32_t tick = 0; tick < 36; tick++)
        for (size_t g = 0; g < 4; g++)
            for (size_t m = 0; m < 4; m++) {
                double n = 0.0, sum = 0.0;
                if (means[m] == OBSERVE_collaboration && trial_value(&t, OBSERVE_entries, tick) > 0.0) continue;
                rates += means[m] == OBSERVE_collaboration;
                for (uint32_t level = 0; level < cluster_model.groupings[by[g]].n; level++) {
                    double members = trial_level(&t, OBSERVE_members, by[g], level, tick);
                    double x = trial_level(&t, means[m], by[g], level, tick);
                    n += members;
                    sum += members > 0.0 ? members * x : 0.0;
                }
                cr_assert_eq(n, trial_value(&t, OBSERVE_members, tick));
                cr_assert_float_eq(sum / n, trial_value(&t, means[m], tick), 1e-9);
            }
    cr_assert_geq(rates, 20u);
    trial_close(&t);
}

/* A rate is over the years in which firms were members: a newcomer counts for half of the tick. */
Test(observe, a_newcomer_counts_for_half_the_tick_of_its_entry)
{
    struct trial t;
    uint32_t came = 0;
    trial_small(&t, 40, 3);
    trial_set(&t, "world.members", "((2017-09, 40), (2020-09, 80))");
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t tick = 0; tick < 24; tick++) {
        double events = 0.0, years = 0.0, began = t.world.time;
        trial_steps(&t, 1);
        EACH_MEMBER(&t.world, 0, i)
        {
            bool new = !f->founder[i] && f->entered[i] >= began;
            years += (new ? 0.5 : 1.0) / 12.0;
            events += f->joint_events[i];
            came += new;
        }
        cr_assert_float_eq(trial_value(&t, OBSERVE_collaboration, tick), events / years, 1e-9);
    }
    cr_assert_gt(came, 0u);
    trial_close(&t);
}

/* Joint events by arena sum to collaboration; the cost table's hours sum to the management hours used. */
Test(observe, arenas_and_levels_add_up_to_the_whole)
{
    struct trial t;
    trial_small(&t, 60, 3);
    trial_open(&t);
    trial_steps(&t, 36);
    for (uint32_t tick = 0; tick < 36; tick++) {
        double events = 0.0, hours = 0.0, started = 0.0, active = 0.0;
        for (uint32_t a = 0; a < N_ARENAS; a++) {
            events += trial_level(&t, OBSERVE_collaboration, BY_ARENA, a, tick);
            hours += trial_level(&t, OBSERVE_hours_together, BY_ARENA, a, tick);
        }
        for (uint32_t l = 0; l < N_LEVELS; l++) {
            started += trial_level(&t, OBSERVE_projects_started, BY_LEVEL, l, tick);
            active += trial_level(&t, OBSERVE_projects_active, BY_LEVEL, l, tick);
        }
        cr_assert_float_eq(events, trial_value(&t, OBSERVE_collaboration, tick), 1e-9, "tick %u", tick);
        cr_assert_float_eq(hours, trial_value(&t, OBSERVE_hours_together, tick), 1e-9);
        cr_assert_float_eq(started, trial_value(&t, OBSERVE_projects_started, tick), 1e-9);
        cr_assert_float_eq(active, trial_value(&t, OBSERVE_projects_active, tick), 1e-9);
    }
    trial_close(&t);
}
