/* policy_outreach.c - management calls members; attention goes by the rule in force (evidence.md P45, R7).
 *
 *   a call to i becomes due at rate per_member w_i / mean(w), w by policy_attention.c; it is made when management has the hours and
 *   the member can pay its own
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_outreach(const struct cluster_params *p, double n, double joining)
{
    double calls = 0.75 * p->outreach_rate * n; /* one in four has no hours for it */
    struct cluster_cost cost = {calls * p->outreach_hours, calls * p->outreach_member, 0.0};
    (void)joining;
    return cost;
}

static bool call(struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    if (f->hours_calls[i] < p->outreach_member) return false;
    if (!cluster_pay(c, POLICY_outreach, p->outreach_hours, 0.0)) {
        c->tally.queued_hours[POLICY_outreach] += p->outreach_hours;
        return false;
    }
    c->tally.member_hours[POLICY_outreach] += cluster_spend(f, i, f->hours_calls, p->outreach_member);
    f->attention[i] += 1.0;
    f->known_to_staff[i] = 1.0;
    f->called_now[i] = 1;
    return true;
}

void cluster_outreach(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t first = cluster_first(w, block);
    double rate = cluster_params(w)->outreach_rate * cluster_intensity(w, block, POLICY_outreach), mean = 0.0;
    double *weight = c->room.key;
    if (!(rate > 0.0)) return;
    EACH_MEMBER(w, block, i)
    mean += weight[i - first] = cluster_attention_weight(w, block, i);
    mean /= fmax(1.0, c->n);
    EACH_MEMBER_IN_TURN(w, block, STREAM_outreach, i)
    {
        struct rng event;
        double due = rate * cluster_years_as_member(w, i, w->dt) * weight[i - first] / mean;
        if (f->call_due[i]) f->call_due[i] = !call(w, block, i);
        for (; cluster_rings(w, block, CLOCK_outreach, i, due, &event); due = 0.0)
            f->call_due[i] = !call(w, block, i);
    }
}
