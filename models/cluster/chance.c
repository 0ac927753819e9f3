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
    uint32_t *slot = cluster_block(w, block)->room.slot, next[N_PLACES] = {0}, n = 0;
    EACH_MEMBER(w, block, i)
    next[f->place[i]]++;
    for (int q = 0; q < N_PLACES; q++) {
        upto[q] = n + next[q];
        next[q] = n;
        n = upto[q];
    }
    EACH_MEMBER(w, block, i)
    slot[next[f->place[i]]++] = i;
}

/* Rates of meetings that a firm of one place starts with those of each, itself included: drawing oneself is no meeting. */
struct rates {
    double weight[N_PLACES], sum;
};

static void start_meetings(struct world *w, uint32_t block, uint32_t i, const struct rates *rates,
                           const uint32_t upto[N_PLACES])
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r;
    for (double due = 0.5 * rates->sum * w->dt; cluster_rings(w, block, CLOCK_chance, i, due, &r); due = 0.0) {
        double u = rng_uniform(&r) * rates->sum;
        int q = 0;
        while (q < N_PLACES - 1 && u >= rates->weight[q])
            u -= rates->weight[q++];
        uint32_t first = q ? upto[q - 1] : 0;
        if (upto[q] == first) continue; /* rounding at the upper end */
        uint32_t j = c->room.slot[first + rng_below(&r, upto[q] - first)];
        if (j == i || f->hours_calls[i] < p->chance_hours || f->hours_calls[j] < p->chance_hours) continue;
        cluster_spend(f, i, f->hours_calls, p->chance_hours);
        cluster_spend(f, j, f->hours_calls, p->chance_hours);
        cluster_meet(w, block, i, j, p->chance_hours, c->closed ? CONTACT_CALL : CONTACT_CHANCE,
                     2 * f->rung[i * N_CLOCKS + CLOCK_chance] + 1);
    }
}

void cluster_chance(struct world *w, uint32_t block)
{
    const struct cluster_derived *d = cluster_derived(w);
    bool closed = cluster_block(w, block)->closed;
    struct rates rates[N_PLACES] = {{{0.0}, 0.0}};
    uint32_t upto[N_PLACES];
    sort_by_place(w, block, upto);
    for (int a = 0; a < N_PLACES; a++)
        for (int q = 0; q < N_PLACES; q++) {
            double rate = (closed ? 0.0 : d->near[a][q]) + cluster_params(w)->chance_far;
            rates[a].weight[q] = rate * (upto[q] - (q ? upto[q - 1] : 0));
            rates[a].sum += rates[a].weight[q];
        }
    EACH_MEMBER_IN_TURN(w, block, STREAM_chance, i)
    start_meetings(w, block, i, &rates[cluster_firms(w)->place[i]], upto);
}
