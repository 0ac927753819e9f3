/* test_cluster_ties.c - trust and awareness of a tie: fading in closed form, and what hours together make of them. */
#include <criterion/criterion.h>
#include <math.h>

#include "cluster/tie.h"
#include "fixture.h"

/* A float has 24 bits: a value rounded a few times is off by less than this, relatively. */
#define FLOAT_ERROR 5e-7

/* A world of four strangers that lasts twenty years; nothing runs but what a test runs. */
static void strangers(struct trial *t)
{
    trial_small(t, 4, 20);
    trial_set(t, "model.firms.known_start", "0");
    trial_set(t, "model.firms.known_near", "0");
    trial_set(t, "model.firms.supplier_ties", "0");
    trial_plain(t);
    trial_open(t);
}

/* The tie 0 -> 1 with these values as of now; its place in the row. */
static uint32_t plant(struct trial *t, double trust, double awareness, uint8_t kind)
{
    struct world *w = &t->world;
    uint32_t k = cluster_tie(w, 0, 1);
    network_value(&w->ties, 0, TIE_TRUST)[k] = (float)trust;
    network_value(&w->ties, 0, TIE_AWARENESS)[k] = (float)awareness;
    network_touched(&w->ties, 0)[k] = (uint16_t)w->tick;
    network_kind(&w->ties, 0)[k] = kind;
    return k;
}

static double trust_now(const struct trial *t)
{
    struct tie_view v = tie_view(&t->world.ties, 0);
    return (double)tie_trust(&t->world, &v, network_find(&t->world.ties, 0, 1));
}

static double awareness_now(const struct trial *t)
{
    struct tie_view v = tie_view(&t->world.ties, 0);
    return (double)tie_awareness(&t->world, &v, network_find(&t->world.ties, 0, 1));
}

/* ---- fading -------------------------------------------------------------------------------------------------------------- */

/* The dull way: every tick, T <- T exp(-delta dt); below the lapse level, having been above it, T <- 0. */
Test(cluster_ties, closed_form_fading_is_a_step_at_a_time)
{
    struct trial t;
    strangers(&t);
    double keep = exp(-t.params.trust_waning / 12.0), keep_known = exp(-t.params.known_decay / 12.0);
    double trust = 0.9, awareness = 0.8;
    plant(&t, trust, awareness, 0);
    for (int tick = 0; tick < 240; tick++) {
        cr_assert_float_eq(trust_now(&t), trust, FLOAT_ERROR, "tick %d", tick);
        cr_assert_float_eq(awareness_now(&t), awareness, FLOAT_ERROR);
        trust *= keep;
        if (trust < t.params.trust_lapse) trust = 0.0;
        awareness *= keep_known;
        t.world.tick++;
    }
    cr_assert_eq(trust_now(&t), 0.0);
    trial_close(&t);
}

/* Half-life ln 2 / delta: with delta = ln 2 / 2 a year, two years. */
Test(cluster_ties, trust_halves_at_its_half_life)
{
    struct trial t;
    trial_small(&t, 4, 20);
    trial_set(&t, "model.trust.waning", "0.34657359027997264");
    trial_set(&t, "model.awareness.decay", "0.34657359027997264");
    trial_open(&t);
    plant(&t, 0.8, 1.0, 0);
    t.world.tick = 24;
    cr_assert_float_eq(trust_now(&t), 0.4, FLOAT_ERROR);
    cr_assert_float_eq(awareness_now(&t), 0.5, FLOAT_ERROR);
    trial_close(&t);
}

/* evidence.md section 8: 0.02 a month. One month takes 1 - exp(-0.02) = 0.0198 of it. */
Test(cluster_ties, a_month_takes_two_percent_at_the_defaults)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.5, 1.0, 0);
    t.world.tick = 1;
    cr_assert_float_eq(trust_now(&t), 0.5 * 0.98019867330675530, FLOAT_ERROR);
    trial_close(&t);
}

/* Refreshing on the way changes nothing but the last bits. */
Test(cluster_ties, fading_does_not_depend_on_when_a_tie_is_touched)
{
    struct trial t;
    strangers(&t);
    uint32_t k = plant(&t, 0.9, 1.0, 0);
    for (t.world.tick = 0; t.world.tick < 100; t.world.tick++) {
        struct tie_view v = tie_view(&t.world.ties, 0);
        if (t.world.tick % 7 == 3) tie_refresh(&t.world, &v, k);
        double lapsed = 0.9 * exp(-t.params.trust_waning * t.world.tick / 12.0);
        cr_assert_float_eq(trust_now(&t), lapsed < t.params.trust_lapse ? 0.0 : lapsed, 2e-6);
    }
    trial_close(&t);
}

Test(cluster_ties, a_tie_lapses_below_a_tenth)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.101, 0.0, 0);
    cr_assert_float_eq(trust_now(&t), 0.101, FLOAT_ERROR);
    t.world.tick = 1;
    cr_assert_eq(trust_now(&t), 0.0, "0.101 falls to 0.099 in a month");
    plant(&t, 0.05, 0.0, 0);
    t.world.tick = 2;
    cr_assert_float_eq(trust_now(&t), 0.05 * exp(-0.02), FLOAT_ERROR, "a tie that never was above does not lapse");
    trial_close(&t);
}

/* dT/dt = kappa (1 - T) - delta T relaxes to T* = kappa / (kappa + delta) at rate kappa + delta = delta / (1 - T*). */
Test(cluster_ties, trust_in_a_supplier_relaxes_to_what_trade_holds)
{
    struct trial t;
    strangers(&t);
    double held = t.params.supplier_trust, rate = t.params.trust_waning / (1.0 - held);
    cr_assert_float_eq(held, 0.7, 1e-12, "evidence.md section 8");
    for (int side = 0; side < 2; side++) {
        double start = side ? 1.0 : 0.2;
        uint32_t k = plant(&t, start, 1.0, TIE_SUPPLIER);
        uint32_t from = t.world.tick;
        for (uint32_t ticks = 0; ticks <= 60; ticks += 12) {
            t.world.tick = from + ticks;
            double expected = held + (start - held) * exp(-rate * ticks / 12.0);
            cr_assert_float_eq(trust_now(&t), expected, FLOAT_ERROR);
        }
        t.world.tick = from + 119;
        cr_assert_float_eq(trust_now(&t), held, 1e-3);
        network_drop(&t.world.ties, 0, k);
    }
    trial_close(&t);
}

Test(cluster_ties, trust_in_a_supplier_stays_where_trade_holds_it)
{
    struct trial t;
    strangers(&t);
    plant(&t, t.params.supplier_trust, 1.0, TIE_SUPPLIER);
    for (t.world.tick = 0; t.world.tick < 240; t.world.tick += 13)
        cr_assert_float_eq(trust_now(&t), 0.7, FLOAT_ERROR);
    trial_close(&t);
}

Test(cluster_ties, awareness_between_customer_and_supplier_stays)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.7, 0.9, TIE_SUPPLIER);
    t.world.tick = 240;
    cr_assert_float_eq(awareness_now(&t), 0.9, FLOAT_ERROR);
    trial_close(&t);
}

/* Known: awareness of 0.5 or more; from 1 that lasts ln 2 / 0.24 = 2.888 years, 34 months but not 35. */
Test(cluster_ties, a_firm_is_known_until_its_awareness_is_below_a_half)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.0, 1.0, 0);
    t.world.tick = 34;
    cr_assert(tie_knows(&t.world, 0, 1));
    t.world.tick = 35;
    cr_assert_not(tie_knows(&t.world, 0, 1));
    cr_assert_not(tie_knows(&t.world, 1, 0), "it has two directions");
    cr_assert_not(tie_knows(&t.world, 2, 3), "there is no tie");
    trial_close(&t);
}

/* ---- trust from hours ------------------------------------------------------------------------------------------------------ */

/* Contacts of firms 0 and 1, applied in this order. */
static void meet(struct trial *t, double hours, enum cluster_kind kind, uint32_t step)
{
    cluster_meet(&t->world, 0, 0, 1, hours, kind, step);
}
static void apply(struct trial *t)
{
    trial_process(t, "contact");
    cluster_block(&t->world, 0)->n_contacts = 0;
}

/* model.md: T = 1 - exp(-w h / h0); h0 = 45 h, an hour of talk weighs 0.5, of work 1, a digital one between strangers 0.25. */
Test(cluster_ties, one_contact_gives_trust_by_its_weighted_hours)
{
    static const struct {
        enum cluster_kind kind;
        double weight;
    } cases[] = {{CONTACT_TALK, 0.5},         {CONTACT_CHANCE, 0.5},   {CONTACT_CALL, 0.25},
                 {CONTACT_INTRODUCTION, 0.5}, {CONTACT_MEDIATED, 0.5}, {CONTACT_GROUP, 0.5},
                 {CONTACT_COURSE, 0.25},      {CONTACT_DIGITAL, 0.25}, {CONTACT_GROUP_DIGITAL, 0.25},
                 {CONTACT_FORUM, 0.25},       {CONTACT_WORK, 1.0},     {CONTACT_DELIVERY, 1.0}};
    struct trial t;
    strangers(&t);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (double hours = 2.0; hours < 200.0; hours *= 3.0) {
            network_clear(&t.world.ties);
            meet(&t, hours, cases[k].kind, 0);
            apply(&t);
            double expected = 1.0 - exp(-cases[k].weight * hours / 45.0);
            cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), expected, FLOAT_ERROR, "kind %zu, %g h", k, hours);
            cr_assert_float_eq(tie_trust_of(&t.world, 1, 0), expected, FLOAT_ERROR, "both sides");
        }
    trial_close(&t);
}

/* Channel expansion: a digital hour weighs 0.25 + 0.5 T. At T = 0.6: 10 h give 1 - 0.4 exp(-0.55 * 10 / 45). */
Test(cluster_ties, a_digital_hour_weighs_more_with_trust)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.6, 1.0, 0);
    meet(&t, 10.0, CONTACT_CALL, 0);
    apply(&t);
    cr_assert_float_eq(trust_now(&t), 1.0 - 0.4 * exp(-0.55 * 10.0 / 45.0), FLOAT_ERROR);
    trial_close(&t);
}

Test(cluster_ties, doses_add_up)
{
    struct trial t;
    strangers(&t);
    meet(&t, 30.0, CONTACT_TALK, 0);
    apply(&t);
    double whole = tie_trust_of(&t.world, 0, 1);
    network_clear(&t.world.ties);
    for (uint32_t k = 0; k < 30; k++)
        meet(&t, 1.0, CONTACT_TALK, k);
    apply(&t);
    cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), whole, 2e-6, "30 roundings to float");
    cr_assert_float_eq(whole, 1.0 - exp(-1.0 / 3.0), FLOAT_ERROR);
    trial_close(&t);
}

/* Talks, work and group work of one tick in 24 orders: the same trust but for the last bits. (Calls weigh by the trust at hand, and do
 * depend on it; the doses here are above 0.01, below which strangers keep nothing.) */
Test(cluster_ties, the_order_of_contacts_does_not_matter)
{
    static const double hours[4] = {1.0, 8.0, 20.0, 3.5};
    static const enum cluster_kind kind[4] = {CONTACT_GROUP, CONTACT_TALK, CONTACT_WORK, CONTACT_CHANCE};
    struct trial t;
    strangers(&t);
    double expected = 1.0 - exp(-(0.5 * 1.0 + 0.5 * 8.0 + 20.0 + 0.5 * 3.5) / 45.0);
    for (int order = 0; order < 24; order++) {
        int left[4] = {0, 1, 2, 3};
        network_clear(&t.world.ties);
        for (int n = 4, rest = order; n > 0; rest /= n, n--) {
            int take = left[rest % n];
            left[rest % n] = left[n - 1];
            meet(&t, hours[take], kind[take], (uint32_t)take);
        }
        apply(&t);
        cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), expected, FLOAT_ERROR, "order %d", order);
    }
    trial_close(&t);
}

/* model.md: "a breach takes away three times what a delivery gives". From T = 0.8, 10 h of work: gain 0.2 (1 - exp(-10/45)). */
Test(cluster_ties, a_breach_takes_three_times_what_a_delivery_gives)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.8, 1.0, 0);
    meet(&t, 10.0, CONTACT_DELIVERY, 0);
    apply(&t);
    double gain = trust_now(&t) - 0.8;
    cr_assert_float_eq(gain, 0.2 * (1.0 - exp(-10.0 / 45.0)), FLOAT_ERROR);
    plant(&t, 0.8, 1.0, 0);
    meet(&t, 10.0, CONTACT_BREACH, 0);
    apply(&t);
    cr_assert_float_eq(0.8 - trust_now(&t), 3.0 * gain, 4 * FLOAT_ERROR);
    trial_close(&t);
}

Test(cluster_ties, a_breach_does_not_take_more_than_there_is)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.2, 1.0, 0);
    meet(&t, 500.0, CONTACT_BREACH, 0);
    apply(&t);
    cr_assert_eq(trust_now(&t), 0.0);
    trial_close(&t);
}

Test(cluster_ties, trust_never_passes_1)
{
    struct trial t;
    strangers(&t);
    for (uint32_t k = 0; k < 100; k++)
        meet(&t, 1000.0, CONTACT_WORK, 0);
    apply(&t);
    cr_assert_leq(tie_trust_of(&t.world, 0, 1), 1.0);
    cr_assert_float_eq(tie_trust_of(&t.world, 0, 1), 1.0, FLOAT_ERROR);
    trial_close(&t);
}

/* A contact counts from today's trust, not from the value of the tick when the tie was touched. */
Test(cluster_ties, a_contact_adds_to_what_is_left)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.9, 1.0, 0);
    t.world.tick = 24;
    double left = trust_now(&t);
    meet(&t, 9.0, CONTACT_WORK, 0);
    apply(&t);
    cr_assert_float_eq(trust_now(&t), 1.0 - (1.0 - left) * exp(-0.2), FLOAT_ERROR);
    t.world.tick = 36;
    cr_assert_float_eq(trust_now(&t), (1.0 - (1.0 - left) * exp(-0.2)) * exp(-0.24), FLOAT_ERROR);
    trial_close(&t);
}

/* ---- awareness from contact --------------------------------------------------------------------------------------------------- */

Test(cluster_ties, introductions_and_work_make_both_sides_known)
{
    static const enum cluster_kind kind[2] = {CONTACT_INTRODUCTION, CONTACT_WORK};
    struct trial t;
    strangers(&t);
    for (int k = 0; k < 2; k++) {
        network_clear(&t.world.ties);
        meet(&t, 1.0, kind[k], 0);
        apply(&t);
        cr_assert(tie_knows(&t.world, 0, 1));
        cr_assert(tie_knows(&t.world, 1, 0));
    }
    trial_close(&t);
}

Test(cluster_ties, deliveries_and_breaches_make_nobody_known)
{
    static const enum cluster_kind kind[2] = {CONTACT_DELIVERY, CONTACT_BREACH};
    struct trial t;
    strangers(&t);
    for (int k = 0; k < 2; k++) {
        network_clear(&t.world.ties);
        meet(&t, 10.0, kind[k], 0);
        apply(&t);
        cr_assert_not(tie_knows(&t.world, 0, 1));
    }
    trial_close(&t);
}

/* Each side's awareness is drawn by itself with the chance of model.awareness.gain, 0.5: over 4000 talks the four outcomes have a
 * quarter each; z-bound 5.5 for three of them (false alarm below 1e-6). */
Test(cluster_ties, a_talk_makes_each_side_known_at_its_own_chance)
{
    enum { TALKS = 4000 };
    struct trial t;
    double seen[4] = {0.0};
    strangers(&t);
    for (uint32_t k = 0; k < TALKS; k++) {
        network_clear(&t.world.ties);
        t.world.seed = k;
        meet(&t, 0.5, CONTACT_TALK, k % 100);
        apply(&t);
        seen[tie_knows(&t.world, 0, 1) + 2 * tie_knows(&t.world, 1, 0)] += 1.0;
    }
    for (int k = 0; k < 4; k++)
        cr_assert_lt(fabs(seen[k] - TALKS / 4.0) / sqrt(TALKS * 0.25 * 0.75), 5.5, "outcome %d: %g", k, seen[k]);
    trial_close(&t);
}

/* Of talks of one pair in one tick each has its own draw: over 1000 pairs of talks the two agree half the time. */
Test(cluster_ties, talks_of_one_tick_have_draws_of_their_own)
{
    struct trial t;
    int agree = 0;
    strangers(&t);
    for (uint32_t k = 0; k < 1000; k++) {
        bool known[2];
        for (uint32_t talk = 0; talk < 2; talk++) {
            network_clear(&t.world.ties);
            t.world.seed = k;
            meet(&t, 0.5, CONTACT_TALK, talk);
            apply(&t);
            known[talk] = tie_knows(&t.world, 0, 1);
        }
        agree += known[0] == known[1];
    }
    cr_assert(agree > 413 && agree < 587, "%d of 1000 agree, 500 expected, sd 15.8", agree);
    trial_close(&t);
}

/* ---- what is kept --------------------------------------------------------------------------------------------------------------- */

Test(cluster_ties, strangers_keep_nothing_of_a_dose_below_a_hundredth)
{
    struct trial t;
    strangers(&t);
    meet(&t, 0.05, CONTACT_DELIVERY, 0);
    apply(&t);
    cr_assert_eq(network_find(&t.world.ties, 0, 1), NETWORK_NONE);
    plant(&t, 0.3, 0.0, 0);
    meet(&t, 0.05, CONTACT_DELIVERY, 0);
    apply(&t);
    cr_assert_float_eq(trust_now(&t), 1.0 - 0.7 * exp(-0.05 / 45.0), FLOAT_ERROR, "acquaintances do");
    trial_close(&t);
}

Test(cluster_ties, a_tie_of_which_nothing_is_left_is_dropped)
{
    struct trial t;
    strangers(&t);
    plant(&t, 0.009, 0.4, 0);
    trial_process(&t, "acquaintance");
    cr_assert_eq(network_find(&t.world.ties, 0, 1), NETWORK_NONE);
    plant(&t, 0.009, 0.6, 0);
    trial_process(&t, "acquaintance");
    cr_assert_neq(network_find(&t.world.ties, 0, 1), NETWORK_NONE, "it is known");
    plant(&t, 0.011, 0.4, 0);
    trial_process(&t, "acquaintance");
    cr_assert_neq(network_find(&t.world.ties, 0, 1), NETWORK_NONE, "it is trusted at 0.01 or more");
    trial_close(&t);
}

/* A firm's own view: known, mean trust over the known, strong ties (above 0.6) by their origin. */
Test(cluster_ties, a_firm_sees_its_ties_by_origin)
{
    static const struct {
        float trust, awareness;
        uint8_t kind;
    } tie[3] = {{0.7f, 1.0f, TIE_SUPPLIER}, {0.65f, 0.6f, TIE_PROJECT}, {0.61f, 0.4f, 0}};
    struct trial t;
    strangers(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t j = 1; j < 4; j++) {
        uint32_t k = cluster_tie(&t.world, 0, j);
        network_value(&t.world.ties, 0, TIE_TRUST)[k] = tie[j - 1].trust;
        network_value(&t.world.ties, 0, TIE_AWARENESS)[k] = tie[j - 1].awareness;
        network_kind(&t.world.ties, 0)[k] = tie[j - 1].kind;
    }
    trial_process(&t, "acquaintance");
    cr_assert_eq(f->known[0], 2u);
    double waned = exp(-0.5 * 0.24 / 12.0); /* half a month, at the end of the tick */
    cr_assert_float_eq(f->trust[0], (0.7 + 0.65 * waned) / 2, FLOAT_ERROR);
    cr_assert_eq(f->strong_supplier[0], 1u);
    cr_assert_eq(f->strong_project[0], 1u);
    cr_assert_eq(f->strong_own[0], 1u);
    cr_assert_eq(f->new_strong[0], 2u, "not the supplier's");
    trial_process(&t, "acquaintance");
    cr_assert_eq(f->new_strong[0], 0u, "they are not new a second time");
    trial_close(&t);
}

/* ---- contact preference ------------------------------------------------------------------------------------------------------------ */

/* ((0.1 + T) / 1.1)^s with s = 0.5, in steps of 1/1024 of T. */
Test(cluster_ties, preference_follows_trust)
{
    struct trial t;
    strangers(&t);
    for (double trust = 0.0; trust <= 1.0; trust += 0.013)
        cr_assert_float_eq(tie_preference(&t.world, trust), sqrt((0.1 + trust) / 1.1), 0.0008);
    cr_assert_eq(tie_preference(&t.world, 1.0), 1.0);
    trial_close(&t);
}
