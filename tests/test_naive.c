/* test_naive.c - fading and contact the dull way, beside the fast one: dense matrices of double, every tie multiplied every tick. The
 * contacts are those that a run of the model booked; the rules are those of ODD.md 7.13 and 7.14. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "cluster/match.h"
#include "cluster/tie.h"
#include "fixture.h"

enum { N = 40, TICKS = 60 };

/* Firm i's tie to firm j. */
static bool there[N][N], supplier[N][N];
static double trust[N][N], awareness[N][N];

static void copy_start(const struct trial *t)
{
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++) {
            uint32_t k = network_find(&t->world.ties, i, j);
            there[i][j] = k != NETWORK_NONE;
            supplier[i][j] = there[i][j] && (network_kind(&t->world.ties, i)[k] & TIE_SUPPLIER);
            trust[i][j] = there[i][j] ? (double)network_value(&t->world.ties, i, TIE_TRUST)[k] : 0.0;
            awareness[i][j] = there[i][j] ? (double)network_value(&t->world.ties, i, TIE_AWARENESS)[k] : 0.0;
        }
}

/* Where they meet, and whether by a screen. */
static const struct {
    enum cluster_arena arena;
    bool digital;
} arenas[] = {
    {AT_GATHERING, false}, {IN_COURSE, true},    {AT_GATHERING, true}, {ON_FORUM, true},    {BY_CHANCE, false},
    {BY_CALL, true},       {BY_INTRODUCTION, 0}, {BY_INTRODUCTION, 0}, {IN_GROUP, false},   {IN_GROUP, true},
    {IN_PROJECT, false},   {IN_PROJECT, false},  {IN_PROJECT, false},  {IN_PROJECT, false},
};

/* Talk counts 1 + 0.6 (s - 1/4) for firms that have a share s of sector and size class in common. */
static double weight(const struct world *w, uint32_t i, uint32_t j, uint8_t kind, double now)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    if (arenas[kind].digital) return p->weight_digital + p->weight_digital_trust * now;
    if (kind >= CONTACT_WORK) return p->weight_work;
    double alike = 0.0;
    if (f->sector[i] == f->sector[j]) alike += 0.5;
    if (f->size_class[i] == f->size_class[j]) alike += 0.5;
    return p->weight_chat * (1.0 + 0.6 * (alike - 0.25));
}

/* The draw of whether j becomes known to i is the model's own: it is the key that is tested elsewhere. */
/* A restricted firm shows 0.4 of itself to whom it trusts at less than 0.5: `back` is its trust. */
static bool becomes_known(const struct world *w, uint32_t i, uint32_t j, double back, const struct cluster_contact *c)
{
    const struct cluster_firms *f = cluster_firms(w);
    if (c->kind >= CONTACT_DELIVERY) return false;
    if (c->kind == CONTACT_INTRODUCTION || c->kind == CONTACT_WORK) return true;
    bool withheld = f->restricted[j] && back < 0.5;
    uint32_t step = (uint32_t)arenas[c->kind].arena << 8 | (c->occasion & 255), side = c->i == i ? 0 : 1;
    return rng_unit(
               rng_draw(w->seed, STREAM_awareness, 0, f->uid[c->i], f->uid[c->j], c->occasion >> 8, step).word[side]) <
           cluster_params(w)->known_gain * (withheld ? 0.4 : 1.0);
}

static void feel(const struct world *w, uint32_t i, uint32_t j, double back, const struct cluster_contact *c)
{
    const struct cluster_params *p = cluster_params(w);
    bool known = becomes_known(w, i, j, back, c);
    double now = trust[i][j], dose = weight(w, i, j, c->kind, now) * (double)c->hours / p->trust_hours;
    if (!there[i][j] && !known && dose < 0.01) return;
    there[i][j] = true;
    double gain = (1.0 - now) * (1.0 - exp(-dose));
    trust[i][j] = c->kind == CONTACT_BREACH ? fmax(0.0, now - p->breach_ratio * gain) : now + gain;
    if (known) awareness[i][j] = 1.0;
}

static void fade(const struct world *w, double years)
{
    const struct cluster_params *p = cluster_params(w);
    double held = p->supplier_trust, rate = p->trust_waning / (1.0 - held);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++) {
            if (supplier[i][j]) {
                trust[i][j] = held + (trust[i][j] - held) * exp(-rate * years);
                continue;
            }
            double next = trust[i][j] * exp(-p->trust_waning * years);
            trust[i][j] = trust[i][j] >= p->trust_lapse && next < p->trust_lapse ? 0.0 : next;
            awareness[i][j] *= exp(-p->known_decay * years);
        }
}

/* One tick after the model's: its contacts in the middle of it, what is nothing at its end goes, and all fade to the middle of the
 * next. */
static void naive_tick(const struct world *w)
{
    const struct cluster_block *c = cluster_block(w, 0);
    for (uint32_t k = 0; k < c->n_contacts; k++) {
        const struct cluster_contact *x = &c->room.contact[k];
        double here = trust[x->i][x->j], back = trust[x->j][x->i];
        feel(w, x->i, x->j, back, x);
        feel(w, x->j, x->i, here, x);
    }
    fade(w, 0.5 * w->dt);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++)
            if (there[i][j] && awareness[i][j] < 0.5 && trust[i][j] < 0.01) {
                there[i][j] = supplier[i][j] = false;
                trust[i][j] = awareness[i][j] = 0.0;
            }
    fade(w, 0.5 * w->dt);
}

static uint32_t kinds[CONTACT_OUTSIDE + 1];

/* After each tick: the same ties, trust and awareness alike to what a float rounded at every contact can be off (a row of 100
 * contacts of 6e-8 each). */
static void compare(const struct trial *t)
{
    for (uint32_t i = 0; i < N; i++) {
        struct tie_view v = tie_view(&t->world.ties, i);
        for (uint32_t j = 0; j < N; j++) {
            uint32_t k = network_find(&t->world.ties, i, j);
            cr_assert_eq(k != NETWORK_NONE, there[i][j], "tick %u: tie %u -> %u", t->world.tick, i, j);
            if (k == NETWORK_NONE) continue;
            cr_assert_float_eq((double)tie_trust(&t->world, &v, k), trust[i][j], 6e-6, "tick %u: trust %u -> %u",
                               t->world.tick, i, j);
            cr_assert_float_eq((double)tie_awareness(&t->world, &v, k), awareness[i][j], 6e-6,
                               "tick %u: awareness %u -> %u", t->world.tick, i, j);
        }
    }
}

/* Five years of forty firms that stay: gatherings with group work (digital ones in every third run), courses, the forum, chance, calls,
 * introductions and projects of their own ideas. What makes trust or awareness outside of contact is off: trust lent, representatives who
 * leave, and profiles read on the forum. */
Test(naive, a_dense_table_multiplied_every_tick_agrees)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct trial t;
        trial_small(&t, N, TICKS / 12);
        trial_set(&t, "model.processes.exits", "false");
        trial_set(&t, "policies.small_projects.on", "false");
        trial_set(&t, "policies.brokering.ask", "2");
        trial_set(&t, "model.projects.breach_rate", "0.15");
        trial_set(&t, "model.projects.start_base", "0.004");
        trial_set(&t, "model.hours.mean", "150");
        trial_set(&t, "policies.gatherings.per_year", "6");
        trial_set(&t, "policies.gatherings.groups", "reshuffled");
        trial_set(&t, "policies.gatherings.mode", seed % 3 == 0 ? "digital" : "physical");
        trial_set(&t, "policies.forum.on", "true");
        trial_set(&t, "policies.forum.read", "0");
        trial_set(&t, "model.processes.turnover", "false");
        trial_set(&t, "world.programme.staff_arena", "8");
        trial_set(&t, "world.programme.funding_arena", "20e6");
        t.params.broker_trial = 0.0;
        t.seed = seed;
        trial_open(&t);
        copy_start(&t);
        for (uint32_t tick = 0; tick < TICKS; tick++) {
            trial_steps(&t, 1);
            const struct cluster_block *c = cluster_block(&t.world, 0);
            for (uint32_t k = 0; k < c->n_contacts; k++)
                kinds[c->room.contact[k].kind]++;
            t.world.tick--; /* the tick that has just ended: draws are keyed by it */
            naive_tick(&t.world);
            t.world.tick++;
            compare(&t);
        }
        trial_close(&t);
    }
    for (int kind = 0; kind <= CONTACT_OUTSIDE; kind++)
        cr_assert_gt(kinds[kind], 0u, "no contact of kind %d was compared", kind);
}

/* The control: a waning that is a hundredth off is seen. */
Test(naive, a_waning_that_is_a_hundredth_off_does_not_agree)
{
    struct trial t;
    double worst = 0.0;
    trial_small(&t, N, 1);
    trial_set(&t, "model.processes.exits", "false");
    trial_set(&t, "policies.small_projects.on", "false");
    trial_set(&t, "model.processes.turnover", "false");
    t.params.broker_trial = 0.0;
    trial_open(&t);
    copy_start(&t);
    for (uint32_t tick = 0; tick < 12; tick++) {
        trial_steps(&t, 1);
        t.params.trust_waning *= 1.01;
        t.world.tick--;
        naive_tick(&t.world);
        t.world.tick++;
        t.params.trust_waning /= 1.01;
        for (uint32_t i = 0; i < N; i++)
            for (uint32_t j = 0; j < N; j++)
                worst = fmax(worst, fabs(tie_trust_of(&t.world, i, j) - trust[i][j]));
    }
    cr_assert_gt(worst, 6e-6, "%g", worst);
    trial_close(&t);
}

/* The match of two firms by sums over all pairs of competences, as match.h says, against cluster_match_value. */
Test(naive, a_match_by_its_definition_agrees)
{
    static const double best[N_LEVELS] = {0.45, 0.45, 0.6, 0.6};
    struct trial t;
    trial_small(&t, N, 1);
    trial_open(&t);
    const struct cluster_firms *f = cluster_firms(&t.world);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++) {
            double x[DOMAINS] = {0.0}, y[DOMAINS] = {0.0}, xy = 0.0, xx = 0.0, yy = 0.0, met[2] = {0.0};
            if (i == j) continue;
            for (uint32_t d = 0; d < DOMAINS; d++) {
                x[d] = (double)f->profile[i * DOMAINS + d] * (double)f->breadth[i];
                y[d] = (double)f->profile[j * DOMAINS + d] * (double)f->breadth[j];
                xy += x[d] * y[d];
                xx += x[d] * x[d];
                yy += y[d] * y[d];
            }
            for (int side = 0; side < 2; side++)
                for (uint32_t a = 0; a < NEEDS * COMPETENCES; a++) {
                    uint32_t asks = side ? j : i, has = side ? i : j;
                    int need = f->need[asks * NEEDS + a / COMPETENCES];
                    int held = f->competence[has * COMPETENCES + a % COMPETENCES];
                    double level = (side ? x : y)[held / SPECIALTIES];
                    double fit = need == held ? level : need / SPECIALTIES == held / SPECIALTIES ? level / 4.0 : 0.0;
                    met[side] = fmax(met[side], fit);
                }
            double distance = 1.0 - xy / sqrt(xx * yy);
            for (int level = 0; level < N_LEVELS; level++) {
                double b = best[level], u = (1.2 - distance) * (distance + 1.2 - 2.0 * b) / ((1.2 - b) * (1.2 - b));
                double expected = fmax(0.0, fmin(1.0, u)) * (0.2 + 0.8 * 0.5 * (met[0] + met[1]));
                cr_assert_float_eq(cluster_match_value(&t.world, i, j, (enum cluster_level)level), expected, 1e-6);
            }
        }
    trial_close(&t);
}
