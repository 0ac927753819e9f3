#include "io/sobol.h"

#include "core/rng.h"

enum { DEGREE_MAX = 13 };

/* A primitive polynomial over GF(2), its coefficients as bits from the highest power on, and the first direction numbers. */
struct direction {
    uint16_t polynomial;
    uint16_t first[DEGREE_MAX];
};

static const struct direction directions[SOBOL_DIMENSIONS] = {
#define SOBOL(polynomial, ...) {polynomial, {__VA_ARGS__}},
#include "io/sobol.def"
#undef SOBOL
};

static unsigned degree_of(unsigned polynomial)
{
    unsigned degree = 0;
    while (polynomial >> (degree + 1))
        degree++;
    return degree;
}

/* v[k] flips with digit k of the Gray code: m_k shifted to the top. Dimension 0 is van der Corput's. */
static void spread(uint32_t v[SOBOL_BITS], unsigned dimension)
{
    const struct direction *d = &directions[dimension];
    unsigned s = degree_of(d->polynomial);
    unsigned given = s ? s : SOBOL_BITS;
    for (unsigned k = 0; k < given; k++)
        v[k] = (s ? d->first[k] : 1u) << (SOBOL_BITS - 1 - k);
    for (unsigned k = given; k < SOBOL_BITS; k++) {
        v[k] = v[k - s] ^ (v[k - s] >> s);
        for (unsigned j = 1; j < s; j++)
            if (d->polynomial >> (s - j) & 1u) v[k] ^= v[k - j];
    }
}

void sobol_fill(uint32_t *points, uint32_t n, unsigned dimension)
{
    uint32_t v[SOBOL_BITS] = {0}, x = 0;
    spread(v, dimension);
    for (uint32_t i = 0; i < n; i++) {
        points[i] = x;
        x ^= v[__builtin_ctz(~i)]; /* the digit in which the Gray codes of i and i + 1 differ; i is below 2^32 - 1 */
    }
}

void sobol_scramble(uint32_t *points, uint32_t n, unsigned dimension, uint64_t seed)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = points[i], flips = 0;
        for (unsigned digit = 0; digit < SOBOL_BITS; digit++) {
            uint32_t before = digit ? x >> (SOBOL_BITS - digit) : 0;
            uint32_t word = rng_draw(seed, 0, 0, dimension, before, digit, 0).word[0];
            flips |= (word & 1u) << (SOBOL_BITS - 1 - digit);
        }
        points[i] = x ^ flips;
    }
}
