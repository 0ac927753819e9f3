#include "io/output.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/parallel.h"
#include "io/digest.h"
#include "io/frame.h"
#include "io/panel.h"
#include "io/provenance.h"
#include "io/publish.h"
#include "io/store.h"

/* Bytes of results that are read again and checked before a file gets its name. */
enum { VERIFY_BYTES = 4 * 1024 * 1024 };

struct output {
    struct publish publish;
    struct store *store; /* NULL once closed */
    struct frame frame;
    struct panel *panel;
    struct digest *digest;
    struct provenance about;
    const struct ensemble_plan *plan;
    uint32_t *order;              /* (n_series) series by their paths, for digests */
    double *block;                /* the largest (batch, levels, times) of a series */
    int8_t *status;               /* (n_runs) */
    char (*digests)[DIGEST_SIZE]; /* (n_runs) "" where not done */
    size_t n_runs;
};

static size_t run_index(const struct ensemble_plan *plan, uint32_t scenario, uint32_t point, uint32_t replicate)
{
    return ((size_t)scenario * plan->n_points + point) * plan->n_replicates + replicate;
}

/* ---- opening ---- */

static const struct layout *sorted_layout; /* for qsort, in one thread */

static int by_path(const void *a, const void *b)
{
    char left[FRAME_PATH], right[FRAME_PATH];
    const struct series *x = &sorted_layout->series[*(const uint32_t *)a];
    const struct series *y = &sorted_layout->series[*(const uint32_t *)b];
    return strcmp(frame_path(left, x->observable->folder, x->name), frame_path(right, y->observable->folder, y->name));
}

static void sort_series(uint32_t *order, const struct layout *l)
{
    for (uint32_t k = 0; k < l->n_series; k++)
        order[k] = k;
    sorted_layout = l;
    qsort(order, l->n_series, sizeof *order, by_path);
}

static size_t series_size(const struct layout *l, uint32_t k)
{
    return (size_t)l->series[k].levels * series_times(l, &l->series[k]);
}

static int allocate(struct output *o, struct error *err)
{
    const struct layout *l = &o->plan->layout;
    size_t largest = 1;
    for (uint32_t k = 0; k < l->n_series; k++)
        largest = series_size(l, k) > largest ? series_size(l, k) : largest;
    o->n_runs = run_index(o->plan, o->plan->n_scenarios, 0, 0);
    o->order = calloc(l->n_series + 1u, sizeof *o->order);
    o->block = calloc(largest * ENSEMBLE_BATCH, sizeof *o->block);
    o->status = malloc(o->n_runs + 1);
    o->digests = calloc(o->n_runs + 1, sizeof *o->digests);
    if (!o->order || !o->block || !o->status || !o->digests)
        return error_set(err, ERROR_IO, "no memory for the results of %zu runs", o->n_runs);
    memset(o->status, RUN_NOT_RUN, o->n_runs);
    sort_series(o->order, l);
    return ERROR_NONE;
}

int output_open(struct output **out, const char *path, bool force, const struct ensemble_plan *plan,
                const struct config_texts *texts, int threads, int argc, char *const *argv, struct error *err)
{
    *out = NULL;
    struct output *o = calloc(1, sizeof *o);
    if (!o) return error_set(err, ERROR_IO, "no memory for %s", path);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of a write, with its message */
    o->plan = plan;
    o->about = (struct provenance){plan, texts, threads > 0 ? threads : parallel_max_threads(), argc, argv, time(NULL)};
    int code = publish_begin(&o->publish, path, force, err);
    if (!code) code = allocate(o, err);
    if (!code) code = digest_open(&o->digest, err);
    if (!code) code = store_create(&o->store, o->publish.temporary, o->publish.final, err);
    if (!code) code = frame_build(&o->frame, o->store, plan, err);
    if (!code) code = panel_open(&o->panel, o->store, plan, err);
    if (code)
        output_discard(&o);
    else
        *out = o;
    return code;
}

void output_discard(struct output **out)
{
    struct output *o = *out;
    if (!o) return;
    store_abandon(&o->store);
    publish_abandon(&o->publish);
    panel_close(&o->panel);
    digest_close(&o->digest);
    frame_free(&o->frame);
    free(o->order);
    free(o->block);
    free(o->status);
    free(o->digests);
    free(o);
    *out = NULL;
}

/* ---- batches ---- */

/* Series k of the batch's runs, one after the other; NaN where a run is not done. */
static void gather(struct output *o, const struct ensemble_batch *batch, uint32_t k)
{
    const struct layout *l = &o->plan->layout;
    size_t n = series_size(l, k);
    for (uint32_t r = 0; r < batch->n; r++) {
        double *to = o->block + r * n;
        if (batch->status[r] == RUN_DONE)
            memcpy(to, batch->results[r] + l->offset[k], n * sizeof *to);
        else
            for (size_t t = 0; t < n; t++)
                to[t] = NAN;
    }
}

/* Start and count of a series' block: replicates first .. first + n - 1 of one case. */
struct span {
    uint64_t start[5], count[5];
};

static struct span span_of(const struct layout *l, const struct series *s, uint32_t scenario, uint32_t point,
                           uint32_t first, uint32_t n)
{
    struct span span = {{scenario, point, first, 0, 0}, {1, 1, n, s->levels, series_times(l, s)}};
    if (!s->grouping) span.count[3] = span.count[4];
    return span;
}

static int write_series(struct output *o, const struct ensemble_batch *b, uint32_t k, struct error *err)
{
    const struct layout *l = &o->plan->layout;
    if (!frame_has(l, k)) return ERROR_NONE;
    struct span span = span_of(l, &l->series[k], b->scenario, b->point, b->first, b->n);
    gather(o, b, k);
    return store_write(o->store, o->frame.series[k], STORE_DOUBLE, span.start, span.count, o->block, err);
}

static void digest_run(struct output *o, const double *results, char hex[DIGEST_SIZE])
{
    const struct layout *l = &o->plan->layout;
    digest_reset(o->digest);
    for (uint32_t k = 0; k < l->n_series; k++)
        digest_doubles(o->digest, results + l->offset[o->order[k]], series_size(l, o->order[k]));
    digest_hex(o->digest, hex);
}

int output_batch(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch, struct error *err)
{
    struct output *o = context;
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < plan->layout.n_series && !code; k++)
        code = write_series(o, batch, k, err);
    size_t from = run_index(plan, batch->scenario, batch->point, batch->first);
    for (uint32_t r = 0; r < batch->n && !code; r++) {
        o->status[from + r] = batch->status[r];
        if (batch->status[r] == RUN_DONE) digest_run(o, batch->results[r], o->digests[from + r]);
    }
    return code ? code : panel_batch(o->panel, batch, err);
}

/* ---- publishing ---- */

static int write_digests(struct output *o, struct error *err)
{
    const char **texts = calloc(o->n_runs + 1, sizeof *texts);
    if (!texts) return error_set(err, ERROR_IO, "no memory for the digests of %zu runs", o->n_runs);
    for (size_t k = 0; k < o->n_runs; k++)
        texts[k] = o->digests[k];
    int code = store_write(o->store, o->frame.digest, STORE_TEXT, NULL, NULL, texts, err);
    free(texts);
    return code;
}

/* Of all runs: their digests, each with a newline, in the order (scenario, point, replicate). */
static void digest_all(struct output *o, char hex[DIGEST_SIZE])
{
    digest_reset(o->digest);
    for (size_t k = 0; k < o->n_runs; k++) {
        digest_text(o->digest, o->digests[k]);
        digest_text(o->digest, "\n");
    }
    digest_hex(o->digest, hex);
}

static int finish(struct output *o, const struct ensemble_outcome *outcome, const char *digest, struct error *err)
{
    int code = panel_finish(o->panel, err);
    if (!code) code = store_write(o->store, o->frame.status, STORE_INT8, NULL, NULL, o->status, err);
    if (!code) code = write_digests(o, err);
    if (!code) code = store_note(o->store, store_root(o->store), "digest", digest, err);
    if (!code) code = provenance_write(&o->about, o->store, outcome, err);
    return code;
}

/* ---- verifying what was written ---- */

struct check {
    struct output *o;
    struct store *store;
    store_id *series; /* (n_series) */
    double **results; /* (ENSEMBLE_BATCH) runs as read */
};

static int find_series(struct check *c, uint32_t k, struct error *err)
{
    const struct ensemble_plan *plan = c->o->plan;
    const struct series *s = &plan->layout.series[k];
    char path[FRAME_PATH];
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK];
    int code = store_find(c->store, frame_path(path, s->observable->folder, s->name), &c->series[k], err);
    if (!code) code = store_shape(c->store, c->series[k], &rank, size, err);
    if (code) return code;
    uint32_t times = series_times(&plan->layout, s), grouped = s->grouping != NULL;
    if (rank == 4 + grouped && size[0] == plan->n_scenarios && size[1] == plan->n_points &&
        size[2] == plan->n_replicates && size[3 + grouped] == times && (!grouped || size[3] == s->levels))
        return ERROR_NONE;
    return error_set(err, ERROR_IO, "%s: %s has another shape than what was written", c->o->publish.final, path);
}

static int read_block(struct check *c, uint32_t case_, uint32_t first, uint32_t n, struct error *err)
{
    const struct layout *l = &c->o->plan->layout;
    uint32_t points = c->o->plan->n_points;
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < l->n_series && !code; k++) {
        if (!frame_has(l, k)) continue;
        struct span span = span_of(l, &l->series[k], case_ / points, case_ % points, first, n);
        code = store_read(c->store, c->series[k], STORE_DOUBLE, span.start, span.count, c->o->block, err);
        size_t size = series_size(l, k);
        for (uint32_t r = 0; r < n && !code; r++)
            memcpy(c->results[r] + l->offset[k], c->o->block + r * size, size * sizeof(double));
    }
    return code;
}

/* The digests of a batch of runs, computed from the file. */
static int verify_block(struct check *c, uint32_t case_, uint32_t first, struct error *err)
{
    const struct ensemble_plan *plan = c->o->plan;
    uint32_t rest = plan->n_replicates - first, n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
    int code = read_block(c, case_, first, n, err);
    for (uint32_t r = 0; r < n && !code; r++) {
        size_t run = (size_t)case_ * plan->n_replicates + first + r;
        char hex[DIGEST_SIZE];
        digest_run(c->o, c->results[r], hex);
        if (c->o->status[run] == RUN_DONE && strcmp(hex, c->o->digests[run]) != 0)
            code =
                error_set(err, ERROR_IO, "%s: what was read back differs from what was written", c->o->publish.final);
    }
    return code;
}

/* All batches where that is cheap, else the first and others at even steps. */
static int verify_runs(struct check *c, struct error *err)
{
    const struct ensemble_plan *plan = c->o->plan;
    uint32_t per_case = parallel_blocks(plan->n_replicates, ENSEMBLE_BATCH);
    uint64_t total = (uint64_t)plan->n_scenarios * plan->n_points * per_case;
    uint64_t bytes = plan->layout.n_doubles * sizeof(double) * ENSEMBLE_BATCH + 1;
    uint64_t checked = VERIFY_BYTES / bytes + 1, step = (total + checked - 1) / checked;
    int code = ERROR_NONE;
    for (uint64_t b = 0; b < total && !code; b += step)
        code = verify_block(c, (uint32_t)(b / per_case), (uint32_t)(b % per_case) * ENSEMBLE_BATCH, err);
    return code;
}

static int open_check(struct check *c, struct error *err)
{
    const struct layout *l = &c->o->plan->layout;
    c->series = calloc(l->n_series + 1u, sizeof *c->series);
    c->results = calloc(ENSEMBLE_BATCH, sizeof *c->results);
    bool good = c->series && c->results;
    for (int r = 0; r < ENSEMBLE_BATCH && good; r++)
        good = (c->results[r] = malloc((l->n_doubles + 1) * sizeof(double))) != NULL;
    if (!good) return error_set(err, ERROR_IO, "no memory to verify %s", c->o->publish.final);
    return store_open(&c->store, c->o->publish.temporary, c->o->publish.final, err);
}

static int verify(struct output *o, struct error *err)
{
    struct check c = {.o = o};
    int code = open_check(&c, err);
    for (uint32_t k = 0; k < o->plan->layout.n_series && !code; k++)
        if (frame_has(&o->plan->layout, k)) code = find_series(&c, k, err);
    if (!code) code = verify_runs(&c, err);
    if (!code) code = store_close(&c.store, err);
    store_abandon(&c.store);
    for (int r = 0; c.results && r < ENSEMBLE_BATCH; r++)
        free(c.results[r]);
    free(c.results);
    free(c.series);
    return code;
}

int output_publish(struct output **out, const struct ensemble_outcome *outcome, char digest[33], struct error *err)
{
    struct output *o = *out;
    digest_all(o, digest);
    int code = finish(o, outcome, digest, err);
    if (!code) code = store_close(&o->store, err);
    if (!code) code = publish_sync(&o->publish, err);
    if (!code) code = verify(o, err);
    if (!code) code = publish_commit(&o->publish, err);
    output_discard(out);
    return code;
}

/* ---- size ---- */

static double snapshot_bytes(const struct ensemble_plan *plan, const struct ensemble_case *c)
{
    const struct model *m = plan->model;
    double firms = (double)c->scale.n_blocks * c->scale.firms_per_block, row = 28, panel = 0;
    double every = plan->run.snapshot_every > 0 ? plan->run.snapshot_every : 1;
    double snapshots = floor((plan->run.end - plan->run.start) / every) + 1;
    for (uint32_t f = 0; f < m->n_fields; f++)
        if (m->fields[f].in_panel) panel += m->fields[f].type == 'd' ? 8 : 4;
    double ties = c->scale.ties_per_firm * (9.0 + 4.0 * m->n_tie_values);
    double panel_runs = fmin((double)plan->run.panel_runs, plan->n_replicates);
    double tie_runs = fmin((double)plan->run.tie_runs, plan->n_replicates);
    return snapshots * firms * (panel_runs * (row + panel) + tie_runs * (row + 4 + ties));
}

double output_bytes(const struct ensemble_plan *plan)
{
    const struct layout *l = &plan->layout;
    double cases = (double)plan->n_scenarios * plan->n_points, replicates = plan->n_replicates;
    double chunk = fmin(replicates, FRAME_CHUNK), padded = chunk > 0 ? ceil(replicates / chunk) * chunk : 0;
    double bytes = 64e3 + 4e3 * l->n_series;
    bytes += cases * padded * (8.0 * (double)l->n_doubles + 80);
    for (size_t k = 0; k < (size_t)plan->n_scenarios * plan->n_points; k++)
        bytes += snapshot_bytes(plan, &plan->cases[k]);
    return bytes;
}
