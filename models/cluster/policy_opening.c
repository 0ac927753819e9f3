/* policy_opening.c - management invites more members into consortia that form (thesis 6.2; evidence.md P47, I9).
 *
 *   for each project that members begin in the cluster, if management has the hours (x intensity): of the members that it knows and that are not on
 *   the team, those with the best match with the initiator are asked in turn, one with capacity answers yes with probability
 *   U x participation; up to `more` x intensity join, on trust lent
 */
#include "cluster/cluster.h"
#include "cluster/match.h"

struct cluster_cost cluster_plan_opening(const struct cluster_params *p, double n, double joining)
{
    double projects = 0.012 * n; /* what members begin beside what management opens */
    struct cluster_cost cost = {projects * p->opening_staff, 0.0, 0.0};
    (void)joining;
    return cost;
}

/* The best that has not been asked, or RNG_NOBODY; asked ones have a negative key. */
static uint32_t next_best(const struct world *w, uint32_t block)
{
    const double *match = cluster_block(w, block)->room.key;
    uint32_t chosen = RNG_NOBODY;
    double best = 0.0;
    EACH_MEMBER(w, block, j)
    {
        double m = match[j - cluster_first(w, block)];
        if (m <= best) continue;
        best = m;
        chosen = j;
    }
    return chosen;
}

static void rank(struct world *w, uint32_t block, uint32_t initiator, enum cluster_level level, const uint32_t *team,
                 uint32_t n)
{
    double *match = cluster_block(w, block)->room.key;
    EACH_MEMBER(w, block, j)
    {
        bool possible = cluster_firms(w)->known_to_staff[j] >= 0.5 && !cluster_on_team(team, n, j) &&
                        cluster_has_capacity(w, j, level);
        match[j - cluster_first(w, block)] = possible ? cluster_match_value(w, initiator, j, level) : -1.0;
    }
}

void cluster_open_consortium(struct world *w, uint32_t block, uint32_t initiator, enum cluster_level level,
                             uint32_t *team, uint32_t *n)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_opening);
    if (!(intensity > 0.0) || *n >= TEAM_MAX) return;
    if (!cluster_pay(c, POLICY_opening, p->opening_staff * intensity, 0.0)) {
        c->tally.dropped_hours[POLICY_opening] += p->opening_staff * intensity;
        return;
    }
    uint32_t wanted = (uint32_t)((double)p->opening_more * intensity + 0.5), asked = 0;
    rank(w, block, initiator, level, team, *n);
    for (; wanted > 0 && *n < TEAM_MAX && asked < 12; asked++) {
        uint32_t j = next_best(w, block);
        if (j == RNG_NOBODY) return;
        c->room.key[j - cluster_first(w, block)] = -1.0;
        struct rng r = rng_open(w->seed, STREAM_consortium, block, cluster_firms(w)->uid[j],
                                cluster_firms(w)->uid[initiator], w->tick);
        if (!cluster_says_yes(w, j, level, team, *n, rng_uniform(&r))) continue;
        team[(*n)++] = j;
        wanted--;
    }
}
