/* policy_easy_wins.c - the ambition of projects that management opens and members vote forth (thesis 6.1; evidence.md P15).
 *
 *   while in force, such a project is of the level set, and takes hours to choose and shape; at L1 the surest are chosen, and
 *   succeed with probability `success`. With an intensity below 1 that share of them is chosen, above 1 each takes more hours. Level 3 or 4 is the contrast: the ambitious first
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_easy_wins(const struct cluster_params *p, double n, double joining)
{
    double projects = (p->small_projects_on ? p->small_rate * 0.5 * (p->staff_arena + p->staff_arena_pro) : 0.0) +
                      (p->votes_on ? p->votes_rate * (double)p->votes_winners : 0.0);
    struct cluster_cost cost = {projects * p->easy_staff, 0.0, 0.0};
    (void)n;
    (void)joining;
    return cost;
}

bool cluster_choose_ambition(struct world *w, uint32_t block, enum cluster_level *level, double *success)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_easy_wins), share = fmin(1.0, intensity);
    if (!(intensity > 0.0)) return false;
    double k = c->policy[POLICY_easy_wins].dealt++, hours = p->easy_staff * fmax(1.0, intensity);
    if (floor((k + 1.0) * share) <= floor(k * share)) return false;
    if (!cluster_pay(c, POLICY_easy_wins, hours, 0.0)) {
        c->tally.dropped_hours[POLICY_easy_wins] += hours;
        return false;
    }
    *level = (enum cluster_level)(p->easy_level - 1);
    *success = *level == L1 ? p->easy_success : cluster_derived(w)->success[*level];
    return true;
}
