/* exits.c - members leave: hazard h exp(-k (B - B*) - k (V - V*)), one rate for all (evidence.md section 8). The others' ties to
 * them end; their projects go on without them. Comes before recruitment in a tick, so that
 * the members observed do not depend on its length.
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
        double u = cluster_draw(w, block, STREAM_leaving, i);
        if (u >= highest * w->dt) continue; /* stays whatever its hazard: most do */
        double content = f->belonging[i] - p->exit_b + f->utilisation[i] - p->exit_v;
        if (!real_happens(u, p->exit_base * real_exp(-p->exit_slope * content), w->dt)) continue;
        f->member[i] = 0;
        w->ties.rows[i].n = 0;
        c->n--;
        c->tally.exits++;
    }
    if (c->tally.exits) end_ties(w, block);
}
