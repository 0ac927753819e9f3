/* state.h - all that a run's future and its results depend on, passed piece by piece in one order that is the same for saving and
 * for putting back: what is passed is saved, and nothing else is put back.
 *
 * Randomness is no state: draws are keyed (rng.h). Columns are passed as fields.def declares them, arrays of a block's record as the
 * model's table of them does (model.h), the record itself byte by byte; a column, an array or a member that is added to those is
 * passed from then on.
 */
#ifndef KLYNGE_CORE_STATE_H
#define KLYNGE_CORE_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct state_walk {
    bool restores; /* bytes are given, not taken */
    void *context;
    /* The next n bytes of a piece, whose parts come one after the other. */
    int (*bytes)(void *context, const char *piece, void *bytes, size_t n, struct error *err);
};

static inline int state_pass(struct state_walk *s, const char *piece, void *bytes, size_t n, struct error *err)
{
    return n ? s->bytes(s->context, piece, bytes, n, err) : ERROR_NONE;
}

/* n items of an array that `pointer` points to the pointer of, made anew when they are put back. */
int state_pass_array(struct state_walk *s, const char *piece, void *pointer, size_t n, size_t size, struct error *err);

#endif
