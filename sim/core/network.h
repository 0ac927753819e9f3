/* network.h - sparse directed ties i -> j.
 *
 * A firm's ties are one contiguous row, sorted by partner: found by bisection, inserted and dropped by moving what
 * follows, so that no other firm's row is touched, rows can be worked on by different threads, and their order does not
 * depend on history. Values fade in closed form: a row keeps the value as of tick `touched`, and the model computes
 * today's value from it. bench/tie_rows.c measures this against what else was tried.
 *
 * One tie is 4 + 4 * n_values + 5 bytes: to (uint32), values (float each), touched and born (uint16 ticks), kind (uint8).
 */
#ifndef KLYNGE_CORE_NETWORK_H
#define KLYNGE_CORE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/state.h"

enum { NETWORK_MAX_VALUES = 4, NETWORK_MAX_TICKS = 65535 };
#define NETWORK_NONE UINT32_MAX

struct tie_row {
    uint32_t n, capacity; /* ties used, room */
    uint32_t *to;         /* (capacity) slot of the partner; first in the row's one allocation */
};

struct network {
    uint32_t n_rows;       /* firms */
    uint32_t n_values;     /* floats per tie */
    uint32_t row_capacity; /* ties per row in the slab; a row with room for more has grown out of it */
    struct tie_row *rows;  /* (n_rows) */
    unsigned char *slab;
    bool out_of_memory; /* an insert failed: the run is not valid */
};

int network_init(struct network *g, uint32_t n_rows, uint32_t n_values, uint32_t row_capacity, struct error *err);
void network_free(struct network *g);
/* Forget all ties; memory stays for the next run. */
void network_clear(struct network *g);

size_t network_bytes_per_tie(uint32_t n_values);

/* Columns of row i, valid until the next insert into that row. */
static inline uint32_t *network_to(const struct network *g, uint32_t i) { return g->rows[i].to; }
static inline float *network_value(const struct network *g, uint32_t i, uint32_t v)
{
    return (float *)(void *)(g->rows[i].to + (size_t)g->rows[i].capacity * (1u + v));
}
static inline uint16_t *network_touched(const struct network *g, uint32_t i)
{
    return (uint16_t *)(void *)(g->rows[i].to + (size_t)g->rows[i].capacity * (1u + g->n_values));
}
static inline uint16_t *network_born(const struct network *g, uint32_t i)
{
    return network_touched(g, i) + g->rows[i].capacity;
}
static inline uint8_t *network_kind(const struct network *g, uint32_t i)
{
    return (uint8_t *)(network_born(g, i) + g->rows[i].capacity);
}

/* Place at which the tie i -> j stands in row i, or would be inserted. */
static inline uint32_t network_place(const struct network *g, uint32_t i, uint32_t j)
{
    const uint32_t *to = g->rows[i].to;
    uint32_t low = 0, n = g->rows[i].n;
    if (n == 0) return 0;
    while (n > 1) { /* a conditional move, no branch: a branch here costs four times as much */
        uint32_t half = n / 2;
        low = to[low + half - 1] < j ? low + half : low;
        n -= half;
    }
    return low + (to[low] < j);
}

/* Place of the tie i -> j in row i, or NETWORK_NONE. */
static inline uint32_t network_find(const struct network *g, uint32_t i, uint32_t j)
{
    uint32_t k = network_place(g, i, j);
    return k < g->rows[i].n && g->rows[i].to[k] == j ? k : NETWORK_NONE;
}

/* Add i -> j (which must not exist) with values 0, kind 0, born and touched now; its place. NETWORK_NONE, and
 * out_of_memory set, when no memory is left. Places of later ties in the row move up by one. */
uint32_t network_insert(struct network *g, uint32_t i, uint32_t j, uint16_t tick);
/* Remove tie k of row i: later ties move down by one. */
void network_drop(struct network *g, uint32_t i, uint32_t k);

/* Every row's ties. */
int network_pass(struct network *g, struct state_walk *s, struct error *err);

/* Problems of the structure itself (row not ascending, self tie, n > capacity): 0 or ERROR_RUN with a sentence. */
int network_verify(const struct network *g, struct error *err);

#endif
