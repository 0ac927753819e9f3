/* sample.h - points of the unit cube for designs. All are (points, k) row-major, in [0, 1), Morris's in [0, 1]. */
#ifndef KLYNGE_IO_SAMPLE_H
#define KLYNGE_IO_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* n points: in each of n equal parts of each axis lies one. */
bool sample_latin_hypercube(double *u, uint32_t n, uint32_t k, uint64_t seed);

/* n blocks of k + 2 points: A, A with axis 0, 1, ... taken from B, B; A and B are the two halves of a Sobol sequence in 2 k
 * dimensions, at most SOBOL_DIMENSIONS. Saltelli et al. 2010, Comput. Phys. Commun. 181, 259-270. */
bool sample_saltelli(double *u, uint32_t n, uint32_t k, bool scramble, uint64_t seed);

/* n trajectories of k + 1 points on a grid of an even number of levels; each step moves one axis by levels / (2 (levels - 1)).
 * Morris 1991, Technometrics 33, 161-174. */
bool sample_morris(double *u, uint32_t n, uint32_t k, uint32_t levels, uint64_t seed);

/* Each returns false without memory. */

#endif
