/* result_fixture.h - a small plan made by hand, with results and snapshots of any run, for tests of what is written. */
#ifndef KLYNGE_TESTS_RESULT_FIXTURE_H
#define KLYNGE_TESTS_RESULT_FIXTURE_H

#include "core/ensemble.h"
#include "folder.h"
#include "io/config.h"

enum { FIXTURE_SCENARIOS = 2, FIXTURE_POINTS = 2 };

struct fixture {
    struct ensemble_plan plan;
    struct config_texts texts;
    char folder[FOLDER_NAME]; /* its own */
    char path[96];            /* FOLDER/out.h5 */
};

/* Observables members (also by size), trust, density (slow; every year), cost/hours (by instrument alone). */
void fixture_init(struct fixture *f, uint32_t replicates, uint32_t years, int64_t panel_runs, int64_t tie_runs);
/* As many observables of 12 * years ticks, nothing else: for measuring. */
void fixture_init_wide(struct fixture *f, uint32_t replicates, uint32_t years, uint32_t n_observables);
void fixture_free(struct fixture *f);

/* What run (scenario, point, replicate) has as its d-th double. */
double fixture_value(uint32_t scenario, uint32_t point, uint32_t replicate, size_t d);

/* Replicates first .. first + n - 1 of one case, with snapshots where the plan asks for them. */
struct ensemble_batch *fixture_batch(const struct fixture *f, uint32_t scenario, uint32_t point, uint32_t first,
                                     uint32_t n);
void fixture_batch_free(struct ensemble_batch *batch);

/* Write a whole result to f->path, cases and batches forwards or backwards; the digest of all. Fails the test if it
 * does not work. */
void fixture_write(struct fixture *f, bool backwards, char digest[33]);

#endif
