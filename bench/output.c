/* output.c - what the result file costs beside the runs that fill it, one thread: the verb `run` with a clock around each part.
 *
 *   output run CONFIG -o OUT.h5 [the options of klynge run]
 *
 * Prints one line of JSON: CPU seconds of the runs and of the output (batches, opening, publishing with its check), and the output's share of
 * both; bytes of the file, and bytes a second of wall time at which batches were written. Beside it what a plain program pays for as many
 * bytes, written in pieces of 1 MB in the same folder: CPU seconds, bytes a second. *_synced holds the wait until the disk has them, and of the
 * result file also its check. Memory that the system has at hand is taken faster than what it has to find: before each of the two
 * as many bytes were written and thrown away. OUT.h5 is thrown away as well.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/plan.h"
#include "cli/verb.h"
#include "io/output.h"

struct stopwatch {
    double cpu, wall;
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static struct stopwatch now(void)
{
    return (struct stopwatch){seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC)};
}
static struct stopwatch since(struct stopwatch start)
{
    struct stopwatch t = now();
    return (struct stopwatch){t.cpu - start.cpu, t.wall - start.wall};
}

struct receiver {
    struct output *out;
    struct stopwatch took;
};

static int receive(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch,
                   struct error *err)
{
    struct receiver *r = context;
    struct stopwatch start = now();
    int code = output_batch(r->out, plan, batch, err);
    struct stopwatch took = since(start);
    r->took.cpu += took.cpu;
    r->took.wall += took.wall;
    return code;
}

/* Write so many bytes in the result's folder in pieces of 1 MB: what is taken in, and then also what fsync waits for. */
static void write_plainly(const char *out, double bytes, struct stopwatch *taken, struct stopwatch *synced)
{
    enum { PIECE = 1 << 20 };
    static char piece[PIECE];
    char name[4096];
    snprintf(name, sizeof name, "%s.plain", out);
    memset(piece, 0x5A, PIECE);
    int file = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    struct stopwatch start = now();
    for (double left = bytes; file >= 0 && left > 0.0; left -= PIECE)
        if (write(file, piece, PIECE) != PIECE) break;
    *taken = since(start);
    if (file >= 0) fsync(file);
    *synced = since(start);
    if (file >= 0) close(file);
    unlink(name);
}

static int measure(const struct options *o, const struct ensemble_plan *plan, const struct config_texts *texts,
                   struct error *err)
{
    struct receiver r = {0};
    struct ensemble_sink sink = {.context = &r, .batch = receive};
    struct ensemble_outcome outcome = {0};
    struct stopwatch taken, synced;
    unlink(o->out); /* replacing it would be paid for too */
    write_plainly(o->out, output_bytes(plan), &taken, &synced);
    struct stopwatch start = now();
    char digest[33];
    int code = output_open(&r.out, o->out, true, plan, texts, 1, o->argc, o->argv, err);
    struct stopwatch opened = since(start);
    if (!code) code = ensemble_run(plan, 1, &sink, NULL, &outcome, err);
    start = now();
    if (!code) code = output_publish(&r.out, &outcome, digest, err);
    output_discard(&r.out);
    if (code) return code;
    struct stopwatch published = since(start);
    struct stat file;
    if (stat(o->out, &file)) return error_set(err, ERROR_IO, "%s cannot be read", o->out);
    double bytes = (double)file.st_size;
    unlink(o->out);
    write_plainly(o->out, bytes, &taken, &synced);
    double output = opened.cpu + r.took.cpu + published.cpu, runs = outcome.cpu_seconds - r.took.cpu;
    printf("{\"runs_cpu_s\":%.6g,\"batches_cpu_s\":%.6g,\"open_cpu_s\":%.6g,\"publish_cpu_s\":%.6g,\"share\":%.5f,",
           runs, r.took.cpu, opened.cpu, published.cpu, output / (runs + output));
    printf("\"bytes\":%.0f,\"bytes_per_second\":%.4g,\"bytes_per_second_synced\":%.4g,", bytes, bytes / r.took.wall,
           bytes / (r.took.wall + published.wall));
    printf("\"plain_bytes_per_second\":%.4g,\"plain_bytes_per_second_synced\":%.4g,", bytes / taken.wall,
           bytes / synced.wall);
    printf("\"plain_cpu_s\":%.6g}\n", synced.cpu);
    return ERROR_NONE;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    struct ensemble_plan plan;
    struct config_texts texts;
    struct error err = {0};
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* as klynge does */
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    int code = options_parse(&o, verb_find("run"), argc, argv, &err);
    if (!code && (!o.out || o.n_operands != 1))
        code = error_set(&err, ERROR_CONFIG, "usage: output run CONFIG -o OUT.h5");
    if (!code) code = plan_load(&o, &plan, &texts, &err);
    if (!code) {
        code = measure(&o, &plan, &texts, &err);
        config_free(&plan, &texts);
    }
    options_free(&o);
    if (code) fprintf(stderr, "output: %s\n", err.text);
    return code;
}
