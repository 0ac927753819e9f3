/* policy_onboarding.c - management takes new members in hand and tells them their role (thesis 5.1.1, 6.1; evidence.md
 * P16).
 *
 *   in hand   no founder, and up to `years` after entry, while the policy is in force
 *   sessions  Poisson at rate sessions x intensity / years for each of them; one that management or the member cannot
 *             pay is given up
 *   effect    R <- R + gain (1 - R), G <- G + gain (1 - G); management knows the firm. Gatherings and courses teach
 *             more while in hand (their own files)
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_onboarding(const struct cluster_params *p, double n, double joining)
{
    double sessions = 0.5 * joining * p->onboarding_sessions; /* one in two finds the member with hours to spare */
    struct cluster_cost cost = {sessions * p->onboarding_staff, sessions * p->onboarding_member, 0.0};
    (void)n;
    return cost;
}

/* Tenure is that at the middle of the tick: a firm counts as here for the whole tick in which it enters. */
bool cluster_in_hand(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    if (!(cluster_intensity(w, block, POLICY_onboarding) > 0.0) || f->founder[i]) return false;
    return w->time + 0.5 * w->dt - f->entered[i] <= cluster_params(w)->onboarding_years;
}

static void hold_session(struct world *w, struct cluster_block *c, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    if (f->hours_calls[i] < p->onboarding_member) return;
    if (!cluster_pay(c, POLICY_onboarding, p->onboarding_staff, 0.0)) {
        c->tally.dropped_hours[POLICY_onboarding] += p->onboarding_staff;
        return;
    }
    c->tally.member_hours[POLICY_onboarding] += cluster_spend(f, i, f->hours_calls, p->onboarding_member);
    f->role[i] += p->onboarding_gain * (1.0 - f->role[i]);
    f->goals[i] += p->onboarding_gain * (1.0 - f->goals[i]);
    f->known_to_staff[i] = 1.0;
    f->attention[i] += 1.0;
}

void cluster_onboarding(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    double intensity = cluster_intensity(w, block, POLICY_onboarding);
    if (!(intensity > 0.0)) return;
    EACH_MEMBER_IN_TURN(w, block, STREAM_onboarding, i)
    {
        if (!cluster_in_hand(w, block, i)) continue;
        struct rng r = cluster_draws(w, block, STREAM_onboarding, i);
        uint32_t sessions = rng_poisson(&r, p->onboarding_sessions * intensity / p->onboarding_years * w->dt);
        for (uint32_t k = 0; k < sessions; k++)
            hold_session(w, cluster_block(w, block), i);
    }
}
