#include "io/tiefile.h"

#include <stdlib.h>
#include <string.h>

#include "io/columns.h"

enum { TIES_BYTES_MAX = 64 << 20 };

struct named {
    const char *name;
    uint32_t row;
};

struct given {
    uint32_t from, to; /* rows */
    unsigned line;
    size_t row; /* of `value` */
};

struct reader {
    const struct model *model;
    struct roster *roster;
    struct mistakes mistakes;
    struct columns columns;
    struct named *named; /* (roster->n) by name */
    struct given *given; /* (n) each tie from both sides */
    double *value;       /* (n / 2, n_known) */
    size_t n, room;
};

/* ---- names -------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void unknown_firm(struct reader *r, uint32_t column, const char *name)
{
    struct columns_nearest near = {0};
    char meant[128];
    for (uint32_t i = 0; i < r->roster->n; i++)
        columns_consider(&near, name, r->roster->name[i]);
    mistakes_add(&r->mistakes, columns_place(&r->columns), r->columns.known[column].name,
                 "found \"%s\", expected a firm of the roster%s", name, columns_meant(&near, meant, sizeof meant));
}

/* The row of the firm in that column, or UINT32_MAX. */
static uint32_t firm_of(struct reader *r, uint32_t column)
{
    struct named wanted = {r->columns.name[column], 0};
    const struct named *found = bsearch(&wanted, r->named, r->roster->n, sizeof *r->named, by_name);
    if (found) return found->row;
    unknown_firm(r, column, wanted.name);
    return UINT32_MAX;
}

/* ---- rows --------------------------------------------------------------------------------------------------------- */

static bool make_room(struct reader *r)
{
    if (r->n + 2 <= r->room) return true;
    r->room = r->room ? 2 * r->room : 64;
    void *given = realloc(r->given, r->room * sizeof *r->given);
    if (given) r->given = given;
    void *value = realloc(r->value, r->room / 2 * r->columns.n_known * sizeof *r->value);
    if (value) r->value = value;
    if (given && value) return true;
    mistakes_no_memory(&r->mistakes, "ties");
    return false;
}

static void add_tie(struct reader *r)
{
    uint32_t a = firm_of(r, 0), b = firm_of(r, 1);
    if (a == UINT32_MAX || b == UINT32_MAX) return;
    if (a == b) {
        mistakes_add(&r->mistakes, columns_place(&r->columns), r->columns.known[1].name,
                     "found the firm \"%s\" itself, expected another firm", r->roster->name[a]);
        return;
    }
    if (!make_room(r)) {
        r->columns.csv.stop = true;
        return;
    }
    size_t row = r->n / 2;
    unsigned line = columns_place(&r->columns).line;
    memcpy(r->value + row * r->columns.n_known, r->columns.value, r->columns.n_known * sizeof *r->value);
    r->given[r->n++] = (struct given){a, b, line, row};
    r->given[r->n++] = (struct given){b, a, line, row};
}

static int by_pair(const void *a, const void *b)
{
    const struct given *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Both ways round are one tie. */
static void check_pairs(struct reader *r)
{
    for (size_t k = 1; k < r->n; k++) {
        const struct given *one = &r->given[k - 1], *again = &r->given[k];
        if (one->from != again->from || one->to != again->to || one->from > one->to) continue;
        mistakes_add(&r->mistakes, (struct place){r->columns.csv.path, again->line}, NULL,
                     "found \"%s\" and \"%s\" a second time, expected each pair once (the first is in line %u)",
                     r->roster->name[one->from], r->roster->name[one->to], one->line);
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

static bool allocate(struct reader *r)
{
    struct columns *c = &r->columns;
    c->known = r->model->tie_columns;
    c->n_known = r->model->n_tie_columns;
    c->name = calloc(c->n_known, sizeof *c->name);
    c->value = calloc(c->n_known, sizeof *c->value);
    r->named = calloc(r->roster->n, sizeof *r->named);
    if (!c->name || !c->value || !r->named) {
        mistakes_no_memory(&r->mistakes, "ties");
        return false;
    }
    for (uint32_t i = 0; i < r->roster->n; i++)
        r->named[i] = (struct named){r->roster->name[i], i};
    qsort(r->named, r->roster->n, sizeof *r->named, by_name);
    return true;
}

static void read_rows(struct reader *r)
{
    bool sound;
    while (columns_next(&r->columns, r->model->settle_tie, &sound))
        if (sound) add_tie(r);
    if (!r->n) return;
    qsort(r->given, r->n, sizeof *r->given, by_pair);
    check_pairs(r);
}

static void hand_over(struct reader *r)
{
    uint32_t n = r->roster->n, width = r->columns.n_known;
    struct roster_ties ties = {.n_columns = width};
    ties.first = calloc(n + 1u, sizeof *ties.first);
    ties.to = calloc(r->n + 1, sizeof *ties.to);
    ties.value = calloc((r->n + 1) * width, sizeof *ties.value);
    if (!ties.first || !ties.to || !ties.value) {
        mistakes_no_memory(&r->mistakes, "ties");
        tiefile_free(&ties);
        return;
    }
    for (size_t k = 0; k < r->n; k++) {
        ties.first[r->given[k].from + 1]++;
        ties.to[k] = r->given[k].to;
        memcpy(ties.value + k * width, r->value + r->given[k].row * width, width * sizeof *ties.value);
    }
    for (uint32_t i = 0; i < n; i++)
        ties.first[i + 1] += ties.first[i];
    r->roster->ties = ties;
}

int tiefile_read(const char *path, const struct model *model, struct roster *roster, struct error *err)
{
    struct reader r = {.model = model, .roster = roster};
    mistakes_begin(&r.mistakes, err);
    if (csv_open(&r.columns.csv, path, TIES_BYTES_MAX, "ties", &r.mistakes) && allocate(&r)) {
        r.columns.csv.has_comments = true;
        columns_header(&r.columns);
    }
    if (!r.mistakes.code) read_rows(&r);
    if (!r.mistakes.code) hand_over(&r);
    csv_close(&r.columns.csv);
    free(r.columns.name);
    free(r.columns.value);
    free(r.named);
    free(r.given);
    free(r.value);
    return mistakes_end(&r.mistakes);
}

void tiefile_free(struct roster_ties *ties)
{
    free(ties->first);
    free(ties->to);
    free(ties->value);
    memset(ties, 0, sizeof *ties);
}
