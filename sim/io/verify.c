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
    store_id *series; /* (n_series) */
    double *block;    /* the largest (batch, levels, times) of a series */
    struct digest *runs[ENSEMBLE_BATCH];
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

/* A series of a batch of runs, read from the file and added to the runs' digests. */
static int digest_series(struct check *c, uint32_t k, uint32_t case_, uint32_t first, uint32_t n, struct error *err)
{
    uint32_t points = c->expected->plan->n_points;
    size_t size = frame_size(c->layout, k);
    if (!frame_has(c->layout, k)) return ERROR_NONE;
    struct frame_span span = frame_span(c->layout, k, case_ / points, case_ % points, first, n);
    int code = store_read(c->store, c->series[k], STORE_DOUBLE, span.start, span.count, c->block, err);
    for (uint32_t r = 0; r < n && !code; r++)
        digest_doubles(c->runs[r], c->block + r * size, size);
    return code;
}

/* The digests of a batch of runs, computed from the file. */
static int check_block(struct check *c, uint32_t case_, uint32_t first, struct error *err)
{
    uint32_t replicates = c->expected->plan->n_replicates, rest = replicates - first;
    uint32_t n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
    int code = ERROR_NONE;
    for (uint32_t r = 0; r < n; r++)
        digest_reset(c->runs[r]);
    for (uint32_t k = 0; k < c->layout->n_series && !code; k++)
        code = digest_series(c, c->expected->order[k], case_, first, n, err);
    for (uint32_t r = 0; r < n && !code; r++) {
        size_t run = (size_t)case_ * replicates + first + r;
        char hex[DIGEST_SIZE];
        digest_hex(c->runs[r], hex);
        if (c->expected->status[run] == RUN_DONE && strcmp(hex, c->expected->digests[run]) != 0)
            code = error_set(err, ERROR_IO, "%s: what was read back differs from what was written", c->label);
    }
    return code;
}

/* All batches where that is cheap, else at even steps as many as are. Of an index of other files one at least: of a file of its
 * own the sums hold some blocks of all batches. */
static int check_runs(struct check *c, struct error *err)
{
    const struct ensemble_plan *plan = c->expected->plan;
    uint32_t per_case = parallel_blocks(plan->n_replicates, ENSEMBLE_BATCH);
    uint64_t total = (uint64_t)plan->n_scenarios * plan->n_points * per_case;
    uint32_t runs = plan->n_replicates < ENSEMBLE_BATCH ? plan->n_replicates : ENSEMBLE_BATCH;
    uint64_t bytes = c->layout->n_doubles * sizeof(double) * runs + 1;
    uint64_t checked = RESULTS_BYTES / bytes + c->expected->is_index;
    uint64_t step = checked ? (total + checked - 1) / checked : total;
    int code = ERROR_NONE;
    for (uint64_t b = 0; b < total && checked && !code; b += step)
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
    if (!c->series || !c->block) return error_set(err, ERROR_IO, "no memory to verify %s", c->label);
    int code = ERROR_NONE;
    for (uint32_t r = 0; r < ENSEMBLE_BATCH && !code; r++)
        code = digest_open(&c->runs[r], err);
    return code ? code : store_open(&c->store, path, c->label, err);
}

int verify_file(const char *path, const char *label, const struct verify_expected *expected, struct error *err)
{
    struct check c = {.expected = expected, .layout = &expected->plan->layout, .label = label};
    int code = open_check(&c, path, err);
    for (uint32_t k = 0; k < c.layout->n_series && !code; k++)
        if (frame_has(c.layout, k)) code = find_series(&c, k, err); /* open: the check of all objects finds them so */
    if (!code) code = store_check(c.store, expected->sums, err);
    if (!code) code = check_runs(&c, err);
    if (!code) code = store_close(&c.store, err);
    store_abandon(&c.store);
    for (uint32_t r = 0; r < ENSEMBLE_BATCH; r++)
        digest_close(&c.runs[r]);
    free(c.series);
    free(c.block);
    return code;
}
