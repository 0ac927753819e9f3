/* model.c - the cluster model as the core sees it: the tables, put together. */
#include "cluster/model.h"

#include "cluster/cluster.h"
#include "cluster/tie.h"

static const struct param params[] = {
#define PARAM(type, name, ...) PARAM_ROW(struct cluster_params, type, name, __VA_ARGS__)
#include "cluster/params.def"
#undef PARAM
};

static const struct field fields[] = {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc)                                              \
    {#name, sizeof(ctype), width, offsetof(struct cluster_firms, name), letter, in_panel, unit, low, high, doc},
#include "cluster/fields.def"
#undef FIELD
};

static const struct record_column project_columns[] = {
#define PROJECT(ctype, letter, width, name, flags, unit, low, high, doc)                                               \
    {#name, letter, width, sizeof(ctype), offsetof(struct cluster_record, name), flags, unit, low, high, doc},
#define RECORD(ctype, letter, ...) PROJECT(ctype, letter, 1, __VA_ARGS__)
#define TEAM(ctype, letter, ...)   PROJECT(ctype, letter, TEAM_MAX, __VA_ARGS__)
#include "cluster/records.def"
#undef PROJECT
#undef RECORD
#undef TEAM
};
static const struct record_kind record_kinds[N_RECORD_KINDS] = {
    [RECORD_PROJECTS] = {.name = "projects",
                         .row = "project",
                         .across = "seat",
                         .width = TEAM_MAX,
                         .size = sizeof(struct cluster_record),
                         .columns = project_columns,
                         .n_columns = sizeof project_columns / sizeof *project_columns,
                         .a_firm_and_year = 0.1,
                         .doc = "projects begun in the run, in the cluster or outside"},
};

static const struct block_array arrays[] = {
#define ARRAY(name, items, used)                                                                                       \
    {#name, sizeof *(struct cluster_room){0}.name, offsetof(struct cluster_block, room.name),                          \
     offsetof(struct cluster_block, room.items), used},
#define ROOM(ctype, name, items, used, doc) ARRAY(name, items, offsetof(struct cluster_block, used))
#define SCRATCH(ctype, name, items, doc)    ARRAY(name, items, BLOCK_SCRATCH)
#include "cluster/room.def"
#undef ROOM
#undef SCRATCH
#undef ARRAY
};

static const struct stream streams[] = {
#define STREAM(name, doc) {#name, doc},
#include "cluster/streams.def"
#undef STREAM
};

static const struct tie_value tie_values[] = {
    {"trust", "1", "trust of the firm in its partner today"},
    {"awareness", "1", "awareness of the partner's competence today; known from 0.5 on"},
};

#define ALL     (1u << BY_TENURE_COHORT | 1u << BY_SIZE_CLASS | 1u << BY_SECTOR | 1u << BY_QUADRANT)
#define ARENAS  (1u << BY_ARENA)
#define LEVELS  (1u << BY_LEVEL)
#define CLASSES (1u << BY_SIZE_CLASS | 1u << BY_QUADRANT)
#define ROUTES  (1u << BY_ROUTE)
static const struct observable observables[] = {
#define OBSERVABLE(name, unit, methods, low, high, combine, cadence, by, long_name, doc)                               \
    {#name, unit, methods, low, high, OBSERVE_##combine, OBSERVE_##cadence, "/", -1, by, long_name, doc},
#define COST(name, unit, combine, methods, long_name, doc)                                                             \
    {#name, unit, methods, 0, INFINITY, OBSERVE_##combine, OBSERVE_TICK, "/cost", BY_INSTRUMENT, 0, long_name, doc},
#include "cluster/observables.def"
#undef OBSERVABLE
#undef COST
};

static const char *const cohorts[] = {"founders", "under 1 year", "1 to 3 years", "over 3 years"};
static const char *const sizes[] = {"1-9", "10-49", "50-249", "250+"};
static const char *const sectors[] = {"core", "supplier", "tech", "research", "public", "investor", "other", NULL};
static const char *const quadrants[] = {"low U, low A", "high U, low A", "low U, high A", "high U, high A"};
static const char *const arenas[] = {"gathering", "course",       "forum", "chance",
                                     "call",      "introduction", "group", "project"};
static const char *const routes[] = {"direct", "management", "forum"};
static const char *const levels[] = {"L1", "L2", "L3", "L4"};
static const char *const instruments[] = {
#define POLICY(name, doc) #name,
#include "cluster/policies.def"
#undef POLICY
};
static const struct grouping groupings[] = {
    [BY_TENURE_COHORT] = {"tenure_cohort", cohorts, N_COHORTS, "founding members, and later ones by time since entry"},
    [BY_SIZE_CLASS] = {"size_class", sizes, N_SIZES, "employees"},
    [BY_SECTOR] = {"sector", sectors, N_SECTORS, "sector"},
    [BY_QUADRANT] = {"quadrant", quadrants, N_QUADRANTS, "understanding U and anchoring A, split at 0.5"},
    [BY_ARENA] = {"arena", arenas, N_ARENAS, "where members meet"},
    [BY_LEVEL] =
        {"level", levels, N_LEVELS,
         "sensitivity: framework conditions, knowledge sharing, knowledge development, technology development"},
    [BY_ROUTE] = {"route", routes, N_ROUTES, "how two firms came into contact"},
    [BY_INSTRUMENT] = {"instrument", instruments, N_POLICIES, "instrument of facilitation"},
};

#define R(name)   PROCESS_FIELD(FIELD_##name)
#define TIES      PROCESS_TIES
#define BLOCK     PROCESS_BLOCK
#define KNOWLEDGE (R(competence) | R(profile) | R(breadth) | R(need) | R(marks))
#define PROJECTS                                                                                                       \
    (R(member) | R(uid) | R(founder) | R(entered) | R(sector) | KNOWLEDGE | R(understanding) | R(integration) |        \
     R(hours_year) | R(hours_projects) | R(committed))
#define HISTORY                                                                                                        \
    (R(joint_events_total) | R(mediated_total) | R(initiated_total) | R(hours_together_total) | R(projects_total) |    \
     R(first_event) | R(first_project))
#define ENTRY (PROCESS_FIELD(N_FIELDS) - 1)
static const struct process schedule[] = {
#define PROCESS(name, reads, writes, doc)                                                                              \
    {#name, cluster_##name, PROCESS_LOCAL, reads, writes, "model.processes." #name, doc},
#define FIXED(name, reads, writes, doc) {#name, cluster_##name, PROCESS_LOCAL, reads, writes, NULL, doc},
#include "cluster/schedule.def"
#undef PROCESS
};
_Static_assert((int)N_FIELDS <= PROCESS_FIELDS, "a process's reads and writes have a bit for each field");
_Static_assert((int)N_STREAMS < (int)RNG_STREAM_MAX, "the last stream is the replicate seeds'");

static const char *const places[] = {
#define PLACE(id, label, latitude, longitude) #id,
#include "cluster/places.def"
#undef PLACE
    NULL};
static const char *const size_choices[] = {"1-9", "10-49", "50-249", "250+", NULL};
static const struct roster_column roster_columns[N_ROSTER] = {
    [ROSTER_FIRM] = {"name", ROSTER_NAME, NULL, 0, 0, true, "", "name of the firm"},
    [ROSTER_SECTOR] = {"sector", ROSTER_CHOICE, sectors, 0, 0, false, "", "sector; drawn where empty"},
    [ROSTER_EMPLOYEES] = {"employees", ROSTER_REAL, NULL, 1, 1000000, false, "employees",
                          "employees; drawn inside the size class where empty"},
    [ROSTER_SIZE_CLASS] = {"size_class", ROSTER_CHOICE, size_choices, 0, 0, false, "", "size class; drawn where empty"},
    [ROSTER_PLACE] = {"place", ROSTER_CHOICE, places, 0, 0, false, "", "place; drawn where empty"},
    [ROSTER_JOINED] = {"joined", ROSTER_TIME, NULL, 1900, 2200, false, "year",
                       "time of joining; a founding member where empty"},
    [ROSTER_LATITUDE] = {"latitude", ROSTER_REAL, NULL, -90, 90, false, "degrees",
                         "with longitude, instead of place: the nearest of the places is taken, at most 600 km away"},
    [ROSTER_LONGITUDE] = {"longitude", ROSTER_REAL, NULL, -180, 180, false, "degrees", "east of Greenwich"},
    [ROSTER_UNDERSTANDING] =
        {"understanding", ROSTER_REAL, NULL, 0, 1, false, "1",
         "understanding of cluster work at entry, from a survey: (answer - 1) / (n - 1) on a scale "
         "of 1 to n; drawn where empty"},
    [ROSTER_ANCHORING] = {"anchoring", ROSTER_REAL, NULL, 0, 1, false, "1",
                          "strategic anchoring at entry, in the same way; drawn where empty"},
};
static const char *const tie_kinds[] = {"supplier", "cooperation", NULL};
static const struct roster_column tie_columns[N_LISTED] = {
    [LISTED_FIRM] = {"firm", ROSTER_NAME, NULL, 0, 0, true, "", "name of a firm of the roster"},
    [LISTED_PARTNER] = {"partner", ROSTER_NAME, NULL, 0, 0, true, "",
                        "name of another one; which is which does not matter"},
    [LISTED_KIND] = {"kind", ROSTER_CHOICE, tie_kinds, 0, 0, true, "",
                     "one supplies the other, or they know each other from cooperation"},
    [LISTED_TRUST] = {"trust", ROSTER_REAL, NULL, 0, 0.99, false, "1",
                      "trust of both in each other; model.trust.supplier where empty for a supplier, required for "
                      "cooperation"},
};

static uint32_t cluster_uid(const struct world *w, uint32_t slot)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->member[slot] ? f->uid[slot] : RNG_NOBODY;
}

static float cluster_tie_today(const struct world *w, uint32_t i, uint32_t k, uint32_t v)
{
    struct tie_view view = tie_view(&w->ties, i);
    return v == TIE_TRUST ? tie_trust_end(w, &view, k) : tie_awareness_end(w, &view, k);
}

#define COUNT(table) (sizeof(table) / sizeof *(table))
const struct model cluster_model = {
    .name = "cluster",
    .doc = "firms in a formal industry cluster: understanding, anchoring, trust, growth and facilitation",
    .params = {params, COUNT(params), sizeof(struct cluster_params)},
    .fields = fields,
    .n_fields = COUNT(fields),
    .columns_size = sizeof(struct cluster_firms),
    .record_kinds = record_kinds,
    .n_record_kinds = COUNT(record_kinds),
    .tie_values = tie_values,
    .n_tie_values = COUNT(tie_values),
    .observables = observables,
    .n_observables = COUNT(observables),
    .groupings = groupings,
    .n_groupings = COUNT(groupings),
    .streams = streams,
    .n_streams = COUNT(streams),
    .schedule = schedule,
    .n_processes = COUNT(schedule),
    .roster_columns = roster_columns,
    .n_roster_columns = COUNT(roster_columns),
    .roster_path = "world.roster",
    .tie_columns = tie_columns,
    .n_tie_columns = COUNT(tie_columns),
    .ties_path = "world.ties",
    .settle_firm = cluster_settle_firm,
    .settle_tie = cluster_settle_tie,
    .derived_size = sizeof(struct cluster_derived),
    .block_size = sizeof(struct cluster_block),
    .block_arrays = arrays,
    .n_block_arrays = COUNT(arrays),
    .derive = cluster_derive,
    .release = cluster_release,
    .block_init = cluster_block_init,
    .block_free = cluster_block_free,
    .begin = cluster_begin,
    .verify = cluster_verify,
    .uid = cluster_uid,
    .tie_today = cluster_tie_today,
    .block_bytes = cluster_block_bytes,
    .path_file = "world.members_file",
    .path_target = "world.members",
    .budgets = cluster_planned_costs,
    .remark = cluster_plan_remark,
};
