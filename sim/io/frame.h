/* frame.h - the fixed shape of a result file: folders, axes with their coordinates, one empty dataset a series.
 *
 * Root and every folder that an observable names ("/cost") carry their own coordinates, as groups of a netCDF file
 * do not inherit them in all readers.
 */
#ifndef KLYNGE_IO_FRAME_H
#define KLYNGE_IO_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ensemble.h"
#include "io/design.h"
#include "io/digest.h"
#include "io/store.h"

enum { FRAME_SCHEMA = 1, FRAME_CHUNK = ENSEMBLE_BATCH };

struct frame {
    store_id *series; /* (layout.n_series) datasets; one that has no times (n_slow 0) is not in the file */
    store_id status;  /* (scenario, point, replicate) int8 */
    store_id digest;  /* (scenario, point, replicate) text */
};

/* Runs that stand one after the other in a segment, at points one after the other of one scenario and replicate. */
struct frame_block {
    const char *file; /* of the segment */
    uint64_t n_rows;  /* of all the segment */
    uint64_t row, n;  /* the block's first row, and how many */
    uint32_t scenario, point, replicate;
};

/* d: what the plan's points are. blocks (n_blocks): where series stand, when the file is to hold none of them; or NULL. */
int frame_build(struct frame *f, struct store *s, const struct ensemble_plan *plan, const struct design *d,
                const struct frame_block *blocks, size_t n_blocks, struct error *err);
void frame_free(struct frame *f);

/* Is the series in the file? Not when it has no times. */
bool frame_has(const struct layout *layout, uint32_t series);

/* Doubles of the series in one run: levels x times. */
static inline size_t frame_size(const struct layout *l, uint32_t series)
{
    return (size_t)l->series[series].levels * series_times(l, &l->series[series]);
}

/* Start and count of the block that replicates first .. first + n - 1 of a case have in the series' dataset. */
struct frame_span {
    uint64_t start[5], count[5];
};
struct frame_span frame_span(const struct layout *l, uint32_t series, uint32_t scenario, uint32_t point, uint32_t first,
                             uint32_t n);

/* Series in the order of their paths, (n_series): the order of digests. Not for two threads at once. */
void frame_order(uint32_t *order, const struct layout *l);
/* Of a run: xxh3-128 of its arrays in that order. */
void frame_digest(struct digest *d, const uint32_t *order, const struct layout *l, const double *results,
                  char hex[DIGEST_SIZE]);

/* "/cost/hours" from a folder and a name. */
enum { FRAME_PATH = 192 };
const char *frame_path(char path[FRAME_PATH], const char *folder, const char *name);

/* For groups of rows. A column's name: "firm_sector" where "sector" is a grouping, thus a dimension. */
const char *frame_free_name(char text[FRAME_PATH], const struct layout *l, const char *prefix, const char *name);
/* The scenario's number as a CF flag; blanks in names become underscores. */
int frame_note_scenarios(struct store *s, const struct ensemble_plan *plan, store_id id, struct error *err);

#endif
