/* sobol.h - the Sobol sequence in base 2 with the direction numbers of Joe and Kuo (2008), in Gray-code order: the points that
 * scipy.stats.qmc.Sobol gives. GSL's stops at 40 dimensions. */
#ifndef KLYNGE_IO_SOBOL_H
#define KLYNGE_IO_SOBOL_H

#include <stdint.h>

enum { SOBOL_DIMENSIONS = 1024, SOBOL_BITS = 32 };

/* Coordinates in one dimension, below SOBOL_DIMENSIONS, of points 0 .. n - 1, as whole multiples of 2^-32. */
void sobol_fill(uint32_t *points, uint32_t n, unsigned dimension);

/* Nested uniform scrambling (Owen 1995) of such coordinates: each digit is flipped or not by a draw that the digits before it
 * select. Any 2^m consecutive points from a multiple of 2^m still fall one into each of 2^m equal parts. */
void sobol_scramble(uint32_t *points, uint32_t n, unsigned dimension, uint64_t seed);

#endif
