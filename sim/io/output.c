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
#include "io/names.h"
#include "io/panel.h"
#include "io/provenance.h"
#include "io/publish.h"
#include "io/rows.h"
#include "io/store.h"
#include "io/verify.h"

struct output {
    struct publish publish;
    struct store *store; /* NULL once closed */
    struct frame frame;
    struct panel *panel;
    struct digest *digest;
    struct provenance about;
    const struct ensemble_plan *plan;
    uint32_t *order;                     /* (n_series) series by their paths, for digests */
    double *block;                       /* the largest (batch, levels, times) of a series, as a chunk of the file */
    struct digest *runs[ENSEMBLE_BATCH]; /* of the batch being written */
    int8_t *status;                      /* (n_runs) */
    char (*digests)[DIGEST_SIZE];        /* (n_runs) "" where not done */
    size_t n_runs;
    bool is_index; /* the series stand in segments */
};

static size_t run_index(const struct ensemble_plan *plan, uint32_t scenario, uint32_t point, uint32_t replicate)
{
    return ((size_t)scenario * plan->n_points + point) * plan->n_replicates + replicate;
}

/* ---- opening ---- */

static int allocate(struct output *o, struct error *err)
{
    const struct layout *l = &o->plan->layout;
    size_t largest = 1;
    for (uint32_t k = 0; k < l->n_series; k++)
        largest = frame_size(l, k) > largest ? frame_size(l, k) : largest;
    o->n_runs = run_index(o->plan, o->plan->n_scenarios, 0, 0);
    o->order = calloc(l->n_series + 1u, sizeof *o->order);
    o->block = malloc(largest * ENSEMBLE_BATCH * sizeof *o->block + STORE_CHECKSUM);
    o->status = malloc(o->n_runs + 1);
    o->digests = calloc(o->n_runs + 1, sizeof *o->digests);
    if (!o->order || !o->block || !o->status || !o->digests)
        return error_set(err, ERROR_IO, "no memory for the results of %zu runs", o->n_runs);
    memset(o->status, RUN_NOT_RUN, o->n_runs);
    frame_order(o->order, l);
    int code = digest_open(&o->digest, err);
    for (uint32_t r = 0; r < ENSEMBLE_BATCH && !code; r++)
        code = digest_open(&o->runs[r], err);
    return code;
}

static int build(struct output *o, const struct frame_block *blocks, size_t n_blocks, struct error *err)
{
    const struct ensemble_plan *plan = o->plan;
    const char *path = o->publish.temporary, *label = o->publish.final;
    int code = allocate(o, err);
    o->is_index = blocks != NULL;
    if (!code) code = (blocks ? store_create_virtual : store_create)(&o->store, path, label, err);
    if (!code) code = frame_build(&o->frame, o->store, plan, &o->about.texts->design, blocks, n_blocks, err);
    if (!code) code = panel_open(&o->panel, o->store, plan, err);
    return code ? code : names_write(o->store, plan, err);
}

static int begin(struct output **out, const char *path, bool force, const struct provenance *about,
                 const struct frame_block *blocks, size_t n_blocks, struct error *err)
{
    *out = NULL;
    struct output *o = calloc(1, sizeof *o);
    if (!o) return error_set(err, ERROR_IO, "no memory for %s", path);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of a write, with its message */
    o->plan = about->plan;
    o->about = *about;
    int code = publish_begin(&o->publish, path, force, err);
    if (!code) code = build(o, blocks, n_blocks, err);
    if (code)
        output_discard(&o);
    else
        *out = o;
    return code;
}

int output_open(struct output **out, const char *path, bool force, const struct ensemble_plan *plan,
                const struct config_texts *texts, int threads, int argc, char *const *argv, struct error *err)
{
    struct provenance about = {plan, texts, threads > 0 ? threads : parallel_max_threads(), argc, argv, time(NULL)};
    return begin(out, path, force, &about, NULL, 0, err);
}

int output_open_virtual(struct output **out, const char *path, bool force, const struct ensemble_plan *plan,
                        const struct config_texts *texts, int argc, char *const *argv, const struct frame_block *blocks,
                        size_t n_blocks, struct error *err)
{
    struct provenance about = {plan, texts, 1, argc, argv, time(NULL)};
    return begin(out, path, force, &about, blocks, n_blocks, err);
}

void output_note(struct output *o, size_t run, int8_t status, const char *digest)
{
    o->status[run] = status;
    snprintf(o->digests[run], sizeof o->digests[run], "%s", digest);
}

void output_discard(struct output **out)
{
    struct output *o = *out;
    if (!o) return;
    store_abandon(&o->store);
    publish_abandon(&o->publish);
    panel_close(&o->panel);
    digest_close(&o->digest);
    for (uint32_t r = 0; r < ENSEMBLE_BATCH; r++)
        digest_close(&o->runs[r]);
    frame_free(&o->frame);
    free(o->order);
    free(o->block);
    free(o->status);
    free(o->digests);
    free(o);
    *out = NULL;
}

/* ---- batches ---- */

/* Ask for a piece that stands far from what was read last, and will be wanted soon. */
static void fetch(const double *piece, size_t n)
{
    enum { LINE = 8 };
    for (size_t k = 0; k < n; k += LINE)
        __builtin_prefetch(piece + k);
}

/* Series k of the batch's runs, one after the other; NaN where a run is not done. Each run's digest takes it while it is near. */
static void gather(struct output *o, const struct ensemble_batch *batch, uint32_t k)
{
    const struct layout *l = &o->plan->layout;
    size_t n = frame_size(l, k);
    for (uint32_t r = 0; r < batch->n; r++) {
        double *to = o->block + r * n;
        if (r + 1 < batch->n) fetch(batch->results[r + 1] + l->offset[k], n);
        if (batch->status[r] == RUN_DONE) {
            memcpy(to, batch->results[r] + l->offset[k], n * sizeof *to);
            digest_doubles(o->runs[r], to, n);
        } else {
            for (size_t t = 0; t < n; t++)
                to[t] = NAN;
        }
    }
}

static int write_series(struct output *o, const struct ensemble_batch *b, uint32_t k, struct error *err)
{
    const struct layout *l = &o->plan->layout;
    if (!frame_has(l, k)) return ERROR_NONE;
    struct frame_span span = frame_span(l, k, b->scenario, b->point, b->first, b->n);
    gather(o, b, k);
    return store_write_chunk(o->store, o->frame.series[k], STORE_DOUBLE, span.start, span.count, o->block, err);
}

int output_batch(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch, struct error *err)
{
    struct output *o = context;
    int code = ERROR_NONE;
    for (uint32_t r = 0; r < batch->n; r++)
        digest_reset(o->runs[r]);
    for (uint32_t k = 0; k < plan->layout.n_series && !code; k++)
        code = write_series(o, batch, o->order[k], err);
    size_t from = run_index(plan, batch->scenario, batch->point, batch->first);
    for (uint32_t r = 0; r < batch->n && !code; r++) {
        o->status[from + r] = batch->status[r];
        if (batch->status[r] == RUN_DONE) digest_hex(o->runs[r], o->digests[from + r]);
    }
    if (!code) code = panel_batch(o->panel, batch, err);
    if (!code) store_start_disk(o->store);
    return code;
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

static int close_and_verify(struct output *o, struct error *err)
{
    struct store_sums *sums = NULL;
    int code = store_take_sums(o->store, &sums, err);
    struct verify_expected expected = {o->plan, sums, o->order, o->status, o->digests, o->is_index};
    if (!code) code = store_close(&o->store, err);
    if (!code) code = publish_sync(&o->publish, err);
    if (!code) code = verify_file(o->publish.temporary, o->publish.final, &expected, err);
    store_free_sums(&sums);
    return code;
}

int output_publish(struct output **out, const struct ensemble_outcome *outcome, char digest[33], struct error *err)
{
    struct output *o = *out;
    digest_all(o, digest);
    int code = finish(o, outcome, digest, err);
    if (!code) code = close_and_verify(o, err);
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
    double rows = panel_runs * rows_bytes(m, firms, plan->run.end - plan->run.start);
    return rows + snapshots * firms * (panel_runs * (row + panel) + tie_runs * (row + 4 + ties));
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
