#include "io/frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/provenance.h"
#include "io/swept.h"

enum { GROUPINGS = 32 }; /* as many as observable.by has bits */
enum { SCENARIO, POINT, REPLICATE, TIME, TIME_SLOW, N_AXES };
static const char *const axis_name[N_AXES] = {"scenario", "point", "replicate", "time", "time_network"};

/* A folder of the file, with its axes. */
struct place {
    const char *folder;
    struct store_axis axis[N_AXES];
    char path[N_AXES][FRAME_PATH];
    const struct grouping *grouping[GROUPINGS];
    struct store_axis grouped[GROUPINGS];
    char grouped_path[GROUPINGS][FRAME_PATH];
    uint32_t n_groupings;
    const struct frame_block *blocks; /* (n_blocks) or NULL */
    size_t n_blocks;
};

const char *frame_path(char path[FRAME_PATH], const char *folder, const char *name)
{
    snprintf(path, FRAME_PATH, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    return path;
}

bool frame_has(const struct layout *layout, uint32_t series)
{
    return series_times(layout, &layout->series[series]) > 0;
}

/* ---- coordinates ---- */

struct note {
    const char *name, *text;
};

static int add_notes(struct store *s, store_id id, const struct note *notes, size_t n, struct error *err)
{
    int code = ERROR_NONE;
    for (size_t k = 0; k < n && !code; k++)
        code = store_note(s, id, notes[k].name, notes[k].text, err);
    return code;
}

static int add_coordinates(struct store *s, struct store_axis *axis, enum store_type type, const void *values,
                           const char *long_name, struct error *err)
{
    int code = store_add_axis(s, axis, type, false, err);
    if (!code) code = store_write(s, axis->id, type, NULL, NULL, values, err);
    if (!code) code = store_note(s, axis->id, "long_name", long_name, err);
    return code;
}

static int add_numbers(struct store *s, struct store_axis *axis, const char *long_name, struct error *err)
{
    int32_t *number = malloc((axis->size + 1) * sizeof *number);
    if (!number) return error_set(err, ERROR_IO, "no memory for coordinates");
    for (uint64_t k = 0; k < axis->size; k++)
        number[k] = (int32_t)k;
    int code = add_coordinates(s, axis, STORE_INT32, number, long_name, err);
    free(number);
    return code;
}

/* Decimal years: "years since" and CF's calendars would make readers decode them, and some then fail. */
static int add_time(struct store *s, struct store_axis *axis, const double *times, const char *long_name, bool main,
                    struct error *err)
{
    int code = add_coordinates(s, axis, STORE_DOUBLE, times, long_name, err);
    struct note notes[] = {{"units", "year"}, {"axis", main ? "T" : ""}};
    return code ? code : add_notes(s, axis->id, notes, 2, err);
}

/* ---- folders ---- */

static uint64_t at_least_one(uint64_t n) { return n ? n : 1; }

static void set_axis(struct place *p, int which, uint64_t size, uint64_t chunk, bool grows)
{
    frame_path(p->path[which], p->folder, axis_name[which]);
    p->axis[which] = (struct store_axis){.path = p->path[which], .size = size, .chunk = chunk, .grows = grows};
}

static bool uses_slow_time(const struct layout *l, const char *folder)
{
    for (uint32_t k = 0; k < l->n_series; k++)
        if (l->series[k].observable->cadence == OBSERVE_SLOWLY && l->n_slow > 0 &&
            strcmp(l->series[k].observable->folder, folder) == 0)
            return true;
    return false;
}

static int add_axes(struct place *p, struct store *s, const struct ensemble_plan *plan, struct error *err)
{
    const struct layout *l = &plan->layout;
    uint32_t replicates = plan->n_replicates;
    set_axis(p, SCENARIO, plan->n_scenarios, 1, false);
    set_axis(p, POINT, plan->n_points, 1, false);
    set_axis(p, REPLICATE, replicates, at_least_one(replicates < FRAME_CHUNK ? replicates : FRAME_CHUNK), true);
    set_axis(p, TIME, l->n_ticks, at_least_one(l->n_ticks), false);
    set_axis(p, TIME_SLOW, l->n_slow, at_least_one(l->n_slow), false);
    int code = add_coordinates(s, &p->axis[SCENARIO], STORE_TEXT, plan->scenario_name, "scenario", err);
    if (!code) code = add_numbers(s, &p->axis[POINT], "design point", err);
    if (!code) code = add_numbers(s, &p->axis[REPLICATE], "replicate", err);
    if (!code) code = add_time(s, &p->axis[TIME], l->time, "end of the tick, decimal years", true, err);
    if (!code && uses_slow_time(l, p->folder))
        code = add_time(s, &p->axis[TIME_SLOW], l->time_slow, "time of network measures, decimal years", false, err);
    return code;
}

static int add_grouping(struct place *p, struct store *s, const struct grouping *g, struct store_axis **axis,
                        struct error *err)
{
    uint32_t k = 0;
    while (k < p->n_groupings && p->grouping[k] != g)
        k++;
    *axis = &p->grouped[k];
    if (k < p->n_groupings) return ERROR_NONE;
    if (k == GROUPINGS) return error_set(err, ERROR_IO, "more than %d groupings in a folder", GROUPINGS);
    frame_path(p->grouped_path[k], p->folder, g->name);
    p->grouping[k] = g;
    p->n_groupings++;
    **axis = (struct store_axis){.path = p->grouped_path[k], .size = g->n, .chunk = g->n};
    return add_coordinates(s, *axis, STORE_TEXT, g->labels, g->doc, err);
}

/* ---- series ---- */

static int note_range(struct store *s, store_id id, const struct observable *o, struct error *err)
{
    double range[2] = {o->low, o->high};
    if (isfinite(o->low) && isfinite(o->high))
        return store_note_numbers(s, id, "valid_range", STORE_DOUBLE, 2, range, err);
    if (isfinite(o->low)) return store_note_numbers(s, id, "valid_min", STORE_DOUBLE, 1, &range[0], err);
    if (isfinite(o->high)) return store_note_numbers(s, id, "valid_max", STORE_DOUBLE, 1, &range[1], err);
    return ERROR_NONE;
}

static int note_series(struct store *s, store_id id, const struct series *each, struct error *err)
{
    const struct observable *o = each->observable;
    char long_name[256];
    snprintf(long_name, sizeof long_name, "%s%s%s", o->long_name, each->grouping ? " by " : "",
             each->grouping ? each->grouping->name : "");
    struct note notes[] = {
        {"units", o->unit}, {"long_name", long_name}, {"cell_methods", o->cell_methods}, {"comment", o->doc}};
    int code = add_notes(s, id, notes, sizeof notes / sizeof notes[0], err);
    return code ? code : note_range(s, id, o, err);
}

/* Where series k of all blocks stands. NULL: no memory. */
static struct store_piece *make_pieces(const struct place *p, const struct layout *l, uint32_t k)
{
    struct store_piece *pieces = calloc(p->n_blocks + 1, sizeof *pieces);
    for (size_t i = 0; pieces && i < p->n_blocks; i++) {
        const struct frame_block *b = &p->blocks[i];
        struct frame_span span = frame_span(l, k, b->scenario, b->point, b->replicate, 1);
        struct store_piece *piece = &pieces[i];
        piece->file = b->file;
        memcpy(piece->start, span.start, sizeof span.start);
        memcpy(piece->count, span.count, sizeof span.count);
        piece->count[1] = b->n;
        piece->from_size[0] = b->n_rows;
        piece->from_size[1] = l->n_doubles;
        piece->from[0] = b->row;
        piece->from[1] = l->offset[k];
        piece->from_count[0] = b->n;
        piece->from_count[1] = frame_size(l, k);
    }
    return pieces;
}

static int add_series(struct place *p, struct store *s, const struct layout *l, uint32_t k, int compression,
                      store_id *id, struct error *err)
{
    const struct series *each = &l->series[k];
    char path[FRAME_PATH];
    struct store_axis *grouped = NULL;
    int code = each->grouping ? add_grouping(p, s, each->grouping, &grouped, err) : ERROR_NONE;
    if (code) return code;
    struct store_spec spec = {.path = frame_path(path, p->folder, each->name),
                              .type = STORE_DOUBLE,
                              .compression = compression,
                              .fill_nan = true,
                              .axis = {&p->axis[SCENARIO], &p->axis[POINT], &p->axis[REPLICATE]},
                              .rank = 3};
    if (grouped) spec.axis[spec.rank++] = grouped;
    spec.axis[spec.rank++] = &p->axis[each->observable->cadence == OBSERVE_TICK ? TIME : TIME_SLOW];
    struct store_piece *pieces = p->blocks ? make_pieces(p, l, k) : NULL;
    if (p->blocks && !pieces) return error_set(err, ERROR_IO, "no memory for the parts of %s", path);
    spec.pieces = pieces;
    spec.n_pieces = p->n_blocks;
    code = store_add(s, &spec, id, err);
    free(pieces);
    return code ? code : note_series(s, *id, each, err);
}

/* Series of one folder, and of the observables' folders that come after it. */
static int add_folder(struct frame *f, struct store *s, struct place *p, const struct ensemble_plan *plan,
                      struct error *err)
{
    const struct layout *l = &plan->layout;
    store_id group;
    int code = strcmp(p->folder, "/") == 0 ? ERROR_NONE : store_add_group(s, p->folder, &group, err);
    if (!code) code = add_axes(p, s, plan, err);
    for (uint32_t k = 0; k < l->n_series && !code; k++)
        if (strcmp(l->series[k].observable->folder, p->folder) == 0 && frame_has(l, k))
            code = add_series(p, s, l, k, (int)plan->run.compression, &f->series[k], err);
    return code;
}

/* ---- what stands at the root alone ---- */

static int add_status(struct frame *f, struct store *s, const struct place *root, struct error *err)
{
    struct store_spec spec = {.path = "/status",
                              .type = STORE_INT8,
                              .rank = 3,
                              .axis = {&root->axis[SCENARIO], &root->axis[POINT], &root->axis[REPLICATE]}};
    static const int8_t values[] = {RUN_DONE, RUN_FAILED, RUN_NOT_RUN};
    int code = store_add(s, &spec, &f->status, err);
    if (!code) code = store_note(s, f->status, "long_name", "status of the run", err);
    if (!code) code = store_note_numbers(s, f->status, "flag_values", STORE_INT8, 3, values, err);
    if (!code) code = store_note(s, f->status, "flag_meanings", "done failed not_run", err);
    spec.path = "/digest";
    spec.type = STORE_TEXT;
    if (!code) code = store_add(s, &spec, &f->digest, err);
    if (!code)
        code = store_note(s, f->digest, "long_name",
                          "xxh3-128 of the run's arrays in order of their paths; empty: not done", err);
    return code;
}

static int add_seeds(struct store *s, const struct place *root, const struct ensemble_plan *plan, struct error *err)
{
    struct store_spec spec = {.path = "/seed", .type = STORE_INT64, .rank = 1, .axis = {&root->axis[REPLICATE]}};
    store_id id;
    int code = store_add(s, &spec, &id, err);
    int64_t *seeds = malloc((plan->n_replicates + 1u) * sizeof *seeds);
    if (!code && !seeds) code = error_set(err, ERROR_IO, "no memory for seeds");
    for (uint32_t k = 0; k < plan->n_replicates && !code; k++)
        seeds[k] = (int64_t)plan->seeds[k];
    if (!code) code = store_write(s, id, STORE_INT64, NULL, NULL, seeds, err);
    if (!code) code = store_note(s, id, "long_name", "seed of the replicate, the same in every scenario", err);
    free(seeds);
    return code;
}

static int add_questions(struct store *s, const struct place *root, const struct ensemble_plan *plan, struct error *err)
{
    struct store_spec spec = {.path = "/question", .type = STORE_TEXT, .rank = 1, .axis = {&root->axis[SCENARIO]}};
    store_id id;
    const char **texts = calloc(plan->n_scenarios + 1u, sizeof *texts);
    int code = texts ? store_add(s, &spec, &id, err) : error_set(err, ERROR_IO, "no memory for questions");
    for (uint32_t k = 0; k < plan->n_scenarios && !code; k++)
        texts[k] = plan->scenario_question && plan->scenario_question[k] ? plan->scenario_question[k] : "";
    if (!code) code = store_write(s, id, STORE_TEXT, NULL, NULL, texts, err);
    if (!code) code = store_note(s, id, "long_name", "what the scenario asks", err);
    free(texts);
    return code;
}

static int note_file(struct store *s, const struct ensemble_plan *plan, struct error *err)
{
    static const int32_t schema = FRAME_SCHEMA;
    char title[256], source[64];
    snprintf(title, sizeof title, "model %s: scenarios %u, design points %u, replicates %u", plan->model->name,
             plan->n_scenarios, plan->n_points, plan->n_replicates);
    snprintf(source, sizeof source, "klynge %s", provenance_build().version);
    struct note notes[] = {{"Conventions", "CF-1.8"},
                           {"title", title},
                           {"source", source},
                           {"model", plan->model->name},
                           {"history", "written by klynge run; when, where and how: group provenance"}};
    int code = add_notes(s, store_root(s), notes, sizeof notes / sizeof notes[0], err);
    return code ? code : store_note_numbers(s, store_root(s), "klynge_schema", STORE_INT32, 1, &schema, err);
}

static int build_root(struct frame *f, struct store *s, struct place *p, const struct ensemble_plan *plan,
                      const struct design *d, struct error *err)
{
    p->folder = "/";
    int code = note_file(s, plan, err);
    if (!code) code = add_folder(f, s, p, plan, err);
    if (!code) code = add_status(f, s, p, err);
    if (!code) code = add_seeds(s, p, plan, err);
    if (!code) code = add_questions(s, p, plan, err);
    if (!code) code = swept_write(s, d, &p->axis[SCENARIO], &p->axis[POINT], err);
    return code;
}

int frame_build(struct frame *f, struct store *s, const struct ensemble_plan *plan, const struct design *d,
                const struct frame_block *blocks, size_t n_blocks, struct error *err)
{
    const struct layout *l = &plan->layout;
    struct place *p = malloc(sizeof *p);
    f->series = calloc(l->n_series + 1u, sizeof *f->series);
    int code = ERROR_NONE;
    if (!p || !f->series) {
        code = error_set(err, ERROR_IO, "no memory for %u datasets", l->n_series);
        goto out;
    }
    *p = (struct place){.blocks = blocks, .n_blocks = n_blocks};
    code = build_root(f, s, p, plan, d, err);
    for (uint32_t k = 0; k < l->n_series && !code; k++) {
        const char *folder = l->series[k].observable->folder;
        if (store_has(s, folder) || !frame_has(l, k)) continue;
        *p = (struct place){.folder = folder, .blocks = blocks, .n_blocks = n_blocks};
        code = add_folder(f, s, p, plan, err);
    }
out:
    free(p);
    return code;
}

void frame_free(struct frame *f)
{
    free(f->series);
    f->series = NULL;
}

/* ---- series in the file ---- */

struct frame_span frame_span(const struct layout *l, uint32_t series, uint32_t scenario, uint32_t point, uint32_t first,
                             uint32_t n)
{
    const struct series *s = &l->series[series];
    struct frame_span span = {{scenario, point, first, 0, 0}, {1, 1, n, s->levels, series_times(l, s)}};
    if (!s->grouping) span.count[3] = span.count[4];
    return span;
}

static const struct layout *sorted_layout; /* for qsort */

static int by_path(const void *a, const void *b)
{
    char left[FRAME_PATH], right[FRAME_PATH];
    const struct series *x = &sorted_layout->series[*(const uint32_t *)a];
    const struct series *y = &sorted_layout->series[*(const uint32_t *)b];
    return strcmp(frame_path(left, x->observable->folder, x->name), frame_path(right, y->observable->folder, y->name));
}

void frame_order(uint32_t *order, const struct layout *l)
{
    for (uint32_t k = 0; k < l->n_series; k++)
        order[k] = k;
    sorted_layout = l;
    qsort(order, l->n_series, sizeof *order, by_path);
}

void frame_digest(struct digest *d, const uint32_t *order, const struct layout *l, const double *results,
                  char hex[DIGEST_SIZE])
{
    digest_reset(d);
    for (uint32_t k = 0; k < l->n_series; k++)
        digest_doubles(d, results + l->offset[order[k]], frame_size(l, order[k]));
    digest_hex(d, hex);
}

/* ---- groups of rows ---- */

const char *frame_free_name(char text[FRAME_PATH], const struct layout *l, const char *prefix, const char *name)
{
    bool taken = false;
    for (uint32_t k = 0; k < l->n_series && !taken; k++)
        taken = l->series[k].grouping && strcmp(l->series[k].grouping->name, name) == 0;
    snprintf(text, FRAME_PATH, "%s%s%s", taken ? prefix : "", taken ? "_" : "", name);
    return text;
}

int frame_note_scenarios(struct store *s, const struct ensemble_plan *plan, store_id id, struct error *err)
{
    uint32_t n = plan->n_scenarios;
    size_t room = 1;
    for (uint32_t k = 0; k < n; k++)
        room += strlen(plan->scenario_name[k]) + 1;
    char *meanings = calloc(room, 1), *end = meanings;
    int32_t *values = calloc(n, sizeof *values);
    int code = meanings && values ? ERROR_NONE : error_set(err, ERROR_IO, "no memory for scenario names");
    for (uint32_t k = 0; k < n && !code; k++) {
        values[k] = (int32_t)k;
        if (k) *end++ = ' ';
        for (const char *c = plan->scenario_name[k]; *c; c++)
            *end++ = *c == ' ' ? '_' : *c;
    }
    if (!code) code = store_note_numbers(s, id, "flag_values", STORE_INT32, n, values, err);
    if (!code) code = store_note(s, id, "flag_meanings", meanings, err);
    free(meanings);
    free(values);
    return code;
}
