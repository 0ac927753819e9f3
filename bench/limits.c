/* limits.c - what this machine can do at best, one thread, beside which the tie kernel's figures are read:
 *
 *   read     bytes a second of one array of 256 MB, read in order
 *   update   bytes a second read and written, each value of that array multiplied in place
 *   draws    Philox words of 32 bits a second by rng_fill into the first cache, and one call at a time
 *   gather   reads of 4 bytes a second at random places in 4 KB, 4 MB and 256 MB
 *
 * Best of five, by CPU time. Prints one line of JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/memory.h"
#include "core/rng.h"

enum { REPEATS = 5, FLOATS = 1 << 26, CALLS = 256, FILLS = 40000, READS = 1 << 22 };

static float *array;    /* (FLOATS) */
static uint32_t *place; /* (READS) */
static uint32_t mask;
static double checksum;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void read_all(void)
{
    float lane[16] = {0.0f};
    for (size_t i = 0; i < FLOATS; i += 16)
        for (size_t k = 0; k < 16; k++)
            lane[k] += array[i + k];
    checksum += (double)lane[3];
}

static void update_all(void)
{
    for (size_t i = 0; i < FLOATS; i++)
        array[i] *= 0.999f;
}

static void fill(void)
{
    uint32_t words[4 * CALLS];
    for (uint32_t k = 0; k < FILLS; k++) {
        rng_fill(words, CALLS, 1, 1, 0, k * CALLS, 0, 0, 0);
        checksum += words[k % CALLS];
    }
}

static void draw_one_by_one(void)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < FILLS / 8 * CALLS; k++) {
        struct rng_words w = rng_draw(1, 1, 0, k, 0, 0, 0);
        sum += w.word[0] + w.word[1] + w.word[2] + w.word[3];
    }
    checksum += sum;
}

static void gather(void)
{
    float sum = 0.0f;
    for (uint32_t k = 0; k < READS; k++)
        sum += array[place[k] & mask];
    checksum += (double)sum;
}

static double per_second(void (*run)(void), double work)
{
    double least = 1e30;
    for (int k = 0; k < REPEATS; k++) {
        double start = seconds();
        run();
        double took = seconds() - start;
        least = took < least ? took : least;
    }
    return work / least;
}

static double gather_within(uint32_t floats)
{
    mask = floats - 1;
    return per_second(gather, READS);
}

int main(void)
{
    array = memory_open(FLOATS * sizeof *array);
    place = memory_open(READS * sizeof *place);
    if (!array || !place) return 3;
    for (size_t i = 0; i < FLOATS; i++)
        array[i] = 1.0f;
    for (uint32_t k = 0; k < READS; k++)
        place[k] = rng_draw(1, 2, 0, k, 0, 0, 0).word[0];
    printf("{\"read_bytes\":%.4g,", per_second(read_all, 4.0 * FLOATS));
    printf("\"update_bytes\":%.4g,", per_second(update_all, 8.0 * FLOATS));
    printf("\"draws_filled\":%.4g,", per_second(fill, 4.0 * CALLS * FILLS));
    printf("\"draws_one_by_one\":%.4g,", per_second(draw_one_by_one, 4.0 * CALLS * (FILLS / 8)));
    printf("\"gather_4KB\":%.4g,", gather_within(1 << 10));
    printf("\"gather_4MB\":%.4g,", gather_within(1 << 20));
    printf("\"gather_256MB\":%.4g}\n", gather_within(FLOATS));
    fprintf(stderr, "checksum %g\n", checksum);
    memory_close(array, FLOATS * sizeof *array);
    memory_close(place, READS * sizeof *place);
    return 0;
}
