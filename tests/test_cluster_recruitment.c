/* test_cluster_recruitment.c - one stream of applicants, the same firms in every scenario; members follow the path. */
#include <criterion/criterion.h>
#include <math.h>

#include "fixture.h"

/* ---- the path ----------------------------------------------------------------------------------------------------------------- */

/* ACT's path with its default stream: at the end of each tick the members are round(N*), as long as anyone waits. */
Test(cluster_recruitment, members_follow_the_path)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct trial t;
        uint32_t on_path = 0;
        trial_defaults(&t);
        t.seed = seed;
        trial_open(&t);
        for (uint32_t tick = 0; tick < t.world.n_ticks; tick++) {
            trial_steps(&t, 1);
            double wanted = floor(param_path_at(&t.params.members_path, t.layout.time[tick]) + 0.5);
            double members = trial_value(&t, OBSERVE_members, tick);
            cr_assert_leq(members, wanted, "tick %u", tick);
            cr_assert(members == wanted || trial_value(&t, OBSERVE_applicants_waiting, tick) == 0.0, "tick %u", tick);
            on_path += members == wanted;
        }
        cr_assert_gt(on_path, 90u, "42 applicants a year are enough for 16 entries and 5 exits");
        trial_close(&t);
    }
}

Test(cluster_recruitment, entries_and_exits_account_for_the_members)
{
    struct trial t;
    trial_defaults(&t);
    trial_set(&t, "model.exit.base", "0.12");
    trial_open(&t);
    double members = 40.0;
    for (uint32_t tick = 0; tick < t.world.n_ticks; tick++) {
        trial_steps(&t, 1);
        members += (trial_value(&t, OBSERVE_entries, tick) - trial_value(&t, OBSERVE_exits, tick)) / 12.0;
        cr_assert_float_eq(members, trial_value(&t, OBSERVE_members, tick), 1e-6);
    }
    trial_close(&t);
}

Test(cluster_recruitment, nobody_is_sent_away_when_the_path_falls)
{
    struct trial t;
    trial_small(&t, 50, 2);
    trial_set(&t, "world.members", "((2017-09, 50), (2018-09, 20))");
    trial_set(&t, "model.processes.exits", "false");
    trial_open(&t);
    trial_steps(&t, 24);
    cr_assert_eq(trial_value(&t, OBSERVE_members, 23), 50.0);
    trial_close(&t);
}

/* ---- the stream --------------------------------------------------------------------------------------------------------------------- */

/* What an applicant brings, by its number; columns that are set at entry and stay. */
enum { APPLICANTS = 400 };
struct brought {
    bool seen;
    uint8_t sector, place, size_class, prior, competence[COMPETENCES], need[NEEDS];
    double employees, hours_base, anchoring_own, understanding_entry;
    float breadth, profile[DOMAINS];
};
static struct brought first[APPLICANTS], other[APPLICANTS];

static void look(const struct trial *t, struct brought *all)
{
    const struct cluster_firms *f = cluster_firms(&t->world);
    EACH_MEMBER(&t->world, 0, i)
    {
        if (f->uid[i] < FIRST_APPLICANT || f->uid[i] >= FIRST_APPLICANT + APPLICANTS) continue;
        struct brought *b = &all[f->uid[i] - FIRST_APPLICANT];
        if (b->seen) continue;
        b->seen = true;
        b->sector = f->sector[i];
        b->place = f->place[i];
        b->size_class = f->size_class[i];
        b->prior = f->prior[i];
        b->employees = f->employees[i];
        b->hours_base = f->hours_base[i];
        b->anchoring_own = f->anchoring_own[i];
        b->understanding_entry = f->understanding_entry[i];
        memcpy(b->competence, f->competence + i * COMPETENCES, sizeof b->competence);
        b->breadth = f->breadth[i];
        memcpy(b->profile, f->profile + i * DOMAINS, sizeof b->profile);
        memcpy(b->need, f->need + i * NEEDS, sizeof b->need);
    }
}

static void collect(struct trial *t, struct brought *all)
{
    memset(all, 0, APPLICANTS * sizeof *all);
    trial_open(t);
    while (t->world.tick < t->world.n_ticks) {
        trial_steps(t, 1);
        look(t, all);
    }
    trial_close(t);
}

/* Applicants that joined in both runs are the same firms, bit for bit. */
static void compare(const char *what)
{
    uint32_t both = 0;
    for (uint32_t k = 0; k < APPLICANTS; k++) {
        if (!first[k].seen || !other[k].seen) continue;
        both++;
        cr_assert_eq(memcmp(&first[k], &other[k], sizeof first[k]), 0, "%s: applicant %u is another firm", what, k);
    }
    cr_assert_gt(both, 20u, "%s: %u in both", what, both);
}

Test(cluster_recruitment, an_applicant_is_the_same_firm_in_every_scenario)
{
    static const char *const change[][2] = {{"policies.gatherings.on", "false"},
                                            {"policies.brokering.on", "false"},
                                            {"model.exit.base", "0.12"},
                                            {"world.members", "((2017-09, 60), (2020-11, 90), (2026-01, 105))"},
                                            {"world.members", "((2017-09, 10), (2019-11, 90), (2026-01, 105))"},
                                            {"run.ticks_per_year", "24"},
                                            {"run.ticks_per_year", "3"},
                                            {"world.clusters", "2"},
                                            {"world.closure", "((2018-03, 2019-10))"}};
    struct trial t;
    trial_defaults(&t);
    trial_set(&t, "model.mechanisms.prestige",
              "false"); /* which adds to the goals of an entrant what the cluster's name is worth */
    collect(&t, first);
    for (size_t k = 0; k < sizeof change / sizeof *change; k++) {
        trial_defaults(&t);
        trial_set(&t, "model.mechanisms.prestige", "false");
        trial_set(&t, change[k][0], change[k][1]);
        collect(&t, other);
        compare(change[k][0]);
    }
}

/* The control: with another seed the test above would say so. */
Test(cluster_recruitment, an_applicant_is_another_firm_in_another_replicate)
{
    struct trial t;
    uint32_t same = 0;
    trial_defaults(&t);
    collect(&t, first);
    trial_defaults(&t);
    t.seed = 2;
    collect(&t, other);
    for (uint32_t k = 0; k < APPLICANTS; k++)
        same += first[k].seen && other[k].seen && memcmp(&first[k], &other[k], sizeof first[k]) == 0;
    cr_assert_eq(same, 0u);
}

/* The next applicant and the time of its arrival at each year's end: the same bits for any tick. */
Test(cluster_recruitment, applicants_arrive_at_the_same_times_whatever_the_tick)
{
    static const char *const ticks[3] = {"12", "24", "3"};
    double arrival[3][6];
    uint32_t next[3][6];
    for (int k = 0; k < 3; k++) {
        struct trial t;
        trial_small(&t, 40, 6);
        trial_set(&t, "run.ticks_per_year", ticks[k]);
        trial_open(&t);
        for (int year = 0; year < 6; year++) {
            trial_steps(&t, (uint32_t)t.run.ticks_per_year);
            arrival[k][year] = cluster_block(&t.world, 0)->next_arrival;
            next[k][year] = cluster_block(&t.world, 0)->next_applicant;
            cr_assert_eq(arrival[k][year], arrival[0][year]);
            cr_assert_eq(next[k][year], next[0][year]);
        }
        trial_close(&t);
    }
}

/* Nobody joins: 84 arrivals are expected in two years at 42 a year, of which those of the last year wait (patience 1 year): means over 100
 * seeds of Poisson counts, z-bound 6. */
Test(cluster_recruitment, applicants_arrive_at_their_rate_and_wait_a_year)
{
    double arrived = 0.0, waiting = 0.0;
    struct trial t;
    trial_small(&t, 10, 2);
    trial_plain(&t); /* whatever the cluster's name */
    trial_set(&t, "model.processes.exits", "false");
    trial_open(&t);
    for (uint64_t seed = 1; seed <= 100; seed++) {
        trial_again(&t, seed);
        for (int tick = 0; tick < 24; tick++) {
            trial_process(&t, "recruitment");
            t.world.tick++;
            t.world.time = t.run.start + t.world.tick * t.world.dt;
        }
        arrived += cluster_block(&t.world, 0)->next_applicant;
        waiting += cluster_block(&t.world, 0)->n_waiting;
    }
    cr_assert_lt(fabs(arrived - 8400.0) / sqrt(8400.0), 6.0, "%g", arrived);
    cr_assert_lt(fabs(waiting - 4200.0) / sqrt(4200.0), 6.0, "%g", waiting);
    trial_close(&t);
}

/* The oldest first: uids of entrants of a tick without withdrawals ascend from tick to tick. */
Test(cluster_recruitment, the_oldest_applicant_joins_first)
{
    struct trial t;
    trial_small(&t, 40, 2);
    trial_plain(&t);
    trial_set(&t, "model.firms.patience", "10");
    trial_set(&t, "world.members", "((2017-09, 10), (2019-09, 40))");
    trial_set(&t, "model.processes.exits", "false");
    trial_open(&t);
    trial_finish(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t applicants = 0;
    EACH_MEMBER(&t.world, 0, i)
    applicants += f->uid[i] >= FIRST_APPLICANT;
    for (uint32_t k = 0; k < applicants; k++)
        cr_assert_neq(trial_slot(&t, 0, FIRST_APPLICANT + k), RNG_NOBODY, "applicant %u was passed over", k);
    trial_close(&t);
}

/* ---- the roster -------------------------------------------------------------------------------------------------------------------------- */

enum { LISTED = 5 };
static double listed_values[LISTED * N_ROSTER];
static char listed_names[LISTED][64];

static const struct roster *roster(void)
{
    static const double joined[LISTED] = {NAN, 2017.0, 2018.0 + 5.5 / 12.0, 2018.5, 2018.0 + 2.0 / 12.0};
    static struct roster r = {.n = LISTED, .n_columns = N_ROSTER, .value = listed_values, .name = listed_names};
    for (uint32_t k = 0; k < LISTED; k++) {
        for (uint32_t column = 0; column < N_ROSTER; column++)
            listed_values[k * N_ROSTER + column] = NAN;
        listed_values[k * N_ROSTER + ROSTER_SECTOR] = k % 2 ? SUPPLIER : CORE;
        listed_values[k * N_ROSTER + ROSTER_EMPLOYEES] = k == 1 ? NAN : 10.0 * (k + 1);
        listed_values[k * N_ROSTER + ROSTER_SIZE_CLASS] = k == 1 ? 2.0 : NAN;
        listed_values[k * N_ROSTER + ROSTER_PLACE] = PLACE_salten;
        listed_values[k * N_ROSTER + ROSTER_JOINED] = joined[k];
    }
    return &r;
}

/* Joined mid-June, on 1 July and on 1 March 2018: members at the end of June (tick 9), June (it ends on 1 July), February (tick 5). */
Test(cluster_recruitment, listed_firms_join_at_their_dates)
{
    static const uint32_t tick[LISTED] = {0, 0, 9, 9, 5};
    struct trial t;
    trial_small(&t, 10, 2);
    trial_set(&t, "model.processes.exits", "false");
    t.roster = roster();
    trial_open(&t);
    cr_assert_neq(trial_slot(&t, 0, 0), RNG_NOBODY, "a founder where the date is missing");
    cr_assert_neq(trial_slot(&t, 0, 1), RNG_NOBODY, "a founder where the date is before the start");
    for (uint32_t now = 0; now < 24; now++) {
        trial_steps(&t, 1);
        for (uint32_t k = 0; k < LISTED; k++)
            cr_assert_eq(trial_slot(&t, 0, k) != RNG_NOBODY, k < 2 || now >= tick[k], "firm %u, tick %u", k, now);
    }
    const struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t k = 0; k < LISTED; k++)
        cr_assert_eq(f->founder[trial_slot(&t, 0, k)], k < 2);
    cr_assert_eq(trial_value(&t, OBSERVE_members, 23), 13.0, "they join whatever the path says");
    trial_close(&t);
}

Test(cluster_recruitment, listed_firms_are_what_the_roster_says)
{
    struct trial t;
    trial_small(&t, 10, 1);
    t.roster = roster();
    trial_open(&t);
    trial_process(&t, "programme");
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t a = trial_slot(&t, 0, 0), b = trial_slot(&t, 0, 1);
    cr_assert_eq(f->sector[a], CORE);
    cr_assert_eq(f->sector[b], SUPPLIER);
    cr_assert_eq(f->place[a], PLACE_salten);
    cr_assert_eq(f->employees[a], 10.0);
    cr_assert(f->employees[b] >= 50.0 && f->employees[b] < 250.0, "drawn inside its size class: %g", f->employees[b]);
    cr_assert_eq(f->size_class[b], 2u);
    cr_assert_eq(cluster_block(&t.world, 0)->n, 10u, "the rest of the founders is drawn");
    trial_close(&t);
}

/* ---- a firm as it enters --------------------------------------------------------------------------------------------------------------------- */

/* 20,000 founders: shares of sectors and places, size, understanding by network experience, as the parameters say (z-bound 6, so that
 * the dozen bounds together are false with probability below 1e-6). */
Test(cluster_recruitment, entrants_have_the_distributions_of_their_parameters)
{
    struct trial t;
    trial_small(&t, 100, 1);
    trial_set(&t, "world.clusters", "200");
    trial_set(&t, "model.firms.supplier_ties", "0");
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    double n = 0.0, core = 0.0, mo = 0.0, good = 0.0, u_good = 0.0, logs = 0.0, squares = 0.0, larger = 0.0,
           hours = 0.0;
    for (uint32_t i = 0; i < t.world.n_firms; i++) {
        if (!f->member[i]) continue;
        n += 1.0;
        core += f->sector[i] == CORE;
        mo += f->place[i] == PLACE_mo;
        good += f->prior[i] == PRIOR_GOOD;
        u_good += f->prior[i] == PRIOR_GOOD ? f->understanding[i] : 0.0;
        larger += f->employees[i] > 15.0;
        hours += log(f->hours_base[i]) - 0.25 * log(f->employees[i] / 15.0);
        logs += f->anchoring_own[i] - 0.05 - 0.04 * log(f->employees[i]);
        squares += pow(f->anchoring_own[i] - 0.05 - 0.04 * log(f->employees[i]), 2);
    }
    cr_assert_eq(n, 20000.0);
    cr_assert_lt(fabs(core - n * 0.12) / sqrt(n * 0.12 * 0.88), 6.0);
    cr_assert_lt(fabs(mo - n * 0.33) / sqrt(n * 0.33 * 0.67), 6.0);
    cr_assert_lt(fabs(good - n * 0.35) / sqrt(n * 0.35 * 0.65), 6.0);
    cr_assert_lt(fabs(u_good / good - 0.65) / (0.2 / sqrt(good)), 6.0);
    cr_assert_lt(fabs(larger - n * 0.5) / sqrt(n * 0.25), 6.0, "the median is 15 employees");
    cr_assert_lt(fabs(hours / n - (log(85.0) - 0.5)) / (1.0 / sqrt(n)), 6.0, "lognormal with mean 85 and sigma 1");
    cr_assert_lt(fabs(logs / n) / (0.12 / sqrt(n)), 6.0);
    cr_assert_lt(fabs(squares / n - 0.0144) / (0.0144 * sqrt(2.0 / n)), 6.0);
    trial_close(&t);
}

/* A core firm keeps ten supplier ties where there are suppliers enough, and they are mutual. */
Test(cluster_recruitment, supplier_ties_are_mutual_and_at_most_ten_of_a_core_firm)
{
    struct trial t;
    trial_small(&t, 80, 1);
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    EACH_MEMBER(&t.world, 0, i)
    {
        uint32_t suppliers = 0;
        for (uint32_t k = 0; k < t.world.ties.rows[i].n; k++) {
            if (!(network_kind(&t.world.ties, i)[k] & TIE_SUPPLIER)) continue;
            uint32_t j = network_to(&t.world.ties, i)[k], back = network_find(&t.world.ties, j, i);
            suppliers++;
            cr_assert(f->sector[i] == CORE ? f->sector[j] == SUPPLIER : f->sector[j] == CORE);
            cr_assert_neq(back, NETWORK_NONE);
            cr_assert(network_kind(&t.world.ties, j)[back] & TIE_SUPPLIER);
        }
        if (f->sector[i] == CORE) cr_assert_eq(suppliers, 10u);
    }
    trial_close(&t);
}

/* Between exits and recruitment nobody has a tie to a firm that has left; otherwise the slot's next firm would inherit it. */
static void watch_leavers(struct trial *t, const char *process, bool after, void *context)
{
    const struct cluster_firms *f = cluster_firms(&t->world);
    uint32_t *exits = context;
    if (!after || strcmp(process, "exits") != 0) return;
    *exits += cluster_block(&t->world, 0)->tally.exits;
    for (uint32_t i = 0; i < t->world.n_firms; i++)
        for (uint32_t k = 0; k < t->world.ties.rows[i].n; k++)
            cr_assert(f->member[i] && f->member[network_to(&t->world.ties, i)[k]], "a tie of a firm that has left");
}

Test(cluster_recruitment, ties_to_a_firm_end_when_it_leaves)
{
    struct trial t;
    uint32_t exits = 0;
    trial_small(&t, 30, 6);
    trial_set(&t, "model.exit.base", "0.12");
    trial_open(&t);
    trial_walk(&t, 72, watch_leavers, &exits);
    cr_assert_gt(exits, 5u);
    trial_close(&t);
}

/* A slot that is used again keeps nothing of its last firm. */
Test(cluster_recruitment, a_newcomer_inherits_nothing)
{
    struct trial t;
    trial_small(&t, 30, 6);
    trial_set(&t, "model.exit.base", "0.12");
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t newcomers = 0;
    for (uint32_t tick = 0; tick < 72; tick++) {
        double now = t.world.time;
        trial_steps(&t, 1);
        EACH_MEMBER(&t.world, 0, i)
        {
            if (tick == 0 || f->entered[i] != now) continue;
            newcomers++;
            cr_assert_leq(f->invited[i], 1u);
            cr_assert_eq(f->spent_before[i], 0.0);
            cr_assert_lt(f->hours_had[i], 0.7 * f->hours_year[i]);
            cr_assert_eq(f->strong_project[i] + f->strong_own[i], 0u);
        }
    }
    cr_assert_gt(newcomers, 5u);
    trial_close(&t);
}
