/* policy_requirements.c - entry requirements (thesis 6.1, 7.5; evidence.md P16).
 *
 *   an applicant is admitted when (U0 + A0) / 2 + error >= level, error normal: what management sees of it, for hours of screening.
 *   Without the hours it waits. With an intensity below 1 that share of applicants is screened, above 1 each takes more hours
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_requirements(const struct cluster_params *p, double n, double joining)
{
    struct cluster_cost cost = {2.0 * joining * p->requirements_staff, 0.0, 0.0}; /* one in two is refused */
    (void)n;
    return cost;
}

/* Hours for it, 0 where it is not screened; paid by the caller (recruitment.c). */
double cluster_screening(const struct world *w, uint32_t block, uint32_t uid)
{
    double intensity = cluster_intensity(w, block, POLICY_requirements);
    struct rng r = rng_open(w->seed, STREAM_screening, block, uid, RNG_NOBODY, 0);
    if (rng_uniform(&r) >= intensity) return 0.0;
    return cluster_params(w)->requirements_staff * fmax(1.0, intensity);
}

/* Is an applicant that is screened admitted? */
bool cluster_meets_requirements(const struct world *w, uint32_t block, uint32_t uid)
{
    const struct cluster_params *p = cluster_params(w);
    double u, a;
    struct rng r = rng_open(w->seed, STREAM_screening, block, uid, RNG_NOBODY, 0);
    rng_word(&r); /* the first word: is it screened? */
    cluster_attitude_of(w, block, uid, &u, &a);
    return 0.5 * (u + a) + p->requirements_error * rng_normal(&r) >= p->requirements_level;
}
