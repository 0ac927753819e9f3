/* policy_small_projects.c - management opens small projects (L1, L2) and invites members (evidence.md section 8).
 *
 *   per_staff S x intensity a year become due, evenly spaced; each takes management hours and waits for them; members that management knows are
 *   asked in the order of an exponential race with its attention as rate, and one with capacity answers yes with probability
 *   U x participation; above L2 it must also trust one on the team as the level's gate asks, and not be restricted. With two or more the project starts
 *   on trust lent
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

struct cluster_cost cluster_plan_small_projects(const struct cluster_params *p, double n, double joining)
{
    double projects = p->small_rate * 0.5 * (p->staff_arena + p->staff_arena_pro);
    double own = 0.5 * (p->hours_1 * p->months_1 + p->hours_2 * p->months_2) * (1.0 - p->funded);
    struct cluster_cost cost = {projects * p->small_hours, projects * (double)p->small_team * own, 0.0};
    (void)n;
    (void)joining;
    return cost;
}

/* Members that management knows, in the order of the race. */
static uint32_t invitation_list(struct world *w, uint32_t block, uint32_t number)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct cluster_room *room = &cluster_block(w, block)->room;
    uint32_t n = 0;
    EACH_MEMBER(w, block, i)
    {
        if (f->known_to_staff[i] < 0.5) continue;
        struct rng r = rng_open(w->seed, STREAM_opening, block, f->uid[i], number, 0);
        double key = rng_exponential(&r) / cluster_attention_weight(w, block, i);
        uint32_t at = n++;
        for (; at > 0 && room->key[at - 1] > key; at--) {
            room->key[at] = room->key[at - 1];
            room->slot[at] = room->slot[at - 1];
        }
        room->key[at] = key;
        room->slot[at] = i;
    }
    return n;
}

static bool trusts_one(const struct world *w, uint32_t i, const uint32_t *team, uint32_t n, double gate)
{
    for (uint32_t a = 0; a < n; a++)
        if (tie_trust_of(w, i, team[a]) >= gate && tie_trust_of(w, team[a], i) >= gate) return true;
    return n == 0;
}

bool cluster_says_yes(const struct world *w, uint32_t i, enum cluster_level level, const uint32_t *team, uint32_t n,
                      double u)
{
    if (u >= cluster_firms(w)->understanding[i] * cluster_participation(w, i)) return false;
    if (!cluster_has_capacity(w, i, level)) return false;
    bool sensitive = level == L3 || level == L4;
    if (sensitive && cluster_params(w)->has_restriction && cluster_firms(w)->restricted[i])
        return false; /* closed room */
    return !sensitive || trusts_one(w, i, team, n, cluster_derived(w)->gate[level]);
}

static void open_project(struct world *w, uint32_t block, uint32_t number, double date)
{
    struct cluster_block *c = cluster_block(w, block);
    struct rng r = rng_open(w->seed, STREAM_opening, block, RNG_NOBODY, number, 0);
    enum cluster_level level = rng_uniform(&r) < 0.5 ? L1 : L2;
    double success;
    bool chosen = cluster_choose_ambition(w, block, &level, &success);
    uint32_t listed = invitation_list(w, block, number), team[TEAM_MAX], n = 0;
    for (uint32_t k = 0; k < listed && n < (uint32_t)cluster_params(w)->small_team; k++) {
        uint32_t i = c->room.slot[k];
        struct rng yes = rng_open(w->seed, STREAM_opening, block, cluster_firms(w)->uid[i], number, 0);
        rng_word(&yes); /* the first word ordered the list */
        if (cluster_says_yes(w, i, level, team, n, rng_uniform(&yes))) team[n++] = i;
    }
    if (n < 2) return;
    struct cluster_project *project = cluster_start_project(w, block, level, team, n, FROM_SMALL_PROJECT, date);
    if (!project) return;
    c->tally.opened++;
    for (uint32_t a = 0; a < n; a++)
        cluster_firms(w)->attention[team[a]] += 1.0;
    if (chosen) project->success = success;
}

void cluster_small_projects(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double yearly = p->small_rate * c->staff * cluster_intensity(w, block, POLICY_small_projects);
    if (!(yearly > 0.0)) return;
    double added = yearly * w->dt, most = fmax(1.0, yearly); /* what has waited for a year lapses */
    c->openings_due = fmin(c->openings_due + added, most);
    for (; c->openings_due >= 1.0 - 1e-9; c->openings_due -= 1.0) {
        double since = (c->openings_due - 1.0) / added; /* ticks before the end of this one at which it became due */
        if (!cluster_pay(c, POLICY_small_projects, p->small_hours, 0.0)) break;
        open_project(w, block, c->openings++, since < 1.0 - 1e-9 ? w->time + (1.0 - since) * w->dt : cluster_middle(w));
    }
    double waiting = floor(c->openings_due + 1e-9);
    c->tally.queued_hours[POLICY_small_projects] = waiting * p->small_hours;
}
