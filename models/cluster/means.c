/* means.c - what management has to spend (evidence.md section 8, brokering; section 1, money).
 *
 *   staff hours  accrue at S H_S (1 - reporting) a year, split between introductions (reserved, while brokering is in force) and
 *                the rest; what is not used within a year is gone
 *   money        for bills: funding + fees - wages a year, at least 0; two years of that at most are kept
 */
#include "cluster/cluster.h"

static double bank(double account, double yearly, double dt)
{
    return fmax(fmin(account + yearly * dt, yearly * fmax(1.0, dt)), 0.0);
}

void cluster_means(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double yearly = c->staff * p->staff_hours * (1.0 - p->staff_reporting);
    double reserved = fmin(0.9, p->broker_share * cluster_intensity(w, block, POLICY_brokering));
    double wages = c->staff * p->staff_hours * p->staff_wage, money = fmax(0.0, c->funding + p->fee * c->n - wages);
    c->broker_hours = bank(c->broker_hours, yearly * reserved, w->dt);
    c->staff_hours = bank(c->staff_hours, yearly * (1.0 - reserved), w->dt);
    c->money = fmin(c->money + money * w->dt, fmax(c->money, 2.0 * money));
}
