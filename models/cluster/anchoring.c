/* anchoring.c - own successes anchor cluster work, everyday work wears it down (evidence.md section 8).
 *
 *   A <- A + s (1 - A) for each own project that succeeded
 *   A <- F + (A - F) exp(-d dt) towards the floor F = a0 + a_U U + a_s ln(employees) + the firm's own: what a firm of that size
 *        and understanding sets aside without results
 */
#include "cluster/cluster.h"

void cluster_anchoring(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double keep = real_exp(-p->a_decay * w->dt);
    EACH_MEMBER(w, block, i)
    {
        double lacking = 1.0 - f->anchoring[i];
        for (int k = 0; k < f->successes[i]; k++)
            lacking *= 1.0 - p->a_success;
        double floor_ = real_clamp(p->a_understanding * f->understanding[i] + f->anchoring_own[i], 0.0, 1.0);
        f->anchoring[i] = floor_ + (1.0 - lacking - floor_) * keep;
    }
}
