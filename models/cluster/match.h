/* match.h - what two firms have for each other (model.md, definitions; Nooteboom et al. 2007).
 *
 *   distance   d_ij = 1 - cos(x_i, x_j), x the firm's skills summed over 10 domains
 *   inverted U f(d) = (1.2 - d)(d + 1.2 - 2 d*) / (1.2 - d*)^2: absorption (falling) x novelty (rising), best at d*, f(d*) = 1
 *   absorbed   by firm i: the distance at which nothing is absorbed is 1.2 (1 + e (2 I_i - 1)), I its internal integration
 *   need met   h_ij = the best of j's skills for one of i's needs: full for the specialty, a quarter for its domain
 *   match      m_ij = f(d_ij) (q + (1 - q) (h_ij + h_ji) / 2), q = model.projects.need_floor
 */
#ifndef KLYNGE_MODELS_CLUSTER_MATCH_H
#define KLYNGE_MODELS_CLUSTER_MATCH_H

#include "cluster/cluster.h"

double cluster_match_distance(const struct cluster_firms *f, uint32_t i, uint32_t j);
/* How far j meets a need of i, 0 .. 1. */
double cluster_match_need(const struct cluster_firms *f, uint32_t i, uint32_t j);
double cluster_match_inverted_u(double distance, double best, double reach);
double cluster_match_value(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level);
/* The factor q + (1 - q) (h_ij + h_ji) / 2 alone; how far firm i reaches, over 1.2; and the match as far as i can absorb it, which
 * is not symmetric. */
double cluster_match_worth(const struct world *w, uint32_t i, uint32_t j);
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
