/* test_projects.c - the rows of /projects are the projects that the observables count and the firms remember. */
#include <criterion/criterion.h>
#include <math.h>

#include "core/record.h"
#include "core/snapshot.h"
#include "fixture.h"

enum { RUNNING, FAILED, SUCCEEDED, BREACHED, SUCCEEDED_BREACHED, N_OUTCOMES };

/* Five years of a growing cluster with every policy on and the run's rows kept. */
static void begin(struct trial *t, const char *clusters)
{
    trial_small(t, 50, 5);
    trial_set(t, "world.members", "((2017-09, 50), (2022-09, 70))");
    trial_set(t, "world.clusters", clusters);
    trial_set(t, "model.projects.success_12", "0.7"); /* so that each outcome comes */
    trial_all_policies(t);
    trial_open(t);
    t->world.snapshots = calloc(1, sizeof *t->world.snapshots);
    cr_assert(t->world.snapshots);
    t->world.snapshots->every = UINT32_MAX;
    t->world.snapshots->records = record_open(t->world.n_blocks, N_RECORD_KINDS);
    cr_assert(t->world.snapshots->records);
}

static void end(struct trial *t)
{
    snapshot_free(t->world.snapshots);
    t->world.snapshots = NULL;
    trial_close(t);
}

static const struct record_list *list(const struct trial *t, uint32_t block)
{
    return &t->world.snapshots->records->list[block * N_RECORD_KINDS + RECORD_PROJECTS];
}

static const struct cluster_record *rows(const struct trial *t, uint32_t block)
{
    return (const struct cluster_record *)(const void *)list(t, block)->row;
}

Test(projects, as_many_rows_as_projects_started_counts_by_level_in_each_tick)
{
    struct trial t;
    begin(&t, "1");
    trial_steps(&t, t.world.n_ticks);
    double counted[N_LEVELS] = {0.0}, outside = 0.0;
    for (uint32_t tick = 0; tick < t.world.n_ticks; tick++) {
        double of[N_LEVELS] = {0.0}, begun = t.run.start + tick * t.world.dt;
        for (size_t k = 0; k < list(&t, 0)->n; k++) {
            const struct cluster_record *r = &rows(&t, 0)[k];
            if (r->start <= begun + 1e-9 || r->start > begun + t.world.dt + 1e-9) continue;
            if (r->origin == OUTSIDE)
                outside += 1.0;
            else
                of[r->level - 1] += 1.0;
        }
        for (uint32_t level = 0; level < N_LEVELS; level++) {
            double a_year = trial_level(&t, OBSERVE_projects_started, BY_LEVEL, level, tick);
            cr_assert_float_eq(of[level], a_year * t.world.dt, 1e-9, "tick %u, level %u", tick, level);
            counted[level] += of[level];
        }
        outside -= trial_value(&t, OBSERVE_projects_outside, tick) * t.world.dt;
    }
    cr_assert_float_eq(outside, 0.0, 1e-9);
    cr_assert_gt(counted[L1], 10.0);
    end(&t);
}

Test(projects, outcomes_add_up_to_projects_that_succeeded_and_to_those_still_running)
{
    struct trial t;
    begin(&t, "1");
    trial_steps(&t, t.world.n_ticks);
    uint32_t n[N_OUTCOMES] = {0};
    double succeeded = 0.0;
    for (size_t k = 0; k < list(&t, 0)->n; k++) {
        const struct cluster_record *r = &rows(&t, 0)[k];
        cr_assert_eq(r->ended, r->outcome != RUNNING);
        cr_assert_eq(r->ended, r->end <= t.world.time + 1e-9, "it ends when it was planned to");
        if (r->origin != OUTSIDE) n[r->outcome]++;
    }
    for (uint32_t tick = 0; tick < t.world.n_ticks; tick++)
        succeeded += trial_value(&t, OBSERVE_projects_succeeded, tick) * t.world.dt;
    cr_assert_float_eq(succeeded, n[SUCCEEDED] + n[SUCCEEDED_BREACHED], 1e-9);
    cr_assert_eq(trial_value(&t, OBSERVE_projects_active, t.world.n_ticks - 1), n[RUNNING]);
    for (int k = 0; k < N_OUTCOMES; k++)
        cr_assert(n[k] > 0 || k == BREACHED, "outcome %d", k);
    end(&t);
}

Test(projects, a_firms_first_project_is_its_earliest_row)
{
    struct trial t;
    begin(&t, "2");
    trial_steps(&t, t.world.n_ticks);
    const struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t b = 0; b < 2; b++)
        EACH_MEMBER(&t.world, b, i)
        {
            double first = NAN;
            uint32_t joined = 0;
            for (size_t k = list(&t, b)->n; k > 0; k--) {
                const struct cluster_record *r = &rows(&t, b)[k - 1];
                for (int a = 0; a < r->n && r->origin != OUTSIDE; a++)
                    if ((uint32_t)r->team[a] == f->uid[i]) {
                        first = r->start;
                        joined++;
                    }
            }
            cr_assert_eq(f->projects_total[i], joined, "cluster %u, firm %u", b, f->uid[i]);
            cr_assert(isnan(first) ? (bool)isnan(f->first_project[i]) : f->first_project[i] == first);
        }
    end(&t);
}

Test(projects, rows_stand_by_start_and_are_in_range)
{
    struct trial t;
    begin(&t, "1");
    trial_steps(&t, t.world.n_ticks);
    bool trusted = false, strangers = false;
    for (size_t k = 0; k < list(&t, 0)->n; k++) {
        const struct cluster_record *r = &rows(&t, 0)[k];
        cr_assert(k == 0 || r->start > r[-1].start - t.world.dt, "in the order of their ticks");
        cr_assert(r->n >= 2 && r->n <= TEAM_MAX && r->level >= 1 && r->level <= N_LEVELS);
        cr_assert_float_eq(r->end - r->start, t.derived.years[r->level - 1], 1e-9);
        cr_assert(r->trust >= 0.0 && r->trust <= 1.0 && r->match >= 0.0 && r->match <= 1.0);
        for (int a = 0; a < TEAM_MAX; a++)
            cr_assert_eq(r->team[a] < 0, a >= r->n);
        trusted = trusted || r->trust > 0.3;
        strangers = strangers || (r->origin == FROM_SMALL_PROJECT && r->trust < t.params.swift_start);
    }
    cr_assert(trusted && strangers, "trust is that from before any was lent");
    end(&t);
}

Test(projects, keeping_rows_changes_no_observable)
{
    struct trial t;
    char with[DIGEST_SIZE], without[DIGEST_SIZE];
    begin(&t, "2");
    trial_steps(&t, t.world.n_ticks);
    trial_digest(&t, with);
    struct snapshots *kept = t.world.snapshots;
    t.world.snapshots = NULL;
    trial_again(&t, t.seed);
    trial_steps(&t, t.world.n_ticks);
    trial_digest(&t, without);
    cr_assert_str_eq(with, without);
    t.world.snapshots = kept;
    end(&t);
}
