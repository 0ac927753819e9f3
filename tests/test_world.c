/* test_world.c - a world's time, its audit, its clusters, its threads. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/snapshot.h"
#include "fixture.h"

/* Growth, exits, a closure, gatherings, projects of every origin: what a decade of ACT has, in two years and a half. */
static void busy(struct trial *t)
{
    trial_defaults(t);
    trial_set(t, "run.end", "2020-03");
    trial_set(t, "world.members", "((2017-09, 40), (2019-09, 70), (2020-03, 60))");
    trial_set(t, "world.closure", "((2019-01, 2019-05))");
    trial_set(t, "policies.gatherings.per_year", "4");
    trial_set(t, "policies.brokering.ask", "4");
    trial_set(t, "policies.brokering.trial", "0.4");
    trial_set(t, "model.projects.start_base", "0.004");
    trial_set(t, "model.exit.base", "0.12");
}

static void run_digest(struct trial *t, char hex[DIGEST_SIZE])
{
    trial_open(t);
    trial_finish(t);
    trial_digest(t, hex);
    trial_close(t);
}

/* ---- time -------------------------------------------------------------------------------------------------------------- */

Test(world, counts_whole_ticks_only)
{
    struct trial t;
    struct error err = {0};
    uint32_t n;
    trial_defaults(&t);
    cr_assert_eq(world_count_ticks(&t.run, &n, &err), ERROR_NONE);
    cr_assert_eq(n, 100u, "September 2017 to the end of 2025 is 100 months");
    trial_set(&t, "run.ticks_per_year", "7");
    cr_assert_eq(world_count_ticks(&t.run, &n, &err), ERROR_CONFIG, "8 1/3 years are no whole number of sevenths");
    cr_assert_eq(n, 0u);
    trial_set(&t, "run.ticks_per_year", "12");
    trial_set(&t, "run.end", "2017-09");
    cr_assert_eq(world_count_ticks(&t.run, &n, &err), ERROR_CONFIG, "it ends when it starts");
}

Test(world, time_is_the_start_of_the_tick)
{
    struct trial t;
    trial_small(&t, 5, 1);
    trial_open(&t);
    trial_steps(&t, 5);
    cr_assert_eq(t.world.tick, 5u);
    cr_assert_float_eq(t.world.time, 2017.0 + 13.0 / 12.0, 1e-9);
    trial_close(&t);
}

Test(world, a_run_again_with_the_same_seed_gives_the_same_bits)
{
    struct trial t;
    char first[DIGEST_SIZE], other[DIGEST_SIZE], again[DIGEST_SIZE];
    busy(&t);
    trial_open(&t);
    trial_finish(&t);
    trial_digest(&t, first);
    trial_again(&t, 2); /* another run in between leaves grown rows and arrays behind */
    trial_finish(&t);
    trial_digest(&t, other);
    trial_again(&t, 1);
    trial_finish(&t);
    trial_digest(&t, again);
    cr_assert_str_eq(first, again);
    cr_assert_str_neq(first, other);
    trial_close(&t);
}

Test(world, a_stop_flag_ends_a_run_between_ticks)
{
    struct trial t;
    struct error err = {0};
    volatile sig_atomic_t stop = 1;
    trial_small(&t, 5, 1);
    trial_open(&t);
    cr_assert_eq(world_run(&t.world, &t.setup, 1, t.results, &stop, &err), ERROR_INTERRUPTED);
    cr_assert_eq(t.world.tick, 0u);
    stop = 0;
    cr_assert_eq(world_run(&t.world, &t.setup, 1, t.results, &stop, &err), ERROR_NONE);
    cr_assert_eq(t.world.tick, 12u);
    trial_close(&t);
}

Test(world, a_failure_does_not_outlive_its_run)
{
    struct trial t;
    struct error err = {0};
    trial_small(&t, 5, 1);
    trial_open(&t);
    world_fail(&t.world);
    cr_assert(t.world.out_of_memory);
    cr_assert_eq(world_run(&t.world, &t.setup, 1, t.results, NULL, &err), ERROR_NONE, "a new run begins clean");
    trial_close(&t);
}

/* ---- audit: the schedule's reads and writes ---------------------------------------------------------------------------- */

/* Every process writes what it declares only, and as undeclared fields hold rubbish while it runs, equal bits show that it reads
 * what it declares only. */
Test(world, every_process_keeps_to_the_reads_and_writes_it_declares)
{
    struct trial t;
    struct error err = {0};
    char plain[DIGEST_SIZE], audited[DIGEST_SIZE];
    busy(&t);
    run_digest(&t, plain);
    trial_open(&t);
    while (t.world.tick < t.world.n_ticks)
        cr_assert_eq(world_step_audited(&t.world, &err), ERROR_NONE, "%s", err.text);
    trial_digest(&t, audited);
    cr_assert_str_eq(plain, audited);
    trial_close(&t);
}

Test(world, an_audited_world_of_several_clusters_gives_the_same_bits)
{
    struct trial t;
    struct error err = {0};
    char plain[DIGEST_SIZE], audited[DIGEST_SIZE];
    busy(&t);
    trial_set(&t, "run.end", "2018-09");
    trial_set(&t, "world.clusters", "3");
    run_digest(&t, plain);
    trial_open(&t);
    while (t.world.tick < t.world.n_ticks)
        cr_assert_eq(world_step_audited(&t.world, &err), ERROR_NONE, "%s", err.text);
    trial_digest(&t, audited);
    cr_assert_str_eq(plain, audited);
    trial_close(&t);
}

/* The same with every policy in force, means for all of them, a merger, group work and assigned talks; the second time digital. */
Test(world, every_policy_keeps_to_the_reads_and_writes_of_its_process)
{
    for (int digital = 0; digital < 2; digital++) {
        struct trial t[2];
        struct error err = {0};
        char hex[2][DIGEST_SIZE];
        for (int audited = 0; audited < 2; audited++) {
            busy(&t[audited]);
            trial_all_policies(&t[audited]);
            trial_set(&t[audited], "world.programme.staff_arena", "12");
            trial_set(&t[audited], "world.programme.funding_arena", "40e6");
            trial_set(&t[audited], "world.expansion.merger_members", "15");
            trial_set(&t[audited], "world.expansion.merger_time", "2018-09");
            trial_set(&t[audited], "policies.gatherings.groups", "reshuffled");
            trial_set(&t[audited], "policies.gatherings.structured", "4");
            trial_set(&t[audited], "policies.gatherings.mode", digital ? "digital" : "physical");
            trial_set(&t[audited], "policies.attention.newest", "2");
            trial_set(&t[audited], "policies.attention.size", "1");
            trial_set(&t[audited], "policies.groups.trigger", "overview > 0.1");
            trial_set(&t[audited], "policies.votes.trigger", "trust > 0.01");
            trial_open(&t[audited]);
            while (t[audited].world.tick < t[audited].world.n_ticks)
                if (audited)
                    cr_assert_eq(world_step_audited(&t[audited].world, &err), ERROR_NONE, "%s", err.text);
                else
                    trial_steps(&t[audited], 1);
            trial_digest(&t[audited], hex[audited]);
            trial_close(&t[audited]);
        }
        cr_assert_str_eq(hex[0], hex[1]);
    }
}

/* The audit itself, with a declaration taken away: of a write it must say so, of a read the results must differ (or the state be
 * found broken). */
static int audit_without(const char *process, process_set reads, process_set writes, struct error *err,
                         char hex[DIGEST_SIZE])
{
    static struct process schedule[64];
    static struct model model;
    struct trial t;
    int code = ERROR_NONE;
    cr_assert_leq(cluster_model.n_processes, 64u);
    memcpy(schedule, cluster_model.schedule, cluster_model.n_processes * sizeof *schedule);
    for (uint32_t p = 0; p < cluster_model.n_processes; p++)
        if (strcmp(schedule[p].name, process) == 0) {
            schedule[p].reads &= ~reads;
            schedule[p].writes &= ~writes;
        }
    model = cluster_model;
    model.schedule = schedule;
    busy(&t);
    trial_set(&t, "run.end", "2018-09");
    trial_open(&t);
    t.world.setup.model = &model;
    while (!code && t.world.tick < t.world.n_ticks)
        code = world_step_audited(&t.world, err);
    trial_digest(&t, hex);
    trial_close(&t);
    return code;
}

#define FIELD_BIT(name) PROCESS_FIELD(FIELD_##name)

Test(world, the_audit_finds_a_write_that_is_not_declared)
{
    struct error err = {0};
    char hex[DIGEST_SIZE];
    cr_assert_eq(audit_without("budgets", 0, FIELD_BIT(hours_had), &err, hex), ERROR_RUN);
    cr_assert(strstr(err.text, "budgets writes hours_had"), "%s", err.text);
    cr_assert_eq(audit_without("contact", 0, PROCESS_TIES, &err, hex), ERROR_RUN);
    cr_assert(strstr(err.text, "contact writes ties"), "%s", err.text);
    cr_assert_eq(audit_without("gatherings", 0, PROCESS_BLOCK, &err, hex), ERROR_RUN);
    cr_assert(strstr(err.text, "gatherings writes its block"), "%s", err.text);
}

Test(world, the_audit_finds_a_read_that_is_not_declared)
{
    struct error err = {0};
    char whole[DIGEST_SIZE], without[DIGEST_SIZE];
    cr_assert_eq(audit_without("budgets", 0, 0, &err, whole), ERROR_NONE, "%s", err.text);
    int code = audit_without("understanding", FIELD_BIT(attended_now), 0, &err, without);
    cr_assert(code || strcmp(whole, without) != 0, "a read of rubbish goes unnoticed");
}

/* ---- clusters and threads ------------------------------------------------------------------------------------------------ */

/* Cluster 0 of three lives as it does alone: all its firms' columns and ties. */
Test(world, a_cluster_does_not_depend_on_the_others)
{
    struct trial alone, three;
    busy(&alone);
    busy(&three);
    trial_set(&three, "world.clusters", "3");
    trial_open(&alone);
    trial_open(&three);
    for (uint32_t tick = 0; tick < alone.world.n_ticks; tick++) {
        trial_steps(&alone, 1);
        trial_steps(&three, 1);
        uint32_t n = alone.world.firms_per_block;
        struct cluster_firms *a = cluster_firms(&alone.world), *b = cluster_firms(&three.world);
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc)                                              \
    cr_assert_eq(memcmp(a->name, b->name, n *(width) * sizeof(ctype)), 0, "tick %u: %s differs", tick, #name);
#include "cluster/fields.def"
#undef FIELD
        for (uint32_t i = 0; i < n; i++) {
            uint32_t ties = alone.world.ties.rows[i].n;
            cr_assert_eq(three.world.ties.rows[i].n, ties);
            cr_assert_eq(
                memcmp(network_to(&alone.world.ties, i), network_to(&three.world.ties, i), ties * sizeof(uint32_t)), 0);
            for (uint32_t v = 0; v < N_TIE_VALUES; v++)
                cr_assert_eq(memcmp(network_value(&alone.world.ties, i, v), network_value(&three.world.ties, i, v),
                                    ties * sizeof(float)),
                             0);
        }
    }
    trial_close(&alone);
    trial_close(&three);
}

Test(world, clusters_differ_from_each_other)
{
    struct trial t;
    trial_small(&t, 20, 1);
    trial_set(&t, "world.clusters", "2");
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t second = cluster_first(&t.world, 1), same = 0;
    for (uint32_t i = 0; i < 20; i++)
        same += f->hours_base[i] == f->hours_base[second + i];
    cr_assert_eq(same, 0u);
    trial_close(&t);
}

Test(world, any_number_of_threads_gives_the_same_bits)
{
    static const int threads[] = {1, 2, 3, 4, 7};
    char hex[5][DIGEST_SIZE];
    for (int k = 0; k < 5; k++) {
        struct trial t;
        busy(&t);
        trial_set(&t, "run.end", "2018-09");
        trial_set(&t, "world.clusters", "11");
        t.threads = threads[k];
        run_digest(&t, hex[k]);
        cr_assert_str_eq(hex[k], hex[0], "%d threads", threads[k]);
    }
}

/* ---- snapshots --------------------------------------------------------------------------------------------------------- */

Test(world, taking_snapshots_changes_nothing)
{
    struct trial t;
    char plain[DIGEST_SIZE], watched[DIGEST_SIZE];
    struct snapshots *s = calloc(1, sizeof *s);
    busy(&t);
    run_digest(&t, plain);
    cr_assert(s);
    s->every = 6;
    s->with_ties = true;
    trial_open(&t);
    t.world.snapshots = s;
    trial_finish(&t);
    trial_digest(&t, watched);
    cr_assert_str_eq(plain, watched);
    cr_assert_eq(s->n, 5u, "30 months, every half year");
    for (uint32_t k = 0; k < s->n; k++) {
        cr_assert_float_eq(s->snapshot[k].time, t.layout.time[6 * k + 5], 1e-9);
        cr_assert_eq((double)s->snapshot[k].n_firms, trial_value(&t, OBSERVE_members, 6 * k + 5));
        for (uint32_t i = 1; i < s->snapshot[k].n_firms; i++)
            cr_assert_gt(s->snapshot[k].uid[i], s->snapshot[k].uid[i - 1]);
    }
    trial_close(&t);
    snapshot_free(s);
}

/* ---- switches ---------------------------------------------------------------------------------------------------------- */

Test(world, a_process_that_is_switched_off_does_not_run)
{
    struct trial t;
    busy(&t);
    trial_set(&t, "model.processes.exits", "false");
    trial_set(&t, "model.processes.proposals", "false");
    trial_open(&t);
    trial_finish(&t);
    for (uint32_t tick = 0; tick < t.world.n_ticks; tick++) {
        cr_assert_eq(trial_value(&t, OBSERVE_exits, tick), 0.0);
        cr_assert_eq(trial_value(&t, OBSERVE_ideas, tick), 0.0);
    }
    trial_close(&t);
}

/* Every switch of the schedule can be off alone, and all together, and the state stays valid. */
Test(world, runs_with_any_process_switched_off)
{
    for (uint32_t off = 0; off <= cluster_model.n_processes; off++) {
        struct trial t;
        busy(&t);
        trial_set(&t, "run.end", "2018-09");
        for (uint32_t p = 0; p < cluster_model.n_processes; p++)
            if (cluster_model.schedule[p].switch_path && (p == off || off == cluster_model.n_processes))
                trial_set(&t, cluster_model.schedule[p].switch_path, "false");
        trial_open(&t);
        trial_finish(&t);
        trial_close(&t);
    }
}

Test(world, tells_the_bytes_that_it_takes)
{
    struct trial t;
    trial_defaults(&t);
    trial_plan(&t);
    struct world_bytes b = world_bytes(&t.setup);
    cr_assert_eq(b.per_tie, network_bytes_per_tie(N_TIE_VALUES));
    cr_assert_geq(b.total, (size_t)t.setup.scale.firms_per_block * b.per_firm);
    cluster_model.release(&t.derived);
    layout_free(&t.layout);
}
