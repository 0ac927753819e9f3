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

enum cluster_place {
#define PLACE(id, label, latitude, longitude) PLACE_##id,
#include "cluster/places.def"
#undef PLACE
    N_PLACES
};

enum cluster_sector { CORE, SUPPLIER, TECH, RESEARCH, PUBLIC, INVESTOR, OTHER, N_SECTORS };
enum cluster_prior { PRIOR_NONE, PRIOR_GOOD, PRIOR_BAD };
enum cluster_level { L1, L2, L3, L4, N_LEVELS };
enum cluster_programme { PROGRAMME_NONE, PROGRAMME_ARENA, PROGRAMME_ARENA_PRO, N_PROGRAMMES };
enum cluster_grouping {
    BY_TENURE_COHORT,
    BY_SIZE_CLASS,
    BY_SECTOR,
    BY_QUADRANT,
    BY_ARENA,
    BY_LEVEL,
    BY_INSTRUMENT,
    N_GROUPINGS
};
enum { N_COHORTS = 4, N_SIZES = 4, N_QUADRANTS = 4 };
enum cluster_arena { AT_GATHERING, BY_CHANCE, BY_CALL, BY_INTRODUCTION, IN_PROJECT, N_ARENAS };
enum cluster_instrument { GATHERINGS, OUTREACH, BROKERING, OPENING, N_INSTRUMENTS };

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
    TEAM_MAX = 8,
    FIRST_APPLICANT = 10000 /* uid of the first applicant; founders have smaller ones */
};
#define STRONG 0.6  /* evidence.md section 9 */
#define KNOWN  0.5f /* model.md, definitions */

/* Hours that two firms spent together, booked by a process and turned into awareness and trust by `contact`. */
enum cluster_kind {
    CONTACT_MEET,
    CONTACT_TALK,
    CONTACT_CHANCE,
    CONTACT_CALL,
    CONTACT_INTRODUCTION,
    CONTACT_WORK,
    CONTACT_DELIVERY,
    CONTACT_BREACH
};
struct cluster_contact {
    uint32_t i, j; /* slots */
    float hours;
    uint8_t kind;
    uint8_t step; /* tells apart the contacts that i started with j in this tick */
};

enum cluster_origin { FROM_IDEA, FROM_OPENING, FROM_TRIAL };
struct cluster_project {
    uint8_t level, n, origin, ended; /* ended: waits for its value */
    uint32_t member[TEAM_MAX];       /* slots */
    uint32_t uid[TEAM_MAX];          /* of the firms that started it, also when they have left */
    uint32_t tick;                   /* of its start */
    uint32_t ordinal;                /* among the projects started in that tick */
    double end, pay;                 /* time, decimal years */
    double worked[TEAM_MAX];         /* hours that each firm has worked */
    double match[TEAM_MAX];          /* each firm's match with the others */
};

/* An idea for a project: initiator, partner, further members wanted; ideas of a tick are settled by ascending order. */
struct cluster_idea {
    uint32_t i, j, extra;
    enum cluster_level level;
    double order;
};

struct cluster_request {
    uint32_t slot, uid;
};

/* Running sums of one tick. */
struct cluster_tally {
    uint32_t entries, exits, started[N_LEVELS], opened, succeeded, introductions, ideas, gatherings, attendances,
        invitations;
    double staff_hours[N_INSTRUMENTS], member_hours[N_INSTRUMENTS], bills[N_INSTRUMENTS];
    double events[N_ARENAS], hours[N_ARENAS]; /* counted for both firms of a pair */
};

/* Memory of a cluster's record: allocated with the world, kept from run to run. */
struct cluster_room {
    uint32_t waiting, requests, contacts, projects, ideas; /* capacities of the arrays below */
    uint32_t *queue;                 /* (waiting) numbers of waiting applicants, the oldest first */
    double *queued_at;               /* (waiting) decimal years */
    struct cluster_request *request; /* (requests) members that asked for a partner, the oldest first */
    struct cluster_contact *contact; /* (contacts) hours together of this tick */
    struct cluster_project *project; /* (projects) running, or waiting for their value */
    struct cluster_idea *idea;       /* (ideas) of this tick */
    uint64_t *known; /* (firms_per_block, cluster_words) bit j of row i: i knows j, by place in the cluster */
    uint32_t *slot;  /* (firms_per_block) scratch of a process */
    double *key;     /* (firms_per_block) scratch of a process */
};

struct cluster_block {
    struct cluster_room room;
    uint32_t n; /* members */
    uint32_t next_applicant;
    double next_arrival; /* decimal years */
    uint32_t n_waiting, n_requests, n_contacts, n_projects;
    int level;                        /* of the programme */
    bool closed;                      /* physical meetings cannot be held */
    double staff;                     /* FTE */
    double staff_hours, broker_hours; /* left for facilitation, and for introductions */
    double openings_due;
    uint32_t gatherings_dated,
        gatherings_held; /* dates that have come since the start; gatherings held or called off */
    struct cluster_tally tally;
    double aims[DOMAINS]; /* the members' mean competence, normalised: what the cluster is about */
};

struct cluster_derived {
    float *keep_trust, *keep_supplier, *keep_awareness;      /* (n_ticks + 1) what is left after so many ticks */
    double supplier_rate;                                    /* 1/year: rate at which daily trade rebuilds trust */
    double km[N_PLACES][N_PLACES], near[N_PLACES][N_PLACES]; /* 1/year: chance meetings of a pair by being near */
    double sector_upto[N_SECTORS], place_upto[N_PLACES], idea_upto[N_LEVELS]; /* cumulative shares */
    double gate[N_LEVELS], hours[N_LEVELS], years[N_LEVELS], success[N_LEVELS], best_distance[N_LEVELS];
    double belong_known, belong_trust, belong_attention, belong_aims; /* weights that sum to 1 */
    double
        preference[PREFERENCE_STEPS + 1]; /* ((0.1 + T) / 1.1)^s at T = k / PREFERENCE_STEPS: chance to be accepted */
    double first_gathering;
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
    for (uint32_t i = cluster_first(w, b); i < cluster_end(w, b); i++)                                                 \
        if (cluster_firms(w)->member[i])

/* A random slot of the cluster from which a process goes round that serves members one after another: nobody is always first. */
static inline uint32_t cluster_turn(const struct world *w, uint32_t block, enum cluster_stream stream)
{
    struct rng r = rng_open(w->seed, STREAM_turn, block, stream, RNG_NOBODY, w->tick);
    return rng_below(&r, w->firms_per_block);
}

/* Every member i of cluster b, from the turn of a process's stream on: EACH_MEMBER_IN_TURN(w, b, stream, i) statement */
#define EACH_MEMBER_IN_TURN(w, b, stream, i)                                                                           \
    for (uint32_t i##_from = cluster_turn(w, b, stream), i##_k = 0, i = cluster_first(w, b) + i##_from;                \
         i##_k < (w)->firms_per_block; i##_k++, i = cluster_first(w, b) + (i##_from + i##_k) % (w)->firms_per_block)   \
        if (cluster_firms(w)->member[i])

/* Draws of firm i, or of a pair (the same for both sides), this tick. */
static inline struct rng cluster_draws(const struct world *w, uint32_t block, enum cluster_stream stream, uint32_t i)
{
    return rng_open(w->seed, stream, block, cluster_firms(w)->uid[i], RNG_NOBODY, w->tick);
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

/* The processes of schedule.def, one file each. */
#define PROCESS(name, reads, writes, doc) void cluster_##name(struct world *w, uint32_t block);
#define FIXED(name, reads, writes, doc)   void cluster_##name(struct world *w, uint32_t block);
#include "cluster/schedule.def"
#undef PROCESS

/* entry.c: firm `uid` takes a free slot, as the roster's row (or -1) and its own draws say. The slot, or RNG_NOBODY. */
uint32_t cluster_enter(struct world *w, uint32_t block, uint32_t uid, int64_t roster_row, bool founder);
/* Founding core firms find their suppliers when all founders are in. */
void cluster_supply_founders(struct world *w, uint32_t block);
/* contact.c: the tie i -> j, made if need be; its place in row i, or NETWORK_NONE without memory. Book hours together. */
uint32_t cluster_tie(struct world *w, uint32_t i, uint32_t j);
void cluster_meet(struct world *w, uint32_t block, uint32_t i, uint32_t j, double hours, enum cluster_kind kind,
                  uint32_t step);
/* project.c: can firm i take on a project of that level? Start one; false without room. */
bool cluster_has_capacity(const struct world *w, uint32_t i, enum cluster_level level);
bool cluster_start_project(struct world *w, uint32_t block, enum cluster_level level, const uint32_t *team, uint32_t n,
                           enum cluster_origin origin);
/* Is member a of the project still the firm that started it? */
bool cluster_still_member(const struct world *w, const struct cluster_project *project, uint32_t a);
/* 64-bit words in a row of room.known */
static inline uint32_t cluster_words(uint32_t firms_per_block) { return (firms_per_block + 63) / 64; }
/* room.c: twice the room for an array of the block's record; NULL, and the world fails, without memory. */
void *cluster_grow(struct world *w, void *array, uint32_t *capacity, size_t size);
/* derive.c, room.c, begin.c, verify.c */
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
    N_ROSTER
};

#endif
