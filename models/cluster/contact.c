/* contact.c - hours together become awareness, trust and what contact brings home. Trust is made here only, but for what
 * suppliers bring along (entry.c) and management lends (project.c).
 *
 *   trust      T <- 1 - (1 - T) exp(-w h / h0), w by kind: talk, joint work, or digital w_d + w_dT T (channel expansion); talk counts
 *              more between firms that are alike: times 1 + s (share of sector and size class in common - 1/4)
 *   breach     T <- T - ratio (1 - T)(1 - exp(-w h / h0)), not below 0
 *   awareness  c <- 1 with probability `gain` for a talk, an exchange or a call, for certain by hand-over and joint work; of a restricted
 *              firm, less by what it withholds below the trust of closed rooms
 *   benefit    v_c h m_ij U_i A_i x what i brings home x what j shares, in this month, for hours of talk
 *   shared     by j with i: competitors 1 - penalty (1 - T_ji); a restricted firm 1 - withhold below the trust of closed rooms
 *   A tie below trust 0.01 that is not known is nothing and is not kept.
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

enum weight { BY_TALK, BY_SCREEN, BY_WORK };
static const struct {
    enum cluster_arena arena;
    enum weight weight;
} kinds[] = {
    [CONTACT_TALK] = {AT_GATHERING, BY_TALK},
    [CONTACT_COURSE] = {IN_COURSE, BY_SCREEN},
    [CONTACT_DIGITAL] = {AT_GATHERING, BY_SCREEN},
    [CONTACT_FORUM] = {ON_FORUM, BY_SCREEN},
    [CONTACT_CHANCE] = {BY_CHANCE, BY_TALK},
    [CONTACT_CALL] = {BY_CALL, BY_SCREEN},
    [CONTACT_INTRODUCTION] = {BY_INTRODUCTION, BY_TALK},
    [CONTACT_MEDIATED] = {BY_INTRODUCTION, BY_TALK},
    [CONTACT_GROUP] = {IN_GROUP, BY_TALK},
    [CONTACT_GROUP_DIGITAL] = {IN_GROUP, BY_SCREEN},
    [CONTACT_WORK] = {IN_PROJECT, BY_WORK},
    [CONTACT_DELIVERY] = {IN_PROJECT, BY_WORK},
    [CONTACT_BREACH] = {IN_PROJECT, BY_WORK},
    [CONTACT_OUTSIDE] = {IN_PROJECT, BY_WORK},
};
static const enum cluster_route routes[N_ARENAS] = {[ON_FORUM] = VIA_FORUM, [BY_INTRODUCTION] = VIA_MANAGEMENT};

void cluster_meet(struct world *w, uint32_t block, uint32_t i, uint32_t j, double hours, enum cluster_kind kind,
                  uint32_t occasion)
{
    struct cluster_block *c = cluster_block(w, block);
    if (c->n_contacts == c->room.contacts) {
        struct cluster_contact *more = cluster_grow(w, c->room.contact, &c->room.contacts, sizeof *more);
        if (!more) return;
        c->room.contact = more;
    }
    struct cluster_contact contact = {i, j, (float)hours, (uint8_t)kind, occasion};
    c->room.contact[c->n_contacts++] = contact;
}

uint32_t cluster_tie(struct world *w, uint32_t i, uint32_t j)
{
    uint32_t k = network_find(&w->ties, i, j);
    if (k != NETWORK_NONE) return k;
    k = network_insert(&w->ties, i, j, (uint16_t)w->tick);
    if (k != NETWORK_NONE && cluster_match_competitors(w, i, j)) network_kind(&w->ties, i)[k] |= TIE_COMPETITOR;
    return k;
}

/* Share of sector and size class that two firms have in common, over what one in four is. */
static double alikeness(const struct world *w, uint32_t i, uint32_t j)
{
    const struct cluster_firms *f = cluster_firms(w);
    return 0.5 * ((f->sector[i] == f->sector[j]) + (f->size_class[i] == f->size_class[j])) - 0.25;
}

static double weight_of(const struct world *w, const struct cluster_contact *contact, double trust)
{
    const struct cluster_params *p = cluster_params(w);
    switch (kinds[contact->kind].weight) {
    case BY_SCREEN: return p->weight_digital + p->weight_digital_trust * trust;
    case BY_WORK: return p->weight_work;
    default: break;
    }
    if (!p->has_characteristic) return p->weight_chat;
    return p->weight_chat * (1.0 + p->similarity * alikeness(w, contact->i, contact->j));
}

/* Part that firm j shares with a firm that it trusts so much. */
static double shares(const struct world *w, uint32_t j, double trust, bool competitor)
{
    const struct cluster_params *p = cluster_params(w);
    double part = competitor ? 1.0 - p->penalty * (1.0 - trust) : 1.0;
    if (p->has_restriction && cluster_firms(w)->restricted[j] && trust < p->closed_gate) part *= 1.0 - p->withhold;
    return part;
}

/* Work and introductions make known for certain, a delivery or a breach and work outside do not: no draw is needed. */
static bool known_by_chance(enum cluster_kind kind)
{
    return kind < CONTACT_DELIVERY && kind != CONTACT_INTRODUCTION && kind != CONTACT_WORK;
}

/* u is the draw of i's side. */
static bool becomes_known(const struct world *w, uint32_t j, const struct cluster_contact *contact, double trust,
                          uint32_t u)
{
    if (!known_by_chance(contact->kind)) return contact->kind < CONTACT_DELIVERY;
    return rng_unit(u) < cluster_params(w)->known_gain * shares(w, j, trust, false);
}

/* A word for each side. The key's tick and step: the occasion, 24 and 8 bits of it, and the arena above the latter. */
static struct rng_words draw_awareness(const struct world *w, uint32_t block, const struct cluster_contact *contact)
{
    const struct cluster_firms *f = cluster_firms(w);
    if (!known_by_chance(contact->kind)) return (struct rng_words){{0}};
    uint32_t step = (uint32_t)kinds[contact->kind].arena << 8 | (contact->occasion & 255);
    return rng_draw(w->seed, STREAM_awareness, block, f->uid[contact->i], f->uid[contact->j], contact->occasion >> 8,
                    step);
}

/* First contacts that meet a need, by who brought the two together; project partners are no news. */
static void count_route(struct world *w, uint32_t block, uint32_t i, uint32_t j, const struct cluster_contact *contact)
{
    if (contact->kind == CONTACT_WORK || cluster_match_need(cluster_firms(w), i, j) < 0.5) return;
    cluster_block(w, block)->tally.need_contacts[routes[kinds[contact->kind].arena]] += 1.0;
}

/* One side of a contact, before it. */
struct side {
    struct tie_view v;  /* valid until a tie is made in its own row */
    uint32_t k;         /* place of the tie, or NETWORK_NONE */
    double trust, dose; /* of the contact: w h / h0 */
    bool competitor;
};

static inline struct side side_of(const struct world *w, uint32_t i, uint32_t j, const struct cluster_contact *contact)
{
    struct side side = {.v = tie_view(&w->ties, i), .k = network_find(&w->ties, i, j)};
    if (side.k != NETWORK_NONE) {
        side.trust = (double)tie_trust(w, &side.v, side.k);
        side.competitor = side.v.kind[side.k] & TIE_COMPETITOR;
    }
    side.dose = weight_of(w, contact, side.trust) * (double)contact->hours / cluster_params(w)->trust_hours;
    return side;
}

/* The side of i: its trust in j and what it knows of j. `known` may come of the contact as far as j shares; risen is
 * 1 - exp(-dose). */
static inline void feel(struct world *w, uint32_t block, uint32_t i, uint32_t j, const struct side *mine,
                        const struct side *theirs, const struct cluster_contact *contact, uint32_t u, double risen)
{
    const struct cluster_params *p = cluster_params(w);
    bool known = becomes_known(w, j, contact, theirs->trust, u);
    uint32_t k = mine->k;
    struct tie_view v = mine->v;
    double trust = mine->trust;
    if (k == NETWORK_NONE) {
        if (!known && mine->dose < 0.01) return; /* 1 - exp(-dose) is smaller still */
        k = cluster_tie(w, i, j);
        if (k == NETWORK_NONE) return;
        v = tie_view(&w->ties, i);
    }
    double gain = p->do_clamp_trust ? 0.0 : (1.0 - trust) * risen;
    double next = contact->kind == CONTACT_BREACH ? fmax(0.0, trust - p->breach_ratio * gain) : trust + gain;
    float awareness = tie_awareness(w, &v, k);
    if (known && awareness < KNOWN) count_route(w, block, i, j, contact);
    v.trust[k] = (float)next;
    v.awareness[k] = known ? 1.0f : awareness;
    v.touched[k] = (uint16_t)w->tick;
    if (contact->kind == CONTACT_WORK) v.kind[k] |= TIE_PROJECT;
}

static void bring_home(struct world *w, uint32_t i, uint32_t month, double match, double hours)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    f->benefit[i * BENEFIT_MONTHS + month] +=
        (float)(p->v_contact * hours * match * f->understanding[i] * f->anchoring[i] * cluster_brought_home(w, i));
}

/* Talk brings home what the other shares: in the open, or in a closed room from its trust on. */
static void share(struct world *w, struct cluster_tally *tally, uint32_t month, const struct cluster_contact *contact,
                  const struct side *a, const struct side *b)
{
    double gate = cluster_params(w)->closed_gate, hours = (double)contact->hours;
    double match = cluster_match_value(w, contact->i, contact->j, L1);
    double from_j = shares(w, contact->j, b->trust, b->competitor),
           from_i = shares(w, contact->i, a->trust, a->competitor);
    bring_home(w, contact->i, month, match, hours * from_j);
    bring_home(w, contact->j, month, match, hours * from_i);
    *(b->trust < gate ? &tally->shared_open : &tally->shared_closed) += hours * from_j;
    *(a->trust < gate ? &tally->shared_open : &tally->shared_closed) += hours * from_i;
}

/* Events and hours that the contact counts for each of the two: a month's work with a partner is one event. */
static void count(struct world *w, struct cluster_block *c, const struct cluster_contact *contact)
{
    struct cluster_firms *f = cluster_firms(w);
    enum cluster_arena arena = kinds[contact->kind].arena;
    double events = contact->kind == CONTACT_WORK ? 12.0 * w->dt : 1.0;
    f->joint_events[contact->i] += events;
    f->joint_events[contact->j] += events;
    if (arena == BY_INTRODUCTION) {
        f->mediated[contact->i] += events;
        f->mediated[contact->j] += events;
    }
    c->tally.events[arena] += 2.0 * events;
    c->tally.hours[arena] += 2.0 * (double)contact->hours;
}

void cluster_contact(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    uint32_t month = (uint32_t)floor(w->time * 12.0 + 1e-9) % BENEFIT_MONTHS;
    for (uint32_t k = 0; k < c->n_contacts; k++) {
        const struct cluster_contact *contact = &c->room.contact[k];
        uint32_t i = contact->i, j = contact->j;
        struct side a = side_of(w, i, j, contact), b = side_of(w, j, i, contact);
        double risen_a = real_risen(a.dose), risen_b = b.dose == a.dose ? risen_a : real_risen(b.dose);
        struct rng_words u = draw_awareness(w, block, contact);
        feel(w, block, i, j, &a, &b, contact, u.word[0], risen_a);
        feel(w, block, j, i, &b, &a, contact, u.word[1], risen_b);
        if (contact->kind >= CONTACT_DELIVERY) continue;
        count(w, c, contact);
        if (contact->kind != CONTACT_WORK) share(w, &c->tally, month, contact, &a, &b);
    }
}
