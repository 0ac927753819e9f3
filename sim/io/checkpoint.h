/* checkpoint.h - the state of an unfinished run, beside the result file that is to be: OUT.checkpoint-RUN-TICK-DIGEST.h5.
 *
 * Such a file never changes, and is called after the xxh3-128 of its bytes, so that a cut or flipped one is told without opening it. It is
 * published as a result is (publish.h); then the last but one of its run is removed: two are left, of which the newest that is whole
 * counts. That of a run that has ended holds its results alone. Inside: /state, the bytes that world_pass passes, and along /piece the
 * names and lengths of its pieces; /about says of what command it is.
 */
#ifndef KLYNGE_IO_CHECKPOINT_H
#define KLYNGE_IO_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/world.h"
#include "io/manifest.h"

struct checkpoint_file {
    char *path;
    uint64_t run;
    uint32_t tick;
    bool usable; /* whole, of this command */
    char *why;   /* why it is not, or NULL */
};

struct checkpoints {
    const char *out; /* the result file's name */
    const struct manifest *manifest;
    struct checkpoint_file *files; /* (n) */
    size_t n;
};

/* Find those beside `out`, and check their bytes. Damaged ones and what dead processes left of temporary files are removed. ERROR_CONFIG
 * and what differs, when one is of another command. `out` and `m` must live as long as c. */
int checkpoint_find(struct checkpoints *c, const char *out, const struct manifest *m, struct error *err);
/* The newest usable one of a run, or NULL. */
struct checkpoint_file *checkpoint_newest(const struct checkpoints *c, uint64_t run);
/* Put it back into a world that is prepared for the run; the file is no longer usable where that fails. */
int checkpoint_restore(struct checkpoint_file *f, struct world *w, struct error *err);
/* Write one of a world between ticks, durably, and remove what it makes superfluous. */
int checkpoint_write(struct checkpoints *c, uint64_t run, struct world *w, struct error *err);
/* Remove all: the result is there. */
void checkpoint_remove(struct checkpoints *c);
void checkpoint_free(struct checkpoints *c);

#endif
