/* belonging.c - sense of community (Harrison & Carroll 1991; weights: evidence.md section 8; target: model.md, definitions).
 *
 *   B <- B + (1 - exp(-b dt)) (mean of the target at the tick's start and at its end - B)
 *   target = w_k known / (N - 1) + w_t mean trust among the known + w_a min(1, attention / mean attention) + w_s shared aims
 *   shared aims of a firm: cosine of its profile (skills by domain) and the members' mean profile, by how clear its goals are; more, and
 *   more different, members make the mean flatter and the cosine smaller
 */
#include <string.h>

#include "cluster/cluster.h"

/* The cluster's aims: the mean of its members' profiles, scaled to length 1. */
static void gather_aims(struct world *w, uint32_t block)
{
    double *aims = cluster_block(w, block)->aims, square = 0.0;
    memset(aims, 0, DOMAINS * sizeof *aims);
    EACH_MEMBER(w, block, i)
    for (uint32_t d = 0; d < DOMAINS; d++)
        aims[d] += (double)cluster_firms(w)->profile[i * DOMAINS + d];
    for (int d = 0; d < DOMAINS; d++)
        square += aims[d] * aims[d];
    for (int d = 0; d < DOMAINS && square > 0.0; d++)
        aims[d] /= sqrt(square);
}

static double shared_aims(const struct world *w, uint32_t block, uint32_t i)
{
    const float *profile = cluster_firms(w)->profile + (size_t)i * DOMAINS;
    const double *aims = cluster_block(w, block)->aims;
    double both[DOMAINS], even = 0.0, odd = 0.0; /* as in cluster_match_distance */
    for (uint32_t d = 0; d < DOMAINS; d++)
        both[d] = (double)profile[d] * aims[d];
    for (uint32_t d = 0; d < DOMAINS; d += 2) {
        even += both[d];
        odd += both[d + 1];
    }
    return (even + odd) * cluster_firms(w)->goals[i];
}

static double mean_attention(const struct world *w, uint32_t block)
{
    double sum = 0.0;
    EACH_MEMBER(w, block, i)
    sum += cluster_firms(w)->attention[i];
    return sum / fmax(1.0, cluster_block(w, block)->n);
}

void cluster_belonging(struct world *w, uint32_t block)
{
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_firms *f = cluster_firms(w);
    double whole = real_chance(cluster_params(w)->b_pull, w->dt), mean = mean_attention(w, block);
    double others = fmax(1.0, cluster_block(w, block)->n - 1.0);
    gather_aims(w, block);
    EACH_MEMBER(w, block, i)
    {
        double attended_to = mean > 0.0 ? real_min(1.0, f->attention[i] / mean) : 0.0;
        double aims = shared_aims(w, block, i);
        double target = d->belong_known * f->known[i] / others + d->belong_trust * f->trust[i] +
                        d->belong_attention * attended_to + d->belong_aims * aims;
        cluster_block(w, block)->tally.aims += aims;
        double pull = whole;
        if (!(f->entered[i] < w->time)) {
            f->drawn_to[i] = target - d->belong_attention * attended_to; /* nobody had called */
            pull = real_chance(cluster_params(w)->b_pull, cluster_years_as_member(w, i, w->dt));
        }
        f->belonging[i] += pull * (0.5 * (f->drawn_to[i] + target) - f->belonging[i]);
        f->drawn_to[i] = target;
    }
}
