/* entry.c - a firm as it enters: what it is, whom it knows from before, its suppliers and customers (ODD.md, Initialisation).
 *
 *   employees  lognormal, or log-uniform inside the roster's size class; never below 1
 *   U          Beta(mean by network experience, sd);   A = a0 + a_U U + a_s ln(employees) + noise, in [0, 1]
 *   hours      H exp(sigma z - sigma^2 / 2) (employees / median)^e
 *   knowledge  3 or 4 competences in distinct domains near the sector's own, 2 needs elsewhere
 *   suppliers  a core firm keeps up to n_s supplier ties: it picks among members by exponential race with weights
 *              exp(-km / reach); a supplier that enters later fills a gap with that probability
 *   answers    U and A from a survey, where the roster has them; ties that are listed stand instead of drawn ones
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static int pick(const double *upto, int n, double u)
{
    for (int k = 0; k < n - 1; k++)
        if (u < upto[k]) return k;
    return n - 1;
}

static uint8_t size_class(double employees)
{
    return employees < 10 ? 0 : employees < 50 ? 1 : employees < 250 ? 2 : 3;
}

/* Log-uniform inside a size class; the open class ends at 1000. */
static double employees_in_class(int which, double u)
{
    static const double low[N_SIZES] = {1, 10, 50, 250}, high[N_SIZES] = {10, 50, 250, 1000};
    return low[which] * real_exp(u * real_log(high[which] / low[which]));
}

/* The roster's value in that column, NaN where there is none. */
static double given(const struct world *w, int64_t row, enum cluster_roster_column column)
{
    const struct roster *r = w->setup.roster;
    return row < 0 ? NAN : r->value[(size_t)row * r->n_columns + (size_t)column];
}

struct identity {
    int sector, place, prior;
    double employees, within;
};

static struct identity identity_of(const struct cluster_params *p, const struct cluster_derived *d, struct rng *r)
{
    struct identity one;
    one.sector = pick(d->sector_upto, N_SECTORS, rng_uniform(r));
    one.place = pick(d->place_upto, N_PLACES, rng_uniform(r));
    one.employees = fmax(1.0, p->size_median * real_exp(p->size_sigma * rng_normal(r)));
    one.within = rng_uniform(r);
    double prior = rng_uniform(r);
    one.prior = prior < p->prior_good ? PRIOR_GOOD : prior < p->prior_good + p->prior_bad ? PRIOR_BAD : PRIOR_NONE;
    return one;
}

static void draw_identity(struct world *w, uint32_t i, int64_t row, struct rng *r)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    struct identity one = identity_of(p, cluster_derived(w), r);
    int sector = one.sector, place = one.place;
    double employees = one.employees;
    if (!isnan(given(w, row, ROSTER_SECTOR))) sector = (int)given(w, row, ROSTER_SECTOR);
    if (!isnan(given(w, row, ROSTER_PLACE))) place = (int)given(w, row, ROSTER_PLACE);
    if (!isnan(given(w, row, ROSTER_SIZE_CLASS)))
        employees = employees_in_class((int)given(w, row, ROSTER_SIZE_CLASS), one.within);
    if (!isnan(given(w, row, ROSTER_EMPLOYEES))) employees = given(w, row, ROSTER_EMPLOYEES);
    f->sector[i] = (uint8_t)sector;
    f->place[i] = (uint8_t)place;
    f->employees[i] = employees < 1.0 ? 1.0 : employees;
    f->size_class[i] = size_class(f->employees[i]);
    f->prior[i] = (uint8_t)one.prior;
    f->prominence[i] = real_pow(f->employees[i], p->attention_size);
}

struct attitude {
    double anchoring_own, hours_base, understanding, behind_anchoring;
};

/* Mean understanding at entry: by network experience, or as an experiment has it. */
static double understanding_mean(const struct world *w, uint32_t block, uint32_t uid, int prior, bool founder)
{
    const struct cluster_params *p = cluster_params(w);
    double low = founder ? p->do_low_founders : p->do_low_entrants;
    if (low < 0.0) return prior == PRIOR_GOOD ? p->u_good : prior == PRIOR_BAD ? p->u_bad : p->u_none;
    struct rng_words u = rng_draw(w->seed, STREAM_intervention, block, uid, RNG_NOBODY, 1, 0);
    return rng_unit(u.word[0]) < low ? p->do_low : p->do_high;
}

/* As drawn for a firm of that size and mean understanding. */
static struct attitude attitude_of(const struct cluster_params *p, double employees, double mean, struct rng *r)
{
    struct attitude a;
    double sigma = p->hours_sigma;
    a.anchoring_own = p->a_base + p->a_size * real_log(employees) + p->a_sd * rng_normal(r);
    double spread = real_exp(sigma * rng_normal(r) - 0.5 * sigma * sigma);
    a.hours_base = p->hours_mean * spread * real_pow(employees / p->size_median, p->hours_size);
    a.understanding = rng_beta(r, mean, p->u_sd);
    /* that of another firm, where an experiment makes the two independent */
    a.behind_anchoring = p->do_independent ? rng_beta(r, mean, p->u_sd) : a.understanding;
    if (employees < p->do_grant_below) a.hours_base += p->do_grant;
    return a;
}

static double anchoring_from(const struct cluster_params *p, const struct attitude *a)
{
    return real_clamp(p->a_understanding * a->behind_anchoring + a->anchoring_own, 0.0, 1.0);
}

static bool is_restricted(const struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_restriction, block, f->uid[i], RNG_NOBODY, 0);
    return rng_uniform(&r) < (f->sector[i] == CORE ? p->restricted_core : p->restricted_other);
}

/* What a survey says goes before what is drawn. Anchoring that is told is also what the firm keeps to without results: what else
 * than understanding decides it is what is left. */
static void take_answers(const struct world *w, int64_t row, struct attitude *a)
{
    const struct cluster_params *p = cluster_params(w);
    double understanding = given(w, row, ROSTER_UNDERSTANDING), anchoring = given(w, row, ROSTER_ANCHORING);
    if (!isnan(understanding)) {
        a->understanding = understanding;
        if (!p->do_independent) a->behind_anchoring = understanding;
    }
    if (!isnan(anchoring)) {
        a->behind_anchoring = a->understanding;
        a->anchoring_own = anchoring - p->a_understanding * a->understanding;
    }
}

static void draw_attitude(struct world *w, uint32_t block, uint32_t i, int64_t row, struct rng *r)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double mean = understanding_mean(w, block, f->uid[i], f->prior[i], f->founder[i]);
    struct attitude a = attitude_of(p, f->employees[i], mean, r);
    take_answers(w, row, &a);
    f->anchoring_own[i] = a.anchoring_own;
    f->hours_base[i] = a.hours_base;
    f->understanding[i] = f->understanding_entry[i] = a.understanding;
    f->practice[i] = f->role[i] = f->goals[i] = a.understanding;
    f->anchoring[i] = anchoring_from(p, &a);
    f->integration[i] = p->integration_entry * f->anchoring[i];
    f->wariness[i] = p->has_wariness && f->prior[i] == PRIOR_BAD ? p->wary_start : 0.0;
    f->belonging[i] = p->b_entry;
    f->restricted[i] = is_restricted(w, block, i);
    f->group[i] = NO_GROUP;
    f->buddy[i] = RNG_NOBODY;
}

/* An entrant comes with clearer goals where the cluster has a name (P18). */
static void aim(struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    if (!p->has_prestige) return;
    f->goals[i] += p->prestige_goals * cluster_block(w, block)->life.prestige * (1.0 - f->goals[i]);
    f->understanding[i] = f->understanding_entry[i] = cluster_derived(w)->practice * f->practice[i] +
                                                      cluster_derived(w)->role * f->role[i] +
                                                      cluster_derived(w)->goals * f->goals[i];
}

/* A domain near the sector's own: step away from it with probability falling by exp(-1/1.5) a step, both ways round. */
static uint8_t near_domain(const struct cluster_firms *f, uint32_t i, struct rng *r)
{
    int home = (f->sector[i] * DOMAINS + DOMAINS / 2) / N_SECTORS, step = 0;
    while (step < DOMAINS / 2 && rng_uniform(r) < 0.5134171190325920) /* exp(-1/1.5) */
        step++;
    int way = rng_uniform(r) < 0.5 ? step : DOMAINS - step;
    return (uint8_t)((home + way) % DOMAINS);
}

static bool holds_domain(const struct cluster_firms *f, uint32_t i, uint32_t n, uint8_t domain)
{
    for (uint32_t a = 0; a < n; a++)
        if (f->competence[i * COMPETENCES + a] / SPECIALTIES == domain) return true;
    return false;
}

/* Levels by domain, scaled to length 1. */
static void set_profile(struct cluster_firms *f, uint32_t i, const double level[DOMAINS])
{
    double square = 0.0;
    for (int d = 0; d < DOMAINS; d++)
        square += level[d] * level[d];
    f->breadth[i] = (float)sqrt(square);
    for (uint32_t d = 0; d < DOMAINS; d++)
        f->profile[i * DOMAINS + d] = (float)(level[d] / sqrt(square));
}

void cluster_mark(struct cluster_firms *f, uint32_t i)
{
    uint64_t *has = &f->marks[MARKS * i + HAS], *needs = &f->marks[MARKS * i + NEEDED],
             *wide = &f->marks[MARKS * i + WIDE];
    *has = *needs = *wide = 0;
    for (uint32_t a = 0; a < COMPETENCES; a++) {
        uint8_t competence = f->competence[i * COMPETENCES + a];
        if (f->profile[i * DOMAINS + competence / SPECIALTIES] > 0.0f) *has |= UINT64_C(1) << competence;
    }
    for (uint32_t a = 0; a < NEEDS; a++) {
        uint8_t need = f->need[i * NEEDS + a];
        *needs |= UINT64_C(1) << need;
        *wide |= ((UINT64_C(1) << SPECIALTIES) - 1) << need / SPECIALTIES * SPECIALTIES;
    }
}

static void draw_knowledge(struct world *w, uint32_t i, struct rng *r)
{
    struct cluster_firms *f = cluster_firms(w);
    uint32_t n = rng_uniform(r) < 0.5 ? 3 : 4;
    double level[DOMAINS] = {0.0};
    for (uint32_t a = 0; a < COMPETENCES; a++) {
        uint8_t domain = near_domain(f, i, r);
        while (holds_domain(f, i, a, domain))
            domain = (uint8_t)((domain + 1) % DOMAINS);
        int specialty = (int)rng_below(r, SPECIALTIES);
        if (rng_uniform(r) < cluster_params(w)->regional) specialty = (f->place[i] + domain) % SPECIALTIES;
        f->competence[i * COMPETENCES + a] = (uint8_t)(domain * SPECIALTIES + specialty);
        double drawn = 0.4 + 0.6 * rng_uniform(r);
        if (a < n) level[domain] = drawn;
    }
    set_profile(f, i, level);
    for (uint32_t a = 0; a < NEEDS; a++) {
        uint8_t domain = (uint8_t)rng_below(r, DOMAINS);
        while (holds_domain(f, i, n, domain))
            domain = (uint8_t)((domain + 1) % DOMAINS);
        f->need[i * NEEDS + a] = (uint8_t)(domain * SPECIALTIES + (int)rng_below(r, SPECIALTIES));
    }
    cluster_mark(f, i);
}

static void make_known(struct world *w, uint32_t i, uint32_t j, double awareness)
{
    uint32_t k = cluster_tie(w, i, j);
    if (k == NETWORK_NONE) return;
    /* a tie's values are those of the middle of a tick; it is as fresh as that when the tick begins */
    network_value(&w->ties, i, TIE_AWARENESS)[k] = (float)awareness * cluster_derived(w)->end.awareness[0];
}

static bool is_merged(uint32_t uid) { return uid >= FIRST_MERGED; }

/* Two firms of the other cluster may know and trust each other: U(0, 2 merger_trust), the same on both sides. */
static void acquaint_merged(struct world *w, uint32_t block, uint32_t i, uint32_t j)
{
    const struct cluster_params *p = cluster_params(w);
    struct rng r = cluster_pair_draws(w, block, STREAM_merged, i, j);
    if (rng_uniform(&r) >= p->merger_known) return;
    uint32_t both[2] = {i, j};
    double trust = 2.0 * p->merger_trust * rng_uniform(&r), awareness = 0.5 + 0.5 * rng_uniform(&r);
    for (int side = 0; side < 2; side++) {
        make_known(w, both[side], both[1 - side], awareness);
        uint32_t k = network_find(&w->ties, both[side], both[1 - side]);
        if (k != NETWORK_NONE) network_value(&w->ties, both[side], TIE_TRUST)[k] = (float)fmin(trust, 0.99);
    }
}

static void tie_supplier(struct world *w, uint32_t i, uint32_t j, double trust)
{
    uint32_t k = cluster_tie(w, i, j);
    if (k == NETWORK_NONE) return;
    network_value(&w->ties, i, TIE_TRUST)[k] = (float)trust;
    network_value(&w->ties, i, TIE_AWARENESS)[k] = 1.0f;
    network_touched(&w->ties, i)[k] = (uint16_t)w->tick;
    network_kind(&w->ties, i)[k] |= TIE_SUPPLIER | TIE_STRONG;
}

/* Partners from before: fresh in mind, trusted as stated. */
static void tie_partner(struct world *w, uint32_t i, uint32_t j, double trust)
{
    make_known(w, i, j, 1.0);
    uint32_t k = network_find(&w->ties, i, j);
    if (k == NETWORK_NONE) return;
    network_value(&w->ties, i, TIE_TRUST)[k] = (float)trust;
    if (trust > STRONG) network_kind(&w->ties, i)[k] |= TIE_STRONG; /* not a tie that the cluster made */
}

static void acquaint_listed(struct world *w, uint32_t i, uint32_t j, const double *tie)
{
    bool supplier = tie[LISTED_KIND] == LISTED_SUPPLIER;
    double trust = isnan(tie[LISTED_TRUST]) ? cluster_params(w)->supplier_trust : tie[LISTED_TRUST];
    (supplier ? tie_supplier : tie_partner)(w, i, j, trust);
    (supplier ? tie_supplier : tie_partner)(w, j, i, trust);
}

/* Do a newcomer and each member know of each other from before? One draw for both sides; how fresh it is, one each. */
static void acquaint(struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, j)
    {
        if (j == i) continue;
        if (is_merged(f->uid[i]) && is_merged(f->uid[j])) {
            acquaint_merged(w, block, i, j);
            continue;
        }
        const double *tie = cluster_listed_tie(w, f->uid[i], f->uid[j]);
        if (tie) {
            acquaint_listed(w, i, j, tie);
            continue;
        }
        uint32_t low = f->uid[i] < f->uid[j] ? i : j, high = low == i ? j : i;
        struct rng r = rng_open(w->seed, STREAM_acquainted, block, f->uid[low], f->uid[high], 0);
        if (rng_uniform(&r) >= (f->place[i] == f->place[j] ? p->known_near : p->known_start)) continue;
        make_known(w, low, high, 0.5 + 0.5 * rng_uniform(&r));
        make_known(w, high, low, 0.5 + 0.5 * rng_uniform(&r));
    }
}

static void supply(struct world *w, uint32_t core, uint32_t supplier)
{
    tie_supplier(w, core, supplier, cluster_params(w)->supplier_trust);
    tie_supplier(w, supplier, core, cluster_params(w)->supplier_trust);
}

static uint32_t supplier_count(const struct world *w, uint32_t i)
{
    const uint8_t *kind = network_kind(&w->ties, i);
    uint32_t n = 0;
    for (uint32_t k = 0; k < w->ties.rows[i].n; k++)
        n += (kind[k] & TIE_SUPPLIER) != 0;
    return n;
}

/* Waiting time of the race that a core firm's suppliers run: exponential with rate exp(-km / reach). */
static double supplier_race(const struct world *w, uint32_t block, uint32_t core, uint32_t supplier)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_supplier, block, f->uid[core], f->uid[supplier], 0);
    double km = cluster_derived(w)->km[f->place[core]][f->place[supplier]];
    return rng_exponential(&r) * real_exp(km / cluster_params(w)->supplier_reach);
}

static void pick_suppliers(struct world *w, uint32_t block, uint32_t core)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct cluster_room *room = &cluster_block(w, block)->room;
    uint32_t n = 0, most = (uint32_t)cluster_params(w)->supplier_ties;
    if (cluster_lists_suppliers(w, f->uid[core])) return;
    EACH_MEMBER(w, block, j)
    {
        if (f->sector[j] != SUPPLIER || !most || cluster_listed_tie(w, f->uid[core], f->uid[j])) continue;
        double time = supplier_race(w, block, core, j);
        if (n == most && time >= room->key[n - 1]) continue;
        uint32_t at = n < most ? n++ : n - 1;
        for (; at > 0 && room->key[at - 1] > time; at--) {
            room->key[at] = room->key[at - 1];
            room->slot[at] = room->slot[at - 1];
        }
        room->key[at] = time;
        room->slot[at] = j;
    }
    for (uint32_t k = 0; k < n; k++)
        supply(w, core, room->slot[k]);
}

/* A core firm that lacks suppliers takes the newcomer on with probability exp(-km / reach). */
static void offer_supply(struct world *w, uint32_t block, uint32_t supplier)
{
    const struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, core)
    {
        if (f->sector[core] != CORE || supplier_count(w, core) >= (uint32_t)cluster_params(w)->supplier_ties) continue;
        if (cluster_listed_tie(w, f->uid[core], f->uid[supplier])) continue; /* is what the list says */
        struct rng r = rng_open(w->seed, STREAM_supplier, block, f->uid[core], f->uid[supplier], 1);
        double km = cluster_derived(w)->km[f->place[core]][f->place[supplier]];
        if (rng_uniform(&r) >= real_exp(-km / cluster_params(w)->supplier_reach)) continue;
        supply(w, core, supplier);
    }
}

static uint32_t free_slot(const struct world *w, uint32_t block)
{
    for (uint32_t i = cluster_first(w, block); i < cluster_end(w, block); i++)
        if (!cluster_firms(w)->member[i]) return i;
    return RNG_NOBODY;
}

/* A slot is used again: nothing of its last firm may stay. */
static void clear_slot(struct world *w, uint32_t i)
{
    struct cluster_firms *f = cluster_firms(w);
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc)                                              \
    for (uint32_t v = 0; v < (width); v++)                                                                             \
        f->name[i * (width) + v] = 0;
#include "cluster/fields.def"
#undef FIELD
    w->ties.rows[i].n = 0;
}

/* What a member sets aside for the time ahead when it joins: `advance` years of its hours. */
static void open_accounts(struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double yearly = f->hours_base[i] * (p->hours_floor + p->hours_slope * f->anchoring[i]);
    double contact = yearly * p->contact_share * p->hours_advance;
    f->hours_year[i] = yearly;
    f->hours_had[i] = contact;
    f->hours_events[i] = contact * p->events_share;
    f->hours_calls[i] = contact * p->calls_share;
    f->hours_projects[i] = contact * (1.0 - p->events_share - p->calls_share);
}

void cluster_supply_founders(struct world *w, uint32_t block)
{
    EACH_MEMBER(w, block, core)
    if (cluster_firms(w)->sector[core] == CORE) pick_suppliers(w, block, core);
}

uint32_t cluster_enter(struct world *w, uint32_t block, uint32_t uid, int64_t roster_row, bool founder)
{
    struct cluster_firms *f = cluster_firms(w);
    uint32_t i = free_slot(w, block);
    if (i == RNG_NOBODY) return i;
    clear_slot(w, i);
    f->uid[i] = uid;
    f->entered[i] = w->time;
    f->first_event[i] = f->first_project[i] = NAN;
    f->founder[i] = founder;
    struct rng identity = rng_open(w->seed, STREAM_firm, block, uid, RNG_NOBODY, 0);
    struct rng attitude = rng_open(w->seed, STREAM_attitude, block, uid, RNG_NOBODY, 0);
    struct rng knowledge = rng_open(w->seed, STREAM_knowledge, block, uid, RNG_NOBODY, 0);
    draw_identity(w, i, roster_row, &identity);
    draw_attitude(w, block, i, roster_row, &attitude);
    if (!founder && isnan(given(w, roster_row, ROSTER_UNDERSTANDING))) aim(w, block, i);
    draw_knowledge(w, i, &knowledge);
    open_accounts(w, i);
    cluster_wind(w, block, i);
    f->calls_due[i] = rng_uniform(&attitude); /* somewhere between two calls */
    f->known_to_staff[i] = 1.0;               /* management has just taken the firm in */
    f->member[i] = 1;
    cluster_block(w, block)->n++;
    acquaint(w, block, i);
    if (founder) return i; /* suppliers are found when all founders are in */
    if (f->sector[i] == CORE) pick_suppliers(w, block, i);
    if (f->sector[i] == SUPPLIER) offer_supply(w, block, i);
    return i;
}

void cluster_attitude_of(const struct world *w, uint32_t block, uint32_t uid, double *understanding, double *anchoring)
{
    const struct cluster_params *p = cluster_params(w);
    struct rng identity = rng_open(w->seed, STREAM_firm, block, uid, RNG_NOBODY, 0);
    struct rng attitude = rng_open(w->seed, STREAM_attitude, block, uid, RNG_NOBODY, 0);
    struct identity one = identity_of(p, cluster_derived(w), &identity);
    struct attitude a = attitude_of(p, one.employees, understanding_mean(w, block, uid, one.prior, false), &attitude);
    *understanding = a.understanding;
    *anchoring = anchoring_from(p, &a);
}
