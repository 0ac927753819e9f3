/* turnover.c - a firm's representative, its boundary spanner, is replaced (thesis 5.1.2; evidence.md section 10, person against firm).
 *
 *   at rate `turnover`, (1 - stay) of that for a supported firm; what leaves:
 *     practice, role, goals   x <- x - loss (1 - A)(x - U_entry) where x is above what the firm came with
 *     integration             I <- I (1 - loss_I (1 - A))
 *     trust, persons hold it  T_ij and T_ji <- T (1 - share (1 - I)) for all ties but those of daily trade
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

static double unlearn(double x, double entry, double loss) { return x > entry ? x - loss * (x - entry) : x; }

/* Fading is a factor too, so that the tie need not be touched: no contact has taken place. */
static void lose_trust(struct world *w, uint32_t i, uint32_t k, float keep)
{
    struct tie_view v = tie_view(&w->ties, i);
    if (v.kind[k] & TIE_SUPPLIER) return;
    float lapse = (float)cluster_params(w)->trust_lapse, left = tie_trust(w, &v, k) * keep;
    v.trust[k] = v.trust[k] >= lapse && left < lapse ? 0.0f : v.trust[k] * keep;
}

static void replace(struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_firms *f = cluster_firms(w);
    double lacking = 1.0 - f->anchoring[i], loss = p->u_turnover_loss * lacking, entry = f->understanding_entry[i];
    f->practice[i] = unlearn(f->practice[i], entry, loss);
    f->role[i] = unlearn(f->role[i], entry, loss);
    f->goals[i] = unlearn(f->goals[i], entry, loss);
    f->understanding[i] = d->practice * f->practice[i] + d->role * f->role[i] + d->goals * f->goals[i];
    float keep = (float)(1.0 - p->person_share * (1.0 - f->integration[i]));
    for (uint32_t k = 0; p->has_persons && k < w->ties.rows[i].n; k++) {
        uint32_t j = network_to(&w->ties, i)[k], back = network_find(&w->ties, j, i);
        lose_trust(w, i, k, keep);
        if (back != NETWORK_NONE) lose_trust(w, j, back, keep);
    }
    f->integration[i] *= 1.0 - p->i_turnover * lacking;
}

void cluster_turnover(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    EACH_MEMBER(w, block, i)
    {
        struct rng event;
        double due = p->u_turnover * cluster_years_as_member(w, i, w->dt);
        for (; cluster_rings(w, block, CLOCK_turnover, i, due, &event); due = 0.0)
            if (!cluster_supported(w, block, i) || rng_uniform(&event) >= p->spanners_stay) replace(w, i);
    }
}
