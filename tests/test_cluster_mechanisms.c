/* test_cluster_mechanisms.c - each mechanism in a case made by hand: trust lent, persons, restriction, lock-in, leaks, absorption, likeness,
 * participation; and what is observed of networks made by hand.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "cluster/match.h"
#include "cluster/tie.h"
#include "fixture.h"

#define FLOAT_ERROR 5e-7

/* n strangers without customers and suppliers, for six years; mechanisms off but what a test switches on. */
static void strangers(struct trial *t, unsigned n)
{
    trial_small(t, n, 6);
    trial_plain(t);
    trial_set(t, "model.firms.known_start", "0");
    trial_set(t, "model.firms.known_near", "0");
    trial_set(t, "model.firms.supplier_ties", "0");
}

static void tie(struct trial *t, uint32_t i, uint32_t j, double trust, double awareness, uint8_t kind)
{
    struct world *w = &t->world;
    uint32_t k = cluster_tie(w, i, j);
    network_value(&w->ties, i, TIE_TRUST)[k] = (float)trust;
    network_value(&w->ties, i, TIE_AWARENESS)[k] = (float)awareness;
    network_touched(&w->ties, i)[k] = (uint16_t)w->tick;
    network_kind(&w->ties, i)[k] |= kind;
}

static void both(struct trial *t, uint32_t i, uint32_t j, double trust, double awareness, uint8_t kind)
{
    tie(t, i, j, trust, awareness, kind);
    tie(t, j, i, trust, awareness, kind);
}

static void tick_over(struct trial *t)
{
    t->world.tick++;
    t->world.time = t->run.start + t->world.tick * t->world.dt;
    trial_process(t, "programme");
}

/* ---- trust lent ------------------------------------------------------------------------------------------------------------------ */

/* Firms 0, 1, 2, who know their roles, in a small project on trust lent of 0.15; firm 2 has no hours. After three months the others' trust in it is half of what
 * was lent lower, less what has waned in three months; 0 and 1 keep theirs. Contacts are not applied. */
static void three_months(struct trial *t, bool fragile)
{
    static const uint32_t team[3] = {0, 1, 2};
    strangers(t, 4);
    t->params.has_fragility = fragile;
    trial_open(t);
    struct cluster_firms *f = cluster_firms(&t->world);
    f->hours_projects[0] = f->hours_projects[1] = 1000.0;
    f->hours_projects[2] = 0.0;
    f->role[0] = f->role[1] = f->role[2] = 1.0;
    trial_process(t, "programme");
    cr_assert(cluster_start_project(&t->world, 0, L3, team, 3, FROM_SMALL_PROJECT, cluster_middle(&t->world)));
    for (int month = 1; month <= 3; month++) {
        tick_over(t);
        trial_process(t, "work");
    }
}

Test(cluster_mechanisms, swift_trust_halves_for_a_partner_who_has_not_delivered)
{
    double waned = 0.15 * exp(-0.24 * 3.0 / 12.0);
    for (int fragile = 0; fragile < 2; fragile++) {
        struct trial t;
        three_months(&t, fragile);
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), waned, 1e-6, "who works keeps it");
        cr_assert_float_eq(tie_trust_of(&t.world, 2, 0), waned, 1e-6);
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 2), fragile ? waned - 0.075 : waned, 1e-6);
        cr_assert_float_eq(tie_trust_of(&t.world, 1, 2), fragile ? waned - 0.075 : waned, 1e-6);
        tick_over(&t);
        trial_process(&t, "work");
        double later = tie_trust_of(&t.world, 1, 2);
        if (fragile) cr_assert_gt(later, 0.0, "once, not every month");
        trial_close(&t);
    }
}

/* Trust lent is 0.25 where roles are clear: all are in hand, or have voted and committed. */
Test(cluster_mechanisms, more_trust_is_lent_where_roles_are_clear)
{
    static const uint32_t team[2] = {0, 1};
    for (int clear = 0; clear < 3; clear++) {
        struct trial t;
        strangers(&t, 4);
        t.params.onboarding_on = clear == 1;
        trial_open(&t);
        trial_begin_tick(&t);
        cluster_firms(&t.world)->founder[0] = cluster_firms(&t.world)->founder[1] = 0;
        cr_assert(cluster_start_project(&t.world, 0, L1, team, 2, clear == 2 ? FROM_VOTE : FROM_TRIAL,
                                        cluster_middle(&t.world)));
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), clear ? 0.25 : 0.15, FLOAT_ERROR);
        trial_close(&t);
    }
}

/* ---- persons ---------------------------------------------------------------------------------------------------------------------- */

/* Everybody's representative is replaced. Of trust 0.8 the part 0.3 (1 - I) leaves each way, twice for a tie, as both
 * sides change: 0.8 (1 - 0.3)^2 at I = 0 and all of it stays at I = 1 or where no person holds it. Daily trade's trust stays. */
Test(cluster_mechanisms, trust_that_a_person_holds_leaves_with_it)
{
    static const double integration[] = {0.0, 1.0, 0.0}, left[] = {0.8 * 0.49, 0.8, 0.8};
    for (int k = 0; k < 3; k++) {
        struct trial t;
        strangers(&t, 4);
        t.params.has_persons = k < 2;
        trial_open(&t);
        trial_ring(&t, CLOCK_turnover);
        t.params.i_turnover = 0.0;
        struct cluster_firms *f = cluster_firms(&t.world);
        for (uint32_t i = 0; i < 4; i++)
            f->integration[i] = integration[k];
        both(&t, 0, 1, 0.8, 1.0, 0);
        both(&t, 0, 2, 0.7, 1.0, TIE_SUPPLIER);
        trial_process(&t, "turnover");
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), left[k], 1e-6);
        cr_assert_float_eq(tie_trust_of(&t.world, 1, 0), left[k], 1e-6);
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 2), 0.7, 1e-6);
        cr_assert(tie_knows(&t.world, 0, 1), "the firm is still known");
        trial_close(&t);
    }
}

/* What it has learnt since entry leaves, 0.3 (1 - A) of it, and integration, 0.5 (1 - A): P = 0.5 - 0.3 x 0.6 x 0.2 at A = 0.4. */
Test(cluster_mechanisms, learning_leaves_with_a_representative_unless_the_firm_is_anchored)
{
    struct trial t;
    strangers(&t, 4);
    trial_open(&t);
    trial_ring(&t, CLOCK_turnover);
    struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t i = 0; i < 4; i++) {
        f->practice[i] = 0.5;
        f->role[i] = f->goals[i] = 0.2; /* less than it came with: nothing leaves */
        f->understanding_entry[i] = 0.3;
        f->integration[i] = 0.6;
        f->anchoring[i] = i ? 0.4 : 1.0;
    }
    trial_process(&t, "turnover");
    cr_assert_float_eq(f->practice[1], 0.5 - 0.3 * 0.6 * 0.2, 1e-12);
    cr_assert_eq(f->role[1], 0.2);
    cr_assert_float_eq(f->integration[1], 0.6 * (1.0 - 0.5 * 0.6), 1e-12);
    cr_assert_float_eq(f->understanding[1], 0.5 * f->practice[1] + 0.25 * 0.2 + 0.25 * 0.2, 1e-12);
    cr_assert_eq(f->practice[0], 0.5);
    cr_assert_eq(f->integration[0], 0.6);
    trial_close(&t);
}

/* ---- restriction, competition, closed rooms -------------------------------------------------------------------------------------- */

/* Of 4 h of talk: a restricted firm shares 0.4 of it with whom it trusts below 0.5, all from there on; an open one all. What is shared counts
 * as open below 0.5 and as closed above. Trust is 0.4 or 0.6 both ways, firm 1 is restricted. */
Test(cluster_mechanisms, a_restricted_firm_shares_in_closed_rooms_only)
{
    for (int trusted = 0; trusted < 2; trusted++)
        for (int on = 0; on < 2; on++) {
            struct trial t;
            strangers(&t, 4);
            t.params.has_restriction = on;
            trial_open(&t);
            struct cluster_firms *f = cluster_firms(&t.world);
            f->sector[0] = CORE; /* no competitors */
            f->sector[1] = OTHER;
            f->restricted[0] = 0;
            f->restricted[1] = 1;
            for (uint32_t k = 0; k < 4 * BENEFIT_MONTHS; k++)
                f->benefit[k] = 0.0f;
            both(&t, 0, 1, trusted ? 0.6 : 0.4, 1.0, 0);
            cluster_meet(&t.world, 0, 0, 1, 4.0, CONTACT_TALK, 0);
            trial_process(&t, "contact");
            const struct cluster_tally *tally = &cluster_block(&t.world, 0)->tally;
            double from_1 = on && !trusted ? 0.4 : 1.0, shared = 4.0 * (1.0 + from_1);
            cr_assert_float_eq(tally->shared_open, trusted ? 0.0 : shared, 1e-6);
            cr_assert_float_eq(tally->shared_closed, trusted ? shared : 0.0, 1e-6);
            double match = cluster_match_value(&t.world, 0, 1, L1), home[2] = {0.0, 0.0};
            for (uint32_t m = 0; m < BENEFIT_MONTHS; m++)
                for (uint32_t i = 0; i < 2; i++)
                    home[i] += (double)f->benefit[i * BENEFIT_MONTHS + m];
            for (uint32_t i = 0; i < 2; i++) /* 0.05 a full hour, 0.65 brought home */
                cr_assert_float_eq(
                    home[i], 0.05 * 4.0 * match * f->understanding[i] * f->anchoring[i] * 0.65 * (i ? 1.0 : from_1),
                    1e-6, "firm %u", i);
            trial_close(&t);
        }
}

/* Among twenty firms that all know and trust each other, ideas for three or more partners: a restricted firm's projects at L3 and L4 have two
 * members; without the mechanism, or at L1 and L2, there are larger ones. */
Test(cluster_mechanisms, restricted_firms_do_sensitive_work_in_rooms_of_two)
{
    uint32_t sensitive = 0, larger = 0, larger_without = 0;
    for (int on = 0; on < 2; on++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct trial t;
            strangers(&t, 20);
            t.params.has_restriction = on;
            t.seed = seed;
            trial_set(&t, "model.projects.team", "6");
            trial_open(&t);
            t.params.start_base = 0.5;
            struct cluster_firms *f = cluster_firms(&t.world);
            for (uint32_t i = 0; i < 20; i++) {
                f->restricted[i] = i % 2;
                f->hours_projects[i] = 1e6;
                for (uint32_t j = 0; j < i; j++)
                    both(&t, i, j, 0.9, 1.0, 0);
            }
            trial_process(&t, "proposals");
            const struct cluster_block *c = cluster_block(&t.world, 0);
            for (uint32_t k = 0; k < c->n_projects; k++) {
                const struct cluster_project *x = &c->room.project[k];
                bool restricted = false;
                for (uint32_t a = 0; a < x->n; a++)
                    restricted |= x->member[a] % 2;
                if (!restricted) continue;
                if (!on) {
                    larger_without += x->level >= L3 && x->n > 2;
                    continue;
                }
                if (x->level >= L3) cr_assert_eq(x->n, 2u);
                sensitive += x->level >= L3;
                larger += x->level < L3 && x->n > 2;
            }
            trial_close(&t);
        }
    cr_assert(sensitive > 5 && larger > 5 && larger_without > 5, "%u %u %u", sensitive, larger, larger_without);
}

/* A project of firms 0 and 1, competitors, and 2, with trust of 0.5: at a leak of 0.4 firm 0 keeps 1 - 0.4 x 0.5 / 2 of its value, firm 2 all. */
Test(cluster_mechanisms, value_leaks_to_a_competitor_on_the_team)
{
    static const uint32_t team[3] = {0, 1, 2};
    double paid[2][3];
    for (int on = 0; on < 2; on++) {
        struct trial t;
        strangers(&t, 4);
        t.params.has_spillover = on;
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        f->sector[0] = f->sector[1] = TECH;
        f->sector[2] = CORE;
        memcpy(f->profile + DOMAINS, f->profile, DOMAINS * sizeof *f->profile);
        cr_assert(cluster_match_competitors(&t.world, 0, 1));
        memset(f->benefit, 0, (size_t)t.world.n_firms * BENEFIT_MONTHS * sizeof *f->benefit);
        for (uint32_t i = 0; i < 3; i++)
            for (uint32_t j = 0; j < i; j++)
                both(&t, i, j, 0.5, 1.0, 0);
        cr_assert(cluster_start_project(&t.world, 0, L1, team, 3, FROM_IDEA, cluster_middle(&t.world)));
        struct cluster_project *x = &cluster_block(&t.world, 0)->room.project[0];
        x->ended = 1;
        x->pay = t.world.time;
        for (uint32_t a = 0; a < 3; a++) {
            x->worked[a] = 36.0;
            x->match[a] = 0.5;
        }
        trial_process(&t, "work");
        for (uint32_t i = 0; i < 3; i++) {
            paid[on][i] = 0.0;
            for (uint32_t m = 0; m < BENEFIT_MONTHS; m++)
                paid[on][i] += (double)f->benefit[i * BENEFIT_MONTHS + m];
            cr_assert_gt(paid[on][i], 0.0);
        }
        trial_close(&t);
    }
    cr_assert_float_eq(paid[1][0] / paid[0][0], 0.9, 1e-5);
    cr_assert_float_eq(paid[1][1] / paid[0][1], 0.9, 1e-5);
    cr_assert_float_eq(paid[1][2] / paid[0][2], 1.0, 1e-6);
}

/* ---- lock-in ---------------------------------------------------------------------------------------------------------------------- */

/* Customers and suppliers at trust 0.7: a project of theirs is done outside with probability 0.5 x 0.7 = 0.35, at lock_in 1 with 0.7. Over
 * 200 seeds; z-bound 6. */
Test(cluster_mechanisms, projects_with_suppliers_are_done_outside_by_lock_in_and_trust)
{
    static const char *const lock_in[] = {"0", "0.5", "1"};
    static const double share[] = {0.0, 0.35, 0.7};
    for (int k = 0; k < 3; k++) {
        struct trial t;
        double outside = 0.0, eligible = 0.0, visible = 0.0;
        strangers(&t, 20);
        t.params.has_lock_in = true;
        trial_set(&t, "model.projects.lock_in", lock_in[k]);
        trial_open(&t);
        t.params.start_base = 0.5;
        for (uint64_t seed = 1; seed <= 200; seed++) {
            trial_again(&t, seed);
            struct cluster_firms *f = cluster_firms(&t.world);
            for (uint32_t i = 0; i < 20; i++) {
                f->hours_projects[i] = 1e6;
                for (uint32_t j = 0; j < i; j++)
                    both(&t, i, j, 0.7, 1.0, TIE_SUPPLIER);
            }
            trial_process(&t, "proposals");
            const struct cluster_tally *tally = &cluster_block(&t.world, 0)->tally;
            outside += tally->outside;
            eligible += tally->eligible;
            for (int level = L1; level <= L4; level++)
                visible += tally->started[level];
        }
        double p = share[k];
        cr_assert_eq(outside + visible, eligible);
        cr_assert_gt(eligible, 500.0);
        cr_assert(fabs(outside - eligible * p) <= 6.0 * sqrt(eligible * p * (1.0 - p)), "%g of %g", outside, eligible);
        trial_close(&t);
    }
}

/* ---- absorption, likeness, participation ------------------------------------------------------------------------------------------ */

/* Reach 1 + 0.3 (2 I - 1): 0.7, 1 and 1.3 at I = 0, 1/2, 1; so that at distance 1 and d* = 0.45 it is (0.84 - 1) -> 0, 0.46222 and
 * (1.56 - 1) 1.3 / 0.5625 = 1.294 -> 1. A representative alone brings home 0.3. */
Test(cluster_mechanisms, an_integrated_firm_absorbs_from_farther_and_brings_more_home)
{
    static const double integration[] = {0.0, 0.5, 1.0}, u[] = {0.0, 0.4622222, 1.0}, home[] = {0.3, 0.65, 1.0};
    struct trial t;
    strangers(&t, 4);
    t.params.has_absorption = true;
    trial_open(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t d = 0; d < DOMAINS; d++) {
        f->profile[d] = d == 0;
        f->profile[DOMAINS + d] = d == 5;
    }
    double worth = cluster_match_worth(&t.world, 0, 1);
    for (int k = 0; k < 3; k++) {
        f->integration[0] = integration[k];
        cr_assert_float_eq(cluster_match_absorbed(&t.world, 0, 1, L1), u[k] * worth, 1e-6);
        cr_assert_float_eq(cluster_brought_home(&t.world, 0), home[k], 1e-12);
    }
    cr_assert_float_eq(cluster_match_value(&t.world, 0, 1, L1), 0.4622222 * worth, 1e-6, "what both see is symmetric");
    trial_close(&t);
}

/* An hour of talk weighs 0.5 x (1 + 0.6 (s - 1/4)) for a share s of sector and size class in common: 0.425, 0.575, 0.725; work does not ask. */
Test(cluster_mechanisms, talk_counts_more_between_firms_that_are_alike)
{
    static const double weight[] = {0.425, 0.575, 0.725};
    for (int same = 0; same < 3; same++) {
        struct trial t;
        strangers(&t, 4);
        t.params.has_characteristic = true;
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        f->sector[0] = CORE;
        f->sector[1] = same > 0 ? CORE : TECH;
        f->size_class[0] = 0;
        f->size_class[1] = same > 1 ? 0 : 1;
        cluster_meet(&t.world, 0, 0, 1, 9.0, CONTACT_TALK, 0);
        cluster_meet(&t.world, 0, 0, 2, 9.0, CONTACT_WORK, 0);
        trial_process(&t, "contact");
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), 1.0 - exp(-weight[same] * 9.0 / 45.0), FLOAT_ERROR);
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 2), 1.0 - exp(-9.0 / 45.0), FLOAT_ERROR);
        trial_close(&t);
    }
}

/* (1 - wariness)(1 + 0.6 (B - 0.3)): wariness 0.5 of who has been disappointed, times 0.8 for each gathering or success. */
Test(cluster_mechanisms, participation_follows_wariness_and_community)
{
    struct trial t;
    strangers(&t, 60);
    t.params.has_wariness = t.params.has_community = true;
    trial_open(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t wary = 0;
    EACH_MEMBER(&t.world, 0, i)
    {
        cr_assert_eq(f->wariness[i], f->prior[i] == PRIOR_BAD ? 0.5 : 0.0);
        wary += f->prior[i] == PRIOR_BAD;
        cr_assert_float_eq(cluster_participation(&t.world, i), 1.0 - f->wariness[i], 1e-12, "B is 0.3 at entry");
    }
    cr_assert(wary > 2 && wary < 30);
    f->wariness[0] = 0.5;
    f->belonging[0] = 0.8;
    cr_assert_float_eq(cluster_participation(&t.world, 0), 0.5 * 1.3, 1e-12);
    f->successes[0] = 2;
    trial_process(&t, "understanding");
    cr_assert_float_eq(f->wariness[0], 0.5 * 0.64, 1e-12);
    t.params.has_community = false;
    cr_assert_float_eq(cluster_participation(&t.world, 0), 1.0 - 0.32, 1e-12);
    trial_close(&t);
}

/* U = 0.5 practice + 0.25 role + 0.25 goals; a gathering teaches 0.02 of what lacks of each, twice that in hand; a call 0.02 of the role. */
Test(cluster_mechanisms, understanding_is_practice_role_and_goals)
{
    struct trial t;
    strangers(&t, 4);
    trial_set(&t, "policies.onboarding.on", "true");
    trial_open(&t);
    trial_begin_tick(&t);
    struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t i = 0; i < 4; i++) {
        f->practice[i] = 0.6;
        f->role[i] = 0.2;
        f->goals[i] = 0.4;
        f->attended_now[i] = i < 2;
        f->founder[i] = i != 1;
        f->called_now[i] = i == 2;
    }
    trial_process(&t, "understanding");
    cr_assert_float_eq(f->understanding[3], 0.5 * 0.6 + 0.25 * 0.2 + 0.25 * 0.4, 1e-12);
    cr_assert_float_eq(f->practice[0], 1.0 - 0.4 * 0.98, 1e-12);
    cr_assert_float_eq(f->goals[1], 1.0 - 0.6 * 0.96, 1e-12, "in hand");
    cr_assert_float_eq(f->role[2], 0.2 + 0.02 * 0.8, 1e-12);
    cr_assert_eq(f->practice[2], 0.6);
    trial_close(&t);
}

/* ---- potential -------------------------------------------------------------------------------------------------------------------- */

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Everybody with hours for one project at a time, and for two and a half: what the best partners can give a firm in 24 months, project after
 * project without a day between them at the full chance of success, is its potential, so that nobody can realise more. */
Test(cluster_mechanisms, nobody_realises_more_than_its_potential)
{
    static const double at_once[] = {1.0, 2.5};
    for (int k = 0; k < 2; k++) {
        struct trial t;
        strangers(&t, 20);
        trial_open(&t);
        struct cluster_firms *f = cluster_firms(&t.world);
        for (uint32_t i = 0; i < 20; i++)
            f->hours_year[i] = at_once[k] * 36.0 / (0.7 * 0.35); /* of an L1 project's own hours */
        while (!layout_slow_tick(t.setup.layout, t.world.tick))  /* the end of a slow step */
            t.world.tick++;
        trial_process(&t, "potential");
        for (uint32_t i = 0; i < 20; i++) {
            double best[20] = {0.0}, sum = 0.0;
            for (uint32_t j = 0; j < 20; j++)
                for (int level = L1; j != i && level <= L4; level++) {
                    /* the same hours: hours_1 / hours_L of a project of that level, for two years */
                    double projects = 2.0 / t.derived.years[level] * t.derived.hours[L1] / t.derived.hours[level];
                    double value = 2.0 * pow(1.5, level) * t.derived.success[level] *
                                   cluster_match_absorbed(&t.world, i, j, (enum cluster_level)level);
                    best[j] = fmax(best[j], projects * value * f->understanding[i] * f->anchoring[i] * 0.65);
                }
            qsort(best, 20, sizeof *best, descending);
            for (int n = 0; n < at_once[k]; n++)
                sum += best[n] * fmin(1.0, at_once[k] - n);
            cr_assert_float_eq(f->potential[i], 1.0 - exp(-sum), 1e-6, "firm %u: %g, %g", i, f->potential[i],
                               1.0 - exp(-sum));
        }
        trial_close(&t);
    }
}

/* ACT's decade, 20 replicates: on average members realise less than they could. */
Test(cluster_mechanisms, a_cluster_realises_less_than_its_potential)
{
    struct trial t;
    trial_defaults(&t);
    trial_open(&t);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        trial_again(&t, seed);
        trial_steps(&t, t.world.n_ticks);
        const struct cluster_firms *f = cluster_firms(&t.world);
        double potential = 0.0, realised = 0.0;
        EACH_MEMBER(&t.world, 0, i)
        {
            cr_assert(f->potential[i] >= 0.0 && f->potential[i] <= 1.0);
            potential += f->potential[i];
            realised += f->utilisation[i];
        }
        cr_assert_lt(realised, potential);
    }
    trial_close(&t);
}

/* ---- networks made by hand ------------------------------------------------------------------------------------------------------- */

static double slow_value(const struct trial *t, enum cluster_observable o)
{
    for (uint32_t s = 0; s < t->layout.n_series; s++)
        if (t->layout.series[s].slot == t->layout.whole_slot[o]) return t->results[t->layout.offset[s]];
    return NAN;
}

/* Ten firms and the ties that `shape` gives them, observed at the end of a month in which nothing happens. */
static void observe(struct trial *t, void (*shape)(struct trial *t))
{
    strangers(t, 10);
    trial_set(t, "run.network_every", "0.0834");
#define PART(name, doc)                   t->params.run_##name = false;
#define PROCESS(name, reads, writes, doc) PART(name, doc)
#include "cluster/schedule.def"
#undef PROCESS
    trial_open(t);
    EACH_MEMBER(&t->world, 0, i)
    cluster_firms(&t->world)->known_to_staff[i] = 0.0;
    shape(t);
    trial_steps(t, 1);
}

static void star(struct trial *t)
{
    for (uint32_t j = 1; j < 10; j++)
        both(t, 0, j, 0.7, 1.0, 0);
}
static void ring(struct trial *t)
{
    for (uint32_t i = 0; i < 10; i++)
        both(t, i, (i + 1) % 10, 0.7, 1.0, 0);
}
static void two_halves(struct trial *t)
{
    for (uint32_t i = 0; i < 10; i++) {
        cluster_firms(&t->world)->place[i] = i < 5 ? PLACE_mo : PLACE_south;
        for (uint32_t j = 0; j < i; j++)
            if (i / 5 == j / 5) both(t, i, j, 0.7, 1.0, 0);
    }
}
static void across(struct trial *t)
{
    for (uint32_t i = 0; i < 10; i++) {
        cluster_firms(&t->world)->place[i] = i < 5 ? PLACE_mo : PLACE_south;
        for (uint32_t j = 0; j < i; j++)
            if (i / 5 != j / 5) both(t, i, j, 0.7, 1.0, 0);
    }
}
static void one_way(struct trial *t)
{
    tie(t, 0, 1, 0.7, 1.0, 0);
    tie(t, 2, 1, 0.7, 1.0, 0);
    cluster_firms(&t->world)->founder[0] = 0;
}
static void management_knows_all(struct trial *t)
{
    EACH_MEMBER(&t->world, 0, i)
    cluster_firms(&t->world)->known_to_staff[i] = 1.0;
}

/* Freeman 1979: 1 for a star, 0 for a ring. With management beside it and knowing nobody, the star of 10 in 11 actors has (11 x 9 -
 * 18) / (10 x 9) = 0.9; management that knows everybody, who know nobody else, is a star's middle: 1. */
Test(cluster_mechanisms, centralisation_is_1_for_a_star_and_0_for_a_ring)
{
    struct trial t;
    observe(&t, star);
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation), 1.0, 1e-12);
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation_management), 0.9, 1e-12);
    cr_assert_eq(slow_value(&t, OBSERVE_components), 1.0);
    trial_close(&t);
    observe(&t, ring);
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation), 0.0, 1e-12);
    trial_close(&t);
    observe(&t, management_knows_all);
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation), 0.0, 1e-12);
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation_management), 1.0, 1e-12);
    cr_assert_eq(slow_value(&t, OBSERVE_components), 10.0);
    trial_close(&t);
}

/* Newman 2003: 1 where all strong ties stay within a place, -1 where all cross between two of equal size; by cohort there is but
 * one, missing. Two ties, 0 -> 1 and 2 -> 1, where 0 alone is no founder: e(new, old) = e(old, old) = 1/2, r = (1/2 - 1/2) / (1 -
 * 1/2) = 0. */
Test(cluster_mechanisms, assortativity_and_components_of_networks_made_by_hand)
{
    struct trial t;
    observe(&t, two_halves);
    cr_assert_float_eq(slow_value(&t, OBSERVE_assortativity_place), 1.0, 1e-12);
    cr_assert(isnan(slow_value(&t, OBSERVE_assortativity_cohort)));
    cr_assert_eq(slow_value(&t, OBSERVE_components), 2.0);
    cr_assert_float_eq(slow_value(&t, OBSERVE_clustering), 1.0, 1e-12);
    trial_close(&t);
    observe(&t, across);
    cr_assert_float_eq(slow_value(&t, OBSERVE_assortativity_place), -1.0, 1e-12);
    cr_assert_eq(slow_value(&t, OBSERVE_components), 1.0);
    trial_close(&t);
    observe(&t, one_way);
    cr_assert_float_eq(slow_value(&t, OBSERVE_assortativity_cohort), 0.0, 1e-12);
    cr_assert_eq(slow_value(&t, OBSERVE_components), 8.0);
    cr_assert_eq(slow_value(&t, OBSERVE_reciprocity), 0.0);
    /* degrees 2, 1, 1 and seven 0: (10 x 2 - 4) / 72 */
    cr_assert_float_eq(slow_value(&t, OBSERVE_centralisation), 16.0 / 72.0, 1e-12);
    trial_close(&t);
}
