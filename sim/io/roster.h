/* roster.h - founding members from a CSV (RFC 4180): a header line naming the model's roster columns, a line a firm. */
#ifndef KLYNGE_IO_ROSTER_H
#define KLYNGE_IO_ROSTER_H

#include "core/error.h"
#include "core/model.h"

/* Errors: `file:line: column: found X, expected Y; did you mean Z?`, several at once. */
int roster_read(const char *path, const struct model *model, struct roster **roster, struct error *err);
void roster_free(struct roster *roster);

#endif
