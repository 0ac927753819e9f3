#include "io/verify.h"

#include <stdlib.h>
#include <string.h>

#include "core/parallel.h"
#include "io/frame.h"
#include "io/store.h"

/* Results that are read again. */
enum { RESULTS_BYTES = 4 * 1024 * 1024 };

struct check {
    const struct verify_expected *expected;
    const struct layout *layout;
    const char *label;
    struct store *store;
    struct digest *digest;
    store_id *series; /* (n_series) */
    double *block;    /* the largest (batch, levels, times) of a series */
    double *results;  /* (batch, n_doubles) */
};

/* ---- series ---- */

static int find_series(struct check *c, uint32_t k, struct error *err)
{
    const struct ensemble_plan *plan = c->expected->plan;
    const struct series *s = &c->layout->series[k];
    char path[FRAME_PATH];
    uint32_t rank = 0, grouped = s->grouping != NULL;
    uint64_t size[STORE_MAX_RANK];
    int code = store_find(c->store, frame_path(path, s->observable->folder, s->name), &c->series[k], err);
    if (!code) code = store_shape(c->store, c->series[k], &rank, size, err);
    if (code) return code;
    if (rank == 4 + grouped && size[0] == plan->n_scenarios && size[1] == plan->n_points &&
        size[2] == plan->n_replicates && size[3 + grouped] == series_times(c->layout, s) &&
        (!grouped || size[3] == s->levels))
        return ERROR_NONE;
    return error_set(err, ERROR_IO, "%s: %s has another shape than what was written", c->label, path);
}

static int read_block(struct check *c, uint32_t case_, uint32_t first, uint32_t n, struct error *err)
{
    const struct layout *l = c->layout;
    uint32_t points = c->expected->plan->n_points;
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < l->n_series && !code; k++) {
        if (!frame_has(l, k)) continue;
        struct frame_span span = frame_span(l, k, case_ / points, case_ % points, first, n);
        code = store_read(c->store, c->series[k], STORE_DOUBLE, span.start, span.count, c->block, err);
        size_t size = frame_size(l, k);
        for (uint32_t r = 0; r < n && !code; r++)
            memcpy(c->results + r * l->n_doubles + l->offset[k], c->block + r * size, size * sizeof(double));
    }
    return code;
}

/* The digests of a batch of runs, computed from the file. */
static int check_block(struct check *c, uint32_t case_, uint32_t first, struct error *err)
{
    uint32_t replicates = c->expected->plan->n_replicates, rest = replicates - first;
    uint32_t n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
    int code = read_block(c, case_, first, n, err);
    for (uint32_t r = 0; r < n && !code; r++) {
        size_t run = (size_t)case_ * replicates + first + r;
        char hex[DIGEST_SIZE];
        frame_digest(c->digest, c->expected->order, c->layout, c->results + r * c->layout->n_doubles, hex);
        if (c->expected->status[run] == RUN_DONE && strcmp(hex, c->expected->digests[run]) != 0)
            code = error_set(err, ERROR_IO, "%s: what was read back differs from what was written", c->label);
    }
    return code;
}

/* All batches where that is cheap, else the first and others at even steps. */
static int check_runs(struct check *c, struct error *err)
{
    const struct ensemble_plan *plan = c->expected->plan;
    uint32_t per_case = parallel_blocks(plan->n_replicates, ENSEMBLE_BATCH);
    uint64_t total = (uint64_t)plan->n_scenarios * plan->n_points * per_case;
    uint64_t bytes = c->layout->n_doubles * sizeof(double) * ENSEMBLE_BATCH + 1;
    uint64_t checked = RESULTS_BYTES / bytes + 1, step = (total + checked - 1) / checked;
    int code = ERROR_NONE;
    for (uint64_t b = 0; b < total && !code; b += step)
        code = check_block(c, (uint32_t)(b / per_case), (uint32_t)(b % per_case) * ENSEMBLE_BATCH, err);
    return code;
}

/* ---- the file ---- */

static int open_check(struct check *c, const char *path, struct error *err)
{
    const struct layout *l = c->layout;
    size_t largest = 1;
    for (uint32_t k = 0; k < l->n_series; k++)
        largest = frame_size(l, k) > largest ? frame_size(l, k) : largest;
    c->series = calloc(l->n_series + 1u, sizeof *c->series);
    c->block = calloc(largest * ENSEMBLE_BATCH, sizeof *c->block);
    c->results = calloc((l->n_doubles + 1) * ENSEMBLE_BATCH, sizeof *c->results);
    if (!c->series || !c->block || !c->results) return error_set(err, ERROR_IO, "no memory to verify %s", c->label);
    int code = digest_open(&c->digest, err);
    return code ? code : store_open(&c->store, path, c->label, err);
}

int verify_file(const char *path, const char *label, const struct verify_expected *expected, struct error *err)
{
    struct check c = {.expected = expected, .layout = &expected->plan->layout, .label = label};
    int code = open_check(&c, path, err);
    if (!code) code = store_check(c.store, expected->sums, err);
    for (uint32_t k = 0; k < c.layout->n_series && !code; k++)
        if (frame_has(c.layout, k)) code = find_series(&c, k, err);
    if (!code) code = check_runs(&c, err);
    if (!code) code = store_close(&c.store, err);
    store_abandon(&c.store);
    digest_close(&c.digest);
    free(c.series);
    free(c.block);
    free(c.results);
    return code;
}
