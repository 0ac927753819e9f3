/* policy_opening.c - management opens small projects (L1, L2) and invites members (evidence.md section 8).
 *
 *   per_staff S a year become due; each takes management hours and waits for them; members that management knows are asked
 *   in random order, and one with capacity answers yes with probability U; with two or more the project starts on swift trust
 */
#include "cluster/cluster.h"

/* Members that management knows, in the order of a random key each. */
static uint32_t invitation_list(struct world *w, uint32_t block, uint32_t number)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct cluster_block *c = cluster_block(w, block);
    uint32_t n = 0;
    EACH_MEMBER(w, block, i)
    {
        if (f->known_to_staff[i] < 0.5) continue;
        struct rng r = rng_open(w->seed, STREAM_opening, block, f->uid[i], number, w->tick);
        double key = rng_uniform(&r);
        uint32_t at = n++;
        for (; at > 0 && c->room.key[at - 1] > key; at--) {
            c->room.key[at] = c->room.key[at - 1];
            c->room.slot[at] = c->room.slot[at - 1];
        }
        c->room.key[at] = key;
        c->room.slot[at] = i;
    }
    return n;
}

static bool says_yes(const struct world *w, uint32_t block, uint32_t i, uint32_t number, enum cluster_level level)
{
    struct rng r = rng_open(w->seed, STREAM_opening, block, cluster_firms(w)->uid[i], number, w->tick);
    rng_word(&r); /* the first word ordered the list */
    return rng_uniform(&r) < cluster_firms(w)->understanding[i] && cluster_has_capacity(w, i, level);
}

static void open_project(struct world *w, uint32_t block, uint32_t number)
{
    struct cluster_block *c = cluster_block(w, block);
    struct rng r = rng_open(w->seed, STREAM_opening, block, RNG_NOBODY, number, w->tick);
    enum cluster_level level = rng_uniform(&r) < 0.5 ? L1 : L2;
    uint32_t listed = invitation_list(w, block, number), team[TEAM_MAX], n = 0;
    for (uint32_t k = 0; k < listed && n < (uint32_t)cluster_params(w)->opening_team; k++)
        if (says_yes(w, block, c->room.slot[k], number, level)) team[n++] = c->room.slot[k];
    if (n >= 2 && cluster_start_project(w, block, level, team, n, FROM_OPENING)) c->tally.opened++;
}

void cluster_opening(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    if (!p->opening) return;
    double yearly = p->opening_rate * c->staff;
    c->openings_due = fmin(c->openings_due + yearly * w->dt, fmax(1.0, yearly)); /* what has waited for a year lapses */
    for (uint32_t number = 0; c->openings_due >= 1.0 && c->staff_hours >= p->opening_hours; number++) {
        c->openings_due -= 1.0;
        c->staff_hours -= p->opening_hours;
        c->tally.staff_hours[OPENING] += p->opening_hours;
        open_project(w, block, number);
    }
}
