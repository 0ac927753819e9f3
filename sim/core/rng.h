/* rng.h - keyed random draws: no state, no order.
 *
 * Philox4x32-10 (Salmon et al. 2011, Random123). A draw is a function of its key alone, so that it does not matter
 * which thread, rank or restart asks for it, nor what else was drawn:
 *
 *   key     64 bit   seed (53 bit) | stream (11 bit)
 *   counter 128 bit  i (32) | j (32) | tick (32) | place (20) + step (12)
 *
 * i and j are uids of firms (a pair's key has the smaller uid first, so that both sides draw the same), place is the
 * number of the block (cluster) the firms live in, step counts the draws under one key (beyond 4096 it goes on in the upper half
 * of the tick, which no tick reaches). One call gives four words.
 */
#ifndef KLYNGE_CORE_RNG_H
#define KLYNGE_CORE_RNG_H

#include <Random123/philox.h>
#include <gsl/gsl_rng.h>
#include <stdint.h>

enum { RNG_SEED_BITS = 53, RNG_STREAM_MAX = 2047, RNG_STEP_BITS = 12, RNG_PLACE_MAX = (1 << 20) - 1 };
#define RNG_NOBODY UINT32_MAX

struct rng_words {
    uint32_t word[4];
};

/* A key under which draws are made one after another (step 0, 1, ...): for loops that need an unknown number. */
struct rng {
    philox4x32_key_t key;
    philox4x32_ctr_t counter;
    uint32_t word[4];
    unsigned used; /* words of `word` handed out */
};

static inline philox4x32_key_t rng_key(uint64_t seed, uint32_t stream)
{
    uint64_t k = (seed & ((UINT64_C(1) << RNG_SEED_BITS) - 1)) | ((uint64_t)stream << RNG_SEED_BITS);
    philox4x32_key_t key = {{(uint32_t)k, (uint32_t)(k >> 32)}};
    return key;
}

static inline struct rng_words rng_draw(uint64_t seed, uint32_t stream, uint32_t place, uint32_t i, uint32_t j,
                                        uint32_t tick, uint32_t step)
{
    philox4x32_ctr_t counter = {{i, j, tick, (place << RNG_STEP_BITS) | step}};
    philox4x32_ctr_t out = philox4x32(counter, rng_key(seed, stream));
    struct rng_words words = {{out.v[0], out.v[1], out.v[2], out.v[3]}};
    return words;
}

/* The calls rng_draw(seed, stream, place, i, j, tick, step) for i = first .. first + n - 1, four words each, one after another in
 * words (n, 4). Several calls at once where the processor can; the words are the same on any. */
void rng_fill(uint32_t *words, uint32_t n, uint64_t seed, uint32_t stream, uint32_t place, uint32_t first, uint32_t j,
              uint32_t tick, uint32_t step);

static inline struct rng rng_open(uint64_t seed, uint32_t stream, uint32_t place, uint32_t i, uint32_t j, uint32_t tick)
{
    struct rng r = {rng_key(seed, stream), {{i, j, tick, place << RNG_STEP_BITS}}, {0, 0, 0, 0}, 4};
    return r;
}

static inline uint32_t rng_word(struct rng *r)
{
    if (r->used == 4) {
        philox4x32_ctr_t out = philox4x32(r->counter, r->key);
        for (int k = 0; k < 4; k++)
            r->word[k] = out.v[k];
        r->counter.v[3]++;
        if ((r->counter.v[3] & ((1u << RNG_STEP_BITS) - 1)) == 0) {
            r->counter.v[3] -= 1u << RNG_STEP_BITS;
            r->counter.v[2] += 1u << 16;
        }
        r->used = 0;
    }
    return r->word[r->used++];
}

/* Uniform on (0, 1), never 0 or 1: (x + 1/2) / 2^32. */
static inline double rng_unit(uint32_t word) { return ((double)word + 0.5) * 0x1p-32; }

static inline double rng_uniform(struct rng *r) { return rng_unit(rng_word(r)); }

/* Uniform on 0 .. n-1 (bias below n / 2^32). */
static inline uint32_t rng_below(struct rng *r, uint32_t n) { return (uint32_t)(((uint64_t)rng_word(r) * n) >> 32); }

/* The same, and what of the word does not decide it: uniform too, in steps of n / 2^32. */
static inline uint32_t rng_split(struct rng *r, uint32_t n, uint32_t *rest)
{
    uint64_t product = (uint64_t)rng_word(r) * n;
    *rest = (uint32_t)product;
    return (uint32_t)(product >> 32);
}

/* Inverse CDF of the standard normal at u in (0, 1): Wichura 1988, AS 241 (PPND16), on SLEEF's log. */
double rng_normal_quantile(double u);
/* Standard normal from two words (52 bits), so that the tails are fine. */
double rng_normal(struct rng *r);
/* Exponential with mean 1. */
double rng_exponential(struct rng *r);
/* Poisson with that mean, by inversion; mean at most 500. */
uint32_t rng_poisson(struct rng *r, double mean);
/* Beta with that mean in (0, 1) and sd (below the largest that a Beta of that mean can have),
 * as a ratio of Marsaglia-Tsang gammas. */
double rng_beta(struct rng *r, double mean, double sd);

/* The seed of a replicate: the base seed itself for replicate 0 (so that any replicate can be run again alone by its
 * own seed), a 53-bit hash of (base, replicate) for the others. */
uint64_t rng_replicate_seed(uint64_t base, uint32_t replicate);

/* The same generator for GSL's statistics and tests; gsl_rng_set takes a 32- or 64-bit seed, stream RNG_STREAM_MAX. */
extern const gsl_rng_type *const rng_gsl_philox;

#endif
