/* match.h - what two firms have for each other (model.md, definitions; Nooteboom et al. 2007).
 *
 *   distance   d_ij = 1 - cos(x_i, x_j), x the firm's levels in 10 domains, in each of which it holds one competence at most
 *   inverted U f(d) = (1.2 - d)(d + 1.2 - 2 d*) / (1.2 - d*)^2: absorption (falling) x novelty (rising), best at d*, f(d*) = 1
 *   absorbed   by firm i: the distance at which nothing is absorbed is 1.2 (1 + e (2 I_i - 1)), I its internal integration
 *   need met   h_ij = the best of j's levels for one of i's needs: full for the specialty, a quarter for another of its domain
 *   match      m_ij = f(d_ij) (q + (1 - q) (h_ij + h_ji) / 2), q = model.projects.need_floor
 */
#ifndef KLYNGE_MODELS_CLUSTER_MATCH_H
#define KLYNGE_MODELS_CLUSTER_MATCH_H

#include "cluster/cluster.h"

static inline double cluster_match_distance(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    const float *x = f->profile + (size_t)i * DOMAINS, *y = f->profile + (size_t)j * DOMAINS;
    double both[DOMAINS], even = 0.0, odd = 0.0; /* in this order two products, and two sums, are one step each */
    for (int d = 0; d < DOMAINS; d++)
        both[d] = (double)x[d] * (double)y[d];
    for (int d = 0; d < DOMAINS; d += 2) {
        even += both[d];
        odd += both[d + 1];
    }
    return 1.0 - (even + odd);
}

/* How far j meets a need of i, 0 .. 1. */
static inline double cluster_match_need(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    static const float fit[2] = {0.25f, 1.0f};
    const uint64_t has = f->marks[MARKS * j + HAS];
    const float *profile = f->profile + (size_t)DOMAINS * j;
    float best = 0.0f;
    for (uint32_t a = 0; a < NEEDS; a++) {
        uint8_t need = f->need[NEEDS * i + a];
        float met = fit[has >> need & 1] * profile[need / SPECIALTIES];
        best = met > best ? met : best;
    }
    return (double)(best * f->breadth[j]);
}

static inline double cluster_match_inverted_u(double distance, double best, double reach)
{
    double scale = 1.2 - best;
    return (1.2 * reach - distance) * (distance + 1.2 - 2.0 * best) / (scale * scale);
}

/* The factor q + (1 - q) (h_ij + h_ji) / 2 alone. */
static inline double cluster_match_worth_of(const struct world *w, double need_ij, double need_ji)
{
    double floor_ = cluster_params(w)->need_floor;
    return floor_ + (1.0 - floor_) * (0.5 * (need_ij + need_ji));
}
static inline double cluster_match_worth(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    return cluster_match_worth_of(w, cluster_match_need(f, i, j), cluster_match_need(f, j, i));
}

static inline double cluster_match_value(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level)
{
    double best = cluster_derived(w)->best_distance[level];
    double u = cluster_match_inverted_u(cluster_match_distance(cluster_firms(w), i, j), best, 1.0);
    return real_clamp(u, 0.0, 1.0) * cluster_match_worth(w, i, j);
}

/* How far firm i reaches, over 1.2; and the match as far as i can absorb it, which is not symmetric. */
double cluster_match_reach(const struct world *w, uint32_t i);
double cluster_match_absorbed(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level);
/* Does j hold a competence that i needs, or i one that j needs? Or one of the domain at least? By the firms' marks alone. */
static inline bool cluster_match_exact(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    const uint64_t *x = f->marks + (size_t)MARKS * i, *y = f->marks + (size_t)MARKS * j;
    return (x[NEEDED] & y[HAS]) | (y[NEEDED] & x[HAS]);
}
static inline bool cluster_match_near(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    const uint64_t *x = f->marks + (size_t)MARKS * i, *y = f->marks + (size_t)MARKS * j;
    return (x[WIDE] & y[HAS]) | (y[WIDE] & x[HAS]);
}
/* The largest m_ij(L1) of i with any other member, whoever knows whom, the largest first: how many there are, up to `most`. */
uint32_t cluster_match_best(const struct world *w, uint32_t block, uint32_t i, uint32_t most, double *best);
/* Same sector and profiles that overlap. */
bool cluster_match_competitors(const struct world *w, uint32_t i, uint32_t j);

#endif
