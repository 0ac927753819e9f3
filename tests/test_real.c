/* test_real.c - the transcendental functions of the core: right to an ulp, and the same bits in scalar and vector form. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/real.h"
#include "core/rng.h"

enum { ARGUMENTS = 1000000 };

static double between(struct rng *r, double low, double high) { return low + (high - low) * rng_uniform(r); }
static struct rng arguments(void) { return rng_open(5, 0, 0, 0, 0, 0); }

#ifdef __SSE2__
static bool same_bits(__m128d pair, double a, double b)
{
    double out[2], expected[2] = {a, b};
    _mm_storeu_pd(out, pair);
    return memcmp(out, expected, sizeof out) == 0;
}

/* design.md section 6: "scalar and SSE2 forms gave equal bits"; the vector kernels rest on it. */
Test(real, scalar_and_sse2_forms_give_the_same_bits)
{
    struct rng r = arguments();
    for (int k = 0; k < ARGUMENTS / 2; k++) {
        double a = between(&r, -745.0, 709.0), b = between(&r, -2.0, 2.0);
        double x = real_exp(between(&r, -700.0, 700.0)), y = between(&r, 0.0, 2.0), s = between(&r, -3.0, 3.0);
        cr_assert(same_bits(Sleef_cinz_expd2_u10sse2(_mm_set_pd(b, a)), real_exp(a), real_exp(b)), "exp at %a, %a", a,
                  b);
        cr_assert(same_bits(Sleef_cinz_logd2_u10sse2(_mm_set_pd(y, x)), real_log(x), real_log(y)), "log at %a, %a", x,
                  y);
        cr_assert(same_bits(Sleef_cinz_log1pd2_u10sse2(_mm_set_pd(b * 0.49, y)), real_log1p(y), real_log1p(b * 0.49)),
                  "log1p at %a, %a", y, b * 0.49);
        cr_assert(same_bits(Sleef_cinz_powd2_u10sse2(_mm_set_pd(y, y + 1.0), _mm_set_pd(s, s)), real_pow(y + 1.0, s),
                            real_pow(y, s)),
                  "pow at %a, %a", y, s);
    }
}
#endif

/* Distance of x from the exact value in ulps of x. */
static double ulps(double x, long double exact)
{
    double next = nextafter(fabs(x), INFINITY) - fabs(x);
    return (double)(fabsl((long double)x - exact) / (long double)next);
}

/* SLEEF promises 1.0 ulp; the C library's long double functions are the exact value here. Valgrind computes them in double. */
Test(real, functions_are_within_an_ulp_of_the_exact_value)
{
    volatile long double one = 1.0L;
    if (one + 0x1p-60L == one) cr_skip_test("long double has no more digits than double");
    struct rng r = arguments();
    double worst[4] = {0.0};
    for (int k = 0; k < ARGUMENTS / 4; k++) {
        double a = between(&r, -700.0, 700.0), x = real_exp(between(&r, -700.0, 700.0)), s = between(&r, -3.0, 3.0);
        double near = between(&r, -0.9, 3.0), u = rng_uniform(&r);
        worst[0] = fmax(worst[0], fmax(ulps(real_exp(a), expl(a)), ulps(real_exp(-u), expl(-u))));
        worst[1] = fmax(worst[1], fmax(ulps(real_log(x), logl(x)), ulps(real_log(u), logl(u))));
        worst[2] = fmax(worst[2], ulps(real_log1p(near), log1pl(near)));
        worst[3] = fmax(worst[3], ulps(real_pow(1.0 + u, s), powl(1.0L + (long double)u, s)));
    }
    for (int k = 0; k < 4; k++)
        cr_assert_leq(worst[k], 1.0, "function %d is off by %g ulps", k, worst[k]);
}

Test(real, functions_hold_at_their_edges)
{
    cr_assert_eq(real_exp(0.0), 1.0);
    cr_assert_eq(real_exp(-1e9), 0.0);
    cr_assert_eq(real_log(1.0), 0.0);
    cr_assert(isinf(real_log(0.0)) && real_log(0.0) < 0.0);
    cr_assert_eq(real_pow(0.3, 0.0), 1.0);
    cr_assert_eq(real_clamp(-0.5, 0.0, 1.0), 0.0);
    cr_assert_eq(real_clamp(1.5, 0.0, 1.0), 1.0);
    cr_assert_eq(real_clamp(0.25, 0.0, 1.0), 0.25);
}

/* -expm1 is the exact form; 1 - exp loses at most half an ulp of 1. */
Test(real, the_chance_of_an_event_is_1_minus_exp_of_rate_times_span)
{
    struct rng r = arguments();
    cr_assert_eq(real_chance(0.0, 1.0), 0.0);
    for (int k = 0; k < 10000; k++) {
        double rate = real_exp(between(&r, -12.0, 3.0)), years = between(&r, 0.001, 1.0);
        cr_assert_float_eq(real_chance(rate, years), -expm1(-rate * years), 2.3e-16);
        double u = rng_uniform(&r);
        cr_assert_eq(real_happens(u, rate, years), u < real_chance(rate, years), "the short cut changes an answer");
    }
}
