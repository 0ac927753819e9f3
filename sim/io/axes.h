/* axes.h - which parameters a design varies, from its lists `axes` and `except`. */
#ifndef KLYNGE_IO_AXES_H
#define KLYNGE_IO_AXES_H

#include "io/design.h"
#include "io/mistakes.h"

/* Fills d->axes. A pattern takes the numbers of the model's table that have a range; what is named by its own path stands over
 * what a pattern takes. */
void axes_read(struct design *d, const struct tree *section, const struct model *model, struct mistakes *m);

/* An axis without a range, for a list or a table: its values come point by point. NULL after a mistake. */
struct design_axis *axes_add_bare(struct design *d, const char *path, const struct model *model, struct place place,
                                  const char *key, struct mistakes *m);

/* The value of a point of such an axis from its text: a number, or the number of a choice, which is added when it is new.
 * False after a mistake. */
bool axes_value(struct design_axis *a, const char *text, struct place place, const char *key, double *value,
                struct mistakes *m);

/* A value's text as a number, of a flag 0 or 1; false where it is none. */
bool axes_number(const struct design_axis *a, const char *text, double *number);

void axes_free(struct design *d);

#endif
