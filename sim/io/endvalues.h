/* endvalues.h - a plain CSV of a sweep: a line a run, what was swept and every observable at the end. */
#ifndef KLYNGE_IO_ENDVALUES_H
#define KLYNGE_IO_ENDVALUES_H

#include <stdbool.h>

#include "io/manifest.h"

struct endvalues;

/* The manifest must live until publish or discard. Refuses an existing file without force, as results do. */
int endvalues_open(struct endvalues **e, const char *path, bool force, const struct manifest *m, struct error *err);
/* results: (n_doubles) of a run that is done. */
int endvalues_add(struct endvalues *e, uint32_t scenario, uint32_t point, uint32_t replicate, const double *results,
                  struct error *err);
int endvalues_publish(struct endvalues **e, struct error *err);
/* *e may be NULL. */
void endvalues_discard(struct endvalues **e);

#endif
