/* result.h - a result file (design.md section 4) read back: what the verbs that look at results need.
 *
 * result_open -> result_about, result_read ... -> result_close. Only whole observables are listed, not those by a
 * grouping. Each error is one sentence that starts with the file's name: ERROR_CONFIG for a file that is missing, no
 * HDF5, another program's or of another schema; ERROR_IO for one that is truncated, damaged or cannot be read.
 */
#ifndef KLYNGE_IO_RESULT_H
#define KLYNGE_IO_RESULT_H

#include <stdint.h>

#include "core/error.h"

struct result_observable {
    char *name;         /* of the dataset: "trust" */
    char *folder;       /* "/" or "/cost" */
    char *unit;         /* "1", "h", "year" */
    char *long_name;    /* a noun phrase */
    char *cell_methods; /* "time: point" or "time: mean" */
    double low, high;   /* valid_range; infinite: none */
    uint32_t n_times;
    const double *times; /* (n_times) decimal years: the file's `time`, or `time_network` */
};

struct result_about {
    uint32_t n_scenarios, n_points, n_replicates;
    char **scenarios; /* (n_scenarios) names */
    char **questions; /* (n_scenarios) sentences, "" where there is none */
    uint32_t n_times;
    double *times; /* (n_times) decimal years, ends of ticks */
    uint32_t n_slow_times;
    double *slow_times;  /* (n_slow_times) */
    uint64_t *seeds;     /* (n_replicates) */
    int8_t *status;      /* (n_scenarios, n_points, n_replicates) enum run_status: 0 done, 1 failed, 2 not run */
    char *title, *model; /* of the file; the model's name */
    char *digest;        /* of all runs, 32 hex digits */
    uint32_t n_observables;
    struct result_observable *observables; /* (n_observables), in the order of the model's table */
};

struct result;

/* On error *r is NULL. */
int result_open(struct result **r, const char *path, struct error *err);
/* *r may be NULL. */
void result_close(struct result **r);

/* All but the numbers, read at opening; lives as long as r. */
const struct result_about *result_about(const struct result *r);

/* Values of observable `index`: (scenario, point, replicate, n_times of the observable) row-major, NaN where a run is
 * not done. `values` has room for result_count doubles. */
uint64_t result_count(const struct result *r, uint32_t index);
int result_read(const struct result *r, uint32_t index, double *values, struct error *err);

/* Index of the observable with that name, or -1. */
int result_find(const struct result *r, const char *name);

#endif
