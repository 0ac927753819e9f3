/* rng.c - distributions over keyed draws.
 *
 * normal quantile: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
 *   Statistics 37 (1988), PPND16: relative accuracy about 1e-16.
 * gamma: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
 */
#include "core/rng.h"

#include "core/real.h"

static double ratio(const double top[8], const double bottom[8], double x)
{
    double a = top[7], b = bottom[7];
    for (int k = 6; k >= 0; k--) {
        a = a * x + top[k];
        b = b * x + bottom[k];
    }
    return a / b;
}

double rng_normal_quantile(double u)
{
    static const double centre_top[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                         1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                         3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double centre_bottom[8] = {1.0,
                                            4.2313330701600911252e+1,
                                            6.8718700749205790830e+2,
                                            5.3941960214247511077e+3,
                                            2.1213794301586595867e+4,
                                            3.9307895800092710610e+4,
                                            2.8729085735721942674e+4,
                                            5.2264952788528545610e+3};
    static const double near_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                       3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double near_bottom[8] = {1.0,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
    static const double far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double far_bottom[8] = {1.0,
                                         5.99832206555887937690e-1,
                                         1.36929880922735805310e-1,
                                         1.48753612908506148525e-2,
                                         7.86869131145613259100e-4,
                                         1.84631831751005468180e-5,
                                         1.42151175831644588870e-7,
                                         2.04426310338993978564e-15};
    double q = u - 0.5;
    if (fabs(q) <= 0.425) return q * ratio(centre_top, centre_bottom, 0.180625 - q * q);
    double r = sqrt(-real_log(q < 0 ? u : 1.0 - u));
    double z = r <= 5.0 ? ratio(near_top, near_bottom, r - 1.6) : ratio(far_top, far_bottom, r - 5.0);
    return q < 0 ? -z : z;
}

double rng_normal(struct rng *r)
{
    uint64_t high = rng_word(r), low = rng_word(r) >> 12; /* 52 bits: with one more, the largest would round to 1 */
    return rng_normal_quantile(((double)((high << 20) | low) + 0.5) * 0x1p-52);
}

double rng_exponential(struct rng *r) { return -real_log_of_draw(rng_uniform(r)); }

uint32_t rng_poisson(struct rng *r, double mean)
{
    if (!(mean > 0.0)) return 0;
    double u = rng_uniform(r);
    if (u <= 1.0 - mean) return 0; /* exp(-mean) is larger still: no need to compute it */
    double p = real_exp(-mean), sum = p;
    uint32_t k = 0;
    while (u > sum && k < 5000) {
        k++;
        p *= mean / k;
        sum += p;
    }
    return k;
}

/* Logarithm of a gamma variable: the variable itself is below the smallest double when the shape is small. */
static double log_gamma(struct rng *r, double shape)
{
    double boost = 0.0;
    if (shape < 1.0) {
        boost = real_log(rng_uniform(r)) / shape;
        shape += 1.0;
    }
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = rng_normal(r), v = 1.0 + c * x;
        if (v <= 0.0) continue;
        v = v * v * v;
        if (real_log(rng_uniform(r)) < 0.5 * x * x + d - d * v + d * real_log(v)) return boost + real_log(d * v);
    }
}

double rng_beta(struct rng *r, double mean, double sd)
{
    double nu = mean * (1.0 - mean) / (sd * sd) - 1.0; /* a + b */
    double a = log_gamma(r, mean * nu), b = log_gamma(r, (1.0 - mean) * nu);
    return 1.0 / (1.0 + real_exp(b - a));
}

/* The stream number of replicate seeds is the last one, which no model can have. */
uint64_t rng_replicate_seed(uint64_t base, uint32_t replicate)
{
    if (replicate == 0) return base;
    struct rng_words w = rng_draw(base, RNG_STREAM_MAX, 0, replicate, RNG_NOBODY, 0, 0);
    return (((uint64_t)w.word[0] << 32) | w.word[1]) >> (64 - RNG_SEED_BITS);
}

static void gsl_set(void *state, unsigned long seed)
{
    *(struct rng *)state = rng_open(seed, RNG_STREAM_MAX, 0, RNG_NOBODY, RNG_NOBODY, 0);
}

static unsigned long gsl_get(void *state) { return rng_word(state); }

static double gsl_get_double(void *state) { return rng_unit((uint32_t)gsl_get(state)); }

static const gsl_rng_type gsl_philox = {"philox4x32-10", UINT32_MAX,    0, sizeof(struct rng), gsl_set,
                                        gsl_get,         gsl_get_double};
const gsl_rng_type *const rng_gsl_philox = &gsl_philox;
