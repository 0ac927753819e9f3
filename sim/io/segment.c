#include "io/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"
#include "io/publish.h"
#include "io/store.h"

enum { CHUNK_BYTES = 256 << 10 };
static const char prefix[] = "segment-", suffix[] = ".h5";

/* ---- names ---------------------------------------------------------------------------------------------------------- */

enum { HEX = DIGEST_SIZE - 1 };

bool segment_is_name(const char *name)
{
    size_t start = sizeof prefix - 1;
    return strlen(name) == start + HEX + sizeof suffix - 1 && strncmp(name, prefix, start) == 0 &&
           strspn(name + start, "0123456789abcdef") == HEX && strcmp(name + start + HEX, suffix) == 0;
}

int segment_check(const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return digest_check_file(path, name + sizeof prefix - 1, err);
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

struct writer {
    const struct segment_frame *f;
    struct segment_row *rows; /* (n) */
    size_t n, per_chunk;
    struct store *store;
    struct store_axis row, value;
    double *block; /* (per_chunk, n_doubles) */
};

static const struct segment_frame *sorted_frame; /* for qsort */

/* By scenario, replicate, point: what stands together in a result file along its points stands together here. */
static int by_place(const void *a, const void *b)
{
    const struct segment_frame *f = sorted_frame;
    uint64_t x = ((const struct segment_row *)a)->run, y = ((const struct segment_row *)b)->run;
    uint64_t in_scenario = (uint64_t)f->n_points * f->n_replicates;
    uint64_t left[3] = {x / in_scenario, x % f->n_replicates, x}, right[3] = {y / in_scenario, y % f->n_replicates, y};
    for (int k = 0; k < 3; k++)
        if (left[k] != right[k]) return left[k] < right[k] ? -1 : 1;
    return 0;
}

static int write_texts(struct writer *w, const char *path, bool reasons, struct error *err)
{
    struct store_spec spec = {.path = path, .type = STORE_TEXT, .rank = 1, .axis = {&w->row}};
    store_id id;
    const char **texts = calloc(w->n + 1, sizeof *texts);
    int code = texts ? store_add(w->store, &spec, &id, err) : error_set(err, ERROR_IO, "no memory for a segment");
    for (size_t k = 0; k < w->n && !code; k++)
        texts[k] = !reasons ? w->rows[k].digest : w->rows[k].reason ? w->rows[k].reason : "";
    if (!code) code = store_write(w->store, id, STORE_TEXT, NULL, NULL, texts, err);
    free(texts);
    return code;
}

static int write_index(struct writer *w, struct error *err)
{
    store_id id;
    struct store_spec spec = {.path = "/run", .type = STORE_INT64, .rank = 1, .axis = {&w->row}};
    int64_t *run = malloc((w->n + 1) * sizeof *run);
    int8_t *status = malloc(w->n + 1);
    int code = run && status ? ERROR_NONE : error_set(err, ERROR_IO, "no memory for a segment");
    for (size_t k = 0; k < w->n && !code; k++) {
        run[k] = (int64_t)w->rows[k].run;
        status[k] = w->rows[k].status;
    }
    if (!code) code = store_add(w->store, &spec, &id, err);
    if (!code) code = store_write(w->store, id, STORE_INT64, NULL, NULL, run, err);
    spec.path = "/status";
    spec.type = STORE_INT8;
    if (!code) code = store_add(w->store, &spec, &id, err);
    if (!code) code = store_write(w->store, id, STORE_INT8, NULL, NULL, status, err);
    if (!code) code = write_texts(w, "/digest", false, err);
    if (!code) code = write_texts(w, "/reason", true, err);
    free(run);
    free(status);
    return code;
}

/* Rows of failed runs are not written: they take no room and read as NaN. */
static int write_results(struct writer *w, struct error *err)
{
    size_t doubles = w->f->layout->n_doubles;
    store_id id;
    struct store_spec spec = {.path = "/results",
                              .type = STORE_DOUBLE,
                              .rank = 2,
                              .axis = {&w->row, &w->value},
                              .fill_nan = true,
                              .unchecked = true};
    int code = store_add(w->store, &spec, &id, err);
    for (size_t first = 0; first < w->n && !code; first++) {
        uint64_t start[2] = {first, 0}, count[2] = {0, doubles};
        while (count[0] < w->per_chunk - first % w->per_chunk && first + count[0] < w->n &&
               w->rows[first + count[0]].results) {
            memcpy(w->block + count[0] * doubles, w->rows[first + count[0]].results, doubles * sizeof(double));
            count[0]++;
        }
        if (!count[0]) continue;
        code = store_write(w->store, id, STORE_DOUBLE, start, count, w->block, err);
        first += count[0] - 1;
    }
    return code;
}

static int write_file(struct writer *w, const char *path, struct store_sums **sums, struct error *err)
{
    static const int32_t schema = 1;
    int code = store_create(&w->store, path, path, err);
    if (!code)
        code = store_note_numbers(w->store, store_root(w->store), "klynge_segment", STORE_INT32, 1, &schema, err);
    if (!code) code = store_note(w->store, store_root(w->store), "sweep", w->f->sweep, err);
    if (!code) code = store_add_axis(w->store, &w->row, STORE_FLOAT, true, err);
    if (!code) code = store_add_axis(w->store, &w->value, STORE_FLOAT, true, err);
    if (!code) code = write_index(w, err);
    if (!code) code = write_results(w, err);
    if (!code) code = store_take_sums(w->store, sums, err);
    if (!code) code = store_close(&w->store, err);
    store_abandon(&w->store);
    return code;
}

/* ---- verifying what was written --------------------------------------------------------------------------------------- */

static int verify_rows(struct writer *w, struct store *s, struct digest *d, struct error *err)
{
    store_id id;
    size_t doubles = w->f->layout->n_doubles;
    int code = store_find(s, "/results", &id, err);
    for (size_t first = 0; first < w->n && !code; first += w->per_chunk) {
        uint64_t start[2] = {first, 0}, count[2] = {w->n - first, doubles};
        if (count[0] > w->per_chunk) count[0] = w->per_chunk;
        code = store_read(s, id, STORE_DOUBLE, start, count, w->block, err);
        for (size_t k = 0; k < count[0] && !code; k++) {
            char hex[DIGEST_SIZE];
            if (w->rows[first + k].status != RUN_DONE) continue;
            frame_digest(d, w->f->order, w->f->layout, w->block + k * doubles, hex);
            if (strcmp(hex, w->rows[first + k].digest) != 0)
                code = error_set(err, ERROR_IO, "a segment read back differs from what was written");
        }
    }
    return code;
}

static int verify(struct writer *w, const char *path, const struct store_sums *sums, struct error *err)
{
    struct store *s = NULL;
    struct digest *d = NULL;
    int code = digest_open(&d, err);
    if (!code) code = store_open(&s, path, path, err);
    if (!code) code = store_check(s, sums, err);
    if (!code) code = verify_rows(w, s, d, err);
    if (!code) code = store_close(&s, err);
    store_abandon(&s);
    digest_close(&d);
    return code;
}

static int prepare(struct writer *w, struct error *err)
{
    size_t bytes = w->f->layout->n_doubles * sizeof(double);
    w->per_chunk = bytes < CHUNK_BYTES ? CHUNK_BYTES / (bytes + 1) + 1 : 1;
    if (w->per_chunk > w->n) w->per_chunk = w->n;
    w->row = (struct store_axis){.path = "/row", .size = w->n, .chunk = w->per_chunk};
    w->value = (struct store_axis){.path = "/value", .size = w->f->layout->n_doubles, .chunk = w->f->layout->n_doubles};
    w->block = malloc(w->per_chunk * bytes + 1);
    sorted_frame = w->f;
    qsort(w->rows, w->n, sizeof *w->rows, by_place);
    return w->block ? ERROR_NONE : error_set(err, ERROR_IO, "no memory for a segment");
}

static int give_name(struct publish *p, char name[SEGMENT_NAME], struct error *err)
{
    char hex[DIGEST_SIZE];
    int code = digest_file(p->temporary, hex, err);
    if (code) return code;
    snprintf(name, SEGMENT_NAME, "%s%s%s", prefix, hex, suffix);
    return publish_call(p, name, err);
}

int segment_publish(const char *folder, const struct segment_frame *f, struct segment_row *rows, size_t n,
                    char name[SEGMENT_NAME], struct error *err)
{
    struct writer w = {.f = f, .rows = rows, .n = n};
    struct publish p = {0};
    struct store_sums *sums = NULL;
    char *path = NULL;
    int code = asprintf(&path, "%s/segment", folder) < 0 ? error_set(err, ERROR_IO, "no memory for a name") : 0;
    if (!code) code = publish_begin(&p, path, true, err);
    if (!code) code = prepare(&w, err);
    if (!code) code = write_file(&w, p.temporary, &sums, err);
    if (!code) code = publish_sync(&p, err);
    if (!code) code = verify(&w, p.temporary, sums, err);
    if (!code) code = give_name(&p, name, err);
    if (!code) code = publish_commit(&p, err);
    if (code) publish_abandon(&p);
    store_free_sums(&sums);
    free(w.block);
    free(path);
    return code;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

struct segment {
    struct store *store;
    struct segment_about about;
    store_id results;
};

/* All of a dataset along /row, in memory of the caller's. */
static int read_column(struct segment *s, const char *path, enum store_type type, size_t item, void **values,
                       struct error *err)
{
    store_id id;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0};
    int code = store_find(s->store, path, &id, err);
    if (!code) code = store_shape(s->store, id, &rank, size, err);
    if (!code && (rank != 1 || size[0] != s->about.n)) code = error_set(err, ERROR_IO, "%s has another shape", path);
    if (code) return code;
    *values = calloc(s->about.n + (size_t)1, item);
    if (!*values) return error_set(err, ERROR_IO, "no memory to read a segment");
    return s->about.n ? store_read(s->store, id, type, NULL, NULL, *values, err) : ERROR_NONE;
}

/* The reasons come last: where they are, the rest is. */
static int read_index(struct segment *s, struct error *err)
{
    void *run = NULL, *status = NULL, *digest = NULL, *reason = NULL;
    int code = read_column(s, "/run", STORE_INT64, sizeof(int64_t), &run, err);
    s->about.run = run;
    if (!code) code = read_column(s, "/status", STORE_INT8, 1, &status, err);
    s->about.status = status;
    if (!code) code = read_column(s, "/digest", STORE_TEXT, sizeof(char *), &digest, err);
    s->about.digest = digest;
    if (!code) code = read_column(s, "/reason", STORE_TEXT, sizeof(char *), &reason, err);
    s->about.reason = reason;
    return code;
}

static int read_frame(struct segment *s, const char *path, const char *sweep, struct error *err)
{
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0};
    char *found = NULL;
    int code = store_noted(s->store, store_root(s->store), "sweep", &found, err);
    if (!code && strcmp(found, sweep) != 0) code = error_set(err, ERROR_CONFIG, "%s: a segment of another sweep", path);
    free(found);
    if (!code) code = store_find(s->store, "/results", &s->results, err);
    if (!code) code = store_shape(s->store, s->results, &rank, size, err);
    if (!code && (rank != 2 || size[0] > UINT32_MAX))
        code = error_set(err, ERROR_IO, "%s: /results has another shape", path);
    s->about.n = (uint32_t)size[0];
    return code;
}

int segment_open(struct segment **out, const char *path, const char *sweep, struct error *err)
{
    *out = NULL;
    struct segment *s = calloc(1, sizeof *s);
    if (!s) return error_set(err, ERROR_IO, "no memory to read %s", path);
    int code = store_open(&s->store, path, path, err);
    if (!code) code = read_frame(s, path, sweep, err);
    if (code)
        segment_close(&s);
    else
        *out = s;
    return code;
}

int segment_about(struct segment *s, const struct segment_about **about, struct error *err)
{
    int code = s->about.reason ? ERROR_NONE : read_index(s, err);
    *about = code ? NULL : &s->about;
    return code;
}

int segment_read(struct segment *s, uint32_t row, size_t n_doubles, double *results, struct error *err)
{
    uint64_t start[2] = {row, 0}, count[2] = {1, n_doubles};
    return store_read(s->store, s->results, STORE_DOUBLE, start, count, results, err);
}

void segment_close(struct segment **out)
{
    struct segment *s = *out;
    if (!s) return;
    store_abandon(&s->store);
    free(s->about.run);
    free(s->about.status);
    store_free_texts(s->about.digest, s->about.digest ? s->about.n : 0);
    store_free_texts(s->about.reason, s->about.reason ? s->about.n : 0);
    free(s);
    *out = NULL;
}
