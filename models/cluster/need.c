/* need.c - does a firm lack a partner? (model.md, definitions: a need is a specific competence that few hold)
 *
 *   unmet  while the firm knows nobody who meets one of its needs at 0.5 or better; such a firm asks management
 *          (policy_brokering.c) and posts its need on the forum (policy_forum.c)
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

bool cluster_need_unmet(const struct world *w, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    for (uint32_t k = 0; k < v.n; k++)
        if (tie_known(w, &v, k) && cluster_match_need(cluster_firms(w), i, v.to[k]) >= 0.5) return false;
    return true;
}
