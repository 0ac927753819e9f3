/* begin.c - a cluster at the start: founding members, no project, nobody waiting. */
#include <string.h>

#include "cluster/cluster.h"

static bool founding(const struct world *w, uint32_t row)
{
    const struct roster *r = w->setup.roster;
    double joined = r->value[(size_t)row * r->n_columns + ROSTER_JOINED];
    return isnan(joined) || joined <= w->time;
}

/* Founders: the roster's firms that had joined by the start, then drawn ones up to the path's first value. */
void cluster_begin(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    const struct roster *roster = w->setup.roster;
    uint32_t listed = roster ? roster->n : 0;
    struct cluster_room room = c->room;
    memset(c, 0, sizeof *c);
    c->room = room;
    for (uint32_t row = 0; row < listed; row++)
        if (founding(w, row)) cluster_enter(w, block, row, row, true);
    for (uint32_t uid = listed; c->n < cluster_derived(w)->founders; uid++)
        cluster_enter(w, block, uid, -1, true);
    cluster_supply_founders(w, block);
    struct rng r = rng_open(w->seed, STREAM_arrival, block, 0, RNG_NOBODY, 0);
    double rate = cluster_params(w)->applicants;
    c->life.members = c->n;
    for (int k = 0; k < N_POLICIES; k++)
        c->policy[k].began = NAN;
    c->next_arrival = rate > 0.0 ? w->time + rng_exponential(&r) / rate : INFINITY;
}
