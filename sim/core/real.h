/* real.h - the transcendental functions of the core: SLEEF's deterministic scalar forms (no FMA, the same bits on
 * every CPU; the vector forms of the same family give these bits too). libm's differ between CPUs by FMA dispatch,
 * so `make check` refuses them in sim/core and models. sqrt, floor, fabs are exact in IEEE 754 and stay.
 */
#ifndef KLYNGE_CORE_REAL_H
#define KLYNGE_CORE_REAL_H

#include <math.h>
#include <sleef.h>
#include <stdbool.h>

static inline double real_exp(double x) { return Sleef_cinz_expd1_u10purec(x); }
static inline double real_log(double x) { return Sleef_cinz_logd1_u10purec(x); }
/* To 3.5 units in the last place instead of 1, at less than half the cost: for draws, whose 32 bits tell less. */
static inline double real_log_of_draw(double u) { return Sleef_cinz_logd1_u35purec(u); }
static inline double real_log1p(double x) { return Sleef_cinz_log1pd1_u10purec(x); }
static inline double real_pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }

/* Of two numbers; fmax and fmin, which look out for NaN, are calls. */
static inline double real_max(double x, double y) { return x < y ? y : x; }
static inline double real_min(double x, double y) { return y < x ? y : x; }
static inline double real_clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Probability of at least one event of a Poisson process: rate per year, span in years. Written with exp, at less than
 * half the cost of expm1: the error of 1e-16 is far below what a draw of 32 bits can tell. */
static inline double real_chance(double rate, double years) { return 1.0 - real_exp(-rate * years); }

/* 1 - exp(-x) for x >= 0: below 1/16 by its series, whose error is below 1e-13 of it; exp costs ten times as much. */
static inline double real_risen(double x)
{
    if (x >= 0.0625) return 1.0 - real_exp(-x);
    return x *
           (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0 * (1.0 - x / 6.0 * (1.0 - x / 7.0))))));
}

/* Does such an event come, at a draw u in (0, 1)? The chance is below rate x years, so that exp is seldom needed. */
static inline bool real_happens(double u, double rate, double years)
{
    return u < rate * years && u < real_chance(rate, years);
}

#endif
