/* cluster.h - what the files of the cluster model share: its parameters, columns, a cluster's own record. ODD.md is the
 * description; every table (params.def, fields.def, streams.def, observables.def, schedule.def, places.def) is included here once.
 */
#ifndef KLYNGE_MODELS_CLUSTER_H
#define KLYNGE_MODELS_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/param.h"
#include "core/real.h"
#include "core/rng.h"
#include "core/world.h"

struct cluster_params {
#define PARAM PARAM_FIELD
#include "cluster/params.def"
#undef PARAM
};

/* Columns, each (n_firms, width). */
struct cluster_firms {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc) ctype *name;
#include "cluster/fields.def"
#undef FIELD
};

enum cluster_field {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc) FIELD_##name,
#include "cluster/fields.def"
#undef FIELD
    N_FIELDS
};

/* A row of /projects. */
enum { TEAM_MAX = 8 };
struct cluster_record {
#define RECORD(ctype, letter, name, flags, unit, low, high, doc) ctype name;
#define TEAM(ctype, letter, name, flags, unit, low, high, doc)   ctype name[TEAM_MAX];
#include "cluster/records.def"
#undef RECORD
#undef TEAM
};
enum cluster_record_kind { RECORD_PROJECTS, N_RECORD_KINDS };

enum cluster_stream {
#define STREAM(name, doc) STREAM_##name,
#include "cluster/streams.def"
#undef STREAM
    N_STREAMS
};

enum cluster_observable {
#define OBSERVABLE(name, ...) OBSERVE_##name,
#define COST(name, ...)       OBSERVE_##name,
#include "cluster/observables.def"
#undef OBSERVABLE
#undef COST
    N_OBSERVABLES
};

enum cluster_policy {
#define POLICY(name, doc) POLICY_##name,
#include "cluster/policies.def"
#undef POLICY
    N_POLICIES
};

enum cluster_place {
#define PLACE(id, label, latitude, longitude) PLACE_##id,
#include "cluster/places.def"
#undef PLACE
    N_PLACES
};

enum cluster_sector { CORE, SUPPLIER, TECH, RESEARCH, PUBLIC, INVESTOR, OTHER, N_SECTORS };
enum cluster_prior { PRIOR_NONE, PRIOR_GOOD, PRIOR_BAD };
enum cluster_level { L1, L2, L3, L4, N_LEVELS };
/* Rare events of a firm that come by a clock of their own (clock.c). */
enum cluster_clock { CLOCK_leaving, CLOCK_turnover, CLOCK_outreach, CLOCK_request, CLOCK_idea, CLOCK_chance, N_CLOCKS };
enum cluster_programme { PROGRAMME_NONE, PROGRAMME_ARENA, PROGRAMME_ARENA_PRO, PROGRAMME_GCE, N_PROGRAMMES };
enum cluster_phase { EMERGING, GROWTH, MATURE, DECLINE, RENEWAL, N_PHASES };
enum cluster_route { DIRECTLY, VIA_MANAGEMENT, VIA_FORUM, N_ROUTES };
enum cluster_group_work { NO_GROUPS, STABLE_GROUPS, RESHUFFLED_GROUPS };
enum cluster_grouping {
    BY_TENURE_COHORT,
    BY_SIZE_CLASS,
    BY_SECTOR,
    BY_QUADRANT,
    BY_ARENA,
    BY_LEVEL,
    BY_ROUTE,
    BY_INSTRUMENT,
    N_GROUPINGS
};
enum { N_COHORTS = 4, N_SIZES = 4, N_QUADRANTS = 4 };
enum cluster_arena {
    AT_GATHERING,
    IN_COURSE,
    ON_FORUM,
    BY_CHANCE,
    BY_CALL,
    BY_INTRODUCTION,
    IN_GROUP,
    IN_PROJECT,
    N_ARENAS
};

enum { HAS, NEEDED, WIDE, MARKS }; /* of a firm's `marks` */

/* A tie's values, and bits of its kind. */
enum { TIE_TRUST, TIE_AWARENESS, N_TIE_VALUES };
enum { TIE_SUPPLIER = 1, TIE_COMPETITOR = 2, TIE_PROJECT = 4, TIE_STRONG = 8 };

enum {
    COMPETENCES = 4,
    NEEDS = 2,
    DOMAINS = 10,
    SPECIALTIES = 6,
    BENEFIT_MONTHS = 24,
    PREFERENCE_STEPS = 1024,
    FIRST_APPLICANT = 10000,   /* uid of the first applicant; founders have smaller ones */
    FIRST_MERGED = 1000000000, /* uid of the first firm of the other cluster in a merger */
    NO_GROUP = UINT16_MAX
};
#define STRONG 0.6  /* evidence.md section 9 */
#define KNOWN  0.5f /* model.md, definitions */

/* Hours that two firms spent together, booked by a process and turned into awareness and trust by `contact`. */
enum cluster_kind {
    CONTACT_TALK,
    CONTACT_COURSE,
    CONTACT_DIGITAL, /* talk at a digital gathering */
    CONTACT_FORUM,
    CONTACT_CHANCE,
    CONTACT_CALL,
    CONTACT_INTRODUCTION,
    CONTACT_MEDIATED, /* management goes between */
    CONTACT_GROUP,    /* group work at a gathering, or a meeting of a standing group */
    CONTACT_GROUP_DIGITAL,
    CONTACT_WORK,
    CONTACT_DELIVERY,
    CONTACT_BREACH,
    CONTACT_OUTSIDE /* work in a project outside the cluster */
};
struct cluster_contact {
    uint32_t i, j; /* slots */
    float hours;
    uint8_t kind;
    uint32_t occasion; /* tells apart the contacts that i started with j in one arena, whenever they were */
};

enum cluster_origin { FROM_IDEA, FROM_OPENED, FROM_SMALL_PROJECT, FROM_TRIAL, FROM_VOTE, OUTSIDE };
struct cluster_project {
    uint8_t level, n, origin, ended; /* ended: waits for its value */
    uint8_t tried;                   /* three months have passed: trust lent has been kept, or halved */
    uint32_t member[TEAM_MAX];       /* slots */
    uint32_t uid[TEAM_MAX];          /* of the firms that started it, also when they have left */
    uint32_t number;                 /* of those in which its first firm has been first */
    double start, end, pay;          /* time, decimal years */
    double until;                    /* time up to which it has been worked on */
    double lent;                     /* trust lent at the start; 0: none */
    uint64_t lent_to;                /* bit TEAM_MAX a + b: member a's trust in b was raised by it */
    double success;                  /* chance */
    double worked[TEAM_MAX];         /* hours that each firm has worked */
    double match[TEAM_MAX];          /* each firm's match with the others */
    size_t record;                   /* place of its row in /projects, or RECORD_NONE */
};

/* An idea for a project: initiator, partner, further members wanted; ideas of a tick are settled by ascending order. */
struct cluster_idea {
    uint32_t i, j, extra;
    bool supplier, outside; /* with a customer or supplier; outside the cluster */
    enum cluster_level level;
    double order;
};

struct cluster_request {
    uint32_t slot, uid;
    double asked; /* time */
};

/* Running sums of one tick. */
struct cluster_tally {
    uint32_t entries, exits, refused, started[N_LEVELS], outside, eligible, opened, voted, succeeded, introductions,
        ideas, gatherings;
    double member_years; /* sum over members of how long each was one in the tick */
    double staff_hours[N_POLICIES], member_hours[N_POLICIES], bills[N_POLICIES];
    double queued_hours[N_POLICIES];          /* management hours that wait for staff or money at the end of the tick */
    double dropped_hours[N_POLICIES];         /* given up in the tick for want of staff or money */
    double events[N_ARENAS], hours[N_ARENAS]; /* counted for both firms of a pair */
    double need_contacts[N_ROUTES];           /* first contacts that met a need */
    double visible;                           /* results */
    double shared_open, shared_closed;        /* hours of talk times what was shared */
    double recent, relational;                /* sums over members: partners of the last year, trust in the closest */
    double aims;                              /* sum over members */
    double entrants;                          /* sum of their understanding */
    double waited, answered;                  /* years that requests answered in the tick had waited; their number */
};

/* What the cluster has been like of late: exponential averages, and the phase they make. */
struct cluster_life {
    enum cluster_phase phase;
    double since;                                  /* time at which the phase began */
    double growth, exits, activity, peak, results; /* 1/year, but for activity and peak: joint events a firm and year */
    double prestige;
    double members; /* at the end of the last tick */
};

/* Of a policy, while it may be in force. */
struct cluster_policy_state {
    double intensity; /* now; 0: not in force */
    double began;     /* time, NaN before */
    uint32_t dealt;   /* dates dealt with */
};

/* Memory of a cluster's record: allocated with the world, kept from run to run. */
struct cluster_room {
    uint32_t waiting, requests, contacts, projects, ideas, words, firms; /* items that the arrays below have room for */
#define ROOM(ctype, name, items, used, doc) ctype *name;
#define SCRATCH(ctype, name, items, doc)    ctype *name;
#include "cluster/room.def"
#undef ROOM
#undef SCRATCH
};

struct cluster_block {
    struct cluster_room room;
    uint32_t n; /* members */
    uint32_t next_applicant;
    double next_arrival; /* decimal years */
    uint32_t n_waiting, n_requests, n_contacts, n_projects, n_groups;
    int level;                        /* of the programme */
    bool closed;                      /* physical meetings cannot be held */
    bool merged;                      /* the other cluster has joined */
    double staff;                     /* FTE */
    double staff_hours, broker_hours; /* left for facilitation, and for introductions */
    double money;                     /* NOK, left for bills */
    double funding;                   /* NOK/year, what the programme gives now */
    double openings_due;
    uint32_t gatherings_held; /* numbers the gatherings held or called off */
    uint32_t openings;        /* numbers the small projects that management set about */
    double paced;             /* by how much recruitment has been told to lag behind the target */
    struct cluster_policy_state policy[N_POLICIES];
    struct cluster_life life;
    struct cluster_tally tally;
    double aims[DOMAINS]; /* the members' mean competence, normalised: what the cluster is about */
};

/* What starts a policy: a measure of the cluster against a level. */
struct cluster_trigger {
    int measure; /* of trigger.c; -1: none */
    bool below;
    double level;
};

struct cluster_policy_plan {
    bool on;
    double start, end, lasts, intensity;
    struct cluster_trigger trigger;
};

/* (n_ticks + 1) each: what is left so many ticks after the middle of the tick in which a tie was touched. */
struct cluster_fading {
    float *trust, *supplier, *awareness;
};

/* What a policy is planned to cost a year. */
struct cluster_cost {
    double staff_hours, member_hours, bills;
};

struct cluster_derived {
    struct cluster_fading middle, end;                       /* as seen in the middle of a tick, and at its end */
    double supplier_rate;                                    /* 1/year: rate at which daily trade rebuilds trust */
    double km[N_PLACES][N_PLACES], near[N_PLACES][N_PLACES]; /* 1/year: chance meetings of a pair by being near */
    double sector_upto[N_SECTORS], place_upto[N_PLACES], idea_upto[N_LEVELS]; /* cumulative shares */
    double gate[N_LEVELS], hours[N_LEVELS], years[N_LEVELS], success[N_LEVELS], best_distance[N_LEVELS];
    double belong_known, belong_trust, belong_attention, belong_aims; /* weights that sum to 1 */
    double
        preference[PREFERENCE_STEPS + 1]; /* ((0.1 + T) / 1.1)^s at T = k / PREFERENCE_STEPS: chance to be accepted */
    struct cluster_policy_plan policy[N_POLICIES];
    struct cluster_cost planned[N_POLICIES]; /* at intensity 1 */
    double practice, role, goals;            /* weights of understanding that sum to 1 */
    double logistic_low;                     /* of the logistic curve at the start */
    bool logistic, digital_gatherings;
    enum cluster_group_work groups;
    uint32_t founders;
};

static inline const struct cluster_params *cluster_params(const struct world *w) { return w->setup.params; }
static inline const struct cluster_derived *cluster_derived(const struct world *w) { return w->setup.derived; }
static inline struct cluster_firms *cluster_firms(const struct world *w) { return w->columns; }
static inline struct cluster_block *cluster_block(const struct world *w, uint32_t block)
{
    return world_block(w, block);
}

/* First slot of a cluster and the one after its last. */
static inline uint32_t cluster_first(const struct world *w, uint32_t block) { return block * w->firms_per_block; }
static inline uint32_t cluster_end(const struct world *w, uint32_t block) { return (block + 1) * w->firms_per_block; }

/* Every member i of cluster b, by slot: EACH_MEMBER(w, b, i) statement */
#define EACH_MEMBER(w, b, i)                                                                                           \
    for (uint32_t i = cluster_first(w, b), i##_end = cluster_end(w, b); i < i##_end; i++)                              \
        if (cluster_firms(w)->member[i])

/* The place of a random member, from which a process goes round that serves members one after another: nobody is always first. It
 * does not depend on how many slots there are, which a scenario's later growth decides. */
static inline uint32_t cluster_turn(const struct world *w, uint32_t block, enum cluster_stream stream, uint32_t round)
{
    struct rng r = rng_open(w->seed, STREAM_turn, block, stream, RNG_NOBODY, round);
    uint32_t left = rng_below(&r, cluster_block(w, block)->n), at = 0;
    for (uint32_t first = cluster_first(w, block); at + 1 < w->firms_per_block; at++)
        if (cluster_firms(w)->member[first + at] && left-- == 0) break;
    return at;
}

/* Every member i of cluster b, from a place on: EACH_MEMBER_FROM(w, b, place, i) statement */
#define EACH_MEMBER_FROM(w, b, place, i)                                                                               \
    for (uint32_t i##_left = (w)->firms_per_block, i##_end = cluster_end(w, b), i = cluster_first(w, b) + (place);     \
         i##_left > 0; i##_left--, i = i + 1 < i##_end ? i + 1 : cluster_first(w, b))                                  \
        if (cluster_firms(w)->member[i])
/* The same from the turn of a process's stream in this tick on. */
#define EACH_MEMBER_IN_TURN(w, b, stream, i) EACH_MEMBER_FROM(w, b, cluster_turn(w, b, stream, (w)->tick), i)

/* Draws of firm i, or of a pair (the same for both sides), this tick. */
static inline struct rng cluster_draws(const struct world *w, uint32_t block, enum cluster_stream stream, uint32_t i)
{
    return rng_open(w->seed, stream, block, cluster_firms(w)->uid[i], RNG_NOBODY, w->tick);
}
/* The first of them alone. */
static inline double cluster_draw(const struct world *w, uint32_t block, enum cluster_stream stream, uint32_t i)
{
    return rng_unit(rng_draw(w->seed, stream, block, cluster_firms(w)->uid[i], RNG_NOBODY, w->tick, 0).word[0]);
}
static inline struct rng cluster_pair_draws(const struct world *w, uint32_t block, enum cluster_stream stream,
                                            uint32_t i, uint32_t j)
{
    uint32_t a = cluster_firms(w)->uid[i], b = cluster_firms(w)->uid[j];
    return rng_open(w->seed, stream, block, a < b ? a : b, a < b ? b : a, w->tick);
}

/* A firm's own hours out of one of its accounts; never more than it has. Returns what was paid. */
static inline double cluster_spend(struct cluster_firms *f, uint32_t i, double *account, double hours)
{
    double paid = hours < account[i] ? hours : account[i];
    account[i] -= paid;
    f->spent[i] += paid;
    return paid;
}

/* The middle of the tick, in which an event comes on average whose date nothing sets. */
static inline double cluster_middle(const struct world *w) { return w->time + 0.5 * w->dt; }

/* Years out of a part of this tick that firm i is a member: founders are there from its start, others come in its middle. */
static inline double cluster_years_as_member(const struct world *w, uint32_t i, double years)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->founder[i] || f->entered[i] < w->time ? years : 0.5 * years;
}

/* Is the policy in force, and how much of it? 0: no. */
static inline double cluster_intensity(const struct world *w, uint32_t block, enum cluster_policy policy)
{
    return cluster_block(w, block)->policy[policy].intensity;
}

/* The processes of schedule.def, one file each. */
#define PROCESS(name, reads, writes, doc) void cluster_##name(struct world *w, uint32_t block);
#define FIXED(name, reads, writes, doc)   void cluster_##name(struct world *w, uint32_t block);
#include "cluster/schedule.def"
#undef PROCESS

/* entry.c: firm `uid` takes a free slot, as the roster's row (or -1) and its own draws say. The slot, or RNG_NOBODY. */
uint32_t cluster_enter(struct world *w, uint32_t block, uint32_t uid, int64_t roster_row, bool founder);
/* The bits of what a firm holds and needs, from its competences and needs. */
void cluster_mark(struct cluster_firms *f, uint32_t i);
/* Founding core firms find their suppliers when all founders are in. */
void cluster_supply_founders(struct world *w, uint32_t block);
/* Understanding and anchoring that firm `uid` will have when it enters, as drawn. */
void cluster_attitude_of(const struct world *w, uint32_t block, uint32_t uid, double *understanding, double *anchoring);
/* clock.c: wind the clocks of a firm that enters. Does an event of that kind come, when `due` (rate x time) has passed? One at a
 * time, with draws of its own: for (due = ...; cluster_rings(..., due, &event); due = 0.0) */
void cluster_wind(struct world *w, uint32_t block, uint32_t i);
bool cluster_ring(struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i, struct rng *event);
static inline bool cluster_rings(struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i, double due,
                                 struct rng *event)
{
    double *left = &cluster_firms(w)->clock[i * N_CLOCKS + clock];
    *left -= due;
    return !(*left > 0.0) && cluster_ring(w, block, clock, i, event);
}
/* Hours of so many a year come into an account, which holds at most `bank` years of them. */
static inline void cluster_accrue(double *account, uint32_t i, double yearly, double years, double bank)
{
    double full = yearly * bank, next = account[i] + yearly * years;
    account[i] = next > full ? real_max(full, account[i]) : next; /* what was earned at a higher A is kept */
}
/* contact.c: the tie i -> j, made if need be; its place in row i, or NETWORK_NONE without memory. Book hours together. */
uint32_t cluster_tie(struct world *w, uint32_t i, uint32_t j);
void cluster_meet(struct world *w, uint32_t block, uint32_t i, uint32_t j, double hours, enum cluster_kind kind,
                  uint32_t occasion);
/* The occasion of the k-th contact of a kind in this tick, where nothing else numbers them. */
static inline uint32_t cluster_occasion(const struct world *w, uint32_t k) { return w->tick << 8 | (k & 255); }
/* project.c: can firm i take on a project of that level? Start one at a date; NULL without room. */
bool cluster_has_capacity(const struct world *w, uint32_t i, enum cluster_level level);
struct cluster_project *cluster_start_project(struct world *w, uint32_t block, enum cluster_level level,
                                              const uint32_t *team, uint32_t n, enum cluster_origin origin,
                                              double date);
/* Own hours of a firm in a project of that level, h/year. */
double cluster_own_hours(const struct world *w, enum cluster_level level);
/* Is firm i one of the n on the team? */
bool cluster_on_team(const uint32_t *team, uint32_t n, uint32_t i);
/* Is member a of the project still the firm that started it? */
bool cluster_still_member(const struct world *w, const struct cluster_project *project, uint32_t a);

/* records.c: trust between the first two of a team; a project's row, made when it starts, and its outcome. Only where the run's
 * panel is kept. */
double cluster_trust_before(const struct world *w, const uint32_t *team);
size_t cluster_record_start(struct world *w, uint32_t block, const struct cluster_project *project, double trust);
void cluster_record_end(const struct world *w, uint32_t block, const struct cluster_project *project, bool success,
                        bool breach);

/* programme.c: level, its start (NaN without one), staff [FTE], funding [NOK/year] before any is held back, demand [1/year]. */
struct cluster_terms {
    int level;
    double since, staff, funding, demand;
};
struct cluster_terms cluster_terms_at(const struct cluster_params *p, double time, double members);
/* expansion.c: members that recruitment aims at, of the parameters alone. */
double cluster_target(const struct cluster_params *p, const struct cluster_derived *d, double time);
bool cluster_merger_due(const struct cluster_params *p, double time);
/* trigger.c: "phase growth" and the like, -> ERROR_CONFIG with what was found and expected. Does it hold? */
int cluster_trigger_parse(const char *text, struct cluster_trigger *trigger, struct error *err);
bool cluster_trigger_holds(const struct world *w, uint32_t block, const struct cluster_trigger *trigger);
/* policy.c: pay for an instrument out of management's hours and money; false, and nothing paid, when they do not suffice. */
bool cluster_afford(const struct cluster_block *c, double staff_hours, double bill);
bool cluster_pay(struct cluster_block *c, enum cluster_policy policy, double staff_hours, double bill);
/* Dates first + (k + 1/2) / rate of an instrument, k = 0, 1, ..., that come in this tick: how many. */
uint32_t cluster_dates_now(const struct world *w, double first, double rate);
/* When a policy began, never before the run. */
double cluster_began(const struct world *w, uint32_t block, enum cluster_policy policy);
/* plan.c: what policies are planned to cost, and their scaling to a budget. */
int cluster_plan(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                 struct error *err);
uint32_t cluster_planned_costs(const struct run_params *run, const void *params, const void *derived,
                               struct model_budget *rows, uint32_t most);
bool cluster_plan_remark(const struct run_params *run, const void *params, const void *derived, char *text,
                         size_t size);
/* Each policy's own file: its cost a year at intensity 1, with n members of which so many join a year. */
#define POLICY(name, doc)                                                                                              \
    struct cluster_cost cluster_plan_##name(const struct cluster_params *p, double n, double joining);
#include "cluster/policies.def"
#undef POLICY
/* What policies lend to other processes, each from its own file. */
double cluster_screening(const struct world *w, uint32_t block, uint32_t uid);        /* requirements */
bool cluster_meets_requirements(const struct world *w, uint32_t block, uint32_t uid); /* requirements */
double cluster_paced_target(struct world *w, uint32_t block, double time);            /* recruitment */
bool cluster_admits(struct world *w, uint32_t block);                                 /* recruitment */
void cluster_open_consortium(struct world *w, uint32_t block, uint32_t initiator,
                             enum cluster_level level, /* opening */
                             uint32_t *team, uint32_t *n);
double cluster_attention_weight(const struct world *w, uint32_t block, uint32_t i);      /* attention */
bool cluster_choose_ambition(struct world *w, uint32_t block, enum cluster_level *level, /* easy_wins */
                             double *success);
bool cluster_in_hand(const struct world *w, uint32_t block, uint32_t i);   /* onboarding */
bool cluster_newcomer(const struct world *w, uint32_t block, uint32_t i);  /* inclusion */
bool cluster_supported(const struct world *w, uint32_t block, uint32_t i); /* spanners */
/* Does it join a project of that level with those on the team so far, at a draw u? (small_projects) */
bool cluster_says_yes(const struct world *w, uint32_t i, enum cluster_level level, const uint32_t *team, uint32_t n,
                      double u);
/* Hours that firm i has for events at a date in this tick. */
double cluster_hours_at(const struct world *w, uint32_t i, double date);
/* Does firm i know nobody who meets a need of it at 0.5 or better? (need.c) */
bool cluster_need_unmet(const struct world *w, uint32_t i);
/* A term of a firm's participation: wariness holds back, sense of community pushes (model.md, P07, P46). */
double cluster_participation(const struct world *w, uint32_t i);
/* What a firm brings home of what its representative learns, 0 .. 1. */
double cluster_brought_home(const struct world *w, uint32_t i);
/* 64-bit words in a row of room.known */
static inline uint32_t cluster_words(uint32_t firms_per_block) { return (firms_per_block + 63) / 64; }
/* room.c: twice the room for an array of the block's record; NULL, and the world fails, without memory. */
void *cluster_grow(struct world *w, void *array, uint32_t *capacity, size_t size);
/* listed.c: what crosses columns of the roster and of its ties. */
int cluster_settle_firm(double *value, struct error *err);
int cluster_settle_tie(double *value, struct error *err);
/* The ties of two firms as they are listed, or NULL: a row of N_LISTED values. */
const double *cluster_listed_tie(const struct world *w, uint32_t uid, uint32_t other);
/* Are supplier ties of that firm listed? Then it looks for none. */
bool cluster_lists_suppliers(const struct world *w, uint32_t uid);
/* derive.c: great-circle distance to a place, km. */
double cluster_km_to(enum cluster_place place, double latitude, double longitude);
/* derive.c, room.c, begin.c, verify.c */
int cluster_choose(const char *found, const char *path, const char *const *choices, int *chosen, struct error *err);
int cluster_derive(const struct run_params *run, const void *params, const struct roster *roster, void *derived,
                   struct model_scale *scale, struct error *err);
void cluster_release(void *derived);
int cluster_block_init(struct world *w, uint32_t block, struct error *err);
void cluster_block_free(struct world *w, uint32_t block);
size_t cluster_block_bytes(const struct model_scale *scale);
void cluster_begin(struct world *w, uint32_t block);
int cluster_verify(const struct world *w, uint32_t block, struct error *err);

/* Columns of the roster, in this order. */
enum cluster_roster_column {
    ROSTER_FIRM,
    ROSTER_SECTOR,
    ROSTER_EMPLOYEES,
    ROSTER_SIZE_CLASS,
    ROSTER_PLACE,
    ROSTER_JOINED,
    ROSTER_LATITUDE,
    ROSTER_LONGITUDE,
    ROSTER_UNDERSTANDING,
    ROSTER_ANCHORING,
    N_ROSTER
};
/* Columns of the ties between its firms, and the choices of their kind. */
enum cluster_listed_column { LISTED_FIRM, LISTED_PARTNER, LISTED_KIND, LISTED_TRUST, N_LISTED };
enum cluster_listed_kind { LISTED_SUPPLIER, LISTED_COOPERATION };

#endif
