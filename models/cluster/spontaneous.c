/* spontaneous.c - contact on members' own effort: chance meetings near home (evidence.md section 8) and calls that keep contact up
 * (model.md, definitions). Both live from the account for calls, which the small firm's few hours leave near empty: who comes
 * first, and how often, decides what takes place. So a tick is gone through in steps of at most half a month, in each of which hours
 * accrue, chance comes and calls are made, and the length of the tick hardly matters.
 *
 *   chance     a dyad meets at rate near exp(-km / reach) + far; while physical meetings are closed, at rate far and by phone
 *              Drawn by events: a firm starts Poisson(sum over others of rate / 2 dt) meetings, each with a partner in proportion
 *              to the pair's rate, so that a dyad has its rate in all. Both sides pay; what one cannot pay does not take place.
 *   calls      what the account holds beyond a month's hours, and those of a chance meeting, is used at rate call_rate, in calls of
 *              `call_hours`, to known members in proportion to (0.1 + T)^s (Sutcliffe, Wang & Dunbar 2012); half of an account's calls
 *              are the firm's own to start, the other half it takes. Both sides pay. The month's hours are there for what management
 *              asks for, so that calls do not crowd it out.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

#define STEPS_A_YEAR 24

/* A part of a tick. */
struct step {
    double years;
    uint32_t number; /* since the start of the run */
};

/* Members by place: those of place q are slot[upto[q - 1]] .. slot[upto[q] - 1]; and the rates at which a firm of one place starts
 * meetings with those of each, itself included: drawing oneself is no meeting. */
struct neighbourhood {
    uint32_t upto[N_PLACES];
    struct rates {
        double weight[N_PLACES], sum;
    } rates[N_PLACES];
};

static void sort_by_place(struct world *w, uint32_t block, uint32_t upto[N_PLACES])
{
    const struct cluster_firms *f = cluster_firms(w);
    uint32_t *slot = cluster_block(w, block)->room.slot, next[N_PLACES] = {0}, n = 0;
    EACH_MEMBER(w, block, i)
    next[f->place[i]]++;
    for (int q = 0; q < N_PLACES; q++) {
        upto[q] = n + next[q];
        next[q] = n;
        n = upto[q];
    }
    EACH_MEMBER(w, block, i)
    slot[next[f->place[i]]++] = i;
}

static void look_round(struct world *w, uint32_t block, struct neighbourhood *near)
{
    const struct cluster_derived *d = cluster_derived(w);
    bool closed = cluster_block(w, block)->closed;
    sort_by_place(w, block, near->upto);
    for (int a = 0; a < N_PLACES; a++) {
        near->rates[a].sum = 0.0;
        for (int q = 0; q < N_PLACES; q++) {
            double rate = (closed ? 0.0 : d->near[a][q]) + cluster_params(w)->chance_far;
            near->rates[a].weight[q] = rate * (near->upto[q] - (q ? near->upto[q - 1] : 0));
            near->rates[a].sum += near->rates[a].weight[q];
        }
    }
}

/* The partner that a firm of these rates runs into; RNG_NOBODY by rounding at the upper end. */
static uint32_t run_into(const struct world *w, uint32_t block, struct rng *r, const struct neighbourhood *near,
                         const struct rates *rates)
{
    double u = rng_uniform(r) * rates->sum;
    int q = 0;
    while (q < N_PLACES - 1 && u >= rates->weight[q])
        u -= rates->weight[q++];
    uint32_t first = q ? near->upto[q - 1] : 0;
    if (near->upto[q] == first) return RNG_NOBODY;
    return cluster_block(w, block)->room.slot[first + rng_below(r, near->upto[q] - first)];
}

/* Slots of a cluster, all of them, from the place of a member on and round: those that are no member's have no hours (plan_hours). */
struct round {
    uint32_t from, first, end;
};

static struct round go_round(const struct world *w, uint32_t block, enum cluster_stream stream, uint32_t number)
{
    uint32_t first = cluster_first(w, block);
    struct round round = {first + cluster_turn(w, block, stream, number), first, cluster_end(w, block)};
    return round;
}

static inline uint32_t next_slot(const struct round *round, uint32_t i)
{
    return i + 1 < round->end ? i + 1 : round->first;
}

/* Chance meetings of firm i that are due. */
static void meet_some(struct world *w, uint32_t block, const struct neighbourhood *near, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    enum cluster_kind kind = cluster_block(w, block)->closed ? CONTACT_CALL : CONTACT_CHANCE;
    struct rng r;
    while (cluster_rings(w, block, CLOCK_chance, i, 0.0, &r)) {
        uint32_t j = run_into(w, block, &r, near, &near->rates[f->place[i]]);
        if (j == RNG_NOBODY || j == i) continue;
        if (f->hours_calls[i] < p->chance_hours || f->hours_calls[j] < p->chance_hours) continue;
        cluster_spend(f, i, f->hours_calls, p->chance_hours);
        cluster_spend(f, j, f->hours_calls, p->chance_hours);
        cluster_meet(w, block, i, j, p->chance_hours, kind, 2 * f->rung[i * N_CLOCKS + CLOCK_chance] - 1);
    }
}

static void meet_by_chance(struct world *w, uint32_t block, const struct neighbourhood *near, const struct step *step)
{
    const struct cluster_firms *f = cluster_firms(w);
    const struct round round = go_round(w, block, STREAM_chance, step->number);
    const double *years = cluster_block(w, block)->room.years;
    double *clock = f->clock + CLOCK_chance, half[N_PLACES];
    for (int q = 0; q < N_PLACES; q++)
        half[q] = 0.5 * near->rates[q].sum;
    uint32_t i = round.from;
    do {
        double left = clock[i * N_CLOCKS] -= half[f->place[i]] * years[i - round.first];
        if (!(left > 0.0) && f->member[i]) meet_some(w, block, near, i);
    } while ((i = next_slot(&round, i)) != round.from);
}

/* The same as pick by one pass for the sum of weights and one for the partner. */
static uint32_t pick_by_sum(const struct world *w, struct rng *r, const struct tie_view *v)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < v->n; k++)
        if (tie_known(w, v, k)) sum += tie_preference(w, (double)tie_trust(w, v, k));
    double left = rng_uniform(r) * sum;
    uint32_t chosen = RNG_NOBODY;
    for (uint32_t k = 0; k < v->n && left >= 0.0; k++) {
        if (!tie_known(w, v, k)) continue;
        left -= tie_preference(w, (double)tie_trust(w, v, k));
        chosen = v->to[k];
    }
    return chosen;
}

/* A known member, in proportion to (0.1 + T)^s; RNG_NOBODY when there is none. A tie at random, kept by its weight, costs a
 * few looks; only where that does not succeed are all ties looked at. The distribution is the same. What a draw leaves over once it
 * has chosen a tie is as good as a draw of its own. */
static uint32_t pick(const struct world *w, struct rng *r, uint32_t i)
{
    const struct tie_view v = tie_view(&w->ties, i);
    const struct tie_fader fader = tie_fader_of(w, &cluster_derived(w)->middle);
    for (int tries = 0; tries < 16 && v.n > 0; tries++) {
        uint32_t rest, k = rng_split(r, v.n, &rest), age = fader.now - v.touched[k];
        if (tie_faded_awareness(&fader, v.awareness[k], age, v.kind[k]) < KNOWN) continue;
        double trust = (double)tie_faded_trust(&fader, v.trust[k], age, v.kind[k]);
        if (rng_unit(rest) < tie_preference(w, trust)) return v.to[k];
    }
    return pick_by_sum(w, r, &v);
}

/* What a member gets for calls in a year (room.key) and keeps in hand for chance and for what management asks (room.more), and how much
 * of a year a step is for it (room.years), by place in the cluster: a tick's steps and every call ask for them. Where there is no
 * member nothing comes and nothing is to spare. */
static void plan_hours(struct world *w, uint32_t block, double years)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    const struct cluster_room *room = &cluster_block(w, block)->room;
    uint32_t first = cluster_first(w, block);
    for (uint32_t i = first; i < cluster_end(w, block); i++) {
        double yearly = f->member[i] ? f->hours_year[i] * p->contact_share * p->calls_share : 0.0;
        room->key[i - first] = yearly;
        room->more[i - first] = f->member[i] ? real_max(yearly / 12.0, p->chance_hours) : INFINITY;
        room->years[i - first] = f->member[i] ? cluster_years_as_member(w, i, years) : 0.0;
    }
}

static void accrue(struct world *w, uint32_t block)
{
    const struct cluster_room *room = &cluster_block(w, block)->room;
    const double *yearly = room->key, *years = room->years, bank = cluster_params(w)->bank;
    double *restrict calls = cluster_firms(w)->hours_calls + cluster_first(w, block);
    for (uint32_t k = 0, n = w->firms_per_block; k < n; k++)
        cluster_accrue(calls, k, yearly[k], years[k], bank);
}

/* Hours that a member can give to calls. */
static inline double to_spare(double account, double kept) { return real_max(0.0, account - kept); }

/* The calls of firm i that are due. */
static void call_some(struct world *w, uint32_t block, uint32_t i)
{
    struct cluster_firms *f = cluster_firms(w);
    const double *kept = cluster_block(w, block)->room.more, hours = cluster_params(w)->call_hours;
    uint32_t first = cluster_first(w, block);
    for (; f->calls_due[i] >= 1.0; f->calls_due[i] -= 1.0) {
        uint32_t number = f->called[i]++;
        struct rng r = rng_open(w->seed, STREAM_call, block, f->uid[i], RNG_NOBODY, number);
        uint32_t j = to_spare(f->hours_calls[i], kept[i - first]) >= hours ? pick(w, &r, i) : RNG_NOBODY;
        if (j == RNG_NOBODY || to_spare(f->hours_calls[j], kept[j - first]) < hours) continue;
        f->initiated[i] += 1.0;
        cluster_spend(f, i, f->hours_calls, hours);
        cluster_spend(f, j, f->hours_calls, hours);
        cluster_meet(w, block, i, j, hours, CONTACT_CALL, 2 * number);
    }
}

static void call_the_known(struct world *w, uint32_t block, const struct step *step)
{
    const struct cluster_params *p = cluster_params(w);
    const struct round round = go_round(w, block, STREAM_call, step->number);
    const double *kept = cluster_block(w, block)->room.more, *account = cluster_firms(w)->hours_calls;
    double *due = cluster_firms(w)->calls_due, own = 0.5 * p->call_rate * step->years / p->call_hours;
    uint32_t i = round.from;
    do {
        /* calls fall due as hours come in, a part of one stays due: no step is too short for a call */
        due[i] += to_spare(account[i], kept[i - round.first]) * own;
        if (due[i] >= 1.0) call_some(w, block, i);
    } while ((i = next_slot(&round, i)) != round.from);
}

void cluster_spontaneous(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    uint32_t steps = (uint32_t)fmax(1.0, ceil(STEPS_A_YEAR * w->dt - 1e-9));
    struct step step = {.years = w->dt / steps, .number = w->tick * steps};
    struct neighbourhood near;
    if (p->run_chance) look_round(w, block, &near);
    plan_hours(w, block, step.years);
    for (uint32_t k = 0; k < steps; k++, step.number++) {
        accrue(w, block);
        if (p->run_chance) meet_by_chance(w, block, &near, &step);
        if (p->run_calls) call_the_known(w, block, &step);
    }
}
