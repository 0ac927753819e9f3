/* integration.c - internal integration, on which absorptive capacity rests (thesis 5.1.2, 6.1; evidence.md P12).
 *
 *   I <- I + (1 - exp(-r dt)) (I* - I),  I* = A, or min(1, A + target) for a firm whose boundary spanner is supported
 *   brought home of what a representative learns: a + (1 - a) I, a what a representative alone brings
 */
#include "cluster/cluster.h"

double cluster_brought_home(const struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    double integrated = p->has_absorption ? cluster_firms(w)->integration[i] : 0.5;
    return p->i_alone + (1.0 - p->i_alone) * integrated;
}

void cluster_integration(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double pull = real_chance(p->i_rate, w->dt);
    EACH_MEMBER(w, block, i)
    {
        double more = cluster_supported(w, block, i) ? p->spanners_target : 0.0;
        f->integration[i] += pull * (fmin(1.0, f->anchoring[i] + more) - f->integration[i]);
    }
}
