/* output.h - the result file (design.md section 4), written batch by batch to a temporary name and published once.
 *
 * output_open -> ensemble_run with output_sink -> output_publish. Nothing with the final name exists before publish.
 */
#ifndef KLYNGE_IO_OUTPUT_H
#define KLYNGE_IO_OUTPUT_H

#include <stdbool.h>

#include "core/ensemble.h"
#include "core/error.h"
#include "io/config.h"

struct output;

/* plan, texts and argv must live until publish or discard. Refuses an existing `path` without force, an unwritable folder, and a path that is not a regular file: ERROR_CONFIG
 * for what the user asked wrongly, ERROR_IO for the rest. */
int output_open(struct output **out, const char *path, bool force, const struct ensemble_plan *plan,
                const struct config_texts *texts, int threads, int argc, char *const *argv, struct error *err);

/* The same, with the series left in segments: blocks (n_blocks) say where, and output_note takes the place of output_batch. */
struct frame_block;
int output_open_virtual(struct output **out, const char *path, bool force, const struct ensemble_plan *plan,
                        const struct config_texts *texts, int argc, char *const *argv, const struct frame_block *blocks,
                        size_t n_blocks, struct error *err);
/* A run by its number: (scenario * points + point) * replicates + replicate. */
void output_note(struct output *o, size_t run, int8_t status, const char *digest);

/* The sink's batch function; its context is the struct output. */
int output_batch(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch,
                 struct error *err);

/* Flush, close, fsync, reopen and verify, rename, fsync the folder. `digest` (33 bytes) is that of all runs. */
int output_publish(struct output **out, const struct ensemble_outcome *outcome, char digest[33], struct error *err);

/* Throw the temporary file away. *out may be NULL. */
void output_discard(struct output **out);

/* Bytes that the file of a plan will take, about, without writing it. */
double output_bytes(const struct ensemble_plan *plan);

#endif
