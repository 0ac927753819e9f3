/* summary.h - means over replicates with 95 % intervals, at chosen times of a result file. */
#ifndef KLYNGE_CLI_SUMMARY_H
#define KLYNGE_CLI_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "io/result.h"

struct summary_estimate {
    double mean, low, high; /* NaN: not known; the interval needs n of 2 or more */
    uint32_t n;             /* replicates with a value */
};

/* Mean and 95 % interval by Student's t; NaN values are left out. */
struct summary_estimate summary_estimate(const double *values, uint32_t n);

/* Index of the last of ascending times at or before `time`, or -1. */
int summary_last(const double *times, uint32_t n, double time);
/* Index of the first time in the year that ends at times[last]. */
int summary_year_start(const double *times, int last);

/* One observable of one case at one moment. */
struct summary_cell {
    double time;                      /* of the value; NaN: the observable has none yet */
    struct summary_estimate at, year; /* then, and the mean over the 12 months up to then */
};

struct summary {
    const struct result_about *about;
    uint32_t n_moments;         /* turns of the year, and the end (the last one) */
    double *moments;            /* (n_moments) decimal years */
    uint32_t n_rows;            /* observables that are summed up */
    uint32_t *rows;             /* (n_rows) their index in `about` */
    struct summary_cell *cells; /* (n_scenarios * n_points, n_rows, n_moments) */
};

int summary_make(struct summary *s, const struct result *r, struct error *err);
void summary_free(struct summary *s);

static inline const struct summary_cell *summary_at(const struct summary *s, uint32_t one, uint32_t row,
                                                    uint32_t moment)
{
    return &s->cells[((size_t)one * s->n_rows + row) * s->n_moments + moment];
}

#endif
