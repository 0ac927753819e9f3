/* exits.c - members leave: hazard h exp(-k (B - B*) - k (V - V*)), one rate for all (evidence.md section 8). The others' ties to
 * them end; their projects go on without them. Comes before recruitment in a tick, so that the members observed do not depend on its
 * length. A firm's clock runs at the highest rate that there is; it leaves when it rings with the chance h over that.
 */
#include "cluster/cluster.h"

static void end_ties(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, i)
    {
        const uint32_t *to = network_to(&w->ties, i);
        for (uint32_t k = w->ties.rows[i].n; k-- > 0;)
            if (!f->member[to[k]]) network_drop(&w->ties, i, k);
    }
}

void cluster_exits(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double highest = p->exit_base * real_exp(p->exit_slope * (p->exit_b + p->exit_v)); /* at B = V = 0 */
    EACH_MEMBER(w, block, i)
    {
        struct rng event;
        bool leaves = false;
        for (double due = highest * w->dt; cluster_rings(w, block, CLOCK_leaving, i, due, &event); due = 0.0)
            leaves = leaves || rng_uniform(&event) < real_exp(-p->exit_slope * (f->belonging[i] + f->utilisation[i]));
        if (!leaves) continue;
        f->member[i] = 0;
        w->ties.rows[i].n = 0;
        c->n--;
        c->tally.exits++;
    }
    if (c->tally.exits) end_ties(w, block);
}
