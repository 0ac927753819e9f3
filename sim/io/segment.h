/* segment.h - finished runs of a sweep, many at a time, as one file that never changes.
 *
 * A segment is called segment-DIGEST.h5 after the xxh3-128 of its bytes, so that a cut or flipped one is told without
 * opening it, and that the same runs written twice are one file. Inside, along `row`: run, status, digest, reason, and
 * `results` (row, value), a run's arrays one after the other; sweep.h5 beside it says which value is what.
 */
#ifndef KLYNGE_IO_SEGMENT_H
#define KLYNGE_IO_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/ensemble.h"
#include "io/digest.h"

/* What all segments of a sweep share. */
struct segment_frame {
    const struct layout *layout;
    const uint32_t *order; /* (n_series) of frame_order */
    const char *sweep;     /* digest of what the sweep is */
    uint32_t n_points, n_replicates;
};

struct segment_row {
    uint64_t run;             /* (scenario * n_points + point) * n_replicates + replicate */
    int8_t status;            /* RUN_DONE or RUN_FAILED */
    char digest[DIGEST_SIZE]; /* "" where it failed */
    double *results;          /* (n_doubles); NULL where it failed */
    char *reason;             /* why it failed; NULL where it did not */
};

enum { SEGMENT_NAME = 48 };

/* Is it the name of a segment? */
bool segment_is_name(const char *name);
/* ERROR_IO with a reason when its bytes are not those that its name says, or it cannot be read. */
int segment_check(const char *path, struct error *err);

/* Write rows (which it sorts) into `folder`, durably. name: what the file is called. */
int segment_publish(const char *folder, const struct segment_frame *f, struct segment_row *rows, size_t n,
                    char name[SEGMENT_NAME], struct error *err);

/* A segment that is open for reading. */
struct segment_about {
    uint32_t n;
    int64_t *run;   /* (n) */
    int8_t *status; /* (n) */
    char **digest;  /* (n) */
    char **reason;  /* (n) */
};
struct segment;
int segment_open(struct segment **s, const char *path, const char *sweep, struct error *err);
/* Its index, read when it is first asked for: results can be read without. It is the segment's. */
int segment_about(struct segment *s, const struct segment_about **about, struct error *err);
int segment_read(struct segment *s, uint32_t row, size_t n_doubles, double *results, struct error *err);
/* *s may be NULL. */
void segment_close(struct segment **s);

#endif
