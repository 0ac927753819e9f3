/* columns.h - a CSV whose columns a model declares (model.h, roster_column): names, numbers, choices and times. */
#ifndef KLYNGE_IO_COLUMNS_H
#define KLYNGE_IO_COLUMNS_H

#include "core/model.h"
#include "io/csv.h"

enum { COLUMNS_NAME_MAX = 63 /* bytes of a name */ };

struct columns {
    struct csv csv;                    /* a caller opens and closes it */
    const struct roster_column *known; /* (n_known) */
    uint32_t n_known;
    unsigned n;                         /* of the header */
    uint32_t column[CSV_FIELDS_MAX];    /* (n) which of the known ones; n_known: none */
    char (*name)[COLUMNS_NAME_MAX + 1]; /* (n_known) of the row that was read, "" where it has none */
    double *value; /* (n_known) the same: number, index of the choice, time; NaN where empty, and for names */
};

/* The header. Errors name the columns that there are, and the nearest. */
void columns_header(struct columns *c);

/* The next row into c->value and c->name, checked by `settle` where it is not NULL: what crosses columns ("column: found X,
 * expected Y"). False at the end. *sound: no mistake was found in it. */
bool columns_next(struct columns *c, int (*settle)(double *value, struct error *err), bool *sound);

/* The line in which the row stands. */
struct place columns_place(const struct columns *c);

/* "; did you mean X?" for the candidate that is nearest to what was typed, by letters and not by their case or accents; "" when
 * none is near. Start from {0}, consider all, then ask. */
struct columns_nearest {
    struct param_nearest best;
    const char *candidate;
};
void columns_consider(struct columns_nearest *near, const char *typed, const char *candidate);
const char *columns_meant(const struct columns_nearest *near, char *text, size_t size);

#endif
