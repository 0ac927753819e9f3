/* acquaintance.c - each firm's own view of its ties: how many it knows, its mean trust in them, its strong ties by origin. Trust
 * and awareness fade in closed form (tie.h); a tie of which nothing is left, neither known nor trusted at 0.01, is dropped.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

/* A tie becomes strong above 0.6, and is no longer counted as new until it has been below 0.5. */
static bool newly_strong(struct tie_view *v, uint32_t k, double trust)
{
    bool was = v->kind[k] & TIE_STRONG;
    if (trust < 0.5) v->kind[k] &= (uint8_t)~TIE_STRONG;
    if (trust > STRONG) v->kind[k] |= TIE_STRONG;
    return trust > STRONG && !was && !(v->kind[k] & TIE_SUPPLIER);
}

static void look(struct world *w, uint32_t i)
{
    struct cluster_firms *f = cluster_firms(w);
    struct tie_view v = tie_view(&w->ties, i);
    uint16_t known = 0, supplier = 0, project = 0, own = 0, fresh = 0;
    double sum = 0.0;
    for (uint32_t k = v.n; k-- > 0;) {
        double trust = (double)tie_trust(w, &v, k);
        if (tie_known(w, &v, k)) {
            known++;
            sum += trust;
        } else if (trust < 0.01) {
            network_drop(&w->ties, i, k);
            continue;
        }
        fresh = (uint16_t)(fresh + newly_strong(&v, k, trust));
        if (trust <= STRONG) continue;
        if (v.kind[k] & TIE_SUPPLIER)
            supplier++;
        else if (v.kind[k] & TIE_PROJECT)
            project++;
        else
            own++;
    }
    f->known[i] = known;
    f->trust[i] = known ? sum / known : 0.0;
    f->strong_supplier[i] = supplier;
    f->strong_project[i] = project;
    f->strong_own[i] = own;
    f->new_strong[i] = fresh;
}

void cluster_acquaintance(struct world *w, uint32_t block)
{
    EACH_MEMBER(w, block, i)
    look(w, i);
}
