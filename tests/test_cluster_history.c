/* test_cluster_history.c - what lies behind a member is the sum of its ticks since entry, and nothing of who had the slot before. */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

enum { SLOTS = 200 };

/* What one firm has done, added up by looking at the end of every tick. */
struct seen {
    uint32_t uid, projects;
    double events, mediated, initiated, first_event, first_project;
};

/* Five years of a cluster that grows and loses members, with every policy on. */
static void busy(struct trial *t)
{
    trial_small(t, 40, 5);
    trial_set(t, "world.members", "((2017-09, 40), (2022-09, 70))");
    trial_set(t, "model.exit.base", "0.12");
    trial_all_policies(t);
    trial_open(t);
    cr_assert_leq(t->world.n_firms, SLOTS);
}

static void look(const struct trial *t, struct seen *seen)
{
    const struct cluster_firms *f = cluster_firms(&t->world);
    const struct cluster_block *c = cluster_block(&t->world, 0);
    uint32_t tick = t->world.tick - 1; /* the one that has just ended */
    double middle = t->run.start + tick * t->world.dt + 0.5 * t->world.dt;
    EACH_MEMBER(&t->world, 0, i)
    {
        struct seen *s = &seen[i];
        if (s->uid != f->uid[i]) *s = (struct seen){.uid = f->uid[i], .first_event = NAN, .first_project = NAN};
        s->events += f->joint_events[i];
        s->mediated += f->mediated[i];
        s->initiated += f->initiated[i];
        if (f->joint_events[i] > 0.0 && isnan(s->first_event)) s->first_event = middle;
    }
    for (uint32_t k = 0; k < c->n_projects; k++) {
        const struct cluster_project *project = &c->room.project[k];
        for (uint32_t a = 0;
             a < project->n && project->start > t->world.time - t->world.dt && project->origin != OUTSIDE; a++) {
            struct seen *s = &seen[project->member[a]];
            s->projects++;
            s->first_project = fmin(s->first_project, project->start); /* of NaN and a number: the number */
        }
    }
}

static bool same_time(double a, double b) { return isnan(a) ? isnan(b) : fabs(a - b) < 1e-9; }

Test(cluster_history, is_the_sum_of_a_members_own_ticks)
{
    struct trial t;
    struct seen seen[SLOTS] = {0};
    for (uint32_t i = 0; i < SLOTS; i++)
        seen[i].uid = RNG_NOBODY;
    busy(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t with_projects = 0, without_events = 0, entered = 0;
    while (t.world.tick < t.world.n_ticks) {
        trial_steps(&t, 1);
        look(&t, seen);
        EACH_MEMBER(&t.world, 0, i)
        {
            const struct seen *s = &seen[i];
            cr_assert_eq(f->joint_events_total[i], s->events);
            cr_assert_eq(f->mediated_total[i], s->mediated);
            cr_assert_eq(f->initiated_total[i], s->initiated);
            cr_assert_eq(f->projects_total[i], s->projects);
            cr_assert(same_time(f->first_event[i], s->first_event), "%.9f %.9f", f->first_event[i], s->first_event);
            cr_assert(same_time(f->first_project[i], s->first_project));
            cr_assert_eq(s->projects == 0, (bool)isnan(f->first_project[i]));
            without_events += isnan(f->first_event[i]) ? 1 : 0;
        }
    }
    EACH_MEMBER(&t.world, 0, i)
    {
        with_projects += f->projects_total[i] > 0;
        entered += !f->founder[i];
    }
    cr_assert_gt(with_projects, 10u);
    cr_assert_gt(without_events, 10u);
    cr_assert_gt(entered, 20u, "slots are used again");
    trial_close(&t);
}

/* Without exits: hours together are those of /hours_together, hours of events those that gatherings and courses cost members. */
Test(cluster_history, hours_of_all_members_are_those_that_are_observed)
{
    struct trial t;
    double together = 0.0, together_seen = 0.0, events = 0.0, events_seen = 0.0;
    trial_small(&t, 60, 3);
    trial_all_policies(&t);
    trial_set(&t, "model.processes.exits", "false");
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    const struct cluster_tally *tally = &cluster_block(&t.world, 0)->tally;
    while (t.world.tick < t.world.n_ticks) {
        trial_steps(&t, 1);
        for (int arena = 0; arena < N_ARENAS; arena++)
            together_seen += tally->hours[arena];
        events_seen += tally->member_hours[POLICY_gatherings] + tally->member_hours[POLICY_courses];
    }
    EACH_MEMBER(&t.world, 0, i)
    {
        together += f->hours_together_total[i];
        events += f->event_hours_total[i];
    }
    cr_assert_gt(together, 1000.0);
    cr_assert_float_eq(together / together_seen, 1.0, 1e-12);
    cr_assert_gt(events, 1000.0);
    cr_assert_float_eq(events / events_seen, 1.0, 1e-12);
    trial_close(&t);
}
