/* test_cluster_projects.c - the gate, capacity, work, outcome and value of joint projects.
 *
 * Statistical tests: fixed seeds, bounds of z = 6.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "cluster/match.h"
#include "cluster/tie.h"
#include "fixture.h"

#define BOUND 6.0

/* Many ideas, many projects of every origin. */
static void busy(struct trial *t)
{
    trial_defaults(t);
    trial_set(t, "run.end", "2022-09");
    trial_set(t, "world.members", "((2017-09, 60), (2022-09, 90))");
    trial_set(t, "model.projects.start_base", "0.004");
    trial_set(t, "model.hours.mean", "150");
    trial_set(t, "policies.brokering.ask", "4");
    trial_set(t, "policies.brokering.trial", "0.4");
    trial_set(t, "policies.small_projects.per_staff", "4");
    trial_set(t, "policies.opening.on", "true");
    trial_set(t, "policies.opening.start", "2020-09");
    trial_set(t, "policies.votes.on", "true");
    trial_set(t, "world.programme.staff_arena", "10");
}

/* ---- gate and capacity ----------------------------------------------------------------------------------------------------- */

static double
    room_before[256]; /* accrual + what the account adds over the shortest project, before a process starts any */
static uint32_t started_by[OUTSIDE + 1];

static double accrual(const struct trial *t, uint32_t i)
{
    const struct cluster_params *p = &t->params;
    return cluster_firms(&t->world)->hours_year[i] * p->contact_share * (1.0 - p->events_share - p->calls_share);
}

static void check_gate(const struct trial *t, const struct cluster_project *x)
{
    double gate = t->derived.gate[x->level];
    for (uint32_t a = 1; a < x->n; a++) {
        cr_assert_geq(tie_trust_of(&t->world, x->member[0], x->member[a]), gate, "L%d", x->level + 1);
        cr_assert_geq(tie_trust_of(&t->world, x->member[a], x->member[0]), gate, "L%d", x->level + 1);
        cr_assert(tie_knows(&t->world, x->member[0], x->member[a]), "the initiator knows whom it asks");
    }
}

static void check_start(struct trial *t, const struct cluster_project *x)
{
    const struct cluster_firms *f = cluster_firms(&t->world);
    started_by[x->origin]++;
    cr_assert(x->n >= 2 && x->n <= TEAM_MAX);
    if (x->origin == FROM_IDEA || x->origin == OUTSIDE) check_gate(t, x);
    if (x->origin == OUTSIDE) {
        uint32_t k = network_find(&t->world.ties, x->member[0], x->member[1]);
        cr_assert_eq(x->n, 2u);
        cr_assert(network_kind(&t->world.ties, x->member[0])[k] & TIE_SUPPLIER, "of customer and supplier");
    }
    for (uint32_t a = 0; a < x->n; a++) {
        uint32_t i = x->member[a];
        cr_assert(f->member[i]);
        cr_assert_leq(f->committed[i], accrual(t, i) + f->hours_projects[i] / 0.5 + 1e-9, "no room for it");
        for (uint32_t b = 0; b < a; b++)
            cr_assert_neq(x->member[b], i, "a firm is twice on the team");
        if (x->origin == FROM_IDEA || x->origin == OUTSIDE) continue;
        for (uint32_t b = 0; b < x->n; b++)
            if (b != a)
                cr_assert_geq(tie_trust_of(&t->world, i, x->member[b]), t->params.swift_start - 1e-6, "trust is lent");
    }
}

static void watch_starts(struct trial *t, const char *process, bool after, void *context)
{
    const struct cluster_block *c = cluster_block(&t->world, 0);
    uint32_t *n = context;
    if (!after) {
        *n = c->n_projects;
        EACH_MEMBER(&t->world, 0, i)
        room_before[i] = accrual(t, i);
        return;
    }
    for (uint32_t k = *n; k < c->n_projects && strcmp(process, "work") != 0; k++)
        check_start(t, &c->room.project[k]);
}

/* Every project of five years at the moment it starts. Capacity: with 0.5 years as the shortest duration, hours promised are at most the
 * accrual and what the account gives over that time. */
Test(cluster_projects, start_through_the_gate_and_within_capacity)
{
    uint32_t n = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct trial t;
        busy(&t);
        t.seed = seed;
        trial_open(&t);
        cr_assert_leq(t.world.firms_per_block, 256u);
        trial_walk(&t, 60, watch_starts, &n);
        trial_close(&t);
    }
    cr_assert_gt(started_by[FROM_IDEA], 20u);
    cr_assert_gt(started_by[FROM_SMALL_PROJECT], 5u);
    cr_assert_gt(started_by[FROM_TRIAL], 5u);
    cr_assert_gt(started_by[FROM_OPENED], 5u);
    cr_assert_gt(started_by[FROM_VOTE], 5u);
    cr_assert_gt(started_by[OUTSIDE], 2u);
}

Test(cluster_projects, no_idea_becomes_one_behind_a_gate_that_nobody_reaches)
{
    struct trial t;
    busy(&t);
    trial_set(&t, "policies.small_projects.on", "false");
    trial_set(&t, "policies.brokering.on", "false");
    trial_set(&t, "policies.votes.on", "false");
    t.params.gate_1 = t.params.gate_2 = t.params.gate_3 = t.params.gate_4 = 1.01;
    trial_open(&t);
    double ideas = 0.0;
    for (uint32_t tick = 0; tick < 60; tick++) {
        trial_steps(&t, 1);
        ideas += trial_value(&t, OBSERVE_ideas, tick);
        cr_assert_eq(trial_value(&t, OBSERVE_projects_started, tick), 0.0);
    }
    cr_assert_gt(ideas, 0.0);
    trial_close(&t);
}

/* Projects that ideas start in a tick among 20 firms that all know each other: the one with the lower slot trusts the other at `up`, that
 * one trusts back at `down`. */
static uint32_t started_at(double up, double down)
{
    struct trial t;
    trial_small(&t, 20, 2);
    trial_open(&t);
    t.params.start_base = 0.5;
    network_clear(&t.world.ties);
    struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t i = 0; i < 20; i++)
        for (uint32_t j = 0; j < 20; j++) {
            if (i == j) continue;
            uint32_t k = cluster_tie(&t.world, i, j);
            network_value(&t.world.ties, i, TIE_TRUST)[k] = (float)(i < j ? up : down);
            network_value(&t.world.ties, i, TIE_AWARENESS)[k] = 1.0f;
            f->hours_projects[i] = 1e6;
        }
    trial_process(&t, "proposals");
    uint32_t n = cluster_block(&t.world, 0)->n_projects;
    trial_close(&t);
    return n;
}

/* Gates are 0.1 to 0.65 by level. */
Test(cluster_projects, need_trust_of_both_sides)
{
    cr_assert_gt(started_at(0.9, 0.9), 10u);
    cr_assert_gt(started_at(0.9, 0.11), 0u, "at L1");
    cr_assert_eq(started_at(0.9, 0.09), 0u);
    cr_assert_eq(started_at(0.09, 0.9), 0u);
}

Test(cluster_projects, capacity_is_free_accrual_and_account)
{
    struct trial t;
    trial_small(&t, 4, 1);
    trial_open(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    /* L1: 72 h a year, half funded: 36 own; L4: 252, 126 own over 3 years */
    f->hours_year[0] = 36.0 / (0.7 * 0.35);
    f->hours_projects[0] = f->committed[0] = 0.0;
    f->hours_year[0] *= 1.0 + 1e-12;
    cr_assert(cluster_has_capacity(&t.world, 0, L1));
    cr_assert_not(cluster_has_capacity(&t.world, 0, L4));
    f->committed[0] = 1.0;
    cr_assert_not(cluster_has_capacity(&t.world, 0, L1));
    f->hours_projects[0] = 0.51;
    cr_assert(cluster_has_capacity(&t.world, 0, L1), "0.51 h over half a year give 1.02 h a year");
    f->hours_projects[0] = 3.0 * (126.0 - 36.0 + 1.0) + 1e-6;
    cr_assert(cluster_has_capacity(&t.world, 0, L4));
    trial_close(&t);
}

/* ---- a project's life ------------------------------------------------------------------------------------------------------------- */

enum { LIFE = 48 };

/* Firms 0, 1 and 2 of a world of four strangers in a project; hours enough, no rest. */
static void start(struct trial *t, enum cluster_level level)
{
    static const uint32_t team[3] = {0, 1, 2};
    trial_small(t, 4, 6);
    trial_plain(t);
    trial_set(t, "model.firms.known_start", "0");
    trial_set(t, "model.firms.known_near", "0");
    trial_set(t, "model.firms.supplier_ties", "0");
    trial_open(t);
    struct cluster_firms *f = cluster_firms(&t->world);
    for (uint32_t i = 0; i < 4; i++)
        f->hours_projects[i] = 10000.0;
    trial_process(t, "programme");
    cr_assert(cluster_start_project(&t->world, 0, level, team, 3, FROM_IDEA, cluster_middle(&t->world)));
}

static void tick_over(struct trial *t)
{
    t->world.tick++;
    t->world.time = t->run.start + t->world.tick * t->world.dt;
    trial_process(t, "programme");
}

/* Work begins in the middle of the tick, is done from the next one on, and takes hours_L a year for years_L: 72 h/year for half a
 * year is 36 h, half of them own. A month is 6 h a firm, of which half together: 3 h for each of three pairs; the first time one and
 * a half, the last half. */
Test(cluster_projects, work_takes_its_hours_from_the_next_tick_on)
{
    struct trial t;
    start(&t, L1);
    struct cluster_firms *f = cluster_firms(&t.world);
    const struct cluster_block *c = cluster_block(&t.world, 0);
    for (int month = 1; month <= 6; month++) {
        double months = month == 1 ? 1.5 : month == 6 ? 0.5 : 1.0;
        tick_over(&t);
        trial_process(&t, "work");
        cr_assert_float_eq(10000.0 - f->hours_projects[0], month == 6 ? 18.0 : 3.0 * (month + 0.5), 1e-6);
        cr_assert_float_eq(f->spent[1], 3.0 * months, 1e-6);
        cr_assert_float_eq(f->funded[1], 3.0 * months, 1e-6);
        cr_assert_geq(c->n_contacts, 3u);
        for (uint32_t k = 0; k < 3; k++) {
            cr_assert_eq(c->room.contact[k].kind, CONTACT_WORK);
            cr_assert_float_eq((double)c->room.contact[k].hours, 3.0 * months, 1e-5);
        }
        cr_assert_eq(f->ended[0], month == 6);
        cr_assert_float_eq(f->committed[0], month < 6 ? 36.0 : 0.0, 1e-9);
    }
    tick_over(&t);
    trial_process(&t, "work");
    cr_assert_eq(c->n_contacts, 0u, "it is over");
    cr_assert_float_eq(10000.0 - f->hours_projects[0], 18.0, 1e-6);
    cr_assert_eq(f->hours_projects[3], 10000.0);
    trial_close(&t);
}

/* A firm that cannot pay works the part that it can, and holds up the hours together with it. */
Test(cluster_projects, who_cannot_pay_works_less)
{
    struct trial t;
    start(&t, L1);
    struct cluster_firms *f = cluster_firms(&t.world);
    const struct cluster_block *c = cluster_block(&t.world, 0);
    f->hours_projects[0] = 1.0;
    tick_over(&t);
    trial_process(&t, "work");
    cr_assert_float_eq(f->spent[0], 1.0, 1e-9);
    cr_assert_float_eq(f->funded[0], 1.0, 1e-9);
    cr_assert_float_eq((double)c->room.contact[0].hours, 0.5 * 2.0, 1e-6, "with firm 1: half of the lesser hours");
    cr_assert_float_eq((double)c->room.contact[2].hours, 0.5 * 9.0, 1e-6, "firms 1 and 2 work as planned");
    trial_close(&t);
}

/* A member that leaves does no more work; the slot's next firm is not on the team. */
Test(cluster_projects, goes_on_without_a_member_that_has_left)
{
    struct trial t;
    start(&t, L1);
    struct cluster_firms *f = cluster_firms(&t.world);
    f->uid[0] = 20000; /* another firm in the slot */
    tick_over(&t);
    trial_process(&t, "work");
    cr_assert_eq(f->spent[0], 0.0);
    cr_assert_eq(cluster_block(&t.world, 0)->n_contacts, 1u);
    trial_close(&t);
}

/* Outcomes over 4000 seeds: success 0.8, 0.8, 0.5, 0.35 by level, breach 0.08 whatever the outcome (evidence.md section 8). */
Test(cluster_projects, succeed_and_break_at_their_rates)
{
    static const double success[N_LEVELS] = {0.8, 0.8, 0.5, 0.35};
    enum { SEEDS = 4000 };
    for (int level = L1; level <= L4; level++) {
        struct trial t;
        double succeeded = 0.0, breached = 0.0, delivered = 0.0;
        start(&t, (enum cluster_level)level);
        struct cluster_block *c = cluster_block(&t.world, 0);
        struct cluster_project planted = c->room.project[0];
        planted.end = t.world.time + 1.5 * t.world.dt;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            t.world.seed = seed;
            t.world.tick = 0;
            t.world.time = t.run.start;
            c->room.project[0] = planted;
            c->n_projects = 1;
            for (uint32_t i = 0; i < 3; i++)
                cluster_firms(&t.world)->hours_projects[i] = 10000.0;
            tick_over(&t);
            trial_process(&t, "work");
            bool breach = false, delivery = false;
            for (uint32_t k = 0; k < c->n_contacts; k++) {
                breach |= c->room.contact[k].kind == CONTACT_BREACH;
                delivery |= c->room.contact[k].kind == CONTACT_DELIVERY;
            }
            cr_assert_not(breach && delivery);
            cr_assert_eq(c->n_projects, c->tally.succeeded, "only a success waits for its value");
            succeeded += c->tally.succeeded;
            breached += breach;
            delivered += delivery;
        }
        double p = success[level], q = 0.08, both = p * (1.0 - q);
        cr_assert_lt(fabs(succeeded - SEEDS * p) / sqrt(SEEDS * p * (1.0 - p)), BOUND, "L%d: %g", level + 1, succeeded);
        cr_assert_lt(fabs(breached - SEEDS * q) / sqrt(SEEDS * q * (1.0 - q)), BOUND, "L%d: %g", level + 1, breached);
        cr_assert_lt(fabs(delivered - SEEDS * both) / sqrt(SEEDS * both * (1.0 - both)), BOUND, "L%d: %g", level + 1,
                     delivered);
        trial_close(&t);
    }
}

/* Value: 2 x 1.5^(L-1) x share worked x match x U x A x 0.65, what a firm of middling integration brings home (0.3 + 0.7 / 2), a
 * year after the end, once. A success is looked for among seeds. */
Test(cluster_projects, pay_once_after_the_lag)
{
    struct trial t;
    uint64_t seed = 1;
    start(&t, L2);
    struct cluster_block *c = cluster_block(&t.world, 0);
    struct cluster_firms *f = cluster_firms(&t.world);
    double paid = 0.0;
    int payments = 0;
    while (t.world.tick < LIFE) {
        double before = 0.0, after = 0.0;
        tick_over(&t);
        if (t.world.tick == 9) /* the tick in which it ends: months 1 to 9 */
            for (; seed < 100; seed++) {
                struct rng r = rng_open(seed, STREAM_outcome, 0, f->uid[0], RNG_NOBODY, 0);
                if (rng_uniform(&r) < 0.8) break;
            }
        t.world.seed = seed;
        for (uint32_t m = 0; m < BENEFIT_MONTHS; m++)
            before += (double)f->benefit[m];
        trial_process(&t, "work");
        for (uint32_t m = 0; m < BENEFIT_MONTHS; m++)
            after += (double)f->benefit[m];
        if (after > before) {
            payments++;
            paid = after - before;
            cr_assert_eq(t.world.tick, 9u + 12u, "ended in month 9, a year later");
        }
    }
    double met = 0.5 * (cluster_match_value(&t.world, 0, 1, L2) + cluster_match_value(&t.world, 0, 2, L2));
    cr_assert_eq(payments, 1);
    cr_assert_float_eq(paid, 2.0 * 1.5 * met * f->understanding[0] * f->anchoring[0] * 0.65, 1e-5);
    cr_assert_eq(c->n_projects, 0u);
    trial_close(&t);
}

/* V = 1 - exp(-benefit / b0): at a benefit of b0 = 1 it is 1 - 1/e; what is 24 months old no longer counts. */
Test(cluster_projects, utilisation_looks_back_over_24_months)
{
    struct trial t;
    trial_small(&t, 4, 6);
    trial_open(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t month = (uint32_t)floor(t.world.time * 12.0 + 1e-9) % BENEFIT_MONTHS;
    f->benefit[month] = 1.0f;
    for (uint32_t k = 0; k < 30; k++) {
        trial_process(&t, "utilisation");
        cr_assert_float_eq(f->utilisation[0], k < 24 ? 1.0 - exp(-1.0) : 0.0, 1e-6, "month %u", k);
        tick_over(&t);
    }
    trial_close(&t);
}
