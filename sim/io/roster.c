#include "io/roster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"

enum { ROSTER_BYTES_MAX = 16 << 20, NAME_MAX_BYTES = 63, EXPECTED_MAX = 512 };

struct reader {
    const struct model *model;
    struct mistakes mistakes;
    struct csv csv;
    unsigned n_fields;                                   /* of the header */
    const struct roster_column *columns[CSV_FIELDS_MAX]; /* (n_fields) of the header; NULL: unknown */
    struct roster *roster;
    unsigned *lines; /* (roster->n) where a firm stands */
    size_t room;     /* firms */
};

/* ---- the header --------------------------------------------------------------------------------------------------- */

static void unknown_column(struct reader *r, const char *name)
{
    struct param_nearest near = {0};
    char list[EXPECTED_MAX] = "";
    for (uint32_t c = 0; c < r->model->n_roster_columns; c++) {
        const char *known = r->model->roster_columns[c].name;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", c ? ", " : "", known);
        param_consider(&near, name, known);
    }
    struct place place = {r->csv.path, r->csv.line[0]};
    mistakes_add(&r->mistakes, place, NULL, "found the column \"%.*s\", expected one of %s%s%s%s", CSV_SHOWN_MAX, name,
                 list, near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static void add_column(struct reader *r, unsigned field)
{
    const char *name = r->csv.field[field];
    const struct roster_column *column = NULL;
    for (uint32_t c = 0; c < r->model->n_roster_columns; c++)
        if (strcmp(r->model->roster_columns[c].name, name) == 0) column = &r->model->roster_columns[c];
    if (!column) unknown_column(r, name);
    for (unsigned f = 0; column && f < field; f++)
        if (r->columns[f] == column)
            csv_complain(&r->csv, r->csv.line[field], name, "found a second time, expected once");
    r->columns[field] = column;
}

static void check_required_columns(struct reader *r)
{
    for (uint32_t c = 0; c < r->model->n_roster_columns; c++) {
        const struct roster_column *column = &r->model->roster_columns[c];
        bool found = !column->required;
        for (unsigned f = 0; f < r->n_fields; f++)
            found = found || r->columns[f] == column;
        if (!found)
            csv_complain(&r->csv, r->csv.line[0], column->name, "found no such column, expected it: it is required");
    }
}

static void read_header(struct reader *r)
{
    if (!csv_header(&r->csv)) return;
    r->n_fields = r->csv.n;
    for (unsigned f = 0; f < r->n_fields; f++)
        add_column(r, f);
    check_required_columns(r);
}

/* ---- firms ---------------------------------------------------------------------------------------------------------- */

static double read_choice(struct reader *r, const struct roster_column *column, const char *text, unsigned line)
{
    struct param_nearest near = {0};
    char list[EXPECTED_MAX] = "";
    for (uint32_t k = 0; column->choices[k]; k++) {
        if (strcmp(column->choices[k], text) == 0) return k;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", column->choices[k]);
        param_consider(&near, text, column->choices[k]);
    }
    struct place place = {r->csv.path, line};
    mistakes_add(&r->mistakes, place, column->name, "found \"%.*s\", expected one of %s%s%s%s", CSV_SHOWN_MAX, text,
                 list, near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
    return NAN;
}

static double read_number(struct reader *r, const struct roster_column *column, unsigned field)
{
    struct param row = {.type = column->type == ROSTER_TIME ? PARAM_TIME : PARAM_REAL,
                        .low = column->low,
                        .high = column->high,
                        .unit = column->unit};
    return csv_number(&r->csv, field, &row, column->name);
}

static double read_name(struct reader *r, const struct roster_column *column, const char *text, unsigned line,
                        char *name)
{
    size_t length = strlen(text);
    if (length > NAME_MAX_BYTES) {
        csv_complain(&r->csv, line, column->name, "found a name of more than 63 bytes, expected a shorter one");
        return NAN;
    }
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            csv_complain(&r->csv, line, column->name,
                         "found a line end or another control character, expected a name on one line");
            return NAN;
        }
    memcpy(name, text, length + 1);
    return NAN;
}

static double read_field(struct reader *r, const struct roster_column *column, unsigned field, char *name)
{
    const char *text = r->csv.field[field];
    unsigned line = r->csv.line[field];
    if (!*text) {
        if (column->required)
            csv_complain(&r->csv, line, column->name, "found nothing, expected a value: it is required");
        return NAN;
    }
    switch (column->type) {
    case ROSTER_NAME: return read_name(r, column, text, line, name);
    case ROSTER_CHOICE: return read_choice(r, column, text, line);
    case ROSTER_REAL:
    case ROSTER_TIME: return read_number(r, column, field);
    }
    return NAN;
}

static bool make_room(struct reader *r)
{
    struct roster *roster = r->roster;
    if (roster->n < r->room) return true;
    r->room = r->room ? 2 * r->room : 64;
    void *value = realloc(roster->value, r->room * (roster->n_columns ? roster->n_columns : 1) * sizeof *roster->value);
    if (value) roster->value = value;
    void *name = realloc(roster->name, r->room * sizeof *roster->name);
    if (name) roster->name = name;
    void *lines = realloc(r->lines, r->room * sizeof *r->lines);
    if (lines) r->lines = lines;
    if (value && name && lines) return true;
    mistakes_no_memory(&r->mistakes, "a roster");
    return false;
}

static void add_firm(struct reader *r)
{
    struct roster *roster = r->roster;
    struct place place = {r->csv.path, r->csv.line[0]};
    if (r->csv.n != r->n_fields) {
        mistakes_add(&r->mistakes, place, NULL, "found %u fields, expected %u as in the header", r->csv.n, r->n_fields);
        return;
    }
    if (!make_room(r)) {
        r->csv.stop = true;
        return;
    }
    double *value = roster->value + (size_t)roster->n * roster->n_columns;
    char *name = roster->name[roster->n];
    memset(name, 0, sizeof *roster->name);
    for (uint32_t c = 0; c < roster->n_columns; c++)
        value[c] = NAN;
    for (unsigned f = 0; f < r->n_fields; f++)
        value[r->columns[f] - r->model->roster_columns] = read_field(r, r->columns[f], f, name);
    r->lines[roster->n++] = place.line;
}

/* ---- names are unique ------------------------------------------------------------------------------------------------ */

struct named {
    const char *name;
    uint32_t firm;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->firm > y->firm) - (x->firm < y->firm);
}

static void check_names(struct reader *r)
{
    const struct roster *roster = r->roster;
    struct named *sorted = malloc(roster->n * sizeof *sorted);
    uint32_t *first = malloc(roster->n * sizeof *first); /* (n) firm of that name that stands first */
    if (!sorted || !first) {
        mistakes_no_memory(&r->mistakes, "a roster's names");
        goto out;
    }
    for (uint32_t i = 0; i < roster->n; i++)
        sorted[i] = (struct named){roster->name[i], i};
    qsort(sorted, roster->n, sizeof *sorted, compare_named);
    for (uint32_t k = 0; k < roster->n; k++) {
        bool again = k && *sorted[k].name && strcmp(sorted[k].name, sorted[k - 1].name) == 0;
        first[sorted[k].firm] = again ? first[sorted[k - 1].firm] : sorted[k].firm;
    }
    for (uint32_t i = 0; i < roster->n; i++)
        if (first[i] != i)
            mistakes_add(&r->mistakes, (struct place){r->csv.path, r->lines[i]}, NULL,
                         "found the name \"%s\" a second time, expected another (the first is in line %u)",
                         roster->name[i], r->lines[first[i]]);
out:
    free(sorted);
    free(first);
}

/* ---- all of it -------------------------------------------------------------------------------------------------------- */

static void read_firms(struct reader *r)
{
    r->roster = calloc(1, sizeof *r->roster);
    if (!r->roster) {
        mistakes_no_memory(&r->mistakes, "a roster");
        return;
    }
    r->roster->n_columns = r->model->n_roster_columns;
    while (csv_next(&r->csv))
        add_firm(r);
    if (!r->mistakes.code && r->roster->n == 0) csv_complain(&r->csv, 0, NULL, "found no firm, expected at least one");
    if (r->roster->n) check_names(r);
}

int roster_read(const char *path, const struct model *model, struct roster **roster, struct error *err)
{
    struct reader r = {.model = model};
    *roster = NULL;
    mistakes_begin(&r.mistakes, err);
    if (model->n_roster_columns == 0) {
        mistakes_add(&r.mistakes, (struct place){path, 0}, NULL, "found a roster, expected none: the model takes none");
        return mistakes_end(&r.mistakes);
    }
    if (csv_open(&r.csv, path, ROSTER_BYTES_MAX, "a roster", &r.mistakes)) read_header(&r);
    if (!r.mistakes.code) read_firms(&r);
    csv_close(&r.csv);
    free(r.lines);
    if (!r.mistakes.code)
        *roster = r.roster;
    else
        roster_free(r.roster);
    return mistakes_end(&r.mistakes);
}

void roster_free(struct roster *roster)
{
    if (!roster) return;
    free(roster->value);
    free(roster->name);
    free(roster);
}
