/* test_network.c - tie rows against a dense table of what should be there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/network.h"
#include "core/rng.h"

enum { ROWS = 40, VALUES = 3 };

/* The reference: every tie has its cell. */
struct cell {
    bool there;
    float value[VALUES];
    uint16_t touched, born;
    uint8_t kind;
};
static struct cell table[ROWS][ROWS];

static void open_network(struct network *g, uint32_t n_values, uint32_t capacity)
{
    struct error err = {0};
    cr_assert_eq(network_init(g, ROWS, n_values, capacity, &err), ERROR_NONE, "%s", err.text);
    memset(table, 0, sizeof table);
}

static void check_row(const struct network *g, uint32_t i)
{
    uint32_t k = 0;
    for (uint32_t j = 0; j < ROWS; j++) {
        const struct cell *c = &table[i][j];
        cr_assert_eq(network_find(g, i, j), c->there ? k : NETWORK_NONE, "tie %u -> %u", i, j);
        if (!c->there) continue;
        cr_assert_eq(network_to(g, i)[k], j);
        for (uint32_t v = 0; v < g->n_values; v++)
            cr_assert_eq(network_value(g, i, v)[k], c->value[v], "value %u of %u -> %u", v, i, j);
        cr_assert_eq(network_touched(g, i)[k], c->touched);
        cr_assert_eq(network_born(g, i)[k], c->born);
        cr_assert_eq(network_kind(g, i)[k], c->kind);
        k++;
    }
    cr_assert_eq(g->rows[i].n, k);
}

static void check_all(const struct network *g)
{
    struct error err = {0};
    for (uint32_t i = 0; i < ROWS; i++)
        check_row(g, i);
    cr_assert_eq(network_verify(g, &err), ERROR_NONE, "%s", err.text);
}

static void insert(struct network *g, uint32_t i, uint32_t j, uint16_t tick)
{
    uint32_t k = network_insert(g, i, j, tick);
    cr_assert_neq(k, NETWORK_NONE);
    struct cell fresh = {.there = true, .touched = tick, .born = tick};
    table[i][j] = fresh;
}

static void change(struct network *g, uint32_t i, uint32_t j, struct rng *r)
{
    struct cell *c = &table[i][j];
    uint32_t k = network_find(g, i, j);
    for (uint32_t v = 0; v < g->n_values; v++)
        network_value(g, i, v)[k] = c->value[v] = (float)rng_uniform(r);
    network_touched(g, i)[k] = c->touched = (uint16_t)rng_below(r, 60000);
    network_kind(g, i)[k] = c->kind = (uint8_t)rng_below(r, 256);
}

static void random_operation(struct network *g, struct rng *r, uint16_t tick)
{
    uint32_t i = rng_below(r, ROWS), j = rng_below(r, ROWS), what = rng_below(r, 10);
    if (i == j) return;
    if (!table[i][j].there) {
        insert(g, i, j, tick);
    } else if (what < 4) {
        network_drop(g, i, network_find(g, i, j));
        table[i][j].there = false;
    } else {
        change(g, i, j, r);
    }
    check_row(g, i);
}

/* Rows start with room for 4 ties and grow to 39: every operation is checked on its row, all rows every 100 operations. */
Test(network, follows_a_dense_table_through_100000_operations)
{
    struct network g;
    struct rng r = rng_open(1, 0, 0, 0, 0, 0);
    open_network(&g, VALUES, 4);
    for (uint32_t k = 0; k < 100000; k++) {
        random_operation(&g, &r, (uint16_t)(k % 65536));
        if (k % 100 == 0) check_all(&g);
    }
    check_all(&g);
    network_free(&g);
}

/* Row 7 loses what it had and gets what it had not: no other row moves, and all still hold what the table says. */
Test(network, an_operation_leaves_the_other_rows_alone)
{
    struct network g;
    struct rng r = rng_open(2, 0, 0, 0, 0, 0);
    uint32_t *to[ROWS], capacity[ROWS];
    open_network(&g, VALUES, 4);
    for (uint32_t k = 0; k < 5000; k++)
        random_operation(&g, &r, 0);
    for (uint32_t i = 0; i < ROWS; i++) {
        to[i] = g.rows[i].to;
        capacity[i] = g.rows[i].capacity;
    }
    for (uint32_t j = 0; j < ROWS; j++) {
        if (j == 7) continue;
        uint32_t k = network_find(&g, 7, j);
        if (k != NETWORK_NONE)
            network_drop(&g, 7, k);
        else
            network_insert(&g, 7, j, 1);
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        if (i == 7) continue;
        cr_assert_eq(g.rows[i].to, to[i], "row %u moved", i);
        cr_assert_eq(g.rows[i].capacity, capacity[i]);
        check_row(&g, i);
    }
    network_free(&g);
}

/* Inserted upwards, downwards, or by steps of 11 (mod 27) with two more that are dropped again: the same row. */
Test(network, a_row_does_not_depend_on_the_order_of_insertion)
{
    struct network g;
    open_network(&g, 1, 4);
    network_insert(&g, 2, 39, 5);
    for (uint32_t j = 0; j < 27; j++) {
        network_insert(&g, 0, 3 + j, 5);
        network_insert(&g, 1, 29 - j, 5);
        network_insert(&g, 2, 3 + j * 11 % 27, 5);
    }
    network_insert(&g, 2, 1, 5);
    network_drop(&g, 2, network_find(&g, 2, 39));
    network_drop(&g, 2, network_find(&g, 2, 1));
    for (uint32_t i = 1; i < 3; i++) {
        cr_assert_eq(g.rows[i].n, 27u);
        cr_assert_eq(memcmp(network_to(&g, i), network_to(&g, 0), 27 * sizeof(uint32_t)), 0);
    }
    network_free(&g);
}

Test(network, clear_forgets_all_ties_and_keeps_the_room)
{
    struct network g;
    struct rng r = rng_open(3, 0, 0, 0, 0, 0);
    open_network(&g, VALUES, 4);
    for (uint32_t k = 0; k < 5000; k++)
        random_operation(&g, &r, 0);
    uint32_t capacity = g.rows[3].capacity;
    g.out_of_memory = true;
    network_clear(&g);
    memset(table, 0, sizeof table);
    check_all(&g);
    cr_assert_eq(g.rows[3].capacity, capacity);
    cr_assert_not(g.out_of_memory);
    insert(&g, 3, 4, 9);
    check_row(&g, 3);
    network_free(&g);
}

/* header of network.h: "4 + 4 * n_values + 5 bytes" */
Test(network, a_tie_costs_what_its_header_says)
{
    cr_assert_eq(network_bytes_per_tie(2), 17u);
    cr_assert_eq(network_bytes_per_tie(0), 9u);
    cr_assert_eq(network_bytes_per_tie(NETWORK_MAX_VALUES), 25u);
}

Test(network, verify_finds_planted_damage)
{
    struct network g;
    struct error err = {0};
    open_network(&g, 1, 8);
    for (uint32_t j = 1; j < 6; j++)
        insert(&g, 0, j, 0);
    cr_assert_eq(network_verify(&g, &err), ERROR_NONE);
    uint32_t *to = network_to(&g, 0);
    to[2] = to[1]; /* twice the same partner */
    cr_assert_eq(network_verify(&g, &err), ERROR_RUN);
    to[2] = 5;
    to[4] = 3; /* not ascending */
    cr_assert_eq(network_verify(&g, &err), ERROR_RUN);
    to[2] = 3;
    to[4] = ROWS; /* no such firm */
    cr_assert_eq(network_verify(&g, &err), ERROR_RUN);
    to[4] = 5;
    to[0] = 0; /* tied to itself */
    cr_assert_eq(network_verify(&g, &err), ERROR_RUN);
    to[0] = 1;
    cr_assert_eq(network_verify(&g, &err), ERROR_NONE);
    g.rows[0].n = g.rows[0].capacity + 1; /* more ties than room */
    cr_assert_eq(network_verify(&g, &err), ERROR_RUN);
    cr_assert(err.text[0]);
    g.rows[0].n = 5;
    network_free(&g);
}

/* Sanitizers end a program that asks for too much memory. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifndef SANITIZED
/* A row that claims 2^31 ties needs 100 GB to grow, which malloc refuses on a machine that has less: the insert must say so, and
 * leave the row as it was. Where malloc grants that much (overcommit) there is nothing to test. */
Test(network, an_insert_without_memory_is_reported)
{
    struct network g;
    open_network(&g, NETWORK_MAX_VALUES, 4);
    for (uint32_t j = 1; j < 5; j++)
        network_insert(&g, 0, j, 0);
    void *probe = malloc((size_t)0xFFFFFFF8u * network_bytes_per_tie(NETWORK_MAX_VALUES));
    if (probe) {
        free(probe);
        network_free(&g);
        cr_skip_test("malloc grants 100 GB");
    }
    struct tie_row row = g.rows[0];
    g.rows[0].n = g.rows[0].capacity = 0x7FFFFFFC;
    cr_assert_eq(network_insert(&g, 0, 30, 1), NETWORK_NONE);
    cr_assert(g.out_of_memory);
    cr_assert_eq(g.rows[0].to, row.to);
    cr_assert_eq(g.rows[0].n, 0x7FFFFFFCu);
    g.rows[0] = row;
    struct error err = {0};
    cr_assert_eq(network_verify(&g, &err), ERROR_NONE);
    network_free(&g);
}

Test(network, an_init_without_memory_is_reported)
{
    struct network g;
    struct error err = {0};
    cr_assert_eq(network_init(&g, UINT32_MAX, NETWORK_MAX_VALUES, UINT32_MAX - 4, &err), ERROR_RUN);
    cr_assert(err.text[0]);
    cr_assert_null(g.rows);
    cr_assert_null(g.slab);
    network_free(&g); /* harmless */
}
#endif
