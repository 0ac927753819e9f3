/* swept.h - what a design swept, in a result file: a dataset param_<name>(scenario, point) for each axis, and root attributes
 * from which the order of the points follows (design.h). */
#ifndef KLYNGE_IO_SWEPT_H
#define KLYNGE_IO_SWEPT_H

#include "io/design.h"
#include "io/store.h"

/* The axes of the file's root. Nothing where there is no design. */
int swept_write(struct store *s, const struct design *d, const struct store_axis *scenario,
                const struct store_axis *point, struct error *err);

#endif
