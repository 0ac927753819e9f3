/* recruitment.c - one stream of applicants, the same in every scenario; as many join as the target path asks for.
 *
 *   arrivals   Poisson with rate lambda: the k-th gap is drawn under the key of k, whatever the tick
 *   waiting    the oldest applicant first; one that has waited longer than its patience withdraws
 *   applying   one that understands cluster work well looks at the cluster's prestige: of `prestige_choice` of applicants, it comes to
 *              apply with probability (1 - U0) + U0 2 pi, pi the prestige (P18)
 *   joining    up to round(N*(t + dt)) members at the end of the tick, if they meet the entry requirements, each for management's
 *              hours; firms that a roster dates later join at their date; the firms of another cluster all at once
 */
#include <string.h>

#include "cluster/cluster.h"

static void drop_oldest(struct cluster_block *c, uint32_t n)
{
    c->n_waiting -= n;
    memmove(c->room.queue, c->room.queue + n, c->n_waiting * sizeof *c->room.queue);
    memmove(c->room.queued_at, c->room.queued_at + n, c->n_waiting * sizeof *c->room.queued_at);
}

/* Does prestige bring the k-th applicant to apply? The draws are its own, the same in every scenario. */
static bool applies(const struct world *w, uint32_t block, uint32_t k)
{
    const struct cluster_params *p = cluster_params(w);
    double u, a, prestige = cluster_block(w, block)->life.prestige;
    struct rng r = rng_open(w->seed, STREAM_apply, block, FIRST_APPLICANT + k, RNG_NOBODY, 0);
    if (!p->has_prestige || rng_uniform(&r) >= p->prestige_choice) return true;
    cluster_attitude_of(w, block, FIRST_APPLICANT + k, &u, &a);
    return rng_uniform(&r) < 1.0 - u + u * 2.0 * prestige;
}

static void receive(struct world *w, uint32_t block, double until)
{
    struct cluster_block *c = cluster_block(w, block);
    while (c->next_arrival < until) {
        if (c->n_waiting == c->room.waiting) drop_oldest(c, 1);
        uint32_t k = c->next_applicant++;
        if (applies(w, block, k)) {
            c->room.queue[c->n_waiting] = k;
            c->room.queued_at[c->n_waiting++] = c->next_arrival;
        }
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

static void welcome(struct world *w, struct cluster_block *c, uint32_t i)
{
    c->tally.entries++;
    c->tally.entrants += cluster_firms(w)->understanding[i];
}

static void admit_listed(struct world *w, uint32_t block, double until)
{
    const struct roster *r = w->setup.roster;
    struct cluster_block *c = cluster_block(w, block);
    for (uint32_t row = 0; r && row < r->n; row++) {
        double joined = r->value[(size_t)row * r->n_columns + ROSTER_JOINED];
        if (!(joined > w->time && joined <= until)) continue;
        uint32_t i = cluster_enter(w, block, row, row, false);
        if (i != RNG_NOBODY) welcome(w, c, i);
    }
}

/* The firms of the other cluster, on their date. */
static void merge(struct world *w, uint32_t block, double until)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    if (c->merged || !cluster_merger_due(p, until)) return;
    c->merged = true;
    for (uint32_t k = 0; k < (uint32_t)p->merger_members; k++) {
        uint32_t i = cluster_enter(w, block, FIRST_MERGED + k, -1, false);
        if (i != RNG_NOBODY) welcome(w, c, i);
    }
}

/* The oldest applicant: -1 management has no hours for it, 0 refused, 1 joins. */
static int admit(struct world *w, uint32_t block, uint32_t uid)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double screening = cluster_screening(w, block, uid);
    if (!cluster_afford(c, screening + p->recruitment_staff, 0.0)) {
        c->tally.queued_hours[POLICY_recruitment] += screening + p->recruitment_staff;
        return -1;
    }
    if (screening > 0.0) {
        cluster_pay(c, POLICY_requirements, screening, 0.0);
        if (!cluster_meets_requirements(w, block, uid)) {
            c->tally.refused++;
            return 0;
        }
    }
    uint32_t i = cluster_enter(w, block, uid, -1, false);
    if (i == RNG_NOBODY) return -1;
    cluster_pay(c, POLICY_recruitment, p->recruitment_staff, 0.0);
    struct cluster_firms *f = cluster_firms(w);
    if (screening > 0.0) f->goals[i] += p->requirements_gain * (1.0 - f->goals[i]);
    welcome(w, c, i);
    return 1;
}

void cluster_recruitment(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    double until = w->time + w->dt;
    receive(w, block, until);
    withdraw(w, c, until);
    admit_listed(w, block, until);
    merge(w, block, until);
    uint32_t wanted = (uint32_t)(cluster_paced_target(w, block, until) + 0.5), seen = 0;
    while (cluster_admits(w, block) && c->n < wanted && seen < c->n_waiting) {
        if (admit(w, block, FIRST_APPLICANT + c->room.queue[seen]) < 0) break;
        seen++;
    }
    drop_oldest(c, seen);
}
