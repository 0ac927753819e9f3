/* policy_brokering.c - management as the go-between (thesis 5.2.1.2; evidence.md section 8).
 *
 *   a member asks, at rate `ask`, when it knows nobody who meets one of its needs at 0.5 or better and has the hours for a
 *   meeting; its one request waits in a queue
 *   management answers the oldest request as long as it has hours for introductions: of the firms that it knows itself (0.5 or
 *   better) and the asker does not, the one with the best match; both pay for the meeting; with probability `trial` an L1 project
 *   on swift trust follows. By hand-over the two come to know each other for certain; where management goes between, they have
 *   `between` of the hours with each other and come to know each other as in any talk
 */
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

struct cluster_cost cluster_plan_brokering(const struct cluster_params *p, double n, double joining)
{
    double hours =
        p->broker_share * (p->staff_arena + p->staff_arena_pro) / 2.0 * p->staff_hours * (1.0 - p->staff_reporting);
    /* about one in seven who ask has an unmet need, the hours, and a partner that management knows */
    double introductions = fmin(hours / p->broker_hours, 0.15 * p->broker_ask * n);
    struct cluster_cost cost = {introductions * p->broker_hours, introductions * 2.0 * p->broker_member, 0.0};
    (void)joining;
    return cost;
}

static bool has_asked(const struct cluster_block *c, uint32_t i, uint32_t uid)
{
    for (uint32_t q = 0; q < c->n_requests; q++)
        if (c->room.request[q].slot == i && c->room.request[q].uid == uid) return true;
    return false;
}

static void ask(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER_IN_TURN(w, block, STREAM_request, i)
    {
        bool asks = false;
        struct rng event;
        double due = p->broker_ask * cluster_years_as_member(w, i, w->dt);
        for (; cluster_rings(w, block, CLOCK_request, i, due, &event); due = 0.0)
            asks = true;
        if (!asks) continue;
        if (f->hours_calls[i] < p->broker_member || has_asked(c, i, f->uid[i]) || !cluster_need_unmet(w, i)) continue;
        struct cluster_request request = {i, f->uid[i], w->time};
        if (c->n_requests == c->room.requests) {
            struct cluster_request *more = cluster_grow(w, c->room.request, &c->room.requests, sizeof *more);
            if (!more) return;
            c->room.request = more;
        }
        f->initiated[i] += 1.0;
        c->room.request[c->n_requests++] = request;
    }
}

/* The best partner that management can name for i, or RNG_NOBODY. */
static uint32_t find_partner(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    /* the most that a match can be without the competence itself, beside rounding */
    double best = 0.0, near = cluster_params(w)->need_floor + 0.2501 * (1.0 - cluster_params(w)->need_floor);
    uint32_t chosen = RNG_NOBODY;
    EACH_MEMBER(w, block, j)
    {
        if (best > near && !cluster_match_exact(f, i, j)) continue;
        if (j == i || f->known_to_staff[j] < 0.5 || f->hours_calls[j] < cluster_params(w)->broker_member ||
            tie_knows(w, i, j))
            continue;
        double match = cluster_match_value(w, i, j, L1);
        if (match < best || (match == best && chosen != RNG_NOBODY && f->uid[j] > f->uid[chosen])) continue;
        best = match;
        chosen = j;
    }
    return chosen;
}

/* By hand-over the two meet and management leaves; else it goes between them, and they have less of each other. */
static void introduce(struct world *w, uint32_t block, uint32_t i, uint32_t j)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_trial, block, f->uid[i], f->uid[j], f->rung[i * N_CLOCKS + CLOCK_request]);
    uint32_t team[2] = {i, j};
    c->broker_hours -= p->broker_hours;
    c->tally.staff_hours[POLICY_brokering] += p->broker_hours;
    c->tally.member_hours[POLICY_brokering] +=
        cluster_spend(f, i, f->hours_calls, p->broker_member) + cluster_spend(f, j, f->hours_calls, p->broker_member);
    c->tally.introductions++;
    f->attention[i] += 1.0;
    f->attention[j] += 1.0;
    if (rng_uniform(&r) < p->broker_trial && cluster_has_capacity(w, i, L1) && cluster_has_capacity(w, j, L1))
        cluster_start_project(w, block, L1, team, 2, FROM_TRIAL, cluster_middle(w));
    bool handed_over = rng_uniform(&r) < p->broker_handover;
    double hours = handed_over ? p->broker_member : p->broker_member * p->broker_between;
    cluster_meet(w, block, i, j, hours, handed_over ? CONTACT_INTRODUCTION : CONTACT_MEDIATED, cluster_occasion(w, 0));
}

/* Answer the request, or let it lapse. */
static void serve(struct world *w, uint32_t block, const struct cluster_request *request)
{
    struct cluster_tally *tally = &cluster_block(w, block)->tally;
    const struct cluster_firms *f = cluster_firms(w);
    uint32_t i = request->slot;
    if (!f->member[i] || f->uid[i] != request->uid) return; /* has left */
    if (f->hours_calls[i] < cluster_params(w)->broker_member || !cluster_need_unmet(w, i)) return;
    uint32_t j = find_partner(w, block, i);
    if (j == RNG_NOBODY) return;
    tally->waited += w->time - request->asked;
    tally->answered += 1.0;
    introduce(w, block, i, j);
}

void cluster_brokering(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    if (!(cluster_intensity(w, block, POLICY_brokering) > 0.0)) {
        c->n_requests = 0;
        return;
    }
    ask(w, block);
    uint32_t served = 0;
    while (served < c->n_requests && c->broker_hours >= p->broker_hours)
        serve(w, block, &c->room.request[served++]);
    c->n_requests -= served;
    memmove(c->room.request, c->room.request + served, c->n_requests * sizeof *c->room.request);
    c->tally.queued_hours[POLICY_brokering] = c->n_requests * p->broker_hours;
}
