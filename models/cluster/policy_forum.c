/* policy_forum.c - a digital forum, grouped by value chain: a directory, challenges, talk (thesis 5.2.2.3, 6.2;
 * evidence.md P33).
 *
 *   upkeep    staff hours and bills all the time; in a tick that management cannot pay for the forum is down, and that
 *             tick's work is given up
 *   comes by  in a month with chance q_i = active x min(1, intensity) x participation,
 *             in a tick with a_i = 1 - (1 - q_i)^(12 dt)
 *   pays      m_i x member_hours for it, m_i = 12 dt q_i / a_i the months' worth of one visit (1 where a tick is a
 *             month), so that neither the share that comes by in a month nor the hours of a month depend on the tick;
 *             no visit without them
 *   reads     Poisson(m_i x read) profiles, a share of them of its value chain: firms that hold what it needs, or need
 *             what it holds, above 0.2. A profile becomes known to the reader with probability model.awareness.gain;
 *             nothing else comes of it
 *   posts     a need that is unmet (need.c). A post stands for a month: who meets it at 0.5 or better answers with
 *             probability q_j x answer, the first from a random member on; the two talk for member_hours, and both pay
 *   chats     with a known member, kept by (0.1 + T)^s (tie.h) and q_j, in a few tries; both pay
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static const double chat_hours = 0.25; /* A, no figure found */

struct cluster_cost cluster_plan_forum(const struct cluster_params *p, double n, double joining)
{
    double visit = p->forum_hours + 2.0 * chat_hours;
    struct cluster_cost cost = {p->forum_staff, 12.0 * n * p->forum_active * visit, p->forum_cost};
    (void)joining;
    return cost;
}

/* Members of the cluster: slot (n), n at least 2. */
struct forum {
    const uint32_t *slot;
    uint32_t block, n;
};

/* Management pays for the tick; false: the forum is down. */
static bool keep_up(struct world *w, uint32_t block, double intensity)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double hours = p->forum_staff * intensity * w->dt;
    if (cluster_pay(c, POLICY_forum, hours, p->forum_cost * intensity * w->dt)) return true;
    c->tally.dropped_hours[POLICY_forum] += hours;
    return false;
}

/* Chance that firm i comes by in a month. */
static double month_chance(const struct world *w, uint32_t block, uint32_t i)
{
    double share = cluster_params(w)->forum_active * fmin(1.0, cluster_intensity(w, block, POLICY_forum));
    return real_clamp(share * cluster_participation(w, i), 0.0, 0.95);
}

static uint32_t pick_other(const struct forum *m, struct rng *r, uint32_t i)
{
    for (;;) {
        uint32_t j = m->slot[rng_below(r, m->n)];
        if (j != i) return j;
    }
}

static bool in_chain(const struct cluster_firms *f, uint32_t i, uint32_t j)
{
    return cluster_match_need(f, i, j) > 0.2 || cluster_match_need(f, j, i) > 0.2;
}

static void read_profile(struct world *w, const struct forum *m, struct rng *r, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    bool chain = rng_uniform(r) < p->forum_chain;
    uint32_t j = pick_other(m, r, i);
    for (int tries = 1; chain && tries < 12 && !in_chain(cluster_firms(w), i, j); tries++)
        j = pick_other(m, r, i);
    if (rng_uniform(r) >= p->known_gain) return;
    uint32_t k = cluster_tie(w, i, j);
    if (k == NETWORK_NONE) return;
    struct tie_view v = tie_view(&w->ties, i);
    if (!tie_known(w, &v, k) && cluster_match_need(cluster_firms(w), i, j) >= 0.5)
        cluster_block(w, m->block)->tally.need_contacts[VIA_FORUM] += 1.0;
    tie_refresh(w, &v, k);
    v.awareness[k] = 1.0f;
}

/* Both pay for a talk, or neither. */
static bool pay_both(struct world *w, uint32_t block, uint32_t i, uint32_t j, double hours)
{
    struct cluster_firms *f = cluster_firms(w);
    if (f->hours_calls[i] < hours || f->hours_calls[j] < hours) return false;
    cluster_block(w, block)->tally.member_hours[POLICY_forum] +=
        cluster_spend(f, i, f->hours_calls, hours) + cluster_spend(f, j, f->hours_calls, hours);
    return true;
}

/* Does j come by while the k-th post of i in this tick stands, and answer? */
static bool answers(const struct world *w, uint32_t block, uint32_t j, uint32_t i, uint32_t k)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct rng_words words = rng_draw(w->seed, STREAM_forum, block, f->uid[j], f->uid[i], w->tick, k);
    return rng_unit(words.word[0]) < cluster_params(w)->forum_answer * month_chance(w, block, j);
}

static void post_need(struct world *w, const struct forum *m, struct rng *r, uint32_t i, uint32_t k)
{
    struct cluster_firms *f = cluster_firms(w);
    double hours = cluster_params(w)->forum_hours;
    if (!cluster_need_unmet(w, i)) return;
    f->initiated[i] += 1.0;
    uint32_t from = rng_below(r, m->n);
    for (uint32_t a = 0; a < m->n; a++) {
        uint32_t j = m->slot[(from + a) % m->n];
        if (j == i || cluster_match_need(f, i, j) < 0.5 || !answers(w, m->block, j, i, k)) continue;
        if (!pay_both(w, m->block, i, j, hours)) continue;
        cluster_meet(w, m->block, i, j, hours, CONTACT_FORUM, cluster_occasion(w, 128 + k % 128));
        return;
    }
}

/* A known member that comes by; RNG_NOBODY when a few tries find none. */
static uint32_t pick_known(const struct world *w, uint32_t block, struct rng *r, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    for (int tries = 0; tries < 8 && v.n > 0; tries++) {
        uint32_t k = rng_below(r, v.n);
        double kept = tie_preference(w, (double)tie_trust(w, &v, k)) * month_chance(w, block, v.to[k]);
        if (rng_uniform(r) < kept && tie_known(w, &v, k)) return v.to[k];
    }
    return RNG_NOBODY;
}

static void chat(struct world *w, uint32_t block, struct rng *r, uint32_t i, uint32_t k)
{
    uint32_t j = pick_known(w, block, r, i);
    if (j == RNG_NOBODY || !pay_both(w, block, i, j, chat_hours)) return;
    cluster_firms(w)->initiated[i] += 1.0;
    cluster_meet(w, block, i, j, chat_hours, CONTACT_FORUM, cluster_occasion(w, k % 128));
}

/* Does firm i come by in this tick? Pays for it. The months' worth of its visit; 0: it does not come. */
static double come_by(struct world *w, uint32_t block, struct rng *r, uint32_t i)
{
    struct cluster_firms *f = cluster_firms(w);
    double month = month_chance(w, block, i);
    if (!(month > 0.0)) return 0.0;
    double chance = real_chance(-12.0 * real_log(1.0 - month), w->dt), worth = 12.0 * w->dt * month / chance;
    double hours = cluster_params(w)->forum_hours * worth;
    if (rng_uniform(r) >= chance || f->hours_calls[i] < hours) return 0.0;
    cluster_block(w, block)->tally.member_hours[POLICY_forum] += cluster_spend(f, i, f->hours_calls, hours);
    return worth;
}

static void visit(struct world *w, const struct forum *m, uint32_t i)
{
    struct rng r = cluster_draws(w, m->block, STREAM_forum, i);
    double worth = come_by(w, m->block, &r, i);
    if (!(worth > 0.0)) return;
    uint32_t profiles = rng_poisson(&r, cluster_params(w)->forum_read * worth);
    for (uint32_t k = 0; k < profiles; k++)
        read_profile(w, m, &r, i);
    uint32_t times = (uint32_t)(worth + rng_uniform(&r));
    for (uint32_t k = 0; k < times; k++) {
        post_need(w, m, &r, i, k);
        chat(w, m->block, &r, i, k);
    }
}

void cluster_forum(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_forum);
    if (!(intensity > 0.0) || !keep_up(w, block, intensity)) return;
    struct forum m = {c->room.slot, block, 0};
    EACH_MEMBER(w, block, i)
    c->room.slot[m.n++] = i;
    if (m.n < 2) return;
    EACH_MEMBER_IN_TURN(w, block, STREAM_forum, i)
    visit(w, &m, i);
}
