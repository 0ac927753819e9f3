/* policy_spanners.c - support for those who span the boundary between firm and cluster (thesis 5.1.2, 6.1; evidence.md
 * P12).
 *
 *   supported  a firm that management knows (0.5 or better), with probability coverage x intensity, drawn once; while management
 *              can pay staff_hours a year for each of them, for all or none
 *   effect     management keeps knowing the firm, which has its attention as by one call a year; raises what internal integration moves to and keeps representatives in place (integration.c, turnover.c)
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_spanners(const struct cluster_params *p, double n, double joining)
{
    double firms = 0.8 * n * p->spanners_covered; /* most of those drawn are known to management */
    struct cluster_cost cost = {firms * p->spanners_staff, firms * p->spanners_member, 0.0};
    (void)joining;
    return cost;
}

static bool is_chosen(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    double share = cluster_params(w)->spanners_covered * cluster_intensity(w, block, POLICY_spanners);
    if (!(share > 0.0) || f->known_to_staff[i] < 0.5) return false;
    struct rng r = rng_open(w->seed, STREAM_support, block, f->uid[i], RNG_NOBODY, 0);
    return rng_uniform(&r) < share;
}

/* `dealt` is the tick up to which support has been paid for. */
bool cluster_supported(const struct world *w, uint32_t block, uint32_t i)
{
    return cluster_block(w, block)->policy[POLICY_spanners].dealt == w->tick + 1 && is_chosen(w, block, i);
}

void cluster_spanners(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    if (!(cluster_intensity(w, block, POLICY_spanners) > 0.0)) return;
    uint32_t firms = 0;
    EACH_MEMBER(w, block, i)
    firms += is_chosen(w, block, i);
    double hours = firms * p->spanners_staff * w->dt;
    if (!cluster_pay(c, POLICY_spanners, hours, 0.0)) {
        c->tally.dropped_hours[POLICY_spanners] += hours;
        return;
    }
    c->policy[POLICY_spanners].dealt = w->tick + 1;
    EACH_MEMBER(w, block, i)
    {
        if (!is_chosen(w, block, i)) continue;
        c->tally.member_hours[POLICY_spanners] += cluster_spend(f, i, f->hours_calls, p->spanners_member * w->dt);
        f->attention[i] += w->dt;
        f->known_to_staff[i] = 1.0;
    }
}
