#include "io/roster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/mistakes.h"
#include "io/textfile.h"

enum { ROSTER_BYTES_MAX = 16 << 20, FIELDS_MAX = 64, NAME_MAX_BYTES = 63, SHOWN_MAX = 60, EXPECTED_MAX = 512 };

/* One line of the file, or several where a quoted field holds line ends. Fields point into the file's text, which is
 * decoded where it stands: a decoded field is never longer. */
struct record {
    char *field[FIELDS_MAX]; /* (n, at most FIELDS_MAX kept) */
    unsigned line[FIELDS_MAX];
    unsigned n;
};

struct reader {
    const char *path;
    const struct model *model;
    struct mistakes mistakes;
    char *at;
    unsigned line;
    bool stop; /* where fields end cannot be told any more */
    struct record record;
    unsigned n_fields;                               /* of the header */
    const struct roster_column *columns[FIELDS_MAX]; /* (n_fields) of the header; NULL: unknown */
    struct roster *roster;
    unsigned *lines; /* (roster->n) where a firm stands */
    size_t room;     /* firms */
};

static void complain(struct reader *r, unsigned line, const char *column, const char *what)
{
    mistakes_add(&r->mistakes, (struct place){r->path, line}, column, "%s", what);
}

/* ---- RFC 4180 ------------------------------------------------------------------------------------------------- */

static bool ends_field(char c) { return c == '\0' || c == ',' || c == '\n' || c == '\r'; }

/* From the opening quote to behind the closing one; a doubled quote is one. */
static char *decode_quoted(struct reader *r)
{
    char *out = r->at, *start = r->at;
    unsigned opened = r->line;
    for (r->at++; *r->at && (*r->at != '"' || r->at[1] == '"'); r->at++) {
        if (*r->at == '"') r->at++;
        r->line += *r->at == '\n';
        *out++ = *r->at;
    }
    if (!*r->at) {
        complain(r, opened, NULL, "found a quote that is never closed, expected \"");
        r->stop = true;
        return start;
    }
    for (r->at++; *r->at == ' ' || *r->at == '\t';)
        r->at++;
    if (!ends_field(*r->at)) {
        complain(r, r->line, NULL, "found text after a closing quote, expected a comma or the line's end");
        r->at += strcspn(r->at, ",\r\n");
    }
    *out = '\0';
    return start;
}

static char *decode_bare(struct reader *r, char **end)
{
    r->at += strspn(r->at, " \t");
    char *start = r->at;
    r->at += strcspn(r->at, ",\r\n");
    for (*end = r->at; *end > start && ((*end)[-1] == ' ' || (*end)[-1] == '\t');)
        --*end;
    for (char *c = start; c < *end; c++)
        if (*c == '"') {
            complain(r, r->line, NULL, "found a quote inside a field, expected the whole field in quotes");
            break;
        }
    return start;
}

/* Takes one field and what ends it, which is returned: a comma, a line end ('\n' for all kinds) or '\0'. */
static char next_field(struct reader *r)
{
    struct record *rec = &r->record;
    unsigned line = r->line;
    char *end = NULL, *field = *r->at == '"' ? decode_quoted(r) : decode_bare(r, &end);
    if (rec->n < FIELDS_MAX) {
        rec->field[rec->n] = field;
        rec->line[rec->n] = line;
    }
    rec->n++;
    if (r->at[0] == '\r' && r->at[1] == '\n') r->at++;
    char ended_by = *r->at;
    if (end) *end = '\0'; /* may be where r->at is */
    if (ended_by) r->at++;
    if (ended_by == '\r') ended_by = '\n';
    r->line += ended_by == '\n';
    return ended_by;
}

/* The next line that is not empty. False at the end of the file. */
static bool next_record(struct reader *r)
{
    struct record *rec = &r->record;
    while (*r->at && !r->stop) {
        rec->n = 0;
        while (next_field(r) == ',' && !r->stop)
            continue;
        bool empty = rec->n == 1 && !*rec->field[0];
        if (!r->stop && !empty) return true;
    }
    return false;
}

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
    struct place place = {r->path, r->record.line[0]};
    mistakes_add(&r->mistakes, place, NULL, "found the column \"%.*s\", expected one of %s%s%s%s", SHOWN_MAX, name,
                 list, near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static void add_column(struct reader *r, unsigned field)
{
    const char *name = r->record.field[field];
    const struct roster_column *column = NULL;
    for (uint32_t c = 0; c < r->model->n_roster_columns; c++)
        if (strcmp(r->model->roster_columns[c].name, name) == 0) column = &r->model->roster_columns[c];
    if (!column) unknown_column(r, name);
    for (unsigned f = 0; column && f < field; f++)
        if (r->columns[f] == column) complain(r, r->record.line[field], name, "found a second time, expected once");
    r->columns[field] = column;
}

static void check_required_columns(struct reader *r)
{
    for (uint32_t c = 0; c < r->model->n_roster_columns; c++) {
        const struct roster_column *column = &r->model->roster_columns[c];
        bool found = !column->required;
        for (unsigned f = 0; f < r->n_fields; f++)
            found = found || r->columns[f] == column;
        if (!found) complain(r, r->record.line[0], column->name, "found no such column, expected it: it is required");
    }
}

static void read_header(struct reader *r)
{
    if (!next_record(r)) {
        if (!r->mistakes.code) complain(r, 0, NULL, "found an empty file, expected a line that names the columns");
        return;
    }
    if (r->record.n == 1 && strpbrk(r->record.field[0], ";\t")) {
        complain(r, r->record.line[0], NULL, "found no comma, expected columns and fields separated by commas");
        return;
    }
    if (r->record.n > FIELDS_MAX) {
        complain(r, r->record.line[0], NULL, "found more than 64 columns, expected fewer");
        return;
    }
    r->n_fields = r->record.n;
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
    struct place place = {r->path, line};
    mistakes_add(&r->mistakes, place, column->name, "found \"%.*s\", expected one of %s%s%s%s", SHOWN_MAX, text, list,
                 near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
    return NAN;
}

/* The rules of a parameter hold, so that a number here is what it is in a config. */
static double read_number(struct reader *r, const struct roster_column *column, const char *text, unsigned line)
{
    struct param p = {.type = column->type == ROSTER_TIME ? PARAM_TIME : PARAM_REAL,
                      .low = column->low,
                      .high = column->high,
                      .unit = column->unit};
    struct error why = {0};
    double value;
    int code = param_parse(&p, &value, text, &why);
    if (!code) return value;
    complain(r, line, column->name, why.text);
    mistakes_note_code(&r->mistakes, code);
    return NAN;
}

static double read_name(struct reader *r, const struct roster_column *column, const char *text, unsigned line,
                        char *name)
{
    size_t length = strlen(text);
    if (length > NAME_MAX_BYTES) {
        complain(r, line, column->name, "found a name of more than 63 bytes, expected a shorter one");
        return NAN;
    }
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            complain(r, line, column->name,
                     "found a line end or another control character, expected a name on one line");
            return NAN;
        }
    memcpy(name, text, length + 1);
    return NAN;
}

static double read_field(struct reader *r, const struct roster_column *column, unsigned field, char *name)
{
    const char *text = r->record.field[field];
    unsigned line = r->record.line[field];
    if (!*text) {
        if (column->required) complain(r, line, column->name, "found nothing, expected a value: it is required");
        return NAN;
    }
    switch (column->type) {
    case ROSTER_NAME: return read_name(r, column, text, line, name);
    case ROSTER_CHOICE: return read_choice(r, column, text, line);
    case ROSTER_REAL:
    case ROSTER_TIME: return read_number(r, column, text, line);
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
    struct place place = {r->path, r->record.line[0]};
    if (r->record.n != r->n_fields) {
        mistakes_add(&r->mistakes, place, NULL, "found %u fields, expected %u as in the header", r->record.n,
                     r->n_fields);
        return;
    }
    if (!make_room(r)) {
        r->stop = true;
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
            mistakes_add(&r->mistakes, (struct place){r->path, r->lines[i]}, NULL,
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
    while (next_record(r))
        add_firm(r);
    if (!r->mistakes.code && r->roster->n == 0) complain(r, 0, NULL, "found no firm, expected at least one");
    if (r->roster->n) check_names(r);
}

int roster_read(const char *path, const struct model *model, struct roster **roster, struct error *err)
{
    struct reader r = {.path = path, .model = model, .line = 1};
    struct textfile file = {0};
    struct error why = {0};
    unsigned line;
    *roster = NULL;
    mistakes_begin(&r.mistakes, err);
    if (model->n_roster_columns == 0) {
        complain(&r, 0, NULL, "found a roster, expected none: the model takes none");
        return mistakes_end(&r.mistakes);
    }
    int code = textfile_read(path, ROSTER_BYTES_MAX, &file, &line, &why);
    if (code == ERROR_RUN) mistakes_no_memory(&r.mistakes, "a roster");
    if (code) {
        complain(&r, line, NULL, why.text);
        goto out;
    }
    r.at = file.text;
    read_header(&r);
    if (!r.mistakes.code) read_firms(&r);
out:
    textfile_free(&file);
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
