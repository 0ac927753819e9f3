#include "cluster/match.h"

double cluster_match_reach(const struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    return p->has_absorption ? 1.0 + p->i_reach * (2.0 * cluster_firms(w)->integration[i] - 1.0) : 1.0;
}

double cluster_match_absorbed(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level)
{
    double best = cluster_derived(w)->best_distance[level], distance = cluster_match_distance(cluster_firms(w), i, j);
    double u = cluster_match_inverted_u(distance, best, cluster_match_reach(w, i));
    return real_clamp(u, 0.0, 1.0) * cluster_match_worth(w, i, j);
}

static void keep(double value, uint32_t most, double *best, uint32_t *n)
{
    if (*n == most && value <= best[most - 1]) return;
    uint32_t at = *n < most ? (*n)++ : most - 1;
    for (; at > 0 && best[at - 1] < value; at--)
        best[at] = best[at - 1];
    best[at] = value;
}

/* Needs are weighed only where the match could be among the best: it is at most f(d) times `most_worth`. */
static void consider(const struct world *w, uint32_t i, uint32_t j, double most_worth, uint32_t most, double *best,
                     uint32_t *n)
{
    double u = cluster_match_inverted_u(cluster_match_distance(cluster_firms(w), i, j),
                                        cluster_derived(w)->best_distance[L1], 1.0);
    u = real_clamp(u, 0.0, 1.0);
    if (*n == most && u * most_worth <= best[most - 1]) return;
    keep(u * cluster_match_worth(w, i, j), most, best, n);
}

/* First those that meet a need for certain; the others only while they could still be among the best, as f(d) <= 1. */
uint32_t cluster_match_best(const struct world *w, uint32_t block, uint32_t i, uint32_t most, double *best)
{
    const struct cluster_firms *f = cluster_firms(w);
    double none = cluster_params(w)->need_floor, domain = none + 0.25 * (1.0 - none);
    uint32_t n = 0;
    EACH_MEMBER(w, block, j)
    if (j != i && cluster_match_exact(f, i, j)) consider(w, i, j, 1.0, most, best, &n);
    EACH_MEMBER(w, block, j)
    {
        if (n == most && best[n - 1] >= domain) break;
        if (j == i || cluster_match_exact(f, i, j)) continue;
        bool near = cluster_match_near(f, i, j);
        if (near || n < most || best[n - 1] < none) consider(w, i, j, near ? domain : none, most, best, &n);
    }
    return n;
}

bool cluster_match_competitors(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->sector[i] == f->sector[j] &&
           1.0 - cluster_match_distance(f, i, j) >= cluster_params(w)->competitor_overlap;
}
