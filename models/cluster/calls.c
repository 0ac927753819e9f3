/* calls.c - contact that firms keep up on their own effort (model.md, definitions).
 *
 *   hours left in the account for calls are used at rate call_rate (of what a tick finds there, min(1, rate dt), so that an account
 *   levels off at the same height whatever the tick), in calls of `call_hours`, to known members in proportion to (0.1 + T)^s (Sutcliffe,
 *   Wang & Dunbar 2012); half of an account's calls are the firm's own to start, the other half it takes. Both sides pay, and keep the hours of a chance
 *   meeting in hand, so that what calls leave does not depend on the tick.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

/* The same by one pass for the sum of weights and one for the partner. */
static uint32_t pick_by_sum(const struct world *w, struct rng *r, const struct tie_view *v)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < v->n; k++)
        if (tie_known(w, v, k)) sum += tie_preference(w, (double)tie_trust(w, v, k));
    double left = rng_uniform(r) * sum;
    uint32_t chosen = RNG_NOBODY;
    for (uint32_t k = 0; k < v->n && left >= 0.0; k++) {
        if (!tie_known(w, v, k)) continue;
        left -= tie_preference(w, (double)tie_trust(w, v, k));
        chosen = v->to[k];
    }
    return chosen;
}

/* A known member, in proportion to (0.1 + T)^s; RNG_NOBODY when there is none. A tie at random, kept by its weight, costs a
 * few looks; only where that does not succeed are all ties looked at. The distribution is the same. */
static uint32_t pick(const struct world *w, struct rng *r, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    for (int tries = 0; tries < 16 && v.n > 0; tries++) {
        uint32_t k = rng_below(r, v.n);
        if (tie_known(w, &v, k) && rng_uniform(r) < tie_preference(w, (double)tie_trust(w, &v, k))) return v.to[k];
    }
    return pick_by_sum(w, r, &v);
}

void cluster_calls(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double hours = p->call_hours, needed = hours + p->chance_hours, own = 0.5 * fmin(1.0, p->call_rate * w->dt) / hours;
    EACH_MEMBER_IN_TURN(w, block, STREAM_call, i)
    {
        /* calls fall due as hours come in, a part of one stays due: no tick is too short for a call */
        f->calls_due[i] += f->hours_calls[i] * own;
        for (; f->calls_due[i] >= 1.0; f->calls_due[i] -= 1.0) {
            uint32_t number = f->called[i]++;
            struct rng r = rng_open(w->seed, STREAM_call, block, f->uid[i], RNG_NOBODY, number);
            uint32_t j = f->hours_calls[i] >= needed ? pick(w, &r, i) : RNG_NOBODY;
            if (j == RNG_NOBODY || f->hours_calls[j] < needed) continue;
            f->initiated[i] += 1.0;
            cluster_spend(f, i, f->hours_calls, hours);
            cluster_spend(f, j, f->hours_calls, hours);
            cluster_meet(w, block, i, j, hours, CONTACT_CALL, 2 * number);
        }
    }
}
