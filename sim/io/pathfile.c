#include "io/pathfile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/csv.h"

enum { PATHFILE_BYTES_MAX = 1 << 20 };

/* The two parameters. */
struct rows {
    const struct param *file, *path;
};

static bool find_rows(const struct model *model, struct rows *rows)
{
    if (!model->path_file || !model->path_target) return false;
    rows->file = param_find(&model->params, model->path_file);
    rows->path = param_find(&model->params, model->path_target);
    return rows->file && rows->path;
}

static struct param_text *name_of(const struct settings *s, const struct rows *rows)
{
    return (void *)((char *)s->values + rows->file->offset);
}

static struct pairs *points_of(const struct settings *s, const struct rows *rows)
{
    return (void *)((char *)s->values + rows->path->offset);
}

static void forget(const struct settings *s, const struct rows *rows)
{
    memset(name_of(s, rows), 0, sizeof(struct param_text));
}

/* What all scenarios start from, then each of them. */
static struct settings *settings_at(struct scenario_list *list, size_t k)
{
    return k ? &list->all[k - 1].settings : &list->common;
}

/* ---- file or path ----------------------------------------------------------------------------------------------- */

static bool contradicts(const struct settings *s, const struct rows *rows)
{
    unsigned file = settings_layer(s, rows->file);
    return *name_of(s, rows)->text && file != SETTINGS_DEFAULT && file == settings_layer(s, rows->path);
}

/* Has it both from there? */
static bool inherits(const struct settings *s, const struct settings *common, const struct rows *rows)
{
    return settings_layer(s, rows->file) == settings_layer(common, rows->file) &&
           settings_layer(s, rows->path) == settings_layer(common, rows->path);
}

static void refuse_both(const struct settings *s, const struct rows *rows, const char *scenario, struct mistakes *m)
{
    char key[SETTINGS_PATH_MAX + SCENARIO_NAME_MAX + 16], line[32] = "";
    struct place file = settings_place(s, rows->file), path = settings_place(s, rows->path);
    snprintf(key, sizeof key, "%s%s%s%.200s", scenario ? "scenarios." : "", scenario ? scenario : "",
             scenario ? "." : "", rows->file->path);
    if (path.line) snprintf(line, sizeof line, " in line %u", path.line);
    mistakes_add(m, file, key, "found a file beside %s%s, expected one of the two", rows->path->path, line);
}

void pathfile_settle(struct scenario_list *list, struct mistakes *m)
{
    struct rows rows;
    if (!find_rows(list->model, &rows)) return;
    for (size_t k = 0; k <= list->n; k++) {
        struct settings *s = settings_at(list, k);
        if (contradicts(s, &rows)) {
            if (!k || !inherits(s, &list->common, &rows)) refuse_both(s, &rows, k ? list->all[k - 1].name : NULL, m);
        } else if (settings_layer(s, rows.path) > settings_layer(s, rows.file))
            forget(s, &rows);
    }
}

/* ---- one file --------------------------------------------------------------------------------------------------- */

struct reader {
    struct csv csv;
    const struct param *path;
    const char *column; /* of the values */
    unsigned before;    /* mistakes before this file */
    struct pairs points;
    double latest;                /* time of the line before */
    char last[CSV_SHOWN_MAX + 1]; /* the same as written */
};

static void check_column(const struct reader *r, unsigned field, const char *expected)
{
    char what[3 * CSV_SHOWN_MAX];
    const char *found = r->csv.field[field];
    if (strcmp(found, expected) == 0) return;
    snprintf(what, sizeof what, "found the column \"%.*s\", expected %.60s", CSV_SHOWN_MAX, found, expected);
    csv_complain(&r->csv, r->csv.line[field], NULL, what);
}

static bool has_two_fields(const struct reader *r, const char *things)
{
    char what[3 * CSV_SHOWN_MAX];
    if (r->csv.n == 2) return true;
    snprintf(what, sizeof what, "found %u %s, expected 2: time,%.60s", r->csv.n, things, r->column);
    csv_complain(&r->csv, r->csv.line[0], NULL, what);
    return false;
}

static void read_header(struct reader *r)
{
    if (!csv_header(&r->csv) || !has_two_fields(r, "columns")) return;
    check_column(r, 0, "time");
    check_column(r, 1, r->column);
}

static void check_order(struct reader *r, double time)
{
    char what[4 * CSV_SHOWN_MAX];
    const char *found = r->csv.field[0];
    if (time <= r->latest) {
        snprintf(what, sizeof what, "found %.*s after %s, expected times in ascending order", CSV_SHOWN_MAX, found,
                 r->last);
        csv_complain(&r->csv, r->csv.line[0], "time", what);
    }
    r->latest = time;
    snprintf(r->last, sizeof r->last, "%.*s", CSV_SHOWN_MAX, found);
}

static double read_number(const struct reader *r, unsigned field, const struct param *row, const char *column)
{
    if (*r->csv.field[field]) return csv_number(&r->csv, field, row, column);
    csv_complain(&r->csv, r->csv.line[field], column, "found nothing, expected a value: it is required");
    return NAN;
}

/* A time is any that a path written in a config can have; a point with a mistake is left out. */
static void read_point(struct reader *r)
{
    struct param time = {.type = PARAM_TIME, .low = -INFINITY, .high = INFINITY};
    struct param value = {.type = PARAM_REAL, .low = r->path->low, .high = r->path->high, .unit = r->path->unit};
    double at = read_number(r, 0, &time, "time"), is = read_number(r, 1, &value, r->column);
    if (!isnan(at)) check_order(r, at);
    if (isnan(at) || isnan(is)) return;
    r->points.first[r->points.n] = at;
    r->points.second[r->points.n++] = is;
}

static void read_points(struct reader *r)
{
    char what[CSV_SHOWN_MAX];
    while (csv_next(&r->csv)) {
        if (!has_two_fields(r, "fields")) continue;
        if (r->points.n < PARAM_MAX_PAIRS) {
            read_point(r);
            continue;
        }
        snprintf(what, sizeof what, "found more than %d points, expected at most %d", PARAM_MAX_PAIRS, PARAM_MAX_PAIRS);
        csv_complain(&r->csv, r->csv.line[0], NULL, what);
        return;
    }
    if (!r->points.n && r->csv.mistakes->n == r->before)
        csv_complain(&r->csv, 0, NULL, "found no point, expected at least one");
}

static void read_file(struct settings *s, const struct rows *rows, struct mistakes *m)
{
    const char *dot = strrchr(rows->path->path, '.');
    struct reader r = {
        .path = rows->path, .column = dot ? dot + 1 : rows->path->path, .before = m->n, .latest = -INFINITY};
    struct error why = {0};
    if (csv_open(&r.csv, name_of(s, rows)->text, PATHFILE_BYTES_MAX, "a path", m)) {
        r.csv.has_comments = true;
        read_header(&r);
        if (m->n == r.before) read_points(&r);
    }
    if (m->n == r.before && param_set_pairs(rows->path, s->values, &r.points, &why))
        csv_complain(&r.csv, 0, NULL, why.text);
    csv_close(&r.csv);
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

/* Settings with the same file share what was read. */
static void fill(struct scenario_list *list, size_t k, const struct rows *rows, struct mistakes *m)
{
    struct settings *s = settings_at(list, k);
    const char *name = name_of(s, rows)->text;
    for (size_t earlier = 0; earlier < k; earlier++) {
        const struct settings *other = settings_at(list, earlier);
        if (strcmp(name, name_of(other, rows)->text) != 0) continue;
        *points_of(s, rows) = *points_of(other, rows);
        return;
    }
    read_file(s, rows, m);
}

void pathfile_read(struct scenario_list *list, struct mistakes *m)
{
    struct rows rows;
    if (!find_rows(list->model, &rows)) return;
    for (size_t k = 0; k <= list->n; k++) {
        struct settings *s = settings_at(list, k);
        if (!*name_of(s, &rows)->text) continue;
        fill(list, k, &rows, m);
        s->places[rows.path - s->table->rows] = settings_place(s, rows.file); /* where the model's messages point */
    }
    for (size_t k = 0; k <= list->n; k++)
        forget(settings_at(list, k), &rows);
}
