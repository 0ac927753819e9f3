/* contact.c - hours together become awareness, trust and what contact brings home. Trust is made here only, but for what
 * suppliers bring along (entry.c) and management lends (project.c).
 *
 *   trust      T <- 1 - (1 - T) exp(-w h / h0), w by kind: talk, joint work, or digital w_d + w_dT T (channel expansion)
 *   breach     T <- T - ratio (1 - T)(1 - exp(-w h / h0)), not below 0
 *   awareness  c <- 1 with probability `gain` for a talk, a chance meeting or a call, for certain by introduction and joint work
 *   benefit    v_c h m_ij U_i A_i in this month, for hours of talk
 *   A tie below trust 0.01 that is not known is nothing and is not kept.
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static const enum cluster_arena arena_of[] = {
    [CONTACT_MEET] = AT_GATHERING,
    [CONTACT_TALK] = AT_GATHERING,
    [CONTACT_CHANCE] = BY_CHANCE,
    [CONTACT_CALL] = BY_CALL,
    [CONTACT_INTRODUCTION] = BY_INTRODUCTION,
    [CONTACT_WORK] = IN_PROJECT,
    [CONTACT_DELIVERY] = IN_PROJECT,
    [CONTACT_BREACH] = IN_PROJECT,
};

void cluster_meet(struct world *w, uint32_t block, uint32_t i, uint32_t j, double hours, enum cluster_kind kind,
                  uint32_t step)
{
    struct cluster_block *c = cluster_block(w, block);
    if (c->n_contacts == c->room.contacts) {
        struct cluster_contact *more = cluster_grow(w, c->room.contact, &c->room.contacts, sizeof *more);
        if (!more) return;
        c->room.contact = more;
    }
    struct cluster_contact contact = {i, j, (float)hours, (uint8_t)kind, (uint8_t)step};
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

static double weight_of(const struct cluster_params *p, enum cluster_kind kind, double trust)
{
    switch (kind) {
    case CONTACT_CALL: return p->weight_digital + p->weight_digital_trust * trust;
    case CONTACT_WORK:
    case CONTACT_DELIVERY:
    case CONTACT_BREACH: return p->weight_work;
    default: return p->weight_chat;
    }
}

static bool becomes_known(const struct world *w, uint32_t block, uint32_t i, uint32_t j,
                          const struct cluster_contact *contact)
{
    const struct cluster_firms *f = cluster_firms(w);
    if (contact->kind == CONTACT_MEET || contact->kind >= CONTACT_DELIVERY) return false;
    if (contact->kind == CONTACT_INTRODUCTION || contact->kind == CONTACT_WORK) return true;
    /* 12 bits: kind, who started the contact, which of its contacts it was */
    uint32_t step = (uint32_t)contact->kind << 9 | (uint32_t)(contact->i == i) << 8 | contact->step;
    struct rng_words word = rng_draw(w->seed, STREAM_awareness, block, f->uid[i], f->uid[j], w->tick, step);
    return rng_unit(word.word[0]) < cluster_params(w)->known_gain;
}

/* The side of i: its trust in j and what it knows of j. */
static void feel(struct world *w, uint32_t block, uint32_t i, uint32_t j, const struct cluster_contact *contact)
{
    const struct cluster_params *p = cluster_params(w);
    bool known = becomes_known(w, block, i, j, contact);
    uint32_t k = network_find(&w->ties, i, j);
    struct tie_view v = tie_view(&w->ties, i);
    double trust = k == NETWORK_NONE ? 0.0 : (double)tie_trust(w, &v, k);
    double dose = weight_of(p, contact->kind, trust) * (double)contact->hours / p->trust_hours;
    if (k == NETWORK_NONE) {
        if (!known && dose < 0.01) return; /* 1 - exp(-dose) is smaller still */
        k = cluster_tie(w, i, j);
        if (k == NETWORK_NONE) return;
        v = tie_view(&w->ties, i);
    }
    double gain = (1.0 - trust) * (1.0 - real_exp(-dose));
    double next = contact->kind == CONTACT_BREACH ? fmax(0.0, trust - p->breach_ratio * gain) : trust + gain;
    tie_refresh(w, &v, k);
    v.trust[k] = (float)next;
    if (known) v.awareness[k] = 1.0f;
    if (contact->kind == CONTACT_WORK) v.kind[k] |= TIE_PROJECT;
}

static void bring_home(struct world *w, uint32_t i, double match, double hours)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t month = (uint32_t)floor(w->time * 12.0 + 1e-9) % BENEFIT_MONTHS;
    f->benefit[i * BENEFIT_MONTHS + month] +=
        (float)(p->v_contact * hours * match * f->understanding[i] * f->anchoring[i]);
}

/* Events and hours that the contact counts for each of the two: a month's work with a partner is one event. */
static void count(struct world *w, struct cluster_block *c, const struct cluster_contact *contact)
{
    struct cluster_firms *f = cluster_firms(w);
    if (contact->kind >= CONTACT_DELIVERY) return;
    double events = contact->kind == CONTACT_MEET ? 0.0 : contact->kind == CONTACT_WORK ? 12.0 * w->dt : 1.0;
    f->joint_events[contact->i] += events;
    f->joint_events[contact->j] += events;
    c->tally.events[arena_of[contact->kind]] += 2.0 * events;
    c->tally.hours[arena_of[contact->kind]] += 2.0 * (double)contact->hours;
}

void cluster_contact(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    for (uint32_t k = 0; k < c->n_contacts; k++) {
        const struct cluster_contact *contact = &c->room.contact[k];
        uint32_t i = contact->i, j = contact->j;
        feel(w, block, i, j, contact);
        feel(w, block, j, i, contact);
        count(w, c, contact);
        if (contact->kind == CONTACT_MEET || contact->kind >= CONTACT_WORK) continue;
        double match = cluster_match_value(w, i, j, L1);
        bring_home(w, i, match, (double)contact->hours);
        bring_home(w, j, match, (double)contact->hours);
    }
}
