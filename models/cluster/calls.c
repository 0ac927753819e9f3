/* calls.c - contact that firms keep up on their own effort (model.md, definitions).
 *
 *   hours left in the account for calls go to calls of `call_hours`, to known members in proportion to (0.1 + T)^s (Sutcliffe,
 *   Wang & Dunbar 2012); half of an account's calls are the firm's own to start, the other half it takes. Both sides pay, and keep the hours of a chance
 *   meeting in hand, so that what calls leave does not depend on the tick.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

/* A known member, by preference; RNG_NOBODY when there is none. */
static uint32_t pick(const struct world *w, struct rng *r, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    /* Rejection: a tie at random, accepted by its weight. Rows with few known ties end after 64 tries a tie. */
    for (uint32_t tries = 64 * v.n; tries > 0; tries--) {
        uint32_t k = rng_below(r, v.n);
        if (!tie_known(w, &v, k)) continue;
        if (rng_uniform(r) < tie_preference(w, (double)tie_trust(w, &v, k))) return v.to[k];
    }
    return RNG_NOBODY;
}

void cluster_calls(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double hours = p->call_hours, needed = hours + p->chance_hours;
    EACH_MEMBER_IN_TURN(w, block, STREAM_call, i)
    {
        uint32_t step = 0;
        struct rng r = cluster_draws(w, block, STREAM_call, i);
        /* the account's expected calls of this tick, up or down by chance: no tick is too short for a call */
        double due = 0.5 * f->hours_calls[i] / hours * real_chance(6.0, w->dt);
        uint32_t n = (uint32_t)(due + rng_uniform(&r));
        for (; step < n && f->hours_calls[i] >= needed; step++) {
            uint32_t j = pick(w, &r, i);
            if (j == RNG_NOBODY) break;
            if (f->hours_calls[j] < needed) continue;
            cluster_spend(f, i, f->hours_calls, hours);
            cluster_spend(f, j, f->hours_calls, hours);
            cluster_meet(c, i, j, hours, CONTACT_CALL, step);
        }
    }
}
