/* test_sobol.c - the Sobol sequence against scipy's, bit for bit, and what scrambling keeps. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/sobol.h"

/* Points enough for every direction number of the table, which has up to 13 of a dimension, and some that follow from them. */
enum { POINTS = 1024, MANY = 1 << 14, DIMENSIONS = SOBOL_DIMENSIONS };

static uint32_t ours[POINTS];
static uint32_t many[MANY], theirs[MANY];

TestSuite(sobol, .timeout = 120);

/* scipy's points, dimension after dimension, as whole multiples of 2^-32. */
static FILE *ask_scipy(void)
{
    char command[512];
    const char *python = getenv("PYTHON");
    snprintf(command, sizeof command,
             "%s -c 'import sys; from scipy.stats import qmc\n"
             "x = qmc.Sobol(%d, scramble=False, seed=0).random(%d)\n"
             "sys.stdout.buffer.write((x.T * 2.0**32).astype(\"<u4\").tobytes())' 2>/dev/null",
             python ? python : "/usr/bin/python3", DIMENSIONS, MANY);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    return pipe;
}

Test(sobol, is_scipys_sequence_bit_for_bit_in_every_dimension)
{
    FILE *scipy = ask_scipy();
    unsigned d = 0;
    for (; d < DIMENSIONS && fread(theirs, sizeof theirs, 1, scipy) == 1; d++) {
        sobol_fill(many, MANY, d);
        cr_assert_eq(memcmp(many, theirs, sizeof many), 0, "dimension %u", d);
    }
    int status = pclose(scipy);
    if (d == 0 && status) cr_skip("no scipy to compare with");
    cr_assert_eq(d, DIMENSIONS);
}

Test(sobol, starts_as_van_der_corput)
{
    static const uint32_t first[] = {0, 1u << 31, 3u << 30, 1u << 30};
    sobol_fill(ours, 4, 0);
    cr_assert_arr_eq(ours, first, sizeof first);
}

/* Of POINTS points each of as many equal parts holds one. */
static void check_parts(const uint32_t *points, unsigned dimension)
{
    bool held[POINTS] = {false};
    for (unsigned p = 0; p < POINTS; p++) {
        unsigned part = points[p] / (UINT32_MAX / POINTS + 1);
        cr_assert(!held[part], "dimension %u: two points in part %u", dimension, part);
        held[part] = true;
    }
}

Test(sobol, stays_one_point_a_part_when_scrambled)
{
    for (unsigned d = 0; d < 64; d++) {
        sobol_fill(ours, POINTS, d);
        check_parts(ours, d);
        sobol_scramble(ours, POINTS, d, 7);
        check_parts(ours, d);
    }
}

/* Dimensions 0 and 1 together: every elementary rectangle of area 1 / POINTS holds one point. */
Test(sobol, scrambling_keeps_pairs_balanced)
{
    static uint32_t other[POINTS];
    sobol_fill(ours, POINTS, 0);
    sobol_fill(other, POINTS, 1);
    sobol_scramble(ours, POINTS, 0, 3);
    sobol_scramble(other, POINTS, 1, 3);
    for (unsigned digits = 1; digits < 10; digits++) {
        bool held[POINTS] = {false};
        for (unsigned p = 0; p < POINTS; p++) {
            unsigned cell = ours[p] >> (32 - digits) << (10 - digits) | other[p] >> (22 + digits);
            cr_assert(!held[cell], "%u digits of the first: two points in a rectangle", digits);
            held[cell] = true;
        }
    }
}

Test(sobol, scrambling_goes_by_seed_and_dimension)
{
    static uint32_t again[POINTS], seeded[POINTS], moved[POINTS];
    sobol_fill(ours, POINTS, 5);
    memcpy(again, ours, sizeof ours);
    memcpy(seeded, ours, sizeof ours);
    memcpy(moved, ours, sizeof ours);
    sobol_scramble(ours, POINTS, 5, 1);
    sobol_scramble(again, POINTS, 5, 1);
    sobol_scramble(seeded, POINTS, 5, 2);
    sobol_scramble(moved, POINTS, 6, 1);
    cr_assert_arr_eq(ours, again, sizeof ours);
    cr_assert_arr_neq(ours, seeded, sizeof ours);
    cr_assert_arr_neq(ours, moved, sizeof ours);
}
