/* proposals.c - ideas become projects: the sensitivity gate, match, competition, capacity (thesis Fig 4; evidence.md section 8).
 *
 *   ideas       a firm i that knows j has ideas for a project with j at rate r(T_ij) U_i, r(T) = r0 exp(r1 T): over both sides of
 *               a dyad this is r(T) at the mean understanding of about 0.5. A firm's candidates come by its clock, as if it trusted
 *               all of its ties fully, and are kept with probability r(T) / r(1)
 *   rivalry     two or more competitors that i knows raise that rate by up to `rivalry` (thesis 3.1.4); participation multiplies it
 *   lock-in     a project with a customer or supplier is done outside the cluster with probability lock_in T (thesis 5.2.2.1): of the
 *               two, invisible, and it takes their hours all the same
 *   closed      a restricted firm works at L3 and L4 in a closed room only: with one partner
 *   level       drawn with the ideas' shares; both sides' trust must reach the level's gate
 *   on screen   novel ideas (L3, L4) are pursued less while members meet on screen only (Brucks & Levav)
 *   match       the idea is pursued with probability min(1, m_ij / typical), times 1 - penalty (1 - T) between competitors
 *   acceptance  ideas of a tick are settled in random order, each needs capacity on both sides; then up to Poisson(team - 2) more
 *               of i's known partners join, the best match first, if gate and capacity hold
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static enum cluster_level draw_level(const struct cluster_derived *d, double u)
{
    int level = 0;
    while (level < N_LEVELS - 1 && u >= d->idea_upto[level])
        level++;
    return (enum cluster_level)level;
}

static bool through_gate(const struct world *w, uint32_t i, uint32_t j, enum cluster_level level)
{
    double gate = cluster_derived(w)->gate[level];
    return tie_trust_of(w, i, j) >= gate && tie_trust_of(w, j, i) >= gate;
}

static bool pursued(const struct world *w, uint32_t i, uint32_t j, double trust, bool competitors,
                    enum cluster_level level, bool on_screen, double u)
{
    const struct cluster_params *p = cluster_params(w);
    double open = competitors ? 1.0 - p->penalty * (1.0 - trust) : 1.0;
    if (level >= L3 && on_screen) open *= p->digital_ideas;
    return u < open * fmin(1.0, cluster_match_value(w, i, j, level) / p->match_typical);
}

static void keep(struct world *w, struct cluster_room *room, const struct cluster_idea *idea, uint32_t *n)
{
    if (*n == room->ideas) {
        struct cluster_idea *more = cluster_grow(w, room->idea, &room->ideas, sizeof *more);
        if (!more) return;
        room->idea = more;
    }
    room->idea[(*n)++] = *idea;
}

/* How eagerly a firm looks for ideas. */
static double eagerness(const struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double rivals = p->has_rivalry ? 1.0 + p->rivalry * real_min(1.0, 0.5 * f->rivals[i]) : 1.0;
    return f->understanding[i] * cluster_participation(w, i) * rivals;
}

/* Ideas of firm i, appended to the n of this tick. `most`: ideas a year that full understanding has with one whom it trusts fully. */
static void have_ideas(struct world *w, uint32_t block, uint32_t i, double most, uint32_t *n)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct tie_view v = tie_view(&w->ties, i);
    struct rng r;
    bool digital = cluster_derived(w)->digital_gatherings && cluster_intensity(w, block, POLICY_gatherings) > 0.0;
    bool on_screen = c->closed || digital; /* members meet on screen only */
    double due = v.n * most * eagerness(w, i) * cluster_years_as_member(w, i, w->dt);
    for (; cluster_rings(w, block, CLOCK_idea, i, due, &r); due = 0.0) {
        uint32_t k = rng_below(&r, v.n);
        double trust = (double)tie_trust(w, &v, k), u = rng_uniform(&r);
        double below = p->start_slope * (1.0 - trust);
        if (u * (1.0 + below) >= 1.0) continue; /* exp(-x) <= 1 / (1 + x): most need no exponential */
        if (!tie_known(w, &v, k) || u >= real_exp(-below)) continue;
        c->tally.ideas++;
        cluster_firms(w)->initiated[i] += 1.0;
        struct cluster_idea idea = {.i = i, .j = v.to[k], .level = draw_level(cluster_derived(w), rng_uniform(&r))};
        double luck = rng_uniform(&r);
        idea.order = rng_uniform(&r);
        idea.extra = rng_poisson(&r, p->team - 2.0);
        if (!through_gate(w, i, idea.j, idea.level)) continue;
        if (!pursued(w, i, idea.j, trust, v.kind[k] & TIE_COMPETITOR, idea.level, on_screen, luck)) continue;
        idea.supplier = v.kind[k] & TIE_SUPPLIER;
        idea.outside = idea.supplier && p->has_lock_in && rng_uniform(&r) < p->lock_in * trust;
        keep(w, &c->room, &idea, n);
    }
}

static void put_in_order(struct cluster_idea *ideas, uint32_t n)
{
    for (uint32_t a = 1; a < n; a++) {
        struct cluster_idea moved = ideas[a];
        uint32_t b = a;
        for (; b > 0 && ideas[b - 1].order > moved.order; b--)
            ideas[b] = ideas[b - 1];
        ideas[b] = moved;
    }
}

static bool needs_closed_room(const struct world *w, uint32_t i, enum cluster_level level)
{
    return cluster_params(w)->has_restriction && cluster_firms(w)->restricted[i] && level >= L3;
}

/* The best of i's known partners that may still join, or RNG_NOBODY. */
static uint32_t next_member(const struct world *w, const struct cluster_idea *idea, const uint32_t *team, uint32_t n)
{
    struct tie_view v = tie_view(&w->ties, idea->i);
    uint32_t chosen = RNG_NOBODY;
    double best = 0.0;
    for (uint32_t k = 0; k < v.n; k++) {
        uint32_t j = v.to[k];
        if (!tie_known(w, &v, k) || cluster_on_team(team, n, j) || !cluster_has_capacity(w, j, idea->level) ||
            !through_gate(w, idea->i, j, idea->level) || needs_closed_room(w, j, idea->level))
            continue;
        double match = cluster_match_value(w, idea->i, j, idea->level);
        if (match > best) {
            best = match;
            chosen = j;
        }
    }
    return chosen;
}

static void settle(struct world *w, uint32_t block, const struct cluster_idea *idea)
{
    if (!cluster_has_capacity(w, idea->i, idea->level) || !cluster_has_capacity(w, idea->j, idea->level)) return;
    uint32_t team[TEAM_MAX] = {idea->i, idea->j}, n = 2;
    cluster_block(w, block)->tally.eligible += idea->supplier;
    if (idea->outside) {
        cluster_start_project(w, block, idea->level, team, n, OUTSIDE, cluster_middle(w));
        return;
    }
    bool closed = needs_closed_room(w, idea->i, idea->level) || needs_closed_room(w, idea->j, idea->level);
    while (!closed && n < TEAM_MAX && n < 2 + idea->extra) {
        uint32_t j = next_member(w, idea, team, n);
        if (j == RNG_NOBODY) break;
        team[n++] = j;
    }
    uint32_t own = n;
    if (!closed) cluster_open_consortium(w, block, idea->i, idea->level, team, &n);
    cluster_start_project(w, block, idea->level, team, n, own == n ? FROM_IDEA : FROM_OPENED, cluster_middle(w));
}

void cluster_proposals(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    uint32_t n = 0;
    double most = p->start_base * real_exp(p->start_slope);
    EACH_MEMBER(w, block, i)
    have_ideas(w, block, i, most, &n);
    struct cluster_idea *ideas = cluster_block(w, block)->room.idea;
    put_in_order(ideas, n);
    for (uint32_t k = 0; k < n; k++)
        settle(w, block, &ideas[k]);
}
