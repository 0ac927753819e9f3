/* potential.c - what a firm's project capacity would give with its best feasible matches, whoever knows whom, and what its manager
 * would report (model.md, definitions; evidence.md sections 6 and 10). At the ends of slow steps only.
 *
 *   capacity    K years of projects at once: yearly accrual of the project account over the own hours of an L1 project
 *   potential   1 - exp(-b / b0),  b = 2 sum over the K best partners (the last in part) of max over levels L of
 *               v g^(L-1) s_L m_ij(L) / years_L x hours_1 / hours_L x U A x brought home, over 24 months
 *   reported    V + bias (B - 1/2) + bias' glow + noise, in [0, 1]
 */
#include "cluster/cluster.h"
#include "cluster/match.h"

enum { BEST_MOST = 16 };

/* Value a year of a project with a full match, over an L1 project's hours, at the better level of each optimum of distance. */
struct worth {
    double near, far; /* L1 or L2; L3 or L4 */
};

static struct worth worth_of_levels(const struct world *w)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    double a_year[N_LEVELS];
    for (uint32_t level = 0; level < N_LEVELS; level++)
        a_year[level] = p->v_project * real_pow(p->v_level, level) * d->success[level] / d->years[level] *
                        d->hours[L1] / d->hours[level];
    struct worth worth = {real_max(a_year[L1], a_year[L2]), real_max(a_year[L3], a_year[L4])};
    return worth;
}

/* The largest values that a firm can have with others, the largest first. */
struct best {
    const struct worth *worth;
    double reach;
    uint32_t n, most;
    double value[BEST_MOST];
};

static double least(const struct best *b) { return b->n == b->most ? b->value[b->n - 1] : 0.0; }

/* The value with j, for i, at the better level. */
static void consider(const struct world *w, struct best *b, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    const double *optimum = cluster_derived(w)->best_distance;
    double most = real_max(b->worth->near, b->worth->far), floor_ = least(b), distance;
    double mine = cluster_match_need(f, i, j);
    if (cluster_match_worth_of(w, mine, 1.0) * most <= floor_) return;
    double met = cluster_match_worth_of(w, mine, cluster_match_need(f, j, i));
    if (met * most <= floor_) return;
    distance = cluster_match_distance(cluster_firms(w), i, j);
    double near = b->worth->near * real_clamp(cluster_match_inverted_u(distance, optimum[L1], b->reach), 0.0, 1.0);
    double far = b->worth->far * real_clamp(cluster_match_inverted_u(distance, optimum[L3], b->reach), 0.0, 1.0);
    double value = met * real_max(near, far);
    if (value <= least(b)) return;
    uint32_t at = b->n < b->most ? b->n++ : b->n - 1;
    for (; at > 0 && b->value[at - 1] < value; at--)
        b->value[at] = b->value[at - 1];
    b->value[at] = value;
}

/* First those that meet a need for certain; the others only while they could still be among the best. */
static void find_best(const struct world *w, uint32_t block, struct best *b, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    double floor_ = cluster_params(w)->need_floor, most = real_max(b->worth->near, b->worth->far);
    EACH_MEMBER(w, block, j)
    if (cluster_match_exact(f, i, j) && j != i) consider(w, b, i, j);
    if (least(b) >= (floor_ + 0.25 * (1.0 - floor_)) * most) return;
    EACH_MEMBER(w, block, j)
    {
        if (j == i || cluster_match_exact(f, i, j)) continue;
        if (cluster_match_near(f, i, j) || least(b) < floor_ * most) consider(w, b, i, j);
    }
}

static double potential_of(const struct world *w, uint32_t block, const struct worth *worth, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double accrual = f->hours_year[i] * p->contact_share * (1.0 - p->events_share - p->calls_share);
    double left = real_min((double)BEST_MOST, accrual / cluster_own_hours(w, L1)), sum = 0.0;
    struct best best = {.worth = worth, .reach = cluster_match_reach(w, i), .most = (uint32_t)ceil(left)};
    if (best.most) find_best(w, block, &best, i);
    for (uint32_t k = 0; k < best.n; k++, left -= 1.0)
        sum += real_min(1.0, left) * best.value[k];
    double benefit = 2.0 * sum * f->understanding[i] * f->anchoring[i] * cluster_brought_home(w, i);
    return 1.0 - real_exp(-benefit / p->v_scale);
}

static double report(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    struct rng r = cluster_draws(w, block, STREAM_survey, i);
    double bias = p->report_belonging * (f->belonging[i] - 0.5) + p->report_success * f->glow[i];
    return real_clamp(f->utilisation[i] + bias + p->report_noise * rng_normal(&r), 0.0, 1.0);
}

void cluster_potential(struct world *w, uint32_t block)
{
    struct cluster_firms *f = cluster_firms(w);
    if (!layout_slow_tick(w->setup.layout, w->tick)) return;
    struct worth worth = worth_of_levels(w);
    EACH_MEMBER(w, block, i)
    {
        f->potential[i] = potential_of(w, block, &worth, i);
        f->reported[i] = report(w, block, i);
    }
}
