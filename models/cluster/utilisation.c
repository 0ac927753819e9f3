/* utilisation.c - V = 1 - exp(-benefit over 24 months / b0) (model.md, definitions). Benefit stands in 24 calendar months. */
#include "cluster/cluster.h"

/* Months that begin between this tick and the next: their old benefit is 24 months ago. */
static void turn_months(struct world *w, uint32_t i)
{
    uint32_t now = (uint32_t)floor(w->time * 12.0 + 1e-9), next = (uint32_t)floor((w->time + w->dt) * 12.0 + 1e-9);
    for (uint32_t month = now + 1; month <= next; month++)
        cluster_firms(w)->benefit[i * BENEFIT_MONTHS + month % BENEFIT_MONTHS] = 0.0f;
}

void cluster_utilisation(struct world *w, uint32_t block)
{
    struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, i)
    {
        const float *benefit = f->benefit + (size_t)i * BENEFIT_MONTHS;
        double sum[4] = {0.0}; /* side by side, so that they vectorise */
        for (uint32_t m = 0; m < BENEFIT_MONTHS; m += 4)
            for (uint32_t k = 0; k < 4; k++)
                sum[k] += (double)benefit[m + k];
        f->utilisation[i] = real_risen(((sum[0] + sum[1]) + (sum[2] + sum[3])) / cluster_params(w)->v_scale);
        turn_months(w, i);
    }
}
