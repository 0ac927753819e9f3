/* policy_gatherings.c - gatherings: who attends, whom they meet (evidence.md sections 2 and 8).
 *
 *   dates       first + k / per_year; held when management has the hours, or dropped when the next date comes first; called off
 *               while physical meetings are closed
 *   venue       a place drawn with the shares of model.firms.place_*
 *   attends     with probability (w0 + w_U U)(1 + w_q (q - 1/2)), for as many days as its account pays with the travel
 *   encounters  a day, an attendee starts Poisson(m / 2) contacts of each depth, m so that the distinct firms it meets are
 *               `rate` on average, rate = n (1 - exp(-m / n)) with n others there: short ones with
 *               anyone there that day, talks with partners preferred by (0.1 + T)^s (Sutcliffe, Wang & Dunbar)
 */
#include "cluster/cluster.h"
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
static uint32_t attend(struct world *w, uint32_t block, uint32_t i, uint32_t number, int venue)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_attendance, block, f->uid[i], number, 0);
    double want = (p->want_base + p->want_understanding * f->understanding[i]) *
                  (1.0 + p->want_quality * (p->gatherings_quality - 0.5));
    double way = travel(p, cluster_derived(w)->km[f->place[i]][venue]);
    double days = floor((f->hours_events[i] - way) / p->day_hours);
    f->invited[i]++;
    if (rng_uniform(&r) >= want || days < 1.0) return 0;
    days = fmin(days, (double)p->gatherings_days);
    struct cluster_tally *tally = &cluster_block(w, block)->tally;
    tally->member_hours[GATHERINGS] += cluster_spend(f, i, f->hours_events, way + days * p->day_hours);
    f->attended[i]++;
    f->attended_now[i]++;
    f->known_to_staff[i] = 1.0;
    tally->attendances++;
    return (uint32_t)days;
}

/* A partner among those there, not oneself; talks go by preference. */
static uint32_t pick_partner(const struct world *w, struct rng *r, const uint32_t *there, uint32_t n, uint32_t i,
                             bool prefer)
{
    for (;;) {
        uint32_t j = there[rng_below(r, n)];
        if (j == i) continue;
        if (!prefer) return j;
        if (rng_uniform(r) < tie_preference(w, tie_trust_of(w, i, j))) return j;
    }
}

/* Contacts, repeats included, that give `distinct` partners on average among n; nobody meets nearly all. */
static double contacts_for(double distinct, double n) { return -n * real_log(1.0 - fmin(distinct / n, 0.95)); }

static void meet_people(struct world *w, uint32_t block, const uint32_t *there, uint32_t n, uint32_t i, uint32_t number,
                        uint32_t day)
{
    const struct cluster_params *p = cluster_params(w);
    struct rng r = rng_open(w->seed, STREAM_encounter, block, cluster_firms(w)->uid[i], number, day);
    const double rate[3] = {p->meet_rate - p->talk_rate, p->talk_rate - p->deep_rate, p->deep_rate};
    const double hours[3] = {p->meet_hours, p->talk_hours, p->deep_hours};
    for (uint32_t depth = 0; depth < 3; depth++) {
        uint32_t contacts = rng_poisson(&r, 0.5 * contacts_for(rate[depth], n - 1.0));
        for (uint32_t k = 0; k < contacts; k++) {
            uint32_t j = pick_partner(w, &r, there, n, i, depth > 0);
            uint32_t step = 25 * (day + 5 * (number % 2)) + (depth > 1 ? 12 : 0) + k % 12;
            cluster_meet(w, block, i, j, hours[depth], depth ? CONTACT_TALK : CONTACT_MEET, step);
        }
    }
}

static void hold(struct world *w, uint32_t block, uint32_t number)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    int venue = draw_venue(w, block, number);
    uint32_t *there = c->room.slot, n = 0;
    double *days = c->room.key; /* of attendee k */
    EACH_MEMBER(w, block, i)
    {
        uint32_t stays = attend(w, block, i, number, venue);
        if (!stays) continue;
        there[n] = i;
        days[n++] = stays;
    }
    for (uint32_t day = 0; n > 1 && day < (uint32_t)p->gatherings_days; day++) {
        uint32_t left = 0;
        for (uint32_t k = 0; k < n; k++) {
            if (days[k] <= (double)day) continue;
            there[left] = there[k];
            days[left++] = days[k];
        }
        n = left;
        for (uint32_t k = 0; n > 1 && k < n; k++)
            meet_people(w, block, there, n, there[k], number, day);
    }
    c->tally.gatherings++;
    c->tally.invitations += c->n;
    c->tally.bills[GATHERINGS] += p->gatherings_cost * (double)p->gatherings_days;
}

/* Dates up to that time. */
static uint32_t dates_until(const struct cluster_params *p, double start, double time)
{
    if (!(p->gatherings_rate > 0.0)) return 0;
    double last = floor((time - p->gatherings_first) * p->gatherings_rate + 1e-9),
           before = fmax(0.0, ceil((start - p->gatherings_first) * p->gatherings_rate - 1e-9));
    return last < before ? 0 : (uint32_t)(last - before + 1.0);
}

void cluster_gatherings(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    c->gatherings_dated = dates_until(p, w->setup.run->start, w->time + w->dt);
    double hours = p->gatherings_hours * (double)p->gatherings_days;
    while (c->gatherings_held < c->gatherings_dated) {
        bool off = !p->gatherings || c->closed;
        bool last = c->gatherings_held + 1 == c->gatherings_dated;
        if (!off && c->staff_hours < hours && last) return; /* waits for staff */
        off = off || c->staff_hours < hours;
        if (!off) {
            c->staff_hours -= hours;
            c->tally.staff_hours[GATHERINGS] += hours;
            hold(w, block, c->gatherings_held);
        }
        c->gatherings_held++;
    }
}
