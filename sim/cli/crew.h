/* crew.h - a process's threads in a sweep: they take runs from a queue, and what they finish is published as segments.
 *
 * One thread, which does not compute, calls these functions; only it touches files.
 */
#ifndef KLYNGE_CLI_CREW_H
#define KLYNGE_CLI_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/design.h"
#include "io/manifest.h"

struct crew_setup {
    const char *folder;
    const struct manifest *manifest;
    const struct ensemble_plan *plan; /* with one case a scenario */
    const struct design *design;
    int threads;
    int attempts;         /* at a run that fails */
    bool stop_at_failure; /* forget what has not been begun */
    double publish_every; /* seconds */
};

struct crew_count {
    uint64_t queued, running, done, failed; /* done and failed: since the start */
    uint64_t unpublished;
    double seconds; /* of CPU in one thread for a run, mean of those that have ended; 0: none has */
};

struct crew;

int crew_begin(struct crew **c, const struct crew_setup *setup, struct error *err);
int crew_give(struct crew *c, const uint64_t *runs, size_t n, struct error *err);
struct crew_count crew_count(struct crew *c);
/* Until a run ends or so many seconds have passed. */
void crew_wait(struct crew *c, double seconds);
/* When it is time, or `all` at once. */
int crew_publish(struct crew *c, bool all, struct error *err);
/* Forget what has not been begun. */
void crew_drop(struct crew *c);
/* And give up what has: between two ticks. */
void crew_halt(struct crew *c);
/* Waits for the threads. *c may be NULL. */
void crew_end(struct crew **c);

#endif
