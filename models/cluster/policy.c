/* policy.c - which policies are in force, and what they may spend.
 *
 *   in force   when on, start <= middle of the tick < end, its trigger has held at some time since, and it has not lasted its years
 *   intensity  as set, or as scaled to the budget (plan.c); 0 while not in force
 *   paying     management hours and bills are paid together or not at all; what is not paid waits or is given up, and the data say so
 */
#include "cluster/cluster.h"

static bool within(const struct cluster_policy_plan *plan, double middle)
{
    return plan->on && middle >= plan->start && middle < plan->end;
}

static void update(struct world *w, uint32_t block, uint32_t which, double middle)
{
    const struct cluster_policy_plan *plan = &cluster_derived(w)->policy[which];
    struct cluster_policy_state *s = &cluster_block(w, block)->policy[which];
    s->intensity = 0.0;
    if (!within(plan, middle)) return;
    bool triggered = plan->trigger.measure < 0 || cluster_trigger_holds(w, block, &plan->trigger);
    if (isnan(s->began) && triggered) s->began = fmax(w->time, fmin(plan->start, w->time + w->dt));
    if (isnan(s->began) || (plan->lasts > 0.0 && middle >= s->began + plan->lasts)) return;
    s->intensity = plan->intensity;
}

void cluster_policy(struct world *w, uint32_t block)
{
    for (uint32_t k = 0; k < N_POLICIES; k++)
        update(w, block, k, w->time + 0.5 * w->dt);
}

double cluster_began(const struct world *w, uint32_t block, enum cluster_policy policy)
{
    return cluster_block(w, block)->policy[policy].began;
}

bool cluster_afford(const struct cluster_block *c, double staff_hours, double bill)
{
    return c->staff_hours >= staff_hours && (bill <= 0.0 || c->money >= bill);
}

bool cluster_pay(struct cluster_block *c, enum cluster_policy policy, double staff_hours, double bill)
{
    if (!cluster_afford(c, staff_hours, bill)) return false;
    c->staff_hours -= staff_hours;
    c->money -= bill;
    c->tally.staff_hours[policy] += staff_hours;
    c->tally.bills[policy] += bill;
    return true;
}

uint32_t cluster_dates_now(const struct world *w, double first, double rate)
{
    if (!(rate > 0.0) || isnan(first)) return 0;
    double last = floor((w->time + w->dt - first) * rate - 0.5 - 1e-9);
    double before = floor((w->time - first) * rate - 0.5 - 1e-9);
    return last < 0.0 ? 0 : (uint32_t)(last - fmax(before, -1.0));
}
