/* policy_gatherings.c - gatherings, physical or digital: who attends, whom they meet (evidence.md sections 2 and 8).
 *
 *   dates       first + k / (per_year x intensity); held when management has the hours and the money, or dropped when the next date
 *               comes first; called off while physical meetings are closed, unless digital
 *   venue       a place drawn with the shares of model.firms.place_*; digital ones have no travel and no bill
 *   attends     with probability (w0 + w_U U)(1 + w_q (q - 1/2)) x participation, for as many days as its account pays with the travel
 *   talks       a day, an attendee starts Poisson(m / 2) talks of each depth, m so that the distinct firms it talks to are
 *               `rate` on average, rate = n (1 - exp(-m / n)) with n others there, with partners preferred by (0.1 + T)^s
 *               (Sutcliffe, Wang & Dunbar); a share of them seated, a newcomer beside a member of longer standing, while inclusion is in
 *               force. Words in passing, below 5 minutes, leave nothing that anyone can observe and are not drawn
 *   structured  assigned talks: of some drawn at random, the best match that one does not know
 *   groups      group work of all pairs of a group: stable ones by uid, reshuffled ones by a draw for each gathering
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static double travel(const struct cluster_params *p, double km)
{
    return fmin(p->travel_hours * km / 30.0, p->day_hours);
}

static int draw_venue(const struct world *w, uint32_t block, uint32_t number)
{
    const struct cluster_derived *d = cluster_derived(w);
    struct rng r = rng_open(w->seed, STREAM_venue, block, number, RNG_NOBODY, 0);
    double u = rng_uniform(&r);
    int place = 0;
    while (place < N_PLACES - 1 && u >= d->place_upto[place])
        place++;
    return place;
}

/* Days for which firm i comes; pays for them. */
static uint32_t attend(struct world *w, uint32_t block, uint32_t i, uint32_t number, int venue, double date)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_attendance, block, f->uid[i], number, 0);
    double want = (p->want_base + p->want_understanding * f->understanding[i]) *
                  (1.0 + p->want_quality * (p->gatherings_quality - 0.5)) * cluster_participation(w, i);
    bool digital = cluster_derived(w)->digital_gatherings;
    double way = digital ? 0.0 : travel(p, cluster_derived(w)->km[f->place[i]][venue]);
    double days = floor((cluster_hours_at(w, i, date) - way) / p->day_hours);
    f->invited[i]++;
    if (rng_uniform(&r) >= want || days < 1.0) return 0;
    days = fmin(days, (double)p->gatherings_days);
    double paid = cluster_spend(f, i, f->hours_events, way + days * p->day_hours);
    cluster_block(w, block)->tally.member_hours[POLICY_gatherings] += paid;
    f->event_hours_total[i] += paid;
    f->attended[i]++;
    f->attended_now[i]++;
    f->known_to_staff[i] = 1.0;
    if (p->has_wariness) f->wariness[i] *= 1.0 - p->wary_loss;
    return (uint32_t)days;
}

/* Those there on a day of a gathering. */
struct day {
    const uint32_t *there; /* (n) slots */
    uint32_t n, number, day;
};

/* A partner among those there, not oneself, by preference. */
static uint32_t pick_partner(const struct world *w, struct rng *r, const struct day *d, uint32_t i)
{
    for (;;) {
        uint32_t j = d->there[rng_below(r, d->n)];
        if (j == i) continue;
        if (rng_uniform(r) < tie_preference(w, tie_trust_of(w, i, j))) return j;
    }
}

/* A partner of the other kind, newcomer or not, of a few tries. */
static uint32_t pick_seated(const struct world *w, uint32_t block, struct rng *r, const struct day *d, uint32_t i)
{
    uint32_t j = i;
    for (int tries = 0; tries < 8 && j == i; tries++) {
        uint32_t other = d->there[rng_below(r, d->n)];
        if (other != i && cluster_newcomer(w, block, other) != cluster_newcomer(w, block, i)) j = other;
    }
    return j == i ? pick_partner(w, r, d, i) : j;
}

/* Contacts, repeats included, that give `distinct` partners on average among n; nobody meets nearly all. */
static double contacts_for(double distinct, double n) { return -n * real_log(1.0 - fmin(distinct / n, 0.95)); }

enum { SHORT, DEEP, N_DEPTHS };

static uint32_t occasion(const struct day *d, uint32_t depth, uint32_t k)
{
    return 64 * (8 * d->number + d->day) + 20 * depth + k % 20;
}

static void meet_people(struct world *w, uint32_t block, const struct day *d, uint32_t i, const double mean[N_DEPTHS])
{
    const struct cluster_params *p = cluster_params(w);
    enum cluster_kind kind = cluster_derived(w)->digital_gatherings ? CONTACT_DIGITAL : CONTACT_TALK;
    double seated = p->inclusion_mixed * fmin(1.0, cluster_intensity(w, block, POLICY_inclusion));
    struct rng r = rng_open(w->seed, STREAM_encounter, block, cluster_firms(w)->uid[i], d->number, d->day);
    const double hours[N_DEPTHS] = {p->talk_hours, p->deep_hours};
    for (uint32_t depth = 0; depth < N_DEPTHS; depth++) {
        uint32_t contacts = rng_poisson(&r, mean[depth]);
        for (uint32_t k = 0; k < contacts; k++) {
            bool mixed = seated > 0.0 && rng_uniform(&r) < seated;
            uint32_t j = mixed ? pick_seated(w, block, &r, d, i) : pick_partner(w, &r, d, i);
            cluster_meet(w, block, i, j, hours[depth], kind, occasion(d, depth, k));
        }
    }
}

/* Talks that each starts, by depth, with n there. */
static void means_of(const struct world *w, uint32_t n, double mean[N_DEPTHS])
{
    const struct cluster_params *p = cluster_params(w);
    double talk = 2.0 * p->gatherings_informal * (cluster_derived(w)->digital_gatherings ? p->digital_talk : 1.0);
    mean[SHORT] = 0.5 * contacts_for((p->talk_rate - p->deep_rate) * talk, n - 1.0);
    mean[DEEP] = 0.5 * contacts_for(p->deep_rate * talk, n - 1.0);
}

/* The best match of a few among those there that i does not know; RNG_NOBODY without any. */
static uint32_t assign(const struct world *w, struct rng *r, const struct day *d, uint32_t i)
{
    uint32_t chosen = RNG_NOBODY;
    double best = -1.0;
    for (int tries = 0; tries < 6; tries++) {
        uint32_t j = d->there[rng_below(r, d->n)];
        if (j == i || tie_knows(w, i, j)) continue;
        double match = cluster_match_value(w, i, j, L1);
        if (match > best) {
            best = match;
            chosen = j;
        }
    }
    return chosen;
}

/* A talk is assigned to two: each firm starts half of its own. */
static void structured_session(struct world *w, uint32_t block, const struct day *d, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct rng r = rng_open(w->seed, STREAM_structured, block, cluster_firms(w)->uid[i], d->number, d->day);
    uint32_t talks = (uint32_t)(0.5 * (double)p->gatherings_structured + rng_uniform(&r));
    enum cluster_kind kind = cluster_derived(w)->digital_gatherings ? CONTACT_DIGITAL : CONTACT_TALK;
    for (uint32_t k = 0; k < talks; k++) {
        uint32_t j = assign(w, &r, d, i);
        if (j != RNG_NOBODY) cluster_meet(w, block, i, j, p->structured_hours, kind, occasion(d, N_DEPTHS, k));
    }
}

/* Sort those there by a key each, so that neighbours are a group: stable ones keep their key. */
static void order_groups(struct world *w, uint32_t block, uint32_t *there, double *days, uint32_t n, uint32_t number)
{
    bool stable = cluster_derived(w)->groups == STABLE_GROUPS;
    double *keys = cluster_block(w, block)->room.more;
    for (uint32_t a = 0; a < n; a++) {
        uint32_t i = there[a], b = a;
        struct rng r = rng_open(w->seed, STREAM_group, block, cluster_firms(w)->uid[i], stable ? 0 : 1 + number, 0);
        double key = rng_uniform(&r), stays = days[a];
        for (; b > 0 && keys[b - 1] > key; b--) {
            keys[b] = keys[b - 1];
            there[b] = there[b - 1];
            days[b] = days[b - 1];
        }
        keys[b] = key;
        there[b] = i;
        days[b] = stays;
    }
}

static void group_work(struct world *w, uint32_t block, const struct day *d)
{
    const struct cluster_params *p = cluster_params(w);
    uint32_t size = (uint32_t)p->gatherings_group_size;
    enum cluster_kind kind = cluster_derived(w)->digital_gatherings ? CONTACT_GROUP_DIGITAL : CONTACT_GROUP;
    for (uint32_t first = 0; first < d->n; first += size)
        for (uint32_t a = first; a < d->n && a < first + size; a++)
            for (uint32_t b = a + 1; b < d->n && b < first + size; b++)
                cluster_meet(w, block, d->there[a], d->there[b], p->gatherings_group_hours, kind,
                             4 * (8 * d->number + d->day));
}

static void spend_day(struct world *w, uint32_t block, const struct day *d)
{
    double mean[N_DEPTHS];
    means_of(w, d->n, mean);
    for (uint32_t k = 0; k < d->n; k++) {
        meet_people(w, block, d, d->there[k], mean);
        if (cluster_params(w)->gatherings_structured) structured_session(w, block, d, d->there[k]);
    }
    if (cluster_derived(w)->groups != NO_GROUPS) group_work(w, block, d);
}

static void hold(struct world *w, uint32_t block, uint32_t number, double date)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    int venue = draw_venue(w, block, number);
    uint32_t *there = c->room.slot, n = 0;
    double *days = c->room.key; /* of attendee k */
    EACH_MEMBER(w, block, i)
    {
        uint32_t stays = attend(w, block, i, number, venue, date);
        if (!stays) continue;
        there[n] = i;
        days[n++] = stays;
    }
    if (cluster_derived(w)->groups != NO_GROUPS) order_groups(w, block, there, days, n, number);
    for (uint32_t day = 0; n > 1 && day < (uint32_t)p->gatherings_days; day++) {
        uint32_t left = 0;
        for (uint32_t k = 0; k < n; k++) {
            if (days[k] <= (double)day) continue;
            there[left] = there[k];
            days[left++] = days[k];
        }
        n = left;
        struct day d = {there, n, number, day};
        if (n > 1) spend_day(w, block, &d);
    }
    c->tally.gatherings++;
}

/* Dates that come in this tick; one at the start of the run comes in its first. */
static uint32_t dates_now(const struct world *w, double rate)
{
    const struct cluster_params *p = cluster_params(w);
    double began = w->setup.run->start, now = w->time;
    if (!(rate > 0.0)) return 0;
    double last = floor((now + w->dt - p->gatherings_first) * rate + 1e-9);
    double before = floor((now - p->gatherings_first) * rate + 1e-9);
    if (now <= began) before = fmax(-1.0, ceil((began - p->gatherings_first) * rate - 1e-9) - 1.0);
    return last < 0.0 ? 0 : (uint32_t)(last - fmax(before, -1.0));
}

struct cluster_cost cluster_plan_gatherings(const struct cluster_params *p, double n, double joining)
{
    double days = p->gatherings_rate * (double)p->gatherings_days;
    double want =
        (p->want_base + 0.5 * p->want_understanding) * (1.0 + p->want_quality * (p->gatherings_quality - 0.5));
    bool digital = p->gatherings_mode.text[0] == 'd';
    struct cluster_cost cost = {days * p->gatherings_hours, days * n * real_clamp(want, 0.0, 1.0) * p->day_hours,
                                digital ? 0.0 : days * p->gatherings_cost};
    (void)joining;
    return cost;
}

/* The date of which `later` more have come; one that has waited counts as of the start of the tick. */
static double date_of(const struct world *w, double rate, uint32_t later)
{
    double first = cluster_params(w)->gatherings_first, until = w->time + w->dt;
    double last = first + floor((until - first) * rate + 1e-9) / rate;
    return fmin(fmax(last - later / rate, w->time), until);
}

/* One of the dates that have come: false it waits, true it has been dealt with. */
static bool deal_with(struct world *w, uint32_t block, double date, bool last)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    bool digital = cluster_derived(w)->digital_gatherings;
    double days = (double)p->gatherings_days, hours = p->gatherings_hours * days;
    if (c->closed && !digital) return true; /* called off */
    if (cluster_pay(c, POLICY_gatherings, hours, digital ? 0.0 : p->gatherings_cost * days)) {
        hold(w, block, c->gatherings_held, date);
        return true;
    }
    if (last)
        c->tally.queued_hours[POLICY_gatherings] += hours;
    else
        c->tally.dropped_hours[POLICY_gatherings] += hours;
    return !last;
}

void cluster_gatherings(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    uint32_t *due = &c->policy[POLICY_gatherings].dealt; /* dates that have come and wait */
    double intensity = cluster_intensity(w, block, POLICY_gatherings);
    if (!(intensity > 0.0)) {
        *due = 0;
        return;
    }
    double rate = cluster_params(w)->gatherings_rate * intensity;
    *due += dates_now(w, rate);
    while (*due && deal_with(w, block, date_of(w, rate, *due - 1), *due == 1)) {
        --*due;
        c->gatherings_held++;
    }
}
