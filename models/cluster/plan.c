/* plan.c - what policies are planned to cost a year, and their scaling to a budget.
 *
 *   planned    each policy's own reckoning (its file), at the mean target of the time that it can be in force
 *   budget     what management may spend a year: its hours at world.staff_wage, and bills. A mix that is planned to cost more is refused,
 *              or with scale_to_budget scaled: intensity times budget / planned for all, or each by its share of the budget
 *   bills      paid out of what wages leave of funding and fees (means.c); where that is less than is planned, `check` says so
 */
#include <stdio.h>

#include "cluster/cluster.h"

static const char *const names[N_POLICIES] = {
#define POLICY(name, doc) #name,
#include "cluster/policies.def"
#undef POLICY
};

static double money_of(const struct cluster_params *p, const struct cluster_cost *cost)
{
    return cost->staff_hours * p->staff_wage + cost->bills;
}

/* Mean target, and members joining a year, over the part of the run in which the policy can be in force. */
static void size_in(const struct run_params *run, const struct cluster_params *p, const struct cluster_derived *d,
                    const struct cluster_policy_plan *plan, double *n, double *joining)
{
    enum { STEPS = 48 };
    double from = fmax(run->start, plan->start), to = fmin(run->end, plan->end);
    *n = 0.0;
    for (int k = 0; k < STEPS; k++)
        *n += cluster_target(p, d, from + (to - from) * (k + 0.5) / STEPS) / STEPS;
    double grown = cluster_target(p, d, to) - cluster_target(p, d, from);
    *joining = fmax(0.0, grown) / (to - from) + p->exit_base * *n;
}

static void reckon(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d)
{
    uint32_t k = 0;
    double n, joining;
#define POLICY(name, doc)                                                                                              \
    if (d->policy[k].on) {                                                                                             \
        size_in(run, p, d, &d->policy[k], &n, &joining);                                                               \
        d->planned[k] = cluster_plan_##name(p, n, joining);                                                            \
    }                                                                                                                  \
    k++;
#include "cluster/policies.def"
#undef POLICY
}

/* At the intensities as they stand. */
static double total(const struct cluster_params *p, const struct cluster_derived *d)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < N_POLICIES; k++)
        sum += d->policy[k].intensity * money_of(p, &d->planned[k]);
    return sum;
}

static int check_intensity(const struct cluster_derived *d, struct error *err)
{
    for (uint32_t k = 0; k < N_POLICIES; k++)
        if (d->policy[k].intensity > 10.0)
            return error_set(
                err, ERROR_CONFIG,
                "policies.budget.money: found a budget that scales %s to an intensity of %.3g, expected at "
                "most 10: a smaller budget, or more policies",
                names[k], d->policy[k].intensity);
    return ERROR_NONE;
}

/* Each policy by its share of the budget; what costs nothing stays as it is. */
static int scale_by_shares(const struct cluster_params *p, struct cluster_derived *d, const double *share, double sum,
                           struct error *err)
{
    for (uint32_t k = 0; k < N_POLICIES; k++) {
        double unit = money_of(p, &d->planned[k]);
        if (share[k] > 0.0 && !d->policy[k].on)
            return error_set(err, ERROR_CONFIG,
                             "policies.%s.share: found %g for a policy that is off, expected it on, or 0", names[k],
                             share[k]);
        if (unit > 0.0) d->policy[k].intensity = share[k] / sum * p->budget_money / unit;
    }
    return ERROR_NONE;
}

static int scale_all(const struct cluster_params *p, struct cluster_derived *d, struct error *err)
{
    double planned = total(p, d);
    if (!(planned > 0.0))
        return error_set(err, ERROR_CONFIG,
                         "policies.budget.scale_to_budget: found no policy on that costs anything, expected one at "
                         "least to scale");
    for (uint32_t k = 0; k < N_POLICIES; k++)
        if (money_of(p, &d->planned[k]) > 0.0) d->policy[k].intensity *= p->budget_money / planned;
    return ERROR_NONE;
}

static int scale_to_budget(const struct cluster_params *p, struct cluster_derived *d, struct error *err)
{
    const double share[N_POLICIES] = {
#define POLICY(name, doc) p->name##_share,
#include "cluster/policies.def"
#undef POLICY
    };
    double sum = 0.0;
    for (uint32_t k = 0; k < N_POLICIES; k++)
        sum += share[k];
    for (uint32_t k = 0; k < N_POLICIES && !p->budget_scale; k++)
        if (share[k] > 0.0)
            return error_set(
                err, ERROR_CONFIG,
                "policies.%s.share: found %g without policies.budget.scale_to_budget, expected that true, or 0",
                names[k], share[k]);
    if (!p->budget_scale) return ERROR_NONE;
    if (!(p->budget_money > 0.0))
        return error_set(
            err, ERROR_CONFIG,
            "policies.budget.scale_to_budget: found true without a budget, expected policies.budget.money above 0");
    int code = sum > 0.0 ? scale_by_shares(p, d, share, sum, err) : scale_all(p, d, err);
    return code ? code : check_intensity(d, err);
}

int cluster_plan(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                 struct error *err)
{
    reckon(run, p, d);
    int code = scale_to_budget(p, d, err);
    if (code) return code;
    if (p->budget_money > 0.0 && total(p, d) > p->budget_money * (1.0 + 1e-9))
        return error_set(err, ERROR_CONFIG,
                         "policies.budget.money: found %.0f NOK/year, expected at least %.0f, which the policies are "
                         "planned to cost, or policies.budget.scale_to_budget",
                         p->budget_money, total(p, d));
    return ERROR_NONE;
}

uint32_t cluster_planned_costs(const struct run_params *run, const void *params, const void *derived,
                               struct model_budget *rows, uint32_t most)
{
    const struct cluster_params *p = params;
    const struct cluster_derived *d = derived;
    uint32_t n = 0;
    (void)run;
    for (uint32_t k = 0; k < N_POLICIES; k++) {
        if (!d->policy[k].on) continue;
        double factor = d->policy[k].intensity, money = factor * money_of(p, &d->planned[k]);
        struct model_budget row = {names[k], factor * d->planned[k].staff_hours, factor * d->planned[k].member_hours,
                                   money, p->budget_money > 0.0 ? money / p->budget_money : NAN};
        if (n < most) rows[n] = row;
        n++;
    }
    return n;
}

/* Bills a year of the policies that can be in force then, at the intensities as they stand. */
static double bills_at(const struct cluster_derived *d, double time)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < N_POLICIES; k++)
        if (d->policy[k].on && time >= d->policy[k].start && time < d->policy[k].end)
            sum += d->policy[k].intensity * d->planned[k].bills;
    return sum;
}

bool cluster_plan_remark(const struct run_params *run, const void *params, const void *derived, char *text, size_t size)
{
    enum { STEPS = 96 };
    const struct cluster_params *p = params;
    const struct cluster_derived *d = derived;
    double most = 0.0, income = 0.0, wages = 0.0, bills = 0.0;
    int lacking = 0;
    for (int k = 0; k < STEPS; k++) {
        double time = run->start + (run->end - run->start) * (k + 0.5) / STEPS, n = cluster_target(p, d, time);
        struct cluster_terms t = cluster_terms_at(p, time, n);
        double had = t.funding + p->fee * n, due = t.staff * p->staff_hours * p->staff_wage,
               planned = bills_at(d, time);
        double lack = planned - fmax(0.0, had - due);
        if (!(lack > 1e-9 * planned)) continue;
        lacking++;
        if (lack <= most) continue;
        most = lack;
        income = had, wages = due, bills = planned;
    }
    if (!lacking) return false;
    snprintf(
        text, size,
        "in %.0f %% of the run wages leave too little for the bills of gatherings, courses and forum, at worst %.2f of "
        "%.2f million NOK a year: funding and fees are %.2f, wages %.2f; what cannot be paid is dropped "
        "(cost/dropped_hours)",
        100.0 * lacking / STEPS, fmax(0.0, income - wages) * 1e-6, bills * 1e-6, income * 1e-6, wages * 1e-6);
    return true;
}
