#include "io/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"

enum { ROWS_CHUNK = 1024, FLAGS = 16 };

/* What identifies a row's run and cluster, as in /panel. */
enum { SCENARIO, POINT, REPLICATE, CLUSTER, N_IDENTITY };
static const struct {
    const char *name, *long_name;
} identity[N_IDENTITY] = {{"scenario_index", "scenario, counted from 0"},
                          {"point_index", "design point"},
                          {"replicate_index", "replicate"},
                          {"cluster", "cluster in which it happened"}};
static const char coordinates[] = "scenario_index point_index replicate_index cluster";

/* One group. */
struct group {
    const struct record_kind *kind;
    char folder[FRAME_PATH], row_path[FRAME_PATH], across_path[FRAME_PATH];
    struct store_axis row, across;
    store_id identity[N_IDENTITY];
    store_id *columns; /* (kind->n_columns) */
};

struct rows {
    struct store *store;
    const struct ensemble_plan *plan;
    uint32_t n; /* groups */
    struct group *group;
};

/* ---- making the groups ---- */

static enum store_type type_of(const struct record_column *c)
{
    return c->type == 'd' ? STORE_DOUBLE : c->type == 'i' ? STORE_INT32 : STORE_INT8;
}

/* An attribute of the column's own type. */
static int note_numbers(struct store *s, store_id id, const struct record_column *c, const char *name, uint64_t n,
                        const double *values, struct error *err)
{
    int8_t bytes[FLAGS];
    int32_t whole[FLAGS];
    for (uint64_t k = 0; k < n && c->type != 'd'; k++) {
        bytes[k] = (int8_t)values[k];
        whole[k] = (int32_t)values[k];
    }
    const void *typed = c->type == 'd' ? (const void *)values : c->type == 'i' ? (const void *)whole : bytes;
    return store_note_numbers(s, id, name, type_of(c), n, typed, err);
}

static int note_flags(struct store *s, store_id id, const struct record_column *c, struct error *err)
{
    double values[FLAGS];
    uint64_t n = 1;
    for (const char *at = c->flags; *at; at++)
        n += *at == ' ';
    if (n > FLAGS) return error_set(err, ERROR_IO, "%s: more than %d flags", c->name, FLAGS);
    for (uint64_t k = 0; k < n; k++)
        values[k] = (double)k;
    int code = note_numbers(s, id, c, "flag_values", n, values, err);
    return code ? code : store_note(s, id, "flag_meanings", c->flags, err);
}

static int note_range(struct store *s, store_id id, const struct record_column *c, struct error *err)
{
    double range[2] = {c->low, c->high};
    if (isfinite(c->low) && isfinite(c->high)) return note_numbers(s, id, c, "valid_range", 2, range, err);
    if (isfinite(c->low)) return note_numbers(s, id, c, "valid_min", 1, &range[0], err);
    return isfinite(c->high) ? note_numbers(s, id, c, "valid_max", 1, &range[1], err) : ERROR_NONE;
}

static int add_dataset(struct rows *r, struct group *g, const char *name, enum store_type type, bool wide, store_id *id,
                       struct error *err)
{
    char path[FRAME_PATH];
    struct store_spec spec = {.path = frame_path(path, g->folder, name),
                              .type = type,
                              .rank = wide ? 2 : 1,
                              .axis = {&g->row, wide ? &g->across : NULL}};
    return store_add(r->store, &spec, id, err);
}

static int add_column(struct rows *r, struct group *g, uint32_t which, struct error *err)
{
    const struct record_column *c = &g->kind->columns[which];
    char name[FRAME_PATH];
    store_id *id = &g->columns[which];
    frame_free_name(name, &r->plan->layout, g->kind->row, c->name);
    int code = add_dataset(r, g, name, type_of(c), c->width > 1, id, err);
    if (!code) code = store_note(r->store, *id, "units", c->unit, err);
    if (!code) code = store_note(r->store, *id, "long_name", c->doc, err);
    if (!code) code = store_note(r->store, *id, "coordinates", coordinates, err);
    if (code) return code;
    return c->flags ? note_flags(r->store, *id, c, err) : note_range(r->store, *id, c, err);
}

static int add_axes(struct rows *r, struct group *g, struct error *err)
{
    const struct record_kind *k = g->kind;
    g->row =
        (struct store_axis){.path = frame_path(g->row_path, g->folder, k->row), .chunk = ROWS_CHUNK, .grows = true};
    int code = store_add_axis(r->store, &g->row, STORE_FLOAT, true, err);
    if (code || !k->across) return code;
    g->across = (struct store_axis){
        .path = frame_path(g->across_path, g->folder, k->across), .size = k->width, .chunk = k->width};
    return store_add_axis(r->store, &g->across, STORE_FLOAT, true, err);
}

static int add_group(struct rows *r, struct group *g, const struct record_kind *kind, struct error *err)
{
    store_id id;
    g->kind = kind;
    g->columns = calloc(kind->n_columns, sizeof *g->columns);
    if (!g->columns) return error_set(err, ERROR_IO, "no memory for the columns of %s", kind->name);
    int code = store_add_group(r->store, frame_path(g->folder, "/", kind->name), &id, err);
    if (!code) code = store_note(r->store, id, "title", kind->doc, err);
    if (!code) code = add_axes(r, g, err);
    for (int k = 0; k < N_IDENTITY && !code; k++) {
        code = add_dataset(r, g, identity[k].name, STORE_INT32, false, &g->identity[k], err);
        if (!code) code = store_note(r->store, g->identity[k], "long_name", identity[k].long_name, err);
    }
    if (!code) code = frame_note_scenarios(r->store, r->plan, g->identity[SCENARIO], err);
    for (uint32_t k = 0; k < kind->n_columns && !code; k++)
        code = add_column(r, g, k, err);
    return code;
}

int rows_open(struct rows **out, struct store *s, const struct ensemble_plan *plan, struct error *err)
{
    const struct model *m = plan->model;
    *out = NULL;
    if (!m->n_record_kinds) return ERROR_NONE;
    struct rows *r = calloc(1, sizeof *r);
    if (r) r->group = calloc(m->n_record_kinds, sizeof *r->group);
    if (!r || !r->group) {
        free(r);
        return error_set(err, ERROR_IO, "no memory for rows");
    }
    r->store = s;
    r->plan = plan;
    r->n = m->n_record_kinds;
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < r->n && !code; k++)
        code = add_group(r, &r->group[k], &m->record_kinds[k], err);
    *out = r;
    if (code) rows_close(out);
    return code;
}

void rows_close(struct rows **r)
{
    if (!*r) return;
    for (uint32_t k = 0; k < (*r)->n; k++)
        free((*r)->group[k].columns);
    free((*r)->group);
    free(*r);
    *r = NULL;
}

/* ---- writing one run ---- */

struct place {
    double time;
    uint32_t cluster;
    const char *row;
};

static int by_time(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->time < y->time || x->time > y->time) return x->time < y->time ? -1 : 1;
    if (x->cluster != y->cluster) return x->cluster < y->cluster ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row); /* of one list */
}

static size_t count_rows(const struct records *all, uint32_t kind)
{
    size_t n = 0;
    for (uint32_t b = 0; b < all->n_blocks; b++)
        n += all->list[(size_t)b * all->n_kinds + kind].n;
    return n;
}

/* The rows of all blocks, by time. */
static void put_in_order(const struct records *all, uint32_t kind, size_t size, struct place *places)
{
    size_t n = 0;
    for (uint32_t b = 0; b < all->n_blocks; b++) {
        const struct record_list *list = &all->list[(size_t)b * all->n_kinds + kind];
        for (size_t k = 0; k < list->n; k++) {
            struct place *p = &places[n++];
            p->cluster = b;
            p->row = list->row + k * size;
            memcpy(&p->time, p->row, sizeof p->time); /* the first column */
        }
    }
    qsort(places, n, sizeof *places, by_time);
}

static int append_identity(struct rows *r, struct group *g, struct rows_run run, const struct place *places, size_t n,
                           int32_t *scratch, struct error *err)
{
    const int32_t same[N_IDENTITY] = {run.scenario, run.point, run.replicate, 0};
    int code = store_append(r->store, g->row.id, STORE_FLOAT, n, NULL, err);
    for (int k = 0; k < N_IDENTITY && !code; k++) {
        for (size_t i = 0; i < n; i++)
            scratch[i] = k == CLUSTER ? (int32_t)places[i].cluster : same[k];
        code = store_append(r->store, g->identity[k], STORE_INT32, n, scratch, err);
    }
    return code;
}

static int append_column(struct rows *r, struct group *g, uint32_t which, const struct place *places, size_t n,
                         char *scratch, struct error *err)
{
    const struct record_column *c = &g->kind->columns[which];
    size_t bytes = c->width * c->size;
    for (size_t i = 0; i < n; i++)
        memcpy(scratch + i * bytes, places[i].row + c->offset, bytes);
    return store_append(r->store, g->columns[which], type_of(c), n, scratch, err);
}

static int write_group(struct rows *r, struct group *g, struct rows_run run, const struct records *all,
                       struct error *err)
{
    uint32_t kind = (uint32_t)(g - r->group);
    size_t n = count_rows(all, kind);
    if (!n) return ERROR_NONE;
    struct place *places = malloc(n * sizeof *places);
    void *scratch = malloc(n * (g->kind->size + sizeof(int32_t)));
    int code = ERROR_NONE;
    if (!places || !scratch) {
        code = error_set(err, ERROR_IO, "no memory for %zu rows of %s", n, g->kind->name);
        goto out;
    }
    put_in_order(all, kind, g->kind->size, places);
    code = append_identity(r, g, run, places, n, scratch, err);
    for (uint32_t k = 0; k < g->kind->n_columns && !code; k++)
        code = append_column(r, g, k, places, n, scratch, err);
out:
    free(places);
    free(scratch);
    return code;
}

int rows_write(struct rows *r, struct rows_run run, const struct records *all, struct error *err)
{
    int code = ERROR_NONE;
    for (uint32_t k = 0; r && all && k < r->n && !code; k++)
        code = write_group(r, &r->group[k], run, all, err);
    return code;
}

/* ---- size ---- */

double rows_bytes(const struct model *m, double firms, double years)
{
    double bytes = 0.0;
    for (uint32_t k = 0; k < m->n_record_kinds; k++) {
        const struct record_kind *kind = &m->record_kinds[k];
        double row = N_IDENTITY * sizeof(int32_t);
        for (uint32_t c = 0; c < kind->n_columns; c++)
            row += (double)(kind->columns[c].width * kind->columns[c].size);
        bytes += row * kind->a_firm_and_year * firms * years;
    }
    return bytes;
}
