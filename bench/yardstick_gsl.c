/* yardstick_gsl.c - the tie kernel of models/ties/ODD.md as a researcher would write it for one world: plain C and GSL's Mersenne
 * twister, one draw a tie, one thread, arrays of double. Nothing in it is slow on purpose: the rows of ties are contiguous, and it is
 * compiled with -O3 -march=native, which the program that it is compared with is not.
 *
 *   yardstick_gsl FIRMS TIES TICKS random|clustered RATE SEED
 *
 * Prints one line of JSON with the keys of `klynge bench ties`.
 */
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t n, k_ties, n_ticks, cluster;
static double rate;
static unsigned *to; /* (n, k_ties) */
static double *w;    /* (n, k_ties) */
static double *u, *a, *next_a;
static gsl_rng *rng;
static unsigned long collaborations;

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool has(const unsigned *row, size_t filled, unsigned j)
{
    for (size_t k = 0; k < filled; k++)
        if (row[k] == j) return true;
    return false;
}

static void start(void)
{
    for (size_t i = 0; i < n; i++) {
        size_t first = i - i % cluster, size = n - first < cluster ? n - first : cluster;
        u[i] = gsl_rng_uniform(rng);
        a[i] = gsl_rng_uniform(rng);
        for (size_t k = 0; k < k_ties; k++) {
            unsigned j;
            do
                j = (unsigned)(first + gsl_rng_uniform_int(rng, size));
            while (j == i || has(to + i * k_ties, k, j));
            to[i * k_ties + k] = j;
            w[i * k_ties + k] = gsl_rng_uniform(rng);
        }
    }
}

static void tick(void)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t e = i * k_ties; e < (i + 1) * k_ties; e++) {
            double p = rate * sqrt(a[i] * a[to[e]]) * (0.2 + 0.8 * w[e]);
            if (gsl_rng_uniform(rng) < p) {
                w[e] += 0.1 * (1.0 - w[e]);
                collaborations++;
            } else
                w[e] *= 0.98;
            sum += w[e];
        }
        u[i] += 0.01 * (sum / (double)k_ties - u[i]);
        next_a[i] = a[i] + 0.01 * (u[i] - a[i]);
    }
    double *swap = a;
    a = next_a;
    next_a = swap;
}

static double mean(const double *x, size_t length)
{
    double sum = 0.0;
    for (size_t i = 0; i < length; i++)
        sum += x[i];
    return sum / (double)length;
}

static void *room(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory) return memory;
    fputs("yardstick_gsl: no memory\n", stderr);
    exit(3);
}

static bool read_arguments(int argc, char **argv)
{
    if (argc != 7) return false;
    n = strtoul(argv[1], NULL, 10);
    k_ties = strtoul(argv[2], NULL, 10);
    n_ticks = strtoul(argv[3], NULL, 10);
    cluster = strcmp(argv[4], "clustered") == 0 && n > 100 ? 100 : n;
    rate = strtod(argv[5], NULL);
    return k_ties > 0 && k_ties < n && n_ticks > 0 && (n % cluster == 0 || k_ties < n % cluster);
}

static void report(double wall, double cpu)
{
    double ties = (double)n * (double)k_ties * (double)n_ticks;
    printf("{\"firms\":%zu,\"ties\":%zu,\"ticks\":%zu,\"threads\":1,\"ties_per_cpu_second\":%.6g,\"ties_per_wall_"
           "second\":%.6g,"
           "\"mean_u\":%.6f,\"mean_a\":%.6f,\"mean_w\":%.6f,\"collaborations\":%lu}\n",
           n, k_ties, n_ticks, ties / cpu, ties / wall, mean(u, n), mean(a, n), mean(w, n * k_ties), collaborations);
}

int main(int argc, char **argv)
{
    if (!read_arguments(argc, argv)) {
        fputs("usage: yardstick_gsl FIRMS TIES TICKS random|clustered RATE SEED\n", stderr);
        return 2;
    }
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, strtoul(argv[6], NULL, 10));
    to = room(n * k_ties, sizeof *to);
    w = room(n * k_ties, sizeof *w);
    u = room(n, sizeof *u);
    a = room(n, sizeof *a);
    next_a = room(n, sizeof *next_a);
    start();
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t t = 0; t < n_ticks; t++)
        tick();
    report(seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    gsl_rng_free(rng);
    free(to);
    free(w);
    free(u);
    free(a);
    free(next_a);
    return 0;
}
