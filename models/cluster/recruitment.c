/* recruitment.c - one stream of applicants, the same in every scenario; as many join as the target path asks for.
 *
 *   arrivals   Poisson with rate lambda: the k-th gap is drawn under the key of k, whatever the tick
 *   waiting    the oldest applicant first; one that has waited longer than its patience withdraws
 *   joining    round(N*(t + dt)) - N at the end of the tick; firms that a roster dates later join at their date
 */
#include <string.h>

#include "cluster/cluster.h"

static void drop_oldest(struct cluster_block *c, uint32_t n)
{
    c->n_waiting -= n;
    memmove(c->room.queue, c->room.queue + n, c->n_waiting * sizeof *c->room.queue);
    memmove(c->room.queued_at, c->room.queued_at + n, c->n_waiting * sizeof *c->room.queued_at);
}

static void receive(struct world *w, uint32_t block, double until)
{
    struct cluster_block *c = cluster_block(w, block);
    while (c->next_arrival < until) {
        if (c->n_waiting == c->room.waiting) drop_oldest(c, 1);
        c->room.queue[c->n_waiting] = c->next_applicant++;
        c->room.queued_at[c->n_waiting++] = c->next_arrival;
        struct rng r = rng_open(w->seed, STREAM_arrival, block, c->next_applicant, RNG_NOBODY, 0);
        c->next_arrival += rng_exponential(&r) / cluster_params(w)->applicants;
    }
}

static void withdraw(struct world *w, struct cluster_block *c, double until)
{
    uint32_t n = 0;
    while (n < c->n_waiting && c->room.queued_at[n] < until - cluster_params(w)->patience)
        n++;
    drop_oldest(c, n);
}

static void admit_listed(struct world *w, uint32_t block, double until)
{
    const struct roster *r = w->setup.roster;
    struct cluster_block *c = cluster_block(w, block);
    for (uint32_t row = 0; r && row < r->n; row++) {
        double joined = r->value[(size_t)row * r->n_columns + ROSTER_JOINED];
        if (!(joined > w->time && joined <= until)) continue;
        if (cluster_enter(w, block, row, row, false) != RNG_NOBODY) c->tally.entries++;
    }
}

void cluster_recruitment(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    double until = w->time + w->dt;
    receive(w, block, until);
    withdraw(w, c, until);
    admit_listed(w, block, until);
    uint32_t wanted = (uint32_t)(param_path_at(&cluster_params(w)->members_path, until) + 0.5), joined = 0;
    while (c->n < wanted && joined < c->n_waiting) {
        if (cluster_enter(w, block, FIRST_APPLICANT + c->room.queue[joined], -1, false) == RNG_NOBODY) break;
        joined++;
    }
    drop_oldest(c, joined);
    c->tally.entries += joined;
}
