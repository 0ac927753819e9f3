/* roster.h - the firms of a cluster as a user lists them, from a CSV (csv.h says what is accepted): a header line naming the model's
 * roster columns, a line a firm. Lines that start with # are left out.
 */
#ifndef KLYNGE_IO_ROSTER_H
#define KLYNGE_IO_ROSTER_H

#include "core/error.h"
#include "core/model.h"

/* Errors: `file:line: column: found X, expected Y; did you mean Z?`, several at once. */
int roster_read(const char *path, const struct model *model, struct roster **roster, struct error *err);
void roster_free(struct roster *roster);

#endif
