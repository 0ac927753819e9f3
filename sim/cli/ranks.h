/* ranks.h - a sweep's processes at work: each with a crew; rank 0 hands runs to the others and to itself.
 *
 * A rank asks when little is left in its queue and gets about half a second's work, so that messages per run do not grow with
 * the number of ranks. A process that is alone is rank 0 of 1.
 */
#ifndef KLYNGE_CLI_RANKS_H
#define KLYNGE_CLI_RANKS_H

#include "cli/crew.h"
#include "cli/dispatch.h"
#include "cli/progress.h"

struct ranks_setup {
    const char *sweep;         /* digest of what the sweep is: all ranks must have read the same */
    struct dispatch *dispatch; /* of rank 0, else NULL */
    struct progress *progress; /* the same */
};

struct ranks_outcome {
    uint64_t done, failed, threads, messages;
    double cpu_seconds;
    bool stopped; /* asked to, with runs left */
};

/* Until all is done, or someone asks to stop. `code` and `err` are what went wrong before, in this process: the others then end
 * too. Publishes what is finished in any case that allows it. */
int ranks_work(const struct ranks_setup *setup, const struct crew_setup *crew, int code, struct ranks_outcome *outcome,
               struct error *err);

#endif
