/* budgets.c - hours are the currency (model.md, definitions).
 *
 *   H_i = base_i (floor + slope A_i)              yearly hours for cluster work
 *   of these, contact_share goes to three accounts (gatherings, calls, projects) and the rest is work at home, used at once;
 *   the account for events stands as of the end of the tick: what is still to come is kept back at an event's date (cluster_hours_at);
 *   that for projects as of its middle, when work comes on average: a member's first accrual is of half a tick; that for calls
 *   accrues as contact goes on (spontaneous.c)
 *   an account holds at most `bank` years of its accrual
 */
#include "cluster/cluster.h"

void cluster_budgets(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, i)
    {
        double yearly = f->hours_base[i] * (p->hours_floor + p->hours_slope * f->anchoring[i]);
        double contact = yearly * p->contact_share;
        double years = cluster_years_as_member(w, i, w->dt);
        cluster_block(w, block)->tally.member_years += years;
        f->hours_year[i] = yearly;
        f->hours_had[i] += yearly * years + contact * p->events_share * (w->dt - years);
        f->spent[i] += (yearly - contact) * years;
        cluster_accrue(f->hours_events, i, contact * p->events_share, w->dt, p->bank);
        cluster_accrue(f->hours_projects, i, contact * (1.0 - p->events_share - p->calls_share), years, p->bank);
    }
}

double cluster_hours_at(const struct world *w, uint32_t i, double date)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double yearly = f->hours_year[i] * p->contact_share * p->events_share;
    if (f->hours_events[i] >= yearly * p->bank) return f->hours_events[i]; /* it holds no more: nothing is to come */
    return f->hours_events[i] - real_min(f->hours_events[i], yearly * real_max(0.0, w->time + w->dt - date));
}
