/* rows.h - what happened in the runs that /panel keeps: for each kind of the model's records a group, one row a record.
 *
 * Rows stand in the order (scenario, point, replicate, time, cluster, as added); the caller brings the runs in order.
 */
#ifndef KLYNGE_IO_ROWS_H
#define KLYNGE_IO_ROWS_H

#include "core/ensemble.h"
#include "core/record.h"
#include "io/store.h"

struct rows;

/* Makes the groups; *r is NULL when the model has none. */
int rows_open(struct rows **r, struct store *s, const struct ensemble_plan *plan, struct error *err);

/* The rows of one run. r and all may be NULL. */
struct rows_run {
    int32_t scenario, point, replicate;
};
int rows_write(struct rows *r, struct rows_run run, const struct records *all, struct error *err);

void rows_close(struct rows **r);

/* Bytes of the rows of that many firms in so many years: an estimate, by what the model reckons with. */
double rows_bytes(const struct model *m, double firms, double years);

#endif
