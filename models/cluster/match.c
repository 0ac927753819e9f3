#include "cluster/match.h"

double cluster_match_distance(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    const float *x = f->profile + (size_t)i * DOMAINS, *y = f->profile + (size_t)j * DOMAINS;
    double dot = 0.0;
    for (int d = 0; d < DOMAINS; d++)
        dot += (double)x[d] * (double)y[d];
    return 1.0 - dot;
}

double cluster_match_need(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    const uint64_t *mine = f->marks + (size_t)MARKS * i;
    double best = 0.0;
    if (!(mine[WIDE] & f->marks[MARKS * j + HAS])) return 0.0;
    for (uint32_t b = 0; b < COMPETENCES; b++) {
        uint64_t has = UINT64_C(1) << f->competence[j * COMPETENCES + b];
        double fit = mine[NEEDED] & has ? 1.0 : mine[WIDE] & has ? 0.25 : 0.0;
        fit *= (double)f->skill[j * COMPETENCES + b];
        best = fit > best ? fit : best;
    }
    return best;
}

double cluster_match_inverted_u(double distance, double best, double reach)
{
    double scale = 1.2 - best;
    return (1.2 * reach - distance) * (distance + 1.2 - 2.0 * best) / (scale * scale);
}

double cluster_match_worth(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    double met = 0.5 * (cluster_match_need(f, i, j) + cluster_match_need(f, j, i)),
           floor_ = cluster_params(w)->need_floor;
    return floor_ + (1.0 - floor_) * met;
}

double cluster_match_value(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level)
{
    double best = cluster_derived(w)->best_distance[level];
    double u = cluster_match_inverted_u(cluster_match_distance(cluster_firms(w), i, j), best, 1.0);
    return real_clamp(u, 0.0, 1.0) * cluster_match_worth(w, i, j);
}

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

bool cluster_match_competitors(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->sector[i] == f->sector[j] &&
           1.0 - cluster_match_distance(f, i, j) >= cluster_params(w)->competitor_overlap;
}
