/* expansion.c - the members that recruitment aims at, as a function of time alone (evidence.md section 1, P20-P24, P50).
 *
 *   path      world.members, linear between its points: a ramp, a stop, or whatever a CSV says
 *   logistic  N(t) = from + (top - from) (s(t) - s(t0)) / (1 - s(t0)),  s(t) = 1 / (1 + exp(-rate (t - middle)))
 *   pulse     adds pulse_members over pulse_years, and they stay
 *   stop      the target stays what it was
 *   merger    the firms of another cluster come on top, all at once
 */
#include "cluster/cluster.h"

static double logistic(const struct cluster_params *p, double time)
{
    return 1.0 / (1.0 + real_exp(-p->logistic_rate * (time - p->logistic_middle)));
}

static double base(const struct cluster_params *p, const struct cluster_derived *d, double time)
{
    if (!d->logistic) return param_path_at(&p->members_path, time);
    double grown = (logistic(p, time) - d->logistic_low) / (1.0 - d->logistic_low);
    return p->logistic_from + (p->logistic_top - p->logistic_from) * grown;
}

bool cluster_merger_due(const struct cluster_params *p, double time)
{
    return p->merger_members > 0 && time > p->merger_time + 1e-9; /* a tick's time is off by some rounding */
}

double cluster_target(const struct cluster_params *p, const struct cluster_derived *d, double time)
{
    double until = fmin(time, p->growth_stop);
    double pulse = real_clamp((until - p->pulse_start) / p->pulse_years, 0.0, 1.0) * p->pulse_members;
    return base(p, d, until) + pulse + (cluster_merger_due(p, time) ? (double)p->merger_members : 0.0);
}
