#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "io/catalog.h"
#include "io/endvalues.h"
#include "io/frame.h"
#include "io/output.h"
#include "io/segment.h"

enum { OPEN_MOST = 512 }; /* segments that are open at once */

struct merge {
    const struct options *o;
    struct manifest manifest;
    struct config_texts texts;
    struct catalog catalog;
    struct output *out;
    struct endvalues *csv; /* or NULL */
    struct progress progress;
    struct segment **open; /* (catalog.n_files) */
    uint32_t queue[OPEN_MOST], n_open, oldest;
    struct ensemble_outcome outcome;
};

/* ---- segments ------------------------------------------------------------------------------------------------------------- */

static int open_segment(struct merge *m, uint32_t file, struct error *err)
{
    if (m->open[file]) return ERROR_NONE;
    if (m->n_open == OPEN_MOST) {
        segment_close(&m->open[m->queue[m->oldest]]);
        m->n_open--;
    }
    char *path = catalog_path(m->catalog.folder, m->catalog.files[file].name);
    int code = path ? segment_open(&m->open[file], path, m->manifest.digest, err)
                    : error_set(err, ERROR_IO, "no memory for a name");
    free(path);
    if (code) return code;
    m->queue[m->oldest] = file;
    m->oldest = (m->oldest + 1) % OPEN_MOST;
    m->n_open++;
    return ERROR_NONE;
}

/* ---- batches -------------------------------------------------------------------------------------------------------------- */

static int read_run(struct merge *m, struct ensemble_batch *b, uint32_t k, struct error *err)
{
    const struct ensemble_plan *p = &m->manifest.plan;
    uint64_t run = ((uint64_t)b->scenario * p->n_points + b->point) * p->n_replicates + b->first + k;
    const struct catalog_run *r = &m->catalog.run[run];
    b->status[k] = r->status;
    if (r->status != RUN_DONE) return ERROR_NONE;
    int code = open_segment(m, r->file, err);
    if (!code) code = segment_read(m->open[r->file], r->row, p->layout.n_doubles, b->results[k], err);
    return code || !m->csv ? code : endvalues_add(m->csv, b->scenario, b->point, b->first + k, b->results[k], err);
}

static int merge_batch(struct merge *m, struct ensemble_batch *b, struct error *err)
{
    int code = ERROR_NONE;
    for (uint32_t k = 0; k < b->n && !code; k++)
        code = read_run(m, b, k, err);
    return code || m->o->virtual_file ? code : output_batch(m->out, &m->manifest.plan, b, err);
}

static int merge_case(struct merge *m, uint64_t which, struct ensemble_batch *b, struct error *err)
{
    const struct ensemble_plan *p = &m->manifest.plan;
    int code = ERROR_NONE;
    b->scenario = (uint32_t)(which / p->n_points);
    b->point = (uint32_t)(which % p->n_points);
    for (b->first = 0; b->first < p->n_replicates && !code; b->first += ENSEMBLE_BATCH) {
        uint32_t rest = p->n_replicates - b->first;
        b->n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
        code = merge_batch(m, b, err);
        if (!code && stop_asked) code = error_set(err, ERROR_INTERRUPTED, "interrupted; nothing was written");
        progress_step(&m->progress, which * p->n_replicates + b->first + b->n, m->catalog.n_runs);
    }
    return code;
}

static int merge_all(struct merge *m, struct error *err)
{
    const struct ensemble_plan *p = &m->manifest.plan;
    struct ensemble_batch b = {0};
    size_t each = p->layout.n_doubles;
    double *memory = malloc(ENSEMBLE_BATCH * each * sizeof *memory + 1);
    m->open = calloc(m->catalog.n_files + (size_t)1, sizeof(struct segment *));
    int code = memory && m->open ? ERROR_NONE : error_set(err, ERROR_IO, "no memory for results");
    for (uint32_t k = 0; k < ENSEMBLE_BATCH && !code; k++)
        b.results[k] = memory + k * each;
    for (uint64_t c = 0; c < (uint64_t)p->n_scenarios * p->n_points && !code; c++)
        code = merge_case(m, c, &b, err);
    for (uint32_t k = 0; m->open && k < m->catalog.n_files; k++)
        segment_close(&m->open[k]);
    free(m->open);
    free(memory);
    return code;
}

/* ---- an index over the segments --------------------------------------------------------------------------------------------- */

/* Their names work from anywhere. */
static int name_files(const struct merge *m, char **names, struct error *err)
{
    for (uint32_t k = 0; k < m->catalog.n_files; k++) {
        char *path = catalog_path(m->catalog.folder, m->catalog.files[k].name);
        names[k] = path ? realpath(path, NULL) : NULL;
        free(path);
        if (!names[k]) return error_set(err, ERROR_IO, "%s: cannot be found", m->catalog.files[k].name);
    }
    return ERROR_NONE;
}

/* Does the run stand right after the block, at the next point? */
static bool continues(const struct frame_block *b, const char *file, const struct catalog_run *r, uint32_t point)
{
    return b->file == file && r->row == b->row + b->n && point == b->point + b->n;
}

/* Runs that are done, (n) blocks along the points. NULL: no memory. */
static struct frame_block *make_blocks(const struct merge *m, char *const *names, size_t *n)
{
    const struct ensemble_plan *p = &m->manifest.plan;
    struct frame_block *blocks = malloc((m->catalog.done + 1) * sizeof *blocks);
    *n = 0;
    for (uint32_t s = 0; blocks && s < p->n_scenarios; s++)
        for (uint32_t replicate = 0; replicate < p->n_replicates; replicate++) {
            size_t first = *n; /* a block does not go over to another replicate */
            for (uint32_t point = 0; point < p->n_points; point++) {
                const struct catalog_run *r =
                    &m->catalog.run[((size_t)s * p->n_points + point) * p->n_replicates + replicate];
                if (r->status != RUN_DONE) continue;
                if (*n > first && continues(&blocks[*n - 1], names[r->file], r, point))
                    blocks[*n - 1].n++;
                else
                    blocks[(*n)++] = (struct frame_block){
                        names[r->file], m->catalog.files[r->file].n, r->row, 1, s, point, replicate};
            }
        }
    return blocks;
}

static int open_virtual(struct merge *m, struct error *err)
{
    const struct options *o = m->o;
    size_t n = 0;
    char **names = calloc(m->catalog.n_files + (size_t)1, sizeof *names);
    int code = names ? name_files(m, names, err) : error_set(err, ERROR_IO, "no memory for names");
    struct frame_block *blocks = code ? NULL : make_blocks(m, names, &n);
    if (!code && !blocks) code = error_set(err, ERROR_IO, "no memory for an index of runs");
    if (!code)
        code = output_open_virtual(&m->out, o->out, o->force, &m->manifest.plan, &m->texts, o->argc, o->argv, blocks, n,
                                   err);
    for (uint64_t run = 0; !code && run < m->catalog.n_runs; run++)
        output_note(m->out, run, m->catalog.run[run].status, m->catalog.run[run].digest);
    if (!code && !o->quiet)
        fprintf(stderr,
                "%s is an index: moving or removing %s empties it without a word, and R and older HDF5 cannot "
                "open it\n",
                o->out, m->catalog.folder);
    free(blocks);
    for (uint32_t k = 0; names && k < m->catalog.n_files; k++)
        free(names[k]);
    free(names);
    return code;
}

/* ---- telling -------------------------------------------------------------------------------------------------------------- */

static int tell(const struct merge *m, const char *digest, struct error *err)
{
    const struct options *o = m->o;
    const struct catalog *c = &m->catalog;
    uint64_t missing = c->n_runs - c->done - c->failed;
    char took[PAGE_NUMBER];
    if (!o->quiet) {
        fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " runs in %s, digest %s\n", o->out, c->done, c->n_runs,
                page_seconds(m->outcome.wall_seconds, took), digest);
        if (missing) fprintf(stderr, "%" PRIu64 " runs are not done yet: status not_run, values NaN\n", missing);
        if (c->failed) fprintf(stderr, "%" PRIu64 " runs failed: status failed, values NaN\n", c->failed);
        if (c->n_damaged)
            fprintf(stderr, "%u damaged segments were left out: the sweep's own command does their runs again\n",
                    c->n_damaged);
    }
    if (!o->json) return ERROR_NONE;
    struct answer_runs answer = {o->out, c->n_runs, c->done, c->failed, m->outcome.wall_seconds, m->outcome.cpu_seconds,
                                 digest};
    return answer_of_runs(&answer, err);
}

/* ---- the verb ------------------------------------------------------------------------------------------------------------- */

static int merge(struct merge *m, struct error *err)
{
    const struct options *o = m->o;
    char digest[DIGEST_SIZE] = "";
    double start = progress_now();
    int code = manifest_read(&m->manifest, o->operands[0], err);
    if (!code) code = catalog_read(&m->catalog, o->operands[0], &m->manifest, CATALOG_VERIFY, &stop_asked, err);
    if (code) return code;
    m->texts = (struct config_texts){.given = m->manifest.text[MANIFEST_config_given],
                                     .resolved = m->manifest.text[MANIFEST_config_resolved],
                                     .design = m->manifest.design};
    code = o->virtual_file
               ? open_virtual(m, err)
               : output_open(&m->out, o->out, o->force, &m->manifest.plan, &m->texts, 1, o->argc, o->argv, err);
    if (!code && o->csv) code = endvalues_open(&m->csv, o->csv, o->force, &m->manifest, err);
    if (code) return code;
    progress_begin(&m->progress, stderr, progress_style_of(stderr, o->quiet), progress_now, m->catalog.n_runs);
    code = m->o->virtual_file && !m->csv ? ERROR_NONE : merge_all(m, err);
    progress_end(&m->progress);
    m->outcome = (struct ensemble_outcome){m->catalog.n_runs, m->catalog.done, m->catalog.failed,
                                           progress_now() - start, progress_cpu()};
    if (!code) code = output_publish(&m->out, &m->outcome, digest, err);
    if (!code && m->csv) code = endvalues_publish(&m->csv, err);
    return code ? code : tell(m, digest, err);
}

int verb_merge(const struct options *o, struct error *err)
{
    if (!o->out) return error_set(err, ERROR_CONFIG, "no output is given: add -o FILE, such as -o out.h5");
    stop_listen();
    struct merge *m = calloc(1, sizeof *m);
    if (!m) return error_set(err, ERROR_IO, "no memory to merge");
    m->o = o;
    int code = merge(m, err);
    output_discard(&m->out);
    endvalues_discard(&m->csv);
    catalog_free(&m->catalog);
    manifest_free(&m->manifest);
    free(m);
    return code;
}
