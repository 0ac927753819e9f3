/* tie_rows.c - the three choices that everything stands on, measured before the second process was written:
 *
 *   rows    a tie is found in its row by a scan of unsorted partners, by bisection of sorted ones, or by hashing
 *   fading  every tie is multiplied every tick, or today's value is computed from the tick last touched
 *   draws   one Philox call a draw, or one call for four
 *
 * Prints nanoseconds an operation (best of five), and a checksum so that nothing is optimised away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/network.h"
#include "core/real.h"
#include "core/rng.h"

enum { FIRMS = 96, LOOKUPS = 4000000, TICKS = 400, REPEATS = 5, CAPACITY = 128 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct network net;
static uint32_t unsorted[FIRMS][CAPACITY], hashed[FIRMS][2 * CAPACITY], length;

static uint32_t find_scanning(uint32_t i, uint32_t j)
{
    for (uint32_t k = 0; k < length; k++)
        if (unsorted[i][k] == j) return k;
    return NETWORK_NONE;
}

/* The whole row, so that nothing depends on where the hit is. */
static uint32_t find_whole(uint32_t i, uint32_t j)
{
    uint32_t at = NETWORK_NONE;
    for (uint32_t k = 0; k < length; k++)
        at = unsorted[i][k] == j ? k : at;
    return at;
}

static uint32_t slot_of(uint32_t j) { return (j * 2654435761u) >> 24; }

static uint32_t find_hashed(uint32_t i, uint32_t j)
{
    for (uint32_t s = slot_of(j);; s = (s + 1) % (2 * CAPACITY)) {
        if (hashed[i][s] == j + 1) return s;
        if (hashed[i][s] == 0) return NETWORK_NONE;
    }
}

/* Each firm gets `n` distinct partners of the other firms, in random order. */
static void fill(struct network *g, uint32_t n)
{
    network_clear(g);
    memset(hashed, 0, sizeof hashed);
    length = n;
    for (uint32_t i = 0; i < FIRMS; i++) {
        struct rng r = rng_open(1, 1, 0, i, RNG_NOBODY, 0);
        while (g->rows[i].n < n) {
            uint32_t j = rng_below(&r, FIRMS);
            if (j == i || network_find(g, i, j) != NETWORK_NONE) continue;
            unsorted[i][g->rows[i].n] = j;
            uint32_t k = network_insert(g, i, j, 0);
            network_value(g, i, 0)[k] = (float)rng_uniform(&r);
            uint32_t s = slot_of(j);
            while (hashed[i][s])
                s = (s + 1) % (2 * CAPACITY);
            hashed[i][s] = j + 1;
        }
    }
}

static uint32_t asked_i[4096], asked_j[4096];
static uint64_t checksum;

static void bisect_rows(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q++)
        checksum += network_find(&net, asked_i[q % 4096], asked_j[q % 4096]);
}
static void scan_rows(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q++)
        checksum += find_scanning(asked_i[q % 4096], asked_j[q % 4096]);
}
static void scan_whole_rows(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q++)
        checksum += find_whole(asked_i[q % 4096], asked_j[q % 4096]);
}
static void hash_rows(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q++)
        checksum += find_hashed(asked_i[q % 4096], asked_j[q % 4096]);
}

static void fade_every_tick(void)
{
    float keep = (float)real_exp(-0.02);
    for (uint32_t t = 0; t < TICKS; t++)
        for (uint32_t i = 0; i < FIRMS; i++) {
            float *value = network_value(&net, i, 0);
            for (uint32_t k = 0; k < net.rows[i].n; k++)
                value[k] *= keep;
        }
    checksum += (uint64_t)(1e6f * network_value(&net, 0, 0)[0]);
}

/* The same ticks, in which one tie in fifty is looked at. */
static void fade_when_read(void)
{
    static float faded[TICKS + 1];
    for (uint32_t t = 0; t <= TICKS; t++)
        faded[t] = (float)real_exp(-0.02 * t);
    float sum = 0.0f;
    for (uint32_t t = 0; t < TICKS; t++)
        for (uint32_t i = t % 50; i < FIRMS; i += 50) {
            const float *value = network_value(&net, i, 0);
            const uint16_t *touched = network_touched(&net, i);
            for (uint32_t k = 0; k < net.rows[i].n; k++)
                sum += value[k] * faded[t - touched[k]];
        }
    checksum += (uint64_t)sum;
}

static void draw_one_a_call(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q++)
        checksum += rng_draw(1, 2, 0, q, 7, 3, 0).word[0];
}
static void draw_four_a_call(void)
{
    for (uint32_t q = 0; q < LOOKUPS; q += 4) {
        struct rng_words w = rng_draw(1, 2, 0, q, 7, 3, 0);
        checksum += (uint64_t)w.word[0] + w.word[1] + w.word[2] + w.word[3];
    }
}

static double best(void (*run)(void), double operations)
{
    double least = 1e30;
    for (int k = 0; k < REPEATS; k++) {
        double start = seconds();
        run();
        double took = seconds() - start;
        least = took < least ? took : least;
    }
    return 1e9 * least / operations;
}

int main(void)
{
    if (network_init(&net, FIRMS, 2, CAPACITY, NULL)) return 3;
    struct rng r = rng_open(1, 3, 0, 0, 0, 0);
    for (int q = 0; q < 4096; q++) {
        asked_i[q] = rng_below(&r, FIRMS);
        asked_j[q] = rng_below(&r, FIRMS);
    }
    printf("%-34s %8s %8s %8s\n", "find a tie, ns", "20 ties", "40 ties", "80 ties");
    double ns[4][3];
    static const uint32_t ties[3] = {20, 40, 80};
    for (int k = 0; k < 3; k++) {
        fill(&net, ties[k]);
        ns[0][k] = best(bisect_rows, LOOKUPS);
        ns[1][k] = best(scan_rows, LOOKUPS);
        ns[2][k] = best(scan_whole_rows, LOOKUPS);
        ns[3][k] = best(hash_rows, LOOKUPS);
    }
    static const char *const way[4] = {"bisection of a sorted row", "scan that leaves at the hit",
                                       "scan of the whole row", "hash table a row (+8 bytes a tie)"};
    for (int w = 0; w < 4; w++)
        printf("  %-32s %8.2f %8.2f %8.2f\n", way[w], ns[w][0], ns[w][1], ns[w][2]);
    double ties_ticks = 80.0 * FIRMS * TICKS;
    printf("fade, ns a tie and tick\n  %-32s %8.3f\n", "every tie every tick", best(fade_every_tick, ties_ticks));
    printf("  %-32s %8.3f\n", "when read, one tie in fifty", best(fade_when_read, ties_ticks));
    printf("draw, ns a number\n  %-32s %8.2f\n", "one a Philox call", best(draw_one_a_call, LOOKUPS));
    printf("  %-32s %8.2f\n", "four a Philox call", best(draw_four_a_call, LOOKUPS));
    printf("checksum %llu\n", (unsigned long long)checksum);
    network_free(&net);
    return 0;
}
