/* chance.c - chance meetings near home (evidence.md section 8, spontaneous contact).
 *
 *   a dyad meets at rate near exp(-km / reach) + far; while physical meetings are closed, at rate far and by phone
 *   Drawn by events: a firm starts Poisson(sum over others of rate / 2 dt) meetings, each with a partner in proportion to the
 *   pair's rate, so that a dyad has its rate in all. Both sides pay; a meeting that one cannot pay does not take place.
 */
#include "cluster/cluster.h"

/* Members by place: those of place q are slot[upto[q - 1]] .. slot[upto[q] - 1]. */
static void sort_by_place(struct world *w, uint32_t block, uint32_t upto[N_PLACES])
{
    const struct cluster_firms *f = cluster_firms(w);
    uint32_t *slot = cluster_block(w, block)->room.slot, n = 0;
    for (int q = 0; q < N_PLACES; q++) {
        EACH_MEMBER(w, block, i)
        if (f->place[i] == q) slot[n++] = i;
        upto[q] = n;
    }
}

static void start_meetings(struct world *w, uint32_t block, uint32_t i, const double rate[N_PLACES],
                           const uint32_t upto[N_PLACES])
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double weight[N_PLACES], sum = 0.0; /* self included: drawing oneself is no meeting */
    for (int q = 0; q < N_PLACES; q++)
        sum += weight[q] = rate[q] * (upto[q] - (q ? upto[q - 1] : 0));
    struct rng r = cluster_draws(w, block, STREAM_chance, i);
    uint32_t n = rng_poisson(&r, 0.5 * sum * w->dt);
    for (uint32_t k = 0; k < n; k++) {
        double u = rng_uniform(&r) * sum;
        int q = 0;
        while (q < N_PLACES - 1 && u >= weight[q])
            u -= weight[q++];
        uint32_t first = q ? upto[q - 1] : 0;
        if (upto[q] == first) continue; /* rounding at the upper end */
        uint32_t j = c->room.slot[first + rng_below(&r, upto[q] - first)];
        if (j == i || f->hours_calls[i] < p->chance_hours || f->hours_calls[j] < p->chance_hours) continue;
        cluster_spend(f, i, f->hours_calls, p->chance_hours);
        cluster_spend(f, j, f->hours_calls, p->chance_hours);
        cluster_meet(w, block, i, j, p->chance_hours, c->closed ? CONTACT_CALL : CONTACT_CHANCE, 128 + k % 128);
    }
}

void cluster_chance(struct world *w, uint32_t block)
{
    const struct cluster_derived *d = cluster_derived(w);
    bool closed = cluster_block(w, block)->closed;
    double rate[N_PLACES][N_PLACES];
    uint32_t upto[N_PLACES];
    for (int a = 0; a < N_PLACES; a++)
        for (int b = 0; b < N_PLACES; b++)
            rate[a][b] = (closed ? 0.0 : d->near[a][b]) + cluster_params(w)->chance_far;
    sort_by_place(w, block, upto);
    EACH_MEMBER_IN_TURN(w, block, STREAM_chance, i)
    start_meetings(w, block, i, rate[cluster_firms(w)->place[i]], upto);
}
