/* dispatch.h - which run is next: replicate after replicate, over all points and scenarios, so that a sweep which is cut short is
 * balanced over them.
 */
#ifndef KLYNGE_CLI_DISPATCH_H
#define KLYNGE_CLI_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/catalog.h"

struct dispatch {
    const struct catalog *catalog;
    uint32_t n_scenarios, n_points, n_replicates;
    uint32_t part, parts; /* every parts-th run, from this one on */
    bool failed_too;      /* runs that failed are done again */
    uint64_t next;        /* in that order */
    uint64_t left;        /* not handed out */
    int64_t only;         /* that run alone; -1: all */
};

void dispatch_begin(struct dispatch *d, const struct catalog *catalog, const struct ensemble_plan *plan, uint32_t part,
                    uint32_t parts, bool failed_too, int64_t only);
/* At most n run numbers; how many there were. */
size_t dispatch_take(struct dispatch *d, uint64_t *runs, size_t n);

/* How many a process should have in hand: half a second's work for its threads, fewer towards the end, at least one a thread
 * while there are as many. */
size_t dispatch_share(const struct dispatch *d, uint32_t processes, uint64_t threads, double seconds_a_run);

#endif
