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
    double best = 0.0;
    for (uint32_t a = 0; a < NEEDS; a++)
        for (uint32_t b = 0; b < COMPETENCES; b++) {
            uint8_t need = f->need[i * NEEDS + a], has = f->competence[j * COMPETENCES + b];
            double fit = need == has ? 1.0 : need / SPECIALTIES == has / SPECIALTIES ? 0.25 : 0.0;
            fit *= (double)f->skill[j * COMPETENCES + b];
            best = fit > best ? fit : best;
        }
    return best;
}

double cluster_match_inverted_u(double distance, double best)
{
    double scale = 1.2 - best;
    return (1.2 - distance) * (distance + 1.2 - 2.0 * best) / (scale * scale);
}

double cluster_match_value(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level)
{
    const struct cluster_firms *f = cluster_firms(w);
    double u = cluster_match_inverted_u(cluster_match_distance(f, i, j), cluster_derived(w)->best_distance[level]);
    double met = 0.5 * (cluster_match_need(f, i, j) + cluster_match_need(f, j, i)),
           floor_ = cluster_params(w)->need_floor;
    return real_clamp(u, 0.0, 1.0) * (floor_ + (1.0 - floor_) * met);
}

bool cluster_match_competitors(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->sector[i] == f->sector[j] &&
           1.0 - cluster_match_distance(f, i, j) >= cluster_params(w)->competitor_overlap;
}
