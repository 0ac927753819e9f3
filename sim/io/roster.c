#include "io/roster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/columns.h"
#include "io/tiefile.h"

enum { ROSTER_BYTES_MAX = 16 << 20 };

struct reader {
    const struct model *model;
    struct mistakes mistakes;
    struct columns columns;
    struct roster *roster;
    unsigned *lines; /* (roster->n) where a firm stands */
    size_t room;     /* firms */
};

/* ---- firms ---------------------------------------------------------------------------------------------------------- */

static uint32_t name_column(const struct model *m)
{
    uint32_t k = 0;
    while (k + 1 < m->n_roster_columns && m->roster_columns[k].type != ROSTER_NAME)
        k++;
    return k;
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

/* With its mistakes, so that a name which stands twice is told in the same go. */
static void add_firm(struct reader *r)
{
    struct roster *roster = r->roster;
    const struct columns *c = &r->columns;
    if (c->csv.n != c->n) return;
    if (!make_room(r)) {
        r->columns.csv.stop = true;
        return;
    }
    memcpy(roster->value + (size_t)roster->n * roster->n_columns, c->value, roster->n_columns * sizeof *c->value);
    memcpy(roster->name[roster->n], c->name[name_column(r->model)], sizeof *roster->name);
    r->lines[roster->n++] = columns_place(c).line;
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
            mistakes_add(&r->mistakes, (struct place){r->columns.csv.path, r->lines[i]}, NULL,
                         "found the name \"%s\" a second time, expected another (the first is in line %u)",
                         roster->name[i], r->lines[first[i]]);
out:
    free(sorted);
    free(first);
}

/* ---- all of it -------------------------------------------------------------------------------------------------------- */

static void read_firms(struct reader *r)
{
    bool sound;
    while (columns_next(&r->columns, r->model->settle_firm, &sound))
        add_firm(r);
    if (!r->mistakes.code && r->roster->n == 0)
        csv_complain(&r->columns.csv, 0, NULL, "found no firm, expected at least one");
    if (r->roster->n) check_names(r);
}

static bool allocate(struct reader *r)
{
    struct columns *c = &r->columns;
    c->known = r->model->roster_columns;
    c->n_known = r->model->n_roster_columns;
    c->name = calloc(c->n_known, sizeof *c->name);
    c->value = calloc(c->n_known, sizeof *c->value);
    r->roster = calloc(1, sizeof *r->roster);
    if (r->roster) r->roster->n_columns = c->n_known;
    if (c->name && c->value && r->roster) return true;
    mistakes_no_memory(&r->mistakes, "a roster");
    return false;
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
    if (csv_open(&r.columns.csv, path, ROSTER_BYTES_MAX, "a roster", &r.mistakes) && allocate(&r)) {
        r.columns.csv.has_comments = true;
        columns_header(&r.columns);
    }
    if (!r.mistakes.code) read_firms(&r);
    csv_close(&r.columns.csv);
    free(r.columns.name);
    free(r.columns.value);
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
    tiefile_free(&roster->ties);
    free(roster->value);
    free(roster->name);
    free(roster);
}
