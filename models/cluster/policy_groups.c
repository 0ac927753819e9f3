/* policy_groups.c - standing small groups, formed by value chain (evidence.md P32, continuity of who meets; P47).
 *
 *   groups   at each date, a firm without one founds a group as long as there are fewer than members / size, and else
 *            joins that of the member with the nearest knowledge profile that has room; a group of which one firm is
 *            left is dissolved
 *   dates    began + (k + 1/2) / (per_year x intensity); a group's meeting that management cannot pay for is dropped, beginning
 *            with another group each time
 *   comes    with probability 1.5 (w0 + w_U U) x participation, if the account for calls holds the hours: a small group
 *            is missed less easily than a gathering
 *   meeting  all pairs of those there, for its full hours; digital with probability `digital`, and while physical ones
 *            are closed
 */
#include "cluster/cluster.h"
#include "cluster/match.h"

enum { PRESENT_MAX = 12 };            /* upper end of policies.groups.size */
static const double more_bound = 1.5; /* A, no figure found */

static double wish(const struct cluster_params *p, double understanding)
{
    return more_bound * (p->want_base + p->want_understanding * understanding);
}

struct cluster_cost cluster_plan_groups(const struct cluster_params *p, double n, double joining)
{
    double there =
        0.5 * p->groups_rate * n * real_clamp(wish(p, 0.5), 0.0, 1.0); /* half of them have no hours for it */
    struct cluster_cost cost = {p->groups_rate * ceil(n / (double)p->groups_size) * p->groups_staff,
                                there * p->groups_hours, 0.0};
    (void)joining;
    return cost;
}

/* Firms in each group: room.slot (n_groups). A firm alone in its group leaves it. */
static void count_groups(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    uint16_t *group = cluster_firms(w)->group;
    uint32_t *size = c->room.slot;
    for (uint32_t g = 0; g < c->n_groups; g++)
        size[g] = 0;
    EACH_MEMBER(w, block, i)
    if (group[i] != NO_GROUP) size[group[i]]++;
    EACH_MEMBER(w, block, i)
    {
        if (group[i] == NO_GROUP || size[group[i]] > 1) continue;
        size[group[i]] = 0;
        group[i] = NO_GROUP;
    }
}

/* The group with room that has the member nearest to i; NO_GROUP without any. */
static uint32_t nearest_group(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    const uint32_t *size = cluster_block(w, block)->room.slot;
    uint32_t chosen = NO_GROUP;
    double least = INFINITY;
    EACH_MEMBER(w, block, j)
    {
        if (f->group[j] == NO_GROUP || size[f->group[j]] >= (uint32_t)cluster_params(w)->groups_size) continue;
        double distance = cluster_match_distance(f, i, j);
        if (distance >= least) continue;
        least = distance;
        chosen = f->group[j];
    }
    return chosen;
}

/* The lowest number that no group has. There are never more groups than members. */
static uint32_t free_number(struct cluster_block *c)
{
    uint32_t g = 0;
    while (g < c->n_groups && c->room.slot[g] > 0)
        g++;
    if (g == c->n_groups) c->room.slot[c->n_groups++] = 0;
    return g;
}

static void regroup(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t wanted = c->n / (uint32_t)cluster_params(w)->groups_size, open = 0;
    count_groups(w, block);
    for (uint32_t g = 0; g < c->n_groups; g++)
        open += c->room.slot[g] > 0;
    EACH_MEMBER_IN_TURN(w, block, STREAM_group, i)
    {
        if (f->group[i] != NO_GROUP) continue;
        uint32_t g = open < wanted ? NO_GROUP : nearest_group(w, block, i);
        if (g == NO_GROUP) {
            g = free_number(c);
            open++;
        }
        f->group[i] = (uint16_t)g;
        c->room.slot[g]++;
    }
}

static bool comes(const struct world *w, uint32_t block, uint32_t i, uint32_t number)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    if (f->hours_calls[i] < p->groups_hours) return false;
    struct rng r = rng_open(w->seed, STREAM_group, block, f->uid[i], number, 1);
    return rng_uniform(&r) < wish(p, f->understanding[i]) * cluster_participation(w, i);
}

static bool is_digital(const struct world *w, uint32_t block, uint32_t group, uint32_t number)
{
    struct rng r = rng_open(w->seed, STREAM_group, block, group, number, 2);
    return cluster_block(w, block)->closed || rng_uniform(&r) < cluster_params(w)->groups_digital;
}

static void hold(struct world *w, uint32_t block, uint32_t group, uint32_t number)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double *paid = &cluster_block(w, block)->tally.member_hours[POLICY_groups];
    uint32_t there[PRESENT_MAX], n = 0;
    EACH_MEMBER(w, block, i)
    if (f->group[i] == group && n < PRESENT_MAX && comes(w, block, i, number)) there[n++] = i;
    if (n < 2) return;
    enum cluster_kind kind = is_digital(w, block, group, number) ? CONTACT_GROUP_DIGITAL : CONTACT_GROUP;
    for (uint32_t a = 0; a < n; a++) {
        *paid += cluster_spend(f, there[a], f->hours_calls, p->groups_hours);
        for (uint32_t b = a + 1; b < n; b++)
            cluster_meet(w, block, there[a], there[b], p->groups_hours, kind, 4 * number + 1);
    }
}

/* All groups meet, from a random one on. */
static void meet_all(struct world *w, uint32_t block, uint32_t number)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct rng r = rng_open(w->seed, STREAM_group, block, RNG_NOBODY, number, 2);
    uint32_t from = rng_below(&r, c->n_groups);
    for (uint32_t k = 0; k < c->n_groups; k++) {
        uint32_t g = (from + k) % c->n_groups;
        if (c->room.slot[g] < 2) continue;
        if (cluster_pay(c, POLICY_groups, p->groups_staff, 0.0))
            hold(w, block, g, number);
        else
            c->tally.dropped_hours[POLICY_groups] += p->groups_staff;
    }
}

void cluster_groups(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    double intensity = cluster_intensity(w, block, POLICY_groups);
    if (!(intensity > 0.0)) return;
    uint32_t dates = cluster_dates_now(w, cluster_began(w, block, POLICY_groups), p->groups_rate * intensity);
    for (uint32_t k = 0; k < dates; k++) {
        regroup(w, block);
        meet_all(w, block, cluster_block(w, block)->policy[POLICY_groups].dealt++);
    }
}
