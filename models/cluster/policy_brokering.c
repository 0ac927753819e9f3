/* policy_brokering.c - management as the go-between (thesis 5.2.1.2; evidence.md section 8).
 *
 *   a member asks, at rate `ask`, when it knows nobody who meets one of its needs at 0.5 or better and has the hours for a
 *   meeting; its one request waits in a queue
 *   management answers the oldest request as long as it has hours for introductions: of the firms that it knows itself (0.5 or
 *   better) and the asker does not, the one with the best match; both pay for the meeting; with probability `trial` an L1 project
 *   on swift trust follows
 */
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static bool need_unmet(const struct world *w, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    for (uint32_t k = 0; k < v.n; k++)
        if (tie_known(w, &v, k) && cluster_match_need(cluster_firms(w), i, v.to[k]) >= 0.5) return false;
    return true;
}

static bool has_asked(const struct cluster_block *c, uint32_t i, uint32_t uid)
{
    for (uint32_t q = 0; q < c->n_requests; q++)
        if (c->room.request[q].slot == i && c->room.request[q].uid == uid) return true;
    return false;
}

static void ask(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER_IN_TURN(w, block, STREAM_request, i)
    {
        struct rng r = cluster_draws(w, block, STREAM_request, i);
        if (!real_happens(rng_uniform(&r), p->broker_ask, w->dt) || c->n_requests == c->room.requests) continue;
        if (f->hours_calls[i] < p->broker_member || has_asked(c, i, f->uid[i]) || !need_unmet(w, i)) continue;
        struct cluster_request request = {i, f->uid[i]};
        c->room.request[c->n_requests++] = request;
    }
}

/* The best partner that management can name for i, or RNG_NOBODY. */
static uint32_t find_partner(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    double best = 0.0;
    uint32_t chosen = RNG_NOBODY;
    EACH_MEMBER(w, block, j)
    {
        if (j == i || f->known_to_staff[j] < 0.5 || f->hours_calls[j] < cluster_params(w)->broker_member ||
            tie_knows(w, i, j))
            continue;
        double match = cluster_match_value(w, i, j, L1);
        if (match < best || (match == best && chosen != RNG_NOBODY && f->uid[j] > f->uid[chosen])) continue;
        best = match;
        chosen = j;
    }
    return chosen;
}

static void introduce(struct world *w, uint32_t block, uint32_t i, uint32_t j)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    c->broker_hours -= p->broker_hours;
    c->tally.staff_hours[BROKERING] += p->broker_hours;
    c->tally.member_hours[BROKERING] +=
        cluster_spend(f, i, f->hours_calls, p->broker_member) + cluster_spend(f, j, f->hours_calls, p->broker_member);
    c->tally.introductions++;
    cluster_meet(w, block, i, j, p->broker_member, CONTACT_INTRODUCTION, 0);
    struct rng r = cluster_pair_draws(w, block, STREAM_trial, i, j);
    uint32_t team[2] = {i, j};
    if (rng_uniform(&r) < p->broker_trial && cluster_has_capacity(w, i, L1) && cluster_has_capacity(w, j, L1))
        cluster_start_project(w, block, L1, team, 2, FROM_TRIAL);
}

void cluster_brokering(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    const struct cluster_firms *f = cluster_firms(w);
    if (!p->brokering) return;
    ask(w, block);
    uint32_t served = 0;
    while (served < c->n_requests && c->broker_hours >= p->broker_hours) {
        struct cluster_request request = c->room.request[served++];
        uint32_t i = request.slot;
        if (!f->member[i] || f->uid[i] != request.uid) continue;                 /* has left */
        if (f->hours_calls[i] < p->broker_member || !need_unmet(w, i)) continue; /* lapses */
        uint32_t j = find_partner(w, block, i);
        if (j != RNG_NOBODY) introduce(w, block, i, j);
    }
    c->n_requests -= served;
    memmove(c->room.request, c->room.request + served, c->n_requests * sizeof *c->room.request);
}
