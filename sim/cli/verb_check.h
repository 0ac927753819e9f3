/* verb_check.h - the plan of a run as `check` prints it, also for `run --dry-run`. */
#ifndef KLYNGE_CLI_VERB_CHECK_H
#define KLYNGE_CLI_VERB_CHECK_H

#include "core/ensemble.h"
#include "core/error.h"
#include "io/design.h"

struct options;

/* What running a plan takes. */
struct verb_check_needs {
    double bytes_output, bytes_memory; /* memory of all worlds that run at once */
    double bytes_per_firm, bytes_per_tie;
    double bytes_checkpoint; /* of the largest world; NaN: runs are done side by side, and have none */
    double core_seconds;     /* NaN: not known */
};

/* Of all points of the design. Every one of them is made once, so that what the model refuses is found. */
int verb_check_measure(const struct ensemble_plan *plan, const struct design *d, int threads,
                       struct verb_check_needs *needs, struct error *err);

/* Prints the plan, as text or JSON; nothing when quiet. */
int verb_check_plan(const struct options *o, const struct ensemble_plan *plan, const struct design *d,
                    struct error *err);

#endif
