/* test_cluster_listed.c - firms and ties as a user lists them: survey answers, coordinates, suppliers and partners from before. */
#include <criterion/criterion.h>
#include <math.h>

#include "cluster/tie.h"
#include "fixture.h"
#include "folder.h"
#include "io/roster.h"
#include "io/tiefile.h"

TestSuite(cluster_listed, .init = folder_enter, .fini = folder_leave, .timeout = 60);

/* A plain world of ten founders from a roster, and ties where they are given. */
static struct roster *opens(struct trial *t, const char *firms, const char *ties)
{
    struct error err = {0};
    struct roster *roster = NULL;
    write_file("r.csv", firms);
    cr_assert_eq(roster_read("r.csv", &cluster_model, &roster, &err), ERROR_NONE, "%s", err.text);
    if (ties) {
        write_file("t.csv", ties);
        cr_assert_eq(tiefile_read("t.csv", &cluster_model, roster, &err), ERROR_NONE, "%s", err.text);
    }
    trial_small(t, 10, 3);
    trial_plain(t);
    trial_set(t, "model.processes.exits", "false");
    t->roster = roster;
    trial_open(t);
    return roster;
}

static void closes(struct trial *t, struct roster *roster)
{
    trial_close(t);
    roster_free(roster);
}

static uint8_t kind_of(const struct trial *t, uint32_t a, uint32_t b)
{
    const struct network *g = &t->world.ties;
    uint32_t i = trial_slot(t, 0, a), k = network_find(g, i, trial_slot(t, 0, b));
    return k == NETWORK_NONE ? 0 : network_kind(g, i)[k];
}

static double trust_of(const struct trial *t, uint32_t a, uint32_t b)
{
    return tie_trust_of(&t->world, trial_slot(t, 0, a), trial_slot(t, 0, b));
}

/* ---- firms -------------------------------------------------------------------------------------------------------- */

Test(cluster_listed, answers_stand_for_what_is_drawn_and_for_nothing_else)
{
    struct trial t, drawn;
    struct roster *with = opens(&t, "name;understanding;anchoring\nA;0,25;0,8\nB;1;\nC;;0,3\nD;;\n", NULL);
    const struct cluster_firms *f = cluster_firms(&t.world);
    uint32_t a = trial_slot(&t, 0, 0), b = trial_slot(&t, 0, 1), c = trial_slot(&t, 0, 2), d = trial_slot(&t, 0, 3);
    cr_assert_eq(f->understanding[a], 0.25);
    cr_assert_eq(f->role[a], 0.25);
    cr_assert_float_eq(f->anchoring[a], 0.8, 1e-15);
    cr_assert_eq(f->understanding[b], 1.0);
    cr_assert_float_eq(f->anchoring[c], 0.3, 1e-15);
    trial_process(&t, "anchoring"); /* decays towards what a firm keeps to without results */
    cr_assert_float_eq(f->anchoring[a], 0.8, 1e-15);
    double understanding[2] = {f->understanding[c], f->understanding[d]}, anchoring = f->anchoring[d];
    double hours = f->hours_base[a];
    closes(&t, with);
    struct roster *without = opens(&drawn, "name\nA\nB\nC\nD\n", NULL);
    trial_process(&drawn, "anchoring");
    f = cluster_firms(&drawn.world);
    cr_assert_eq(f->understanding[c], understanding[0]);
    cr_assert_eq(f->understanding[d], understanding[1]);
    cr_assert_eq(f->anchoring[d], anchoring);
    cr_assert_eq(f->hours_base[a], hours);
    cr_assert_neq(f->understanding[a], 0.25);
    closes(&drawn, without);
}

/* Bodo and Glomfjord are salten; Bergen is nearest to Oslo, 305 km (great circle by hand: 305.4). */
Test(cluster_listed, coordinates_mean_the_nearest_place)
{
    struct trial t;
    struct roster *roster =
        opens(&t, "name,latitude,longitude\nBodo,67.28,14.40\nBergen,60.393,5.324\nAlta,69.97,23.27\n", NULL);
    static const uint8_t expected[] = {PLACE_salten, PLACE_south, PLACE_troms};
    for (uint32_t k = 0; k < 3; k++)
        cr_assert_eq(cluster_firms(&t.world)->place[trial_slot(&t, 0, k)], expected[k]);
    cr_assert_float_eq(cluster_km_to(PLACE_south, 60.393, 5.324), 305.4, 1.0);
    closes(&t, roster);
}

/* ---- ties --------------------------------------------------------------------------------------------------------- */

#define FIRMS "name,sector,joined\nA,core,\nB,supplier,\nC,supplier,\nD,tech,\nE,core,\nF,supplier,2018-03\n"

Test(cluster_listed, ties_are_what_the_list_says_on_both_sides)
{
    struct trial t;
    struct roster *roster =
        opens(&t, FIRMS, "firm,partner,kind,trust\nA,B,supplier,\nD,A,cooperation,0.45\nC,D,supplier,0.9\n");
    double supplier = t.params.supplier_trust;
    cr_assert_float_eq(trust_of(&t, 0, 1), supplier, 1e-7);
    cr_assert_float_eq(trust_of(&t, 1, 0), supplier, 1e-7);
    cr_assert_float_eq(trust_of(&t, 0, 3), 0.45, 1e-7);
    cr_assert_float_eq(trust_of(&t, 3, 0), 0.45, 1e-7);
    cr_assert_float_eq(trust_of(&t, 3, 2), 0.9, 1e-7);
    cr_assert(kind_of(&t, 0, 1) & TIE_SUPPLIER && kind_of(&t, 1, 0) & TIE_SUPPLIER);
    cr_assert(kind_of(&t, 2, 3) & TIE_SUPPLIER, "any two firms can be supplier and customer");
    cr_assert(!(kind_of(&t, 0, 3) & TIE_SUPPLIER));
    cr_assert(tie_knows(&t.world, trial_slot(&t, 0, 0), trial_slot(&t, 0, 3)));
    trial_finish(&t);
    closes(&t, roster);
}

Test(cluster_listed, a_core_firm_with_listed_suppliers_looks_for_no_other)
{
    struct trial t;
    struct roster *roster = opens(&t, FIRMS, "firm,partner,kind,trust\nB,A,supplier,\nE,C,cooperation,0.7\n");
    cr_assert(!(kind_of(&t, 0, 2) & TIE_SUPPLIER), "A has its list");
    cr_assert(kind_of(&t, 4, 1) & TIE_SUPPLIER, "E has none and takes B, the race runs among few");
    cr_assert(!(kind_of(&t, 4, 2) & TIE_SUPPLIER), "what C is to E is listed");
    cr_assert_float_eq(trust_of(&t, 4, 2), 0.7, 1e-7);
    closes(&t, roster);
}

Test(cluster_listed, ties_of_who_joins_later_begin_when_it_does)
{
    struct trial t;
    struct roster *roster = opens(&t, FIRMS, "firm,partner,kind,trust\nF,D,cooperation,0.8\n");
    cr_assert_eq(trial_slot(&t, 0, 5), RNG_NOBODY);
    trial_steps(&t, 5);
    trial_process(&t, "recruitment"); /* of February 2018, which ends on the first of March */
    cr_assert_neq(trial_slot(&t, 0, 5), RNG_NOBODY);
    cr_assert_float_eq(trust_of(&t, 5, 3), 0.8, 1e-7);
    cr_assert_float_eq(trust_of(&t, 3, 5), 0.8, 1e-7);
    closes(&t, roster);
}

/* Draws belong to a pair: a list changes its own pairs alone, and the suppliers of firms that it gives some. */
Test(cluster_listed, other_pairs_are_as_without_a_list)
{
    struct trial with, without;
    struct roster *a = opens(&with, FIRMS, "firm,partner,kind,trust\nC,D,cooperation,0.8\n"),
                  *b = opens(&without, FIRMS, NULL);
    for (uint32_t i = 0; i < 10; i++)
        for (uint32_t j = 0; j < 10; j++) {
            if ((i == 2 && j == 3) || (i == 3 && j == 2) || i == j || i == 5 || j == 5) continue;
            cr_assert_eq(kind_of(&with, i, j), kind_of(&without, i, j), "%u %u", i, j);
            cr_assert_eq(trust_of(&with, i, j), trust_of(&without, i, j), "%u %u", i, j);
        }
    closes(&with, a);
    closes(&without, b);
}
