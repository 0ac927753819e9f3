/* failures.h - runs of a sweep that failed: which, why, and the command that does just one of them again. */
#ifndef KLYNGE_CLI_FAILURES_H
#define KLYNGE_CLI_FAILURES_H

#include <stdio.h>

#include "io/catalog.h"

/* The first ten, and how many more there are. */
void failures_print(const struct catalog *c, const struct manifest *m, FILE *to);

#endif
