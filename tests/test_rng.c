/* test_rng.c - known answers, the packing of keys, distributions, and whether draws look random across firms and ticks.
 *
 * Statistical tests have fixed seeds, so that they pass or fail for good. Their bounds are those of a false-alarm rate of
 * 1e-6 for the whole file, shared evenly (Bonferroni) over the at most 100 p-values that it computes: ALPHA.
 */
#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/model.h"
#include "core/real.h"
#include "core/rng.h"

#define ALPHA 1e-8

/* p-value of a two-sided test of z. */
static double p_of_z(double z) { return 2.0 * gsl_cdf_ugaussian_Q(fabs(z)); }

/* ---- known answers ------------------------------------------------------------------------------------------------- */

/* Random123 1.14.0, tests/kat_vectors, the three lines "philox4x32 10": counter, key, answer. */
static const uint32_t known[3][10] = {
    {0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
     0x9b00dbd8},
    {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
     0x6d5451fd},
    {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
     0x24126ea1},
};

Test(rng, draws_give_the_known_answers_of_random123)
{
    for (int v = 0; v < 3; v++) {
        const uint32_t *k = known[v];
        uint64_t key = (uint64_t)k[5] << 32 | k[4];
        struct rng_words w = rng_draw(key & ((UINT64_C(1) << 53) - 1), (uint32_t)(key >> 53), k[3] >> 12, k[0], k[1],
                                      k[2], k[3] & 4095u);
        for (int n = 0; n < 4; n++)
            cr_assert_eq(w.word[n], k[6 + n], "vector %d, word %d: %08x", v, n, w.word[n]);
    }
}

Test(rng, a_key_is_the_seed_below_the_stream)
{
    philox4x32_key_t key = rng_key(UINT64_C(0x12345ABCDEF012), 5);
    cr_assert_eq(key.v[0], 0xBCDEF012u);
    cr_assert_eq(key.v[1], 0x12345Au | 5u << 21, "the seed has 53 bits: 32 and 21");
    cr_assert_eq(rng_key((UINT64_C(1) << 53) - 1, 0).v[1], 0x1FFFFFu);
    cr_assert_eq(rng_key(0, RNG_STREAM_MAX).v[1], 0xFFE00000u);
    cr_assert_eq(rng_key(UINT64_C(1) << 53, 0).v[1], 0u, "a longer seed does not spill into the stream");
}

Test(rng, a_counter_is_firm_partner_tick_and_place_above_step)
{
    struct rng_words w = rng_draw(7, 3, RNG_PLACE_MAX, 11, 13, 17, 4095);
    philox4x32_ctr_t counter = {{11, 13, 17, 0xFFFFFFFF}};
    philox4x32_ctr_t out = philox4x32(counter, rng_key(7, 3));
    for (int n = 0; n < 4; n++)
        cr_assert_eq(w.word[n], out.v[n]);
}

/* Every number of calls to 40 leaves every rest of eight; the first number wraps. */
Test(rng, calls_filled_in_are_those_drawn_one_by_one)
{
    uint32_t words[4 * 41];
    for (uint32_t n = 0; n <= 40; n++) {
        words[4 * n] = 0xABCDEF01u;
        rng_fill(words, n, UINT64_C(0x12345ABCDEF012), 5, 77, UINT32_MAX - 15, 13, 17, 3);
        for (uint32_t c = 0; c < n; c++) {
            struct rng_words w = rng_draw(UINT64_C(0x12345ABCDEF012), 5, 77, UINT32_MAX - 15 + c, 13, 17, 3);
            cr_assert(memcmp(words + 4 * c, w.word, sizeof w.word) == 0, "call %u of %u", c, n);
        }
        cr_assert_eq(words[4 * n], 0xABCDEF01u, "nothing is written beyond call %u", n);
    }
}

Test(rng, words_in_a_row_are_the_draws_of_steps_in_a_row)
{
    struct rng r = rng_open(2017, 4, 9, 10, 20, 30);
    for (uint32_t step = 0; step < 4096; step++) {
        struct rng_words w = rng_draw(2017, 4, 9, 10, 20, 30, step);
        for (int n = 0; n < 4; n++)
            cr_assert_eq(rng_word(&r), w.word[n], "step %u", step);
    }
}

/* After 4096 steps the counter's 12 bits are used up: what follows must be new, and nobody else's (another place's). */
Test(rng, a_row_of_words_longer_than_4096_steps_stays_its_own)
{
    struct rng r = rng_open(2017, 4, 9, 10, 20, 30);
    for (int k = 0; k < 4 * 4096; k++)
        rng_word(&r);
    uint32_t next = rng_word(&r);
    cr_assert_neq(next, rng_draw(2017, 4, 9, 10, 20, 30, 0).word[0], "the row starts again");
    cr_assert_neq(next, rng_draw(2017, 4, 10, 10, 20, 30, 0).word[0], "it goes on in another place");
    cr_assert_neq(next, rng_draw(2017, 4, 9, 10, 20, 31, 0).word[0], "it goes on in the next tick");
}

Test(rng, a_draw_does_not_depend_on_what_else_is_drawn)
{
    enum { N = 1000 };
    static struct rng_words forwards[N];
    for (uint32_t k = 0; k < N; k++)
        forwards[k] = rng_draw(1, k % 7, 0, k, RNG_NOBODY, k / 3, 0);
    for (uint32_t k = N; k-- > 0;) {
        struct rng other = rng_open(1, k % 7, 0, k, RNG_NOBODY, k / 3 + 1);
        rng_word(&other);
        struct rng_words again = rng_draw(1, k % 7, 0, k, RNG_NOBODY, k / 3, 0);
        for (int n = 0; n < 4; n++)
            cr_assert_eq(again.word[n], forwards[k].word[n]);
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Change one part of a key and the words change: no two of a few thousand keys share their first 64 bits (by chance this would
 * happen with probability 1e-12). */
Test(rng, every_part_of_a_key_matters)
{
    enum { SIDE = 4, N = 4 * 4 * 4 * 4 * 4 * 4 * 4 };
    static uint64_t first[N];
    uint32_t n = 0;
    for (uint32_t k = 0; k < N; k++) {
        uint32_t part[7];
        for (uint32_t d = 0, rest = k; d < 7; d++, rest /= SIDE)
            part[d] = rest % SIDE;
        struct rng_words w = rng_draw(part[0], part[1], part[2], part[3], part[4], part[5], part[6]);
        first[n++] = (uint64_t)w.word[0] << 32 | w.word[1];
    }
    qsort(first, n, sizeof *first, ascending);
    for (uint32_t k = 1; k < n; k++)
        cr_assert_neq(first[k], first[k - 1]);
}

Test(rng, streams_of_the_model_are_distinct)
{
    cr_assert_eq(cluster_model.n_streams, (uint32_t)N_STREAMS);
    cr_assert_lt(cluster_model.n_streams, (uint32_t)RNG_STREAM_MAX, "the last stream is the replicate seeds'");
    uint64_t first[N_STREAMS];
    for (uint32_t s = 0; s < N_STREAMS; s++) {
        struct rng_words w = rng_draw(1, s, 0, 0, 0, 0, 0);
        first[s] = (uint64_t)w.word[0] << 32 | w.word[1];
        for (uint32_t other = 0; other < s; other++) {
            cr_assert_str_neq(cluster_model.streams[s].name, cluster_model.streams[other].name);
            cr_assert_neq(first[s], first[other]);
        }
    }
}

/* ---- seeds of replicates ------------------------------------------------------------------------------------------- */

Test(rng, replicate_0_has_the_base_seed)
{
    cr_assert_eq(rng_replicate_seed(1, 0), UINT64_C(1));
    cr_assert_eq(rng_replicate_seed(2017, 0), UINT64_C(2017));
    cr_assert_eq(rng_replicate_seed((UINT64_C(1) << 53) - 1, 0), (UINT64_C(1) << 53) - 1);
}

/* 300,000 seeds of 53 bits, three bases together: by chance a pair would coincide with probability 5e-6. */
Test(rng, replicates_have_distinct_seeds_below_2_to_the_53)
{
    enum { PER_BASE = 100000, N = 3 * PER_BASE };
    static const uint64_t base[3] = {1, 2, 2017};
    uint64_t *seed = malloc(N * sizeof *seed);
    cr_assert(seed);
    for (uint32_t k = 0; k < N; k++) {
        seed[k] = rng_replicate_seed(base[k / PER_BASE], k % PER_BASE);
        cr_assert_lt(seed[k], UINT64_C(1) << 53);
    }
    qsort(seed, N, sizeof *seed, ascending);
    for (uint32_t k = 1; k < N; k++)
        cr_assert_neq(seed[k], seed[k - 1]);
    free(seed);
}

/* ---- distributions --------------------------------------------------------------------------------------------------- */

Test(rng, a_uniform_is_never_0_or_1)
{
    cr_assert_eq(rng_unit(0), 0x1p-33);
    cr_assert_eq(rng_unit(UINT32_MAX), 1.0 - 0x1p-33);
    cr_assert_eq(rng_unit(1u << 31), 0.5 + 0x1p-33);
}

/* The reference is GSL's own inverse, polished by two steps of Newton in long double with the C library's erfcl. */
static double reference_quantile(double u)
{
    long double x = (long double)gsl_cdf_ugaussian_Pinv(u);
    for (int k = 0; k < 2; k++) {
        long double p = 0.5L * erfcl(-x / sqrtl(2.0L));
        x -= (p - (long double)u) / (expl(-0.5L * x * x) / sqrtl(2.0L * 3.14159265358979323846264338327950288L));
    }
    return (double)x;
}

Test(rng, the_normal_quantile_is_exact_to_1e_13)
{
    double worst = 0.0;
    for (int k = 1; k < 200000; k++) {
        double u = k / 200000.0, expected = reference_quantile(u);
        double off = fabs(rng_normal_quantile(u) - expected) / (fabs(expected) < 1.0 ? 1.0 : fabs(expected));
        worst = off > worst ? off : worst;
    }
    for (int k = 2; k <= 1000; k++) {
        double u = pow(2.0, -k), off = fabs(rng_normal_quantile(u) / gsl_cdf_ugaussian_Pinv(u) - 1.0);
        worst = k < 200 && off > worst ? off : worst; /* GSL's own tail is good to 1e-13 that far */
    }
    cr_assert_lt(worst, 1e-13, "off by %g", worst);
    cr_assert_eq(rng_normal_quantile(0.5), 0.0);
}

/* Whatever the two words of a normal are: the extreme ones give the largest values, and those are finite. */
Test(rng, a_normal_is_finite_for_any_two_words)
{
    static const uint32_t extreme[5] = {0, 1, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 5; b++) {
            struct rng r = rng_open(1, 0, 0, 0, 0, 0);
            r.word[0] = extreme[a];
            r.word[1] = extreme[b];
            r.used = 0;
            double z = rng_normal(&r);
            cr_assert(isfinite(z) && fabs(z) < 10.0, "words %08x %08x give %g", extreme[a], extreme[b], z);
        }
}

/* Kolmogorov-Smirnov: the p-value of the largest distance between the empirical and the given distribution function. */
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double ks_p(double *x, size_t n, double (*cdf)(double))
{
    double distance = 0.0, p = 0.0;
    qsort(x, n, sizeof *x, by_value);
    for (size_t k = 0; k < n; k++) {
        double f = cdf(x[k]), low = f - (double)k / (double)n, high = (double)(k + 1) / (double)n - f;
        distance = low > distance ? low : distance;
        distance = high > distance ? high : distance;
    }
    double root = sqrt((double)n), lambda = (root + 0.12 + 0.11 / root) * distance; /* Stephens 1970 */
    for (int k = 1; k <= 100; k++)
        p += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * lambda * lambda);
    return lambda < 0.3 ? 1.0 : p;
}

enum { SAMPLE = 200000 };
static double sample[SAMPLE];

static double cdf_unit(double x) { return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x; }
static double cdf_normal(double x) { return gsl_cdf_ugaussian_P(x); }
static double cdf_exponential(double x) { return gsl_cdf_exponential_P(x, 1.0); }

/* One firm after another, a few draws each: as the model draws. */
static struct rng firm_draws(uint32_t k) { return rng_open(2017, 1, 0, k % 1000, RNG_NOBODY, k / 1000); }

static void fill(double (*draw)(struct rng *))
{
    for (uint32_t k = 0; k < SAMPLE; k++) {
        struct rng r = firm_draws(k);
        sample[k] = draw(&r);
    }
}

Test(rng, uniforms_are_uniform)
{
    fill(rng_uniform);
    double p = ks_p(sample, SAMPLE, cdf_unit);
    cr_assert_gt(p, ALPHA, "p = %g", p);
}

Test(rng, normals_are_normal)
{
    fill(rng_normal);
    double p = ks_p(sample, SAMPLE, cdf_normal);
    cr_assert_gt(p, ALPHA, "p = %g", p);
}

Test(rng, exponentials_are_exponential)
{
    fill(rng_exponential);
    double p = ks_p(sample, SAMPLE, cdf_exponential);
    cr_assert_gt(p, ALPHA, "p = %g", p);
}

static double shifted(struct rng *r) { return rng_normal(r) + 0.02; }

Test(rng, the_same_test_finds_a_normal_that_is_off_by_a_fiftieth)
{
    fill(shifted);
    double p = ks_p(sample, SAMPLE, cdf_normal);
    cr_assert_lt(p, ALPHA, "p = %g", p);
}

/* Poisson: counts of 0, 1, ... against gsl_cdf_poisson, bins with at least 10 expected, chi-square. */
static double poisson_p(double mean)
{
    enum { BINS = 800 };
    static double seen[BINS];
    for (int k = 0; k < BINS; k++)
        seen[k] = 0.0;
    for (uint32_t k = 0; k < SAMPLE; k++) {
        struct rng r = firm_draws(k);
        uint32_t n = rng_poisson(&r, mean);
        seen[n < BINS ? n : BINS - 1] += 1.0;
    }
    double chi = 0.0, expected = 0.0, found = 0.0, before = 0.0;
    int freedom = -1;
    for (unsigned k = 0; k < BINS; k++) {
        double upto = k + 1 < BINS ? gsl_cdf_poisson_P(k, mean) : 1.0;
        expected += SAMPLE * (upto - before);
        found += seen[k];
        before = upto;
        if (expected < 10.0 || (1.0 - upto) * SAMPLE < 10.0) {
            if (k + 1 < BINS) continue;
        }
        chi += (found - expected) * (found - expected) / expected;
        expected = found = 0.0;
        freedom++;
    }
    return freedom > 0 ? gsl_cdf_chisq_Q(chi, freedom) : 1.0;
}

Test(rng, poisson_counts_are_poisson)
{
    static const double mean[] = {0.01, 0.4, 1.0, 6.35, 30.0, 500.0};
    for (size_t k = 0; k < sizeof mean / sizeof *mean; k++) {
        double p = poisson_p(mean[k]);
        cr_assert_gt(p, ALPHA, "mean %g: p = %g", mean[k], p);
    }
    struct rng r = firm_draws(0);
    cr_assert_eq(rng_poisson(&r, 0.0), 0u);
}

/* Beta of a mean and an sd, at the defaults and the extremes of model.firms.understanding_*: a = mean nu, b = (1 - mean) nu, nu = mean (1 - mean) / sd^2 - 1. */
static double beta_a, beta_b, beta_mean, beta_sd;
static double cdf_beta(double x) { return gsl_cdf_beta_P(x, beta_a, beta_b); }
static double draw_beta(struct rng *r) { return rng_beta(r, beta_mean, beta_sd); }

Test(rng, betas_have_the_mean_the_sd_and_the_form_asked_for)
{
    static const double mean[] = {0.45, 0.65, 0.5, 0.3, 0.8}, sd[] = {0.2, 0.2, 0.05, 0.3, 0.3};
    for (size_t c = 0; c < sizeof mean / sizeof *mean; c++) {
        double nu = mean[c] * (1.0 - mean[c]) / (sd[c] * sd[c]) - 1.0, sum = 0.0, squares = 0.0;
        beta_mean = mean[c];
        beta_sd = sd[c];
        beta_a = mean[c] * nu;
        beta_b = (1.0 - mean[c]) * nu;
        fill(draw_beta);
        for (uint32_t k = 0; k < SAMPLE; k++) {
            cr_assert(sample[k] >= 0.0 && sample[k] <= 1.0);
            sum += sample[k];
        }
        for (uint32_t k = 0; k < SAMPLE; k++)
            squares += (sample[k] - sum / SAMPLE) * (sample[k] - sum / SAMPLE);
        double z = (sum / SAMPLE - mean[c]) / (sd[c] / sqrt(SAMPLE));
        cr_assert_gt(p_of_z(z), ALPHA, "mean %g, sd %g: z = %g", mean[c], sd[c], z);
        cr_assert_lt(fabs(sqrt(squares / SAMPLE) / sd[c] - 1.0), 0.02);
        double p = ks_p(sample, SAMPLE, cdf_beta);
        cr_assert_gt(p, ALPHA, "mean %g, sd %g: p = %g", mean[c], sd[c], p);
    }
}

Test(rng, below_n_gives_each_of_0_to_n_1_equally_often)
{
    enum { N = 83 };
    double seen[N] = {0.0}, chi = 0.0;
    for (uint32_t k = 0; k < SAMPLE; k++) {
        struct rng r = firm_draws(k);
        uint32_t x = rng_below(&r, N);
        cr_assert_lt(x, (uint32_t)N);
        seen[x] += 1.0;
    }
    for (int k = 0; k < N; k++)
        chi += (seen[k] - SAMPLE / (double)N) * (seen[k] - SAMPLE / (double)N) / (SAMPLE / (double)N);
    cr_assert_gt(gsl_cdf_chisq_Q(chi, N - 1), ALPHA);
}

/* ---- the same words through GSL -------------------------------------------------------------------------------------- */

Test(rng, the_gsl_generator_gives_the_same_words)
{
    gsl_rng *g = gsl_rng_alloc(rng_gsl_philox);
    cr_assert(g);
    gsl_rng_set(g, 2017);
    struct rng r = rng_open(2017, RNG_STREAM_MAX, 0, RNG_NOBODY, RNG_NOBODY, 0);
    for (int k = 0; k < 50000; k++)
        cr_assert_eq(gsl_rng_get(g), rng_word(&r), "word %d", k);
    gsl_rng_set(g, 2017);
    r = rng_open(2017, RNG_STREAM_MAX, 0, RNG_NOBODY, RNG_NOBODY, 0);
    for (int k = 0; k < 1000; k++)
        cr_assert_eq(gsl_rng_uniform(g), rng_uniform(&r));
    cr_assert_eq(gsl_rng_min(g), 0ul);
    cr_assert_eq(gsl_rng_max(g), 0xFFFFFFFFul);
    gsl_rng_free(g);
}

/* ---- draws over firms, ticks, streams and seeds look random -------------------------------------------------------------- */

/* A generator under test: the word of firm, tick, stream, seed and step. */
typedef uint32_t word_of(uint32_t firm, uint32_t tick, uint32_t stream, uint32_t seed, uint32_t step);

static uint32_t good(uint32_t firm, uint32_t tick, uint32_t stream, uint32_t seed, uint32_t step)
{
    return rng_draw(seed, stream, 0, firm, RNG_NOBODY, tick, step / 4).word[step % 4];
}
/* Controls that must fail: the counter itself; a multiplicative hash of the counter; firms that share their draws in pairs. */
static uint32_t counter(uint32_t firm, uint32_t tick, uint32_t stream, uint32_t seed, uint32_t step)
{
    return firm + 256u * tick + stream + seed + step;
}
static uint32_t hashed(uint32_t firm, uint32_t tick, uint32_t stream, uint32_t seed, uint32_t step)
{
    return counter(firm, tick, stream, seed, step) * 2654435769u;
}
static uint32_t shared(uint32_t firm, uint32_t tick, uint32_t stream, uint32_t seed, uint32_t step)
{
    return good(firm / 2, tick, stream, seed, step);
}

enum { SIDE = 256, CELLS = 256 };

static double uniform_p(const double seen[CELLS], double n)
{
    double chi = 0.0;
    for (int k = 0; k < CELLS; k++)
        chi += (seen[k] - n / CELLS) * (seen[k] - n / CELLS) / (n / CELLS);
    double upper = gsl_cdf_chisq_Q(chi, CELLS - 1), lower = gsl_cdf_chisq_P(chi, CELLS - 1); /* too even is wrong too */
    return 2.0 * fmin(upper, lower);
}

/* The smallest p-value of: top byte, lowest byte; and pairs of the top 4 bits of neighbours by firm, tick, stream, seed, step. */
static double worst_p(word_of *word)
{
    double worst = 1.0;
    for (int test = 0; test < 7; test++) {
        double seen[CELLS] = {0.0};
        for (uint32_t firm = 0; firm < SIDE; firm++)
            for (uint32_t tick = 0; tick < SIDE; tick++) {
                uint32_t x = word(firm, tick, 0, 1, 0), y = 0;
                switch (test) {
                case 2: y = word(firm + 1, tick, 0, 1, 0); break;
                case 3: y = word(firm, tick + 1, 0, 1, 0); break;
                case 4: y = word(firm, tick, 1, 1, 0); break;
                case 5: y = word(firm, tick, 0, 2, 0); break;
                case 6: y = word(firm, tick, 0, 1, 1); break;
                default: break;
                }
                seen[test == 0 ? x >> 24 : test == 1 ? x & 255u : (x >> 28) << 4 | y >> 28] += 1.0;
            }
        worst = fmin(worst, uniform_p(seen, SIDE * SIDE));
    }
    return worst;
}

Test(rng, draws_interleaved_over_firms_and_ticks_look_random)
{
    double p = worst_p(good);
    cr_assert_gt(p, ALPHA, "p = %g", p);
}

Test(rng, bad_generators_fail_the_same_test)
{
    word_of *bad[] = {counter, hashed, shared};
    for (int k = 0; k < 3; k++)
        cr_assert_lt(worst_p(bad[k]), ALPHA, "control %d passes", k);
}

/* Shapes of 0.06 and 0.007: the gammas themselves are below the smallest double, their ratio is not. */
Test(rng, a_beta_that_is_nearly_all_at_0_and_1_stays_a_number_of_the_right_mean)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < 20000; k++) {
        struct rng r = rng_open(1, 5, 0, k, RNG_NOBODY, 0);
        double x = rng_beta(&r, 0.9, 0.29);
        cr_assert(x >= 0.0 && x <= 1.0, "draw %u is %g", k, x);
        sum += x;
    }
    cr_assert_lt(fabs(sum / 20000 - 0.9), 6 * 0.29 / sqrt(20000.0));
}
