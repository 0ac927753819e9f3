#include "core/network.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

size_t network_bytes_per_tie(uint32_t n_values)
{
    return sizeof(uint32_t) + n_values * sizeof(float) + 2 * sizeof(uint16_t) + sizeof(uint8_t);
}

/* Rows start on a multiple of 4 bytes, so capacities are multiples of 4. */
static uint32_t round_up(uint32_t n) { return (n + 3u) & ~3u; }

static size_t slab_bytes(const struct network *g)
{
    return (size_t)g->n_rows * g->row_capacity * network_bytes_per_tie(g->n_values);
}

static void use_slab(struct network *g)
{
    size_t bytes = g->row_capacity * network_bytes_per_tie(g->n_values);
    for (uint32_t i = 0; i < g->n_rows; i++) {
        struct tie_row row = {0, g->row_capacity, (uint32_t *)(void *)(g->slab + i * bytes)};
        g->rows[i] = row;
    }
}

int network_init(struct network *g, uint32_t n_rows, uint32_t n_values, uint32_t row_capacity, struct error *err)
{
    memset(g, 0, sizeof *g);
    g->n_rows = n_rows;
    g->n_values = n_values;
    g->row_capacity = round_up(row_capacity < 4 ? 4 : row_capacity);
    g->rows = calloc(n_rows, sizeof *g->rows);
    g->slab = memory_open(slab_bytes(g));
    if (!g->rows || !g->slab) {
        network_free(g);
        return error_set(err, ERROR_RUN, "no memory for the ties of %u firms", n_rows);
    }
    use_slab(g);
    return ERROR_NONE;
}

/* Has the row an allocation of its own? */
static bool owned(const struct network *g, const struct tie_row *row) { return row->capacity > g->row_capacity; }

void network_free(struct network *g)
{
    for (uint32_t i = 0; g->rows && i < g->n_rows; i++)
        if (owned(g, &g->rows[i])) free(g->rows[i].to);
    free(g->rows);
    memory_close(g->slab, slab_bytes(g));
    memset(g, 0, sizeof *g);
}

void network_clear(struct network *g)
{
    for (uint32_t i = 0; i < g->n_rows; i++)
        g->rows[i].n = 0;
    g->out_of_memory = false;
}

/* Twice the room for row i, in an allocation of its own. */
static bool grow(struct network *g, uint32_t i)
{
    struct tie_row *row = &g->rows[i];
    uint32_t capacity = round_up(row->capacity * 2);
    struct tie_row wide = {row->n, capacity, malloc(capacity * network_bytes_per_tie(g->n_values))};
    if (!wide.to) return false;
    struct tie_row narrow = *row;
    const float *value[NETWORK_MAX_VALUES] = {NULL};
    for (uint32_t v = 0; v < g->n_values; v++)
        value[v] = network_value(g, i, v);
    const uint16_t *touched = network_touched(g, i), *born = network_born(g, i);
    const uint8_t *kind = network_kind(g, i);
    *row = wide;
    memcpy(row->to, narrow.to, narrow.n * sizeof *row->to);
    for (uint32_t v = 0; v < g->n_values; v++)
        memcpy(network_value(g, i, v), value[v], narrow.n * sizeof(float));
    memcpy(network_touched(g, i), touched, narrow.n * sizeof *touched);
    memcpy(network_born(g, i), born, narrow.n * sizeof *born);
    memcpy(network_kind(g, i), kind, narrow.n * sizeof *kind);
    if (owned(g, &narrow)) free(narrow.to);
    return true;
}

/* Move `n` ties of row i from place `source` to place `target`; most come and go at a row's end. */
static void move_ties(struct network *g, uint32_t i, uint32_t target, uint32_t source, uint32_t n)
{
    if (n == 0) return;
    memmove(g->rows[i].to + target, g->rows[i].to + source, n * sizeof *g->rows[i].to);
    for (uint32_t v = 0; v < g->n_values; v++)
        memmove(network_value(g, i, v) + target, network_value(g, i, v) + source, n * sizeof(float));
    memmove(network_touched(g, i) + target, network_touched(g, i) + source, n * sizeof(uint16_t));
    memmove(network_born(g, i) + target, network_born(g, i) + source, n * sizeof(uint16_t));
    memmove(network_kind(g, i) + target, network_kind(g, i) + source, n);
}

uint32_t network_insert(struct network *g, uint32_t i, uint32_t j, uint16_t tick)
{
    struct tie_row *row = &g->rows[i];
    if (row->n == row->capacity && !grow(g, i)) {
        g->out_of_memory = true;
        return NETWORK_NONE;
    }
    uint32_t k = network_place(g, i, j);
    move_ties(g, i, k + 1, k, row->n - k);
    row->n++;
    row->to[k] = j;
    for (uint32_t v = 0; v < g->n_values; v++)
        network_value(g, i, v)[k] = 0.0f;
    network_touched(g, i)[k] = tick;
    network_born(g, i)[k] = tick;
    network_kind(g, i)[k] = 0;
    return k;
}

void network_drop(struct network *g, uint32_t i, uint32_t k)
{
    uint32_t n = g->rows[i].n--;
    move_ties(g, i, k, k + 1, n - k - 1);
}

static int pass_row(struct network *g, uint32_t i, struct state_walk *s, struct error *err)
{
    static const char piece[] = "ties";
    struct tie_row *row = &g->rows[i];
    uint32_t n = row->n;
    int code = state_pass(s, piece, &n, sizeof n, err);
    if (s->restores) row->n = 0; /* what there was need not move along */
    while (!code && n > row->capacity)
        if (!grow(g, i)) code = error_set(err, ERROR_RUN, "no memory for %u ties of firm %u", n, i);
    row->n = code ? 0 : n;
    if (!code) code = state_pass(s, piece, row->to, n * sizeof *row->to, err);
    for (uint32_t v = 0; v < g->n_values && !code; v++)
        code = state_pass(s, piece, network_value(g, i, v), n * sizeof(float), err);
    if (!code) code = state_pass(s, piece, network_touched(g, i), n * sizeof(uint16_t), err);
    if (!code) code = state_pass(s, piece, network_born(g, i), n * sizeof(uint16_t), err);
    return code ? code : state_pass(s, piece, network_kind(g, i), n, err);
}

int network_pass(struct network *g, struct state_walk *s, struct error *err)
{
    int code = ERROR_NONE;
    for (uint32_t i = 0; i < g->n_rows && !code; i++)
        code = pass_row(g, i, s, err);
    return code;
}

int network_verify(const struct network *g, struct error *err)
{
    for (uint32_t i = 0; i < g->n_rows; i++) {
        const struct tie_row *row = &g->rows[i];
        if (row->n > row->capacity) return error_set(err, ERROR_RUN, "firm %u has more ties than room", i);
        for (uint32_t k = 0; k < row->n; k++) {
            if (row->to[k] == i) return error_set(err, ERROR_RUN, "firm %u is tied to itself", i);
            if (row->to[k] >= g->n_rows) return error_set(err, ERROR_RUN, "firm %u is tied to no firm", i);
            if (k && row->to[k - 1] >= row->to[k])
                return error_set(err, ERROR_RUN, "firm %u's ties are not ascending at firm %u", i, row->to[k]);
        }
    }
    return ERROR_NONE;
}
