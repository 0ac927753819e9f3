/* tiefile.h - ties between the firms of a roster as a user lists them, from a CSV (csv.h says what is accepted): a header line naming
 * the model's tie columns, a line a pair of firms. Lines that start with # are left out.
 */
#ifndef KLYNGE_IO_TIEFILE_H
#define KLYNGE_IO_TIEFILE_H

#include "core/error.h"
#include "core/model.h"

/* Into roster->ties, which must be empty and stays so after a mistake. Errors: `file:line: column: found X, expected Y; did you
 * mean Z?`, several at once. */
int tiefile_read(const char *path, const struct model *model, struct roster *roster, struct error *err);
void tiefile_free(struct roster_ties *ties);

#endif
