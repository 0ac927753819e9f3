#include "io/columns.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXPECTED_MAX = 512, MEANT_MAX = 128 };

struct place columns_place(const struct columns *c) { return (struct place){c->csv.path, c->csv.line[0]}; }

/* ---- the nearest name ----------------------------------------------------------------------------------------------- */

/* Lower case without accents, as far as Norwegian, Swedish and Sami place names need it: Mosjøen is near to mosjoen. */
static void fold(const char *text, char *to, size_t size)
{
    static const struct {
        const char *from, *to;
    } letters[] = {{"æ", "ae"}, {"Æ", "ae"}, {"ø", "o"}, {"Ø", "o"}, {"å", "a"}, {"Å", "a"}, {"ä", "a"}, {"Ä", "a"},
                   {"ö", "o"},  {"Ö", "o"},  {"é", "e"}, {"É", "e"}, {"á", "a"}, {"Á", "a"}, {"š", "s"}, {"đ", "d"}};
    size_t n = 0;
    while (*text && n + 2 < size) {
        size_t k = 0, count = sizeof letters / sizeof *letters;
        while (k < count && strncmp(text, letters[k].from, strlen(letters[k].from)) != 0)
            k++;
        if (k == count) {
            to[n++] = (char)tolower((unsigned char)*text++);
            continue;
        }
        n += (size_t)snprintf(to + n, size - n, "%s", letters[k].to);
        text += strlen(letters[k].from);
    }
    to[n] = '\0';
}

void columns_consider(struct columns_nearest *near, const char *typed, const char *candidate)
{
    char a[MEANT_MAX], b[MEANT_MAX];
    struct param_nearest before = near->best;
    fold(typed, a, sizeof a);
    fold(candidate, b, sizeof b);
    param_consider(&near->best, a, b);
    if (near->best.name != before.name || near->best.distance != before.distance) near->candidate = candidate;
    near->best.name = near->candidate;
}

const char *columns_meant(const struct columns_nearest *near, char *text, size_t size)
{
    text[0] = '\0';
    if (near->candidate) snprintf(text, size, "; did you mean %s?", near->candidate);
    return text;
}

/* ---- the header --------------------------------------------------------------------------------------------------- */

static void unknown_column(struct columns *c, const char *name)
{
    struct columns_nearest near = {0};
    char list[EXPECTED_MAX] = "", meant[MEANT_MAX];
    for (uint32_t k = 0; k < c->n_known; k++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", c->known[k].name);
        columns_consider(&near, name, c->known[k].name);
    }
    mistakes_add(c->csv.mistakes, columns_place(c), NULL, "found the column \"%.*s\", expected one of %s%s",
                 CSV_SHOWN_MAX, name, list, columns_meant(&near, meant, sizeof meant));
}

static void add_column(struct columns *c, unsigned field)
{
    const char *name = c->csv.field[field];
    uint32_t which = 0;
    while (which < c->n_known && strcmp(c->known[which].name, name) != 0)
        which++;
    c->column[field] = which;
    if (which == c->n_known) unknown_column(c, name);
    for (unsigned f = 0; which < c->n_known && f < field; f++)
        if (c->column[f] == which)
            csv_complain(&c->csv, c->csv.line[field], name, "found a second time, expected once");
}

static void check_required(struct columns *c)
{
    for (uint32_t k = 0; k < c->n_known; k++) {
        bool found = !c->known[k].required;
        for (unsigned f = 0; f < c->n; f++)
            found = found || c->column[f] == k;
        if (!found)
            csv_complain(&c->csv, c->csv.line[0], c->known[k].name,
                         "found no such column, expected it: it is required");
    }
}

void columns_header(struct columns *c)
{
    if (!csv_header(&c->csv)) return;
    c->n = c->csv.n;
    for (unsigned f = 0; f < c->n; f++)
        add_column(c, f);
    check_required(c);
}

/* ---- fields --------------------------------------------------------------------------------------------------------- */

static double read_choice(struct columns *c, const struct roster_column *column, const char *text, unsigned line)
{
    struct columns_nearest near = {0};
    char list[EXPECTED_MAX] = "", meant[MEANT_MAX];
    for (uint32_t k = 0; column->choices[k]; k++) {
        if (strcmp(column->choices[k], text) == 0) return k;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", column->choices[k]);
        columns_consider(&near, text, column->choices[k]);
    }
    mistakes_add(c->csv.mistakes, (struct place){c->csv.path, line}, column->name,
                 "found \"%.*s\", expected one of %s%s", CSV_SHOWN_MAX, text, list,
                 columns_meant(&near, meant, sizeof meant));
    return NAN;
}

static double read_number(struct columns *c, const struct roster_column *column, unsigned field)
{
    struct param row = {.type = column->type == ROSTER_TIME ? PARAM_TIME : PARAM_REAL,
                        .low = column->low,
                        .high = column->high,
                        .unit = column->unit};
    return csv_number(&c->csv, field, &row, column->name);
}

static void read_name(struct columns *c, const struct roster_column *column, const char *text, unsigned line,
                      char *name)
{
    size_t length = strlen(text);
    if (length > COLUMNS_NAME_MAX) {
        csv_complain(&c->csv, line, column->name, "found a name of more than 63 bytes, expected a shorter one");
        return;
    }
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            csv_complain(&c->csv, line, column->name,
                         "found a line end or another control character, expected a name on one line");
            return;
        }
    memcpy(name, text, length + 1);
}

static double read_field(struct columns *c, uint32_t which, unsigned field)
{
    const struct roster_column *column = &c->known[which];
    const char *text = c->csv.field[field];
    unsigned line = c->csv.line[field];
    if (!*text) {
        if (column->required)
            csv_complain(&c->csv, line, column->name, "found nothing, expected a value: it is required");
        return NAN;
    }
    switch (column->type) {
    case ROSTER_NAME: read_name(c, column, text, line, c->name[which]); break;
    case ROSTER_CHOICE: return read_choice(c, column, text, line);
    case ROSTER_REAL:
    case ROSTER_TIME: return read_number(c, column, field);
    }
    return NAN;
}

static void read_row(struct columns *c, int (*settle)(double *value, struct error *err), unsigned before)
{
    struct error why = {0};
    for (unsigned f = 0; f < c->n; f++)
        c->value[c->column[f]] = read_field(c, c->column[f], f);
    if (settle && c->csv.mistakes->n == before && settle(c->value, &why))
        mistakes_add(c->csv.mistakes, columns_place(c), NULL, "%s", why.text);
}

bool columns_next(struct columns *c, int (*settle)(double *value, struct error *err), bool *sound)
{
    unsigned before = c->csv.mistakes->n;
    if (!csv_next(&c->csv)) return false;
    memset(c->name, 0, c->n_known * sizeof *c->name);
    for (uint32_t k = 0; k < c->n_known; k++)
        c->value[k] = NAN;
    if (c->csv.n != c->n)
        mistakes_add(c->csv.mistakes, columns_place(c), NULL, "found %u fields, expected %u as in the header%s",
                     c->csv.n, c->n,
                     c->csv.separator == ',' && c->csv.n > c->n ? "; a field with a comma in it stands in quotes" : "");
    else
        read_row(c, settle, before);
    *sound = c->csv.mistakes->n == before;
    return true;
}
