/* rows.h - the batches of every.c, and the pass over their rows in its vector forms. */
#ifndef KLYNGE_MODELS_TIES_ROWS_H
#define KLYNGE_MODELS_TIES_ROWS_H

#include "ties/ties.h"

enum { BATCH_TIES = 1024, BATCH_FIRMS = 64, LANES = 8, MOST_LANES = 16, ROWS_AHEAD = 16 };

/* Ties that are still to be decided: firm of the batch and tie as (firm << 8 | tie), and w before the tick. Room for what
 * is written beyond the last. */
struct candidates {
    uint32_t n;
    uint32_t which[BATCH_TIES + MOST_LANES];
    float w[BATCH_TIES + MOST_LANES];
    float draw[BATCH_TIES], chance[BATCH_TIES]; /* the draw's first 16 bits, and the chance, both in 1/65536 */
    float *at[BATCH_TIES];                      /* where w stands */
    uint32_t n_below, below[BATCH_TIES];        /* candidates whose first 16 bits lie below the chance */
};

struct batch {
    uint32_t first, n;        /* firms first .. first + n - 1 */
    float scale[BATCH_FIRMS]; /* 65536 rate root_i */
    float sum[BATCH_FIRMS];   /* of the row, all faded */
    uint32_t words[BATCH_TIES / 2 + 4 * 4];
    const uint16_t *half; /* (n, ties) draws of 16 bits, inside words */
    struct candidates open;
};

/* The row that comes soon: the processor does not see where the next page's begins. */
static inline void rows_fetch(const struct world *w, uint32_t i, uint32_t ties)
{
    if (i + ROWS_AHEAD >= w->n_firms) return;
    const char *at = (const char *)w->ties.rows[i + ROWS_AHEAD].to;
    for (uint32_t byte = 0; byte < 2 * sizeof(float) * ties; byte += 64)
        __builtin_prefetch(at + byte, 1);
}

#if defined(__x86_64__)
/* Fade all ties of the batch, sum the rows, list the candidates: with AVX2 by eight ties, with AVX-512 by sixteen. */
void ties_rows_by_eight(const struct world *w, struct batch *x);
void ties_rows_by_sixteen(const struct world *w, struct batch *x);
#endif

#endif
