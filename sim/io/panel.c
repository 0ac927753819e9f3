#include "io/panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"
#include "io/rows.h"

enum { FIRMS_CHUNK = 1024, ENDS_CHUNK = 4096, TIES_CHUNK = 32768 };

/* What identifies a row of both groups. No variable here has the name of a dimension of the root group: R's ncdf4 takes
 * it for that dimension's coordinates and does not find it. */
enum { SCENARIO, POINT, REPLICATE, TIME, CLUSTER, UID, N_IDENTITY };
static const struct {
    const char *name;
    enum store_type type;
    const char *unit, *long_name;
} identity[N_IDENTITY] = {
    {"scenario_index", STORE_INT32, "", "scenario, counted from 0"},
    {"point_index", STORE_INT32, "", "design point"},
    {"replicate_index", STORE_INT32, "", "replicate"},
    {"snapshot_time", STORE_DOUBLE, "year", "time of the snapshot, decimal years"},
    {"cluster", STORE_INT32, "", "cluster the firm is a member of"},
    {"uid", STORE_UINT32, "", "number of the firm in its cluster, the same in all scenarios"},
};
static const char coordinates[] = "scenario_index point_index replicate_index snapshot_time cluster uid";

/* The rows of a group. */
struct table {
    struct store_axis row;
    store_id identity[N_IDENTITY];
};

/* Runs that wait are held by number: case * kept + replicate. */
struct panel {
    struct store *store;
    const struct ensemble_plan *plan;
    uint32_t panel_runs, tie_runs, kept; /* replicates of each case */
    struct snapshots **waiting;          /* (cases, kept) */
    bool *arrived;                       /* (cases, kept) */
    size_t n_runs, next;                 /* next: first run not written */
    void *scratch;                       /* one column of one run */
    size_t scratch_size;
    struct table firms, ends; /* rows of /panel, rows of /ties */
    store_id *fields;         /* (n_fields) those in the panel */
    store_id n_ties, to, kind, age;
    store_id *values; /* (n_tie_values) */
    struct store_axis tie;
    struct rows *rows; /* what happened in the runs of the panel */
};

/* ---- making the groups ---- */

static int add_column(struct panel *p, const struct store_axis *axis, const char *folder, const char *name,
                      enum store_type type, const char *unit, const char *long_name, store_id *id, struct error *err)
{
    char path[FRAME_PATH];
    struct store_spec spec = {.path = frame_path(path, folder, name),
                              .type = type,
                              .rank = 1,
                              .axis = {axis},
                              .unchecked = axis == &p->tie || axis == &p->ends.row};
    int code = store_add(p->store, &spec, id, err);
    if (!code) code = store_note(p->store, *id, "units", unit, err);
    if (!code) code = store_note(p->store, *id, "long_name", long_name, err);
    return code;
}

static int add_table(struct panel *p, struct table *t, const char *folder, const char *row_path, uint64_t chunk,
                     struct error *err)
{
    store_id group;
    int code = store_add_group(p->store, folder, &group, err);
    t->row = (struct store_axis){.path = row_path, .chunk = chunk, .grows = true};
    if (!code) code = store_add_axis(p->store, &t->row, STORE_FLOAT, true, err);
    for (int k = 0; k < N_IDENTITY && !code; k++)
        code = add_column(p, &t->row, folder, identity[k].name, identity[k].type, identity[k].unit,
                          identity[k].long_name, &t->identity[k], err);
    return code ? code : frame_note_scenarios(p->store, p->plan, t->identity[SCENARIO], err);
}

static enum store_type field_type(const struct field *f)
{
    return f->type == 'd' ? STORE_DOUBLE : f->type == 'f' ? STORE_FLOAT : STORE_INT32;
}

static int add_firms(struct panel *p, struct error *err)
{
    const struct model *m = p->plan->model;
    char name[FRAME_PATH];
    int code = add_table(p, &p->firms, "/panel", "/panel/row", FIRMS_CHUNK, err);
    for (uint32_t f = 0; f < m->n_fields && !code; f++) {
        if (!m->fields[f].in_panel) continue;
        code =
            add_column(p, &p->firms.row, "/panel", frame_free_name(name, &p->plan->layout, "firm", m->fields[f].name),
                       field_type(&m->fields[f]), m->fields[f].unit, m->fields[f].doc, &p->fields[f], err);
        if (!code) code = store_note(p->store, p->fields[f], "coordinates", coordinates, err);
    }
    return code;
}

static int add_ties(struct panel *p, struct error *err)
{
    const struct model *m = p->plan->model;
    int code = add_table(p, &p->ends, "/ties", "/ties/row", ENDS_CHUNK, err);
    p->tie = (struct store_axis){.path = "/ties/tie", .chunk = TIES_CHUNK, .grows = true};
    if (!code) code = store_add_axis(p->store, &p->tie, STORE_FLOAT, true, err);
    if (!code)
        code = add_column(p, &p->ends.row, "/ties", "n_ties", STORE_INT32, "1",
                          "ties of the firm: as many, in order, along tie", &p->n_ties, err);
    if (!code) code = store_note(p->store, p->n_ties, "sample_dimension", "tie", err);
    if (!code) code = store_note(p->store, p->n_ties, "coordinates", coordinates, err);
    if (!code) code = add_column(p, &p->tie, "/ties", "to", STORE_UINT32, "", "uid of the partner", &p->to, err);
    for (uint32_t v = 0; v < m->n_tie_values && !code; v++)
        code = add_column(p, &p->tie, "/ties", m->tie_values[v].name, STORE_FLOAT, m->tie_values[v].unit,
                          m->tie_values[v].doc, &p->values[v], err);
    if (!code)
        code = add_column(p, &p->tie, "/ties", "kind", STORE_INT8, "", "kind of the tie, as the model numbers them",
                          &p->kind, err);
    if (!code)
        code = add_column(p, &p->tie, "/ties", "age", STORE_FLOAT, "year", "time since the tie began", &p->age, err);
    return code;
}

static uint32_t at_most(int64_t wanted, uint32_t n) { return wanted < (int64_t)n ? (uint32_t)wanted : n; }

int panel_open(struct panel **out, struct store *s, const struct ensemble_plan *plan, struct error *err)
{
    *out = NULL;
    uint32_t panel_runs = at_most(plan->run.panel_runs, plan->n_replicates);
    uint32_t tie_runs = at_most(plan->run.tie_runs, plan->n_replicates);
    uint32_t kept = panel_runs > tie_runs ? panel_runs : tie_runs;
    if (kept == 0) return ERROR_NONE;
    struct panel *p = calloc(1, sizeof *p);
    if (!p) return error_set(err, ERROR_IO, "no memory for snapshots");
    p->store = s;
    p->plan = plan;
    p->panel_runs = panel_runs;
    p->tie_runs = tie_runs;
    p->kept = kept;
    p->n_runs = (size_t)plan->n_scenarios * plan->n_points * kept;
    p->waiting = calloc(p->n_runs, sizeof *p->waiting);
    p->arrived = calloc(p->n_runs, sizeof *p->arrived);
    p->fields = calloc(plan->model->n_fields + 1u, sizeof *p->fields);
    p->values = calloc(plan->model->n_tie_values + 1u, sizeof *p->values);
    int code = ERROR_NONE;
    if (!p->waiting || !p->arrived || !p->fields || !p->values)
        code = error_set(err, ERROR_IO, "no memory for snapshots of %zu runs", p->n_runs);
    if (!code && panel_runs) code = add_firms(p, err);
    if (!code && tie_runs) code = add_ties(p, err);
    if (!code && panel_runs) code = rows_open(&p->rows, s, plan, err);
    if (code)
        panel_close(&p);
    else
        *out = p;
    return code;
}

/* ---- writing one run ---- */

/* Room for n values of a column, or NULL and an error. */
static void *scratch(struct panel *p, size_t n, struct error *err)
{
    size_t size = (n + 1) * sizeof(double);
    if (size > p->scratch_size) {
        void *grown = realloc(p->scratch, size);
        if (!grown) {
            error_set(err, ERROR_IO, "no memory for a column of %zu rows", n);
            return NULL;
        }
        p->scratch = grown;
        p->scratch_size = size;
    }
    return p->scratch;
}

static size_t count_rows(const struct snapshots *s)
{
    size_t n = 0;
    for (uint32_t k = 0; k < s->n; k++)
        n += s->snapshot[k].n_firms;
    return n;
}

static size_t count_ties(const struct snapshots *s)
{
    size_t n = 0;
    for (uint32_t k = 0; k < s->n; k++)
        n += s->snapshot[k].n_ties;
    return n;
}

static int32_t identity_number(const struct panel *p, size_t run, int column)
{
    size_t which = run / p->kept;
    if (column == SCENARIO) return (int32_t)(which / p->plan->n_points);
    return (int32_t)(column == POINT ? which % p->plan->n_points : run % p->kept);
}

static void fill_identity(const struct panel *p, size_t run, const struct snapshots *all, int column, void *to)
{
    size_t row = 0;
    for (uint32_t k = 0; k < all->n; k++) {
        const struct snapshot *s = &all->snapshot[k];
        for (uint32_t i = 0; i < s->n_firms; i++, row++) {
            switch (column) {
            case TIME: ((double *)to)[row] = s->time; break;
            case CLUSTER: ((int32_t *)to)[row] = (int32_t)s->cluster[i]; break;
            case UID: ((uint32_t *)to)[row] = s->uid[i]; break;
            default: ((int32_t *)to)[row] = identity_number(p, run, column); break;
            }
        }
    }
}

static int append_identity(struct panel *p, struct table *t, size_t run, const struct snapshots *all, struct error *err)
{
    size_t n = count_rows(all);
    void *column = scratch(p, n, err);
    if (!column) return ERROR_IO;
    int code = store_append(p->store, t->row.id, STORE_FLOAT, n, NULL, err);
    for (int k = 0; k < N_IDENTITY && !code; k++) {
        fill_identity(p, run, all, k, column);
        code = store_append(p->store, t->identity[k], identity[k].type, n, column, err);
    }
    return code;
}

static int32_t whole(double x) { return x >= INT32_MIN && x <= INT32_MAX ? (int32_t)x : -1; }

/* Column `c` of the panel's n_columns. */
static void fill_field(const struct snapshots *all, uint32_t c, uint32_t n_columns, enum store_type type, void *to)
{
    size_t row = 0;
    for (uint32_t k = 0; k < all->n; k++) {
        const struct snapshot *s = &all->snapshot[k];
        for (uint32_t i = 0; i < s->n_firms; i++, row++) {
            double x = s->panel[(size_t)i * n_columns + c];
            if (type == STORE_DOUBLE)
                ((double *)to)[row] = x;
            else if (type == STORE_FLOAT)
                ((float *)to)[row] = (float)x;
            else
                ((int32_t *)to)[row] = whole(x);
        }
    }
}

static int write_firms(struct panel *p, size_t run, const struct snapshots *all, struct error *err)
{
    const struct model *m = p->plan->model;
    size_t n = count_rows(all);
    uint32_t n_columns = 0, c = 0;
    for (uint32_t f = 0; f < m->n_fields; f++)
        n_columns += m->fields[f].in_panel;
    int code = append_identity(p, &p->firms, run, all, err);
    for (uint32_t f = 0; f < m->n_fields && !code; f++) {
        if (!m->fields[f].in_panel) continue;
        enum store_type type = field_type(&m->fields[f]);
        fill_field(all, c++, n_columns, type, p->scratch);
        code = store_append(p->store, p->fields[f], type, n, p->scratch, err);
    }
    return code;
}

/* What stands along `tie`. */
enum { TO, VALUE, KIND, AGE };
static const enum store_type tie_type[] = {STORE_UINT32, STORE_FLOAT, STORE_INT8, STORE_FLOAT};

static const void *tie_array(const struct snapshot *s, int column, uint32_t value)
{
    switch (column) {
    case TO: return s->tie_to;
    case VALUE: return s->tie_value + (size_t)value * s->n_ties;
    case KIND: return s->tie_kind;
    default: return s->tie_age;
    }
}

static int append_ties(struct panel *p, const struct snapshots *all, store_id id, int column, uint32_t value,
                       struct error *err)
{
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < all->n && !code; k++) {
        const struct snapshot *s = &all->snapshot[k];
        code = store_append(p->store, id, tie_type[column], s->n_ties, tie_array(s, column, value), err);
    }
    return code;
}

static int write_counts(struct panel *p, const struct snapshots *all, struct error *err)
{
    int32_t *to = p->scratch;
    for (uint32_t k = 0; k < all->n; k++)
        for (uint32_t i = 0; i < all->snapshot[k].n_firms; i++)
            *to++ = (int32_t)all->snapshot[k].tie_count[i];
    return store_append(p->store, p->n_ties, STORE_INT32, count_rows(all), p->scratch, err);
}

static int write_ties(struct panel *p, size_t run, const struct snapshots *all, struct error *err)
{
    int code = append_identity(p, &p->ends, run, all, err);
    if (!code) code = write_counts(p, all, err);
    if (!code) code = store_append(p->store, p->tie.id, STORE_FLOAT, count_ties(all), NULL, err);
    if (!code) code = append_ties(p, all, p->to, TO, 0, err);
    for (uint32_t v = 0; v < p->plan->model->n_tie_values && !code; v++)
        code = append_ties(p, all, p->values[v], VALUE, v, err);
    if (!code) code = append_ties(p, all, p->kind, KIND, 0, err);
    if (!code) code = append_ties(p, all, p->age, AGE, 0, err);
    return code;
}

/* ---- runs in order ---- */

static int write_run(struct panel *p, size_t run, struct error *err)
{
    struct snapshots *all = p->waiting[run];
    uint32_t replicate = (uint32_t)(run % p->kept);
    int code = ERROR_NONE;
    struct rows_run which = {identity_number(p, run, SCENARIO), identity_number(p, run, POINT), (int32_t)replicate};
    if (all && replicate < p->panel_runs) code = write_firms(p, run, all, err);
    if (all && replicate < p->panel_runs && !code) code = rows_write(p->rows, which, all->records, err);
    if (all && replicate < p->tie_runs && all->with_ties && !code) code = write_ties(p, run, all, err);
    snapshot_free(all);
    p->waiting[run] = NULL;
    return code;
}

static int take_over(struct panel *p, size_t run, struct snapshots *theirs, struct error *err)
{
    p->arrived[run] = true;
    if (!theirs) return ERROR_NONE;
    struct snapshots *mine = malloc(sizeof *mine);
    if (!mine) return error_set(err, ERROR_IO, "no memory for snapshots");
    *mine = *theirs;
    theirs->n = 0;
    theirs->snapshot = NULL;
    theirs->records = NULL;
    p->waiting[run] = mine;
    return ERROR_NONE;
}

int panel_batch(struct panel *p, const struct ensemble_batch *batch, struct error *err)
{
    if (!p) return ERROR_NONE;
    size_t from = ((size_t)batch->scenario * p->plan->n_points + batch->point) * p->kept;
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < batch->n && batch->first + k < p->kept && !code; k++)
        code = take_over(p, from + batch->first + k, batch->snapshots[k], err);
    for (; !code && p->next < p->n_runs && p->arrived[p->next]; p->next++)
        code = write_run(p, p->next, err);
    return code;
}

int panel_finish(struct panel *p, struct error *err)
{
    int code = ERROR_NONE;
    for (; p && !code && p->next < p->n_runs; p->next++)
        code = write_run(p, p->next, err);
    return code;
}

void panel_close(struct panel **out)
{
    struct panel *p = *out;
    if (!p) return;
    for (size_t run = 0; p->waiting && run < p->n_runs; run++)
        snapshot_free(p->waiting[run]);
    rows_close(&p->rows);
    free(p->waiting);
    free(p->arrived);
    free(p->fields);
    free(p->values);
    free(p->scratch);
    free(p);
    *out = NULL;
}
