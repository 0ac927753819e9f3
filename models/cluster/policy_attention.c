/* policy_attention.c - the rule by which management gives its attention (thesis 5.2.2.2; evidence.md P45).
 *
 *   w_i = employees^gamma; while the policy is in force, employees^gamma' (1 + newest exp(-years of membership))
 *   Calls of outreach, and places on the list of those invited into a small project, go by w.
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_attention(const struct cluster_params *p, double n, double joining)
{
    struct cluster_cost nothing = {0.0, 0.0, 0.0};
    (void)p;
    (void)n;
    (void)joining;
    return nothing;
}

double cluster_attention_weight(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    if (!(cluster_intensity(w, block, POLICY_attention) > 0.0)) return f->prominence[i];
    double size = p->attention_policy_size > 0.0 ? real_pow(f->employees[i], p->attention_policy_size) : 1.0;
    if (!(p->attention_newest > 0.0)) return size;
    return size * (1.0 + p->attention_newest * real_exp(f->entered[i] - w->time));
}
