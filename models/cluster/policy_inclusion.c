/* policy_inclusion.c - newcomers are included: a buddy each, who brings along others (thesis 6.2, 7.2; evidence.md
 * P47). Seating at gatherings is in policy_gatherings.c.
 *
 *   newcomer  no founder, and up to `years` after entry
 *   buddy     of 5 random members of longer standing, the best match (L1); finding one and looking after the pair costs
 *             staff_hours x intensity, and waits while management cannot pay. One who leaves is replaced
 *   meetings  Poisson at rate meetings x intensity; both pay, and without their hours there is none; digital while
 *             physical ones are closed. With probability `bring` the buddy brings along a member that it knows and
 *             trusts at 0.3 or more, who pays as well
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static const double trusted = 0.3; /* A: trust that sharing knowledge needs, as model.projects.gate_2 */

struct cluster_cost cluster_plan_inclusion(const struct cluster_params *p, double n, double joining)
{
    double meetings = 0.5 * joining * p->inclusion_years * p->inclusion_rate; /* half of them have no hours for it */
    struct cluster_cost cost = {joining * p->inclusion_staff,
                                meetings * (2.0 + p->inclusion_bring) * p->inclusion_hours, 0.0};
    (void)n;
    return cost;
}

/* Tenure is that at the middle of the tick: a firm counts as here for the whole tick in which it enters. */
bool cluster_newcomer(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    (void)block;
    return !f->founder[i] && w->time + 0.5 * w->dt - f->entered[i] <= cluster_params(w)->inclusion_years;
}

/* Whoever has taken the slot of a buddy that left entered after the newcomer, the buddy itself before it. */
static bool has_buddy(const struct cluster_firms *f, uint32_t i)
{
    uint32_t j = f->buddy[i];
    return j != RNG_NOBODY && f->member[j] && (f->founder[j] || f->entered[j] < f->entered[i]);
}

/* A buddy for i among the n members of longer standing in room.slot, n at least 1. */
static uint32_t choose_buddy(const struct world *w, uint32_t block, uint32_t i, uint32_t n)
{
    const uint32_t *veteran = cluster_block(w, block)->room.slot;
    struct rng r = cluster_draws(w, block, STREAM_buddy, i);
    uint32_t chosen = RNG_NOBODY;
    double best = -1.0;
    for (int tries = 0; tries < 5; tries++) {
        uint32_t j = veteran[rng_below(&r, n)];
        double match = cluster_match_value(w, i, j, L1);
        if (match <= best) continue;
        best = match;
        chosen = j;
    }
    return chosen;
}

static void find_buddy(struct world *w, uint32_t block, uint32_t i, uint32_t n, double hours)
{
    struct cluster_block *c = cluster_block(w, block);
    cluster_firms(w)->buddy[i] = RNG_NOBODY;
    if (n == 0) return;
    if (cluster_pay(c, POLICY_inclusion, hours, 0.0))
        cluster_firms(w)->buddy[i] = choose_buddy(w, block, i, n);
    else
        c->tally.queued_hours[POLICY_inclusion] += hours;
}

/* Somebody else that the buddy knows and trusts, with the hours to come; RNG_NOBODY when a few tries find none. */
static uint32_t bring_along(const struct world *w, struct rng *r, uint32_t buddy, uint32_t newcomer)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct tie_view v = tie_view(&w->ties, buddy);
    for (int tries = 0; tries < 8 && v.n > 0; tries++) {
        uint32_t k = rng_below(r, v.n), j = v.to[k];
        if (j == newcomer || f->hours_calls[j] < cluster_params(w)->inclusion_hours) continue;
        if (tie_known(w, &v, k) && (double)tie_trust(w, &v, k) >= trusted) return j;
    }
    return RNG_NOBODY;
}

/* The k-th meeting of the newcomer i with its buddy in this tick; false: one of them has no hours for it. */
static bool meet_buddy(struct world *w, uint32_t block, struct rng *r, uint32_t i, uint32_t k)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    struct cluster_block *c = cluster_block(w, block);
    double hours = p->inclusion_hours, *paid = &c->tally.member_hours[POLICY_inclusion];
    uint32_t buddy = f->buddy[i];
    enum cluster_kind kind = c->closed ? CONTACT_GROUP_DIGITAL : CONTACT_GROUP;
    if (f->hours_calls[i] < hours || f->hours_calls[buddy] < hours) return false;
    *paid += cluster_spend(f, i, f->hours_calls, hours) + cluster_spend(f, buddy, f->hours_calls, hours);
    cluster_meet(w, block, i, buddy, hours, kind, 4 * cluster_occasion(w, k % 128) + 2);
    if (rng_uniform(r) >= p->inclusion_bring) return true;
    uint32_t j = bring_along(w, r, buddy, i);
    if (j == RNG_NOBODY) return true;
    *paid += cluster_spend(f, j, f->hours_calls, hours);
    cluster_meet(w, block, i, j, hours, kind, 4 * cluster_occasion(w, 128 + k % 128) + 2);
    return true;
}

static void meet_often(struct world *w, uint32_t block, uint32_t i, double rate)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_buddy, block, f->uid[i], f->uid[f->buddy[i]], w->tick);
    uint32_t meetings = rng_poisson(&r, rate * w->dt);
    for (uint32_t k = 0; k < meetings; k++)
        if (!meet_buddy(w, block, &r, i, k)) break;
}

void cluster_inclusion(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double intensity = cluster_intensity(w, block, POLICY_inclusion);
    if (!(intensity > 0.0)) return;
    uint32_t *veteran = cluster_block(w, block)->room.slot, n = 0;
    EACH_MEMBER(w, block, i)
    {
        if (cluster_newcomer(w, block, i)) continue;
        f->buddy[i] = RNG_NOBODY;
        veteran[n++] = i;
    }
    EACH_MEMBER_IN_TURN(w, block, STREAM_buddy, i)
    {
        if (!cluster_newcomer(w, block, i)) continue;
        if (!has_buddy(f, i)) find_buddy(w, block, i, n, p->inclusion_staff * intensity);
        if (f->buddy[i] != RNG_NOBODY) meet_often(w, block, i, p->inclusion_rate * intensity);
    }
}
