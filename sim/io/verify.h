/* verify.h - is a result file that was written, closed and synced what it should be? Asked before it gets its name.
 *
 * Opened anew: every object and attribute is read, every dataset but the series is compared with what was written by its
 * digest, series by their shapes, by some of their chunks, spread evenly, and by the runs' digests, of all runs where that is cheap.
 */
#ifndef KLYNGE_IO_VERIFY_H
#define KLYNGE_IO_VERIFY_H

#include "core/ensemble.h"
#include "io/digest.h"
#include "io/store.h"

struct verify_expected {
    const struct ensemble_plan *plan;
    const struct store_sums *sums; /* of store_take_sums */
    const uint32_t *order;         /* (n_series) of frame_order */
    const int8_t *status;          /* (n_runs) */
    char (*digests)[DIGEST_SIZE];  /* (n_runs) */
    bool is_index;                 /* the series stand in other files */
};

/* label: as messages call the file. */
int verify_file(const char *path, const char *label, const struct verify_expected *expected, struct error *err);

#endif
