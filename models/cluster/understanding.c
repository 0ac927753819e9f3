/* understanding.c - experience builds understanding of cluster work; a new representative has to learn again.
 *
 *   U <- U + l (1 - U) for each attended gathering, ended project and outreach call
 *   with rate `turnover` the representative is replaced: U <- U - loss (1 - A) (U - U_entry), when U is above its entry value
 *   (thesis 5.1.2: anchoring on several levels protects)
 */
#include "cluster/cluster.h"

void cluster_understanding(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double replaced = real_chance(p->u_turnover, w->dt);
    EACH_MEMBER(w, block, i)
    {
        double lacking = 1.0 - f->understanding[i];
        for (int k = 0; k < f->attended_now[i]; k++)
            lacking *= 1.0 - p->u_learning;
        for (int k = 0; k < f->ended[i]; k++)
            lacking *= 1.0 - p->u_project;
        if (f->called_now[i]) lacking *= 1.0 - p->u_outreach;
        f->understanding[i] = 1.0 - lacking;
        struct rng r = cluster_draws(w, block, STREAM_turnover, i);
        double gained = f->understanding[i] - f->understanding_entry[i];
        if (rng_uniform(&r) < replaced && gained > 0.0)
            f->understanding[i] -= p->u_turnover_loss * (1.0 - f->anchoring[i]) * gained;
    }
}
