/* policy_recruitment.c - recruitment pace and pause (thesis 7.5; evidence.md P50).
 *
 *   while in force the target grows by pace x what it would; what it has lost against the plan it does not catch up. With pace 0
 *   nobody is admitted, those who leave are not replaced, and when recruitment goes on it does so from the members there are.
 *   Admissions take management hours whether it is in force or not, so that it has no cost of its own
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_recruitment(const struct cluster_params *p, double n, double joining)
{
    struct cluster_cost nothing = {0.0, 0.0, 0.0};
    (void)p;
    (void)n;
    (void)joining;
    return nothing;
}

bool cluster_admits(struct world *w, uint32_t block)
{
    return !(cluster_intensity(w, block, POLICY_recruitment) > 0.0) || cluster_params(w)->recruitment_pace > 0.0;
}

double cluster_paced_target(struct world *w, uint32_t block, double time)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_recruitment), target = cluster_target(p, d, time);
    if (intensity > 0.0) {
        double grown = target - cluster_target(p, d, time - w->dt);
        if (cluster_merger_due(p, time) && !cluster_merger_due(p, time - w->dt)) grown -= (double)p->merger_members;
        c->paced += fmax(0.0, grown) * (1.0 - p->recruitment_pace);
        if (!cluster_admits(w, block)) c->paced = fmax(c->paced, target - c->n);
    }
    return fmax(0.0, target - c->paced);
}
