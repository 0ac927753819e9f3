/* fading.c - ties of which nothing is left are dropped. Trust and awareness themselves fade in closed form (tie.h). */
#include "cluster/cluster.h"
#include "cluster/tie.h"

void cluster_fading(struct world *w, uint32_t block)
{
    EACH_MEMBER(w, block, i)
    {
        struct tie_view v = tie_view(&w->ties, i);
        for (uint32_t k = v.n; k-- > 0;)
            if (tie_trust(w, &v, k) < 0.01f && !tie_known(w, &v, k)) network_drop(&w->ties, i, k);
    }
}
