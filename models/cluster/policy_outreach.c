/* policy_outreach.c - management calls members; attention goes by employees^gamma (evidence.md P45, R7).
 *
 *   a call to i becomes due at rate per_member w_i / mean(w), w = employees^gamma; it is made when management has the hours and
 *   the member can pay its own;
 */
#include "cluster/cluster.h"

static double mean_prominence(const struct world *w, uint32_t block)
{
    double sum = 0.0;
    EACH_MEMBER(w, block, i)
    sum += cluster_firms(w)->prominence[i];
    return sum / fmax(1.0, cluster_block(w, block)->n);
}

static bool call(struct world *w, struct cluster_block *c, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    if (c->staff_hours < p->outreach_hours || f->hours_calls[i] < p->outreach_member) return false;
    c->staff_hours -= p->outreach_hours;
    c->tally.staff_hours[OUTREACH] += p->outreach_hours;
    c->tally.member_hours[OUTREACH] += cluster_spend(f, i, f->hours_calls, p->outreach_member);
    f->attention[i] += 1.0;
    f->known_to_staff[i] = 1.0;
    f->called_now[i] = 1;
    return true;
}

void cluster_outreach(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double mean = mean_prominence(w, block);
    if (!p->outreach) return;
    EACH_MEMBER_IN_TURN(w, block, STREAM_outreach, i)
    {
        struct rng r = cluster_draws(w, block, STREAM_outreach, i);
        if (real_happens(rng_uniform(&r), p->outreach_rate * f->prominence[i] / mean, w->dt)) f->call_due[i] = 1;
        if (f->call_due[i] && call(w, c, i)) f->call_due[i] = 0;
    }
}
