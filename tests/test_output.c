#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "io/digest.h"
#include "io/output.h"
#include "io/result.h"
#include "io/store.h"

#include "result_fixture.h"

static struct error err;
static char *no_arguments[] = {"klynge", NULL};

static struct output *open_output(struct fixture *f)
{
    struct output *out;
    int code = output_open(&out, f->path, false, &f->plan, &f->texts, 2, 1, no_arguments, &err);
    cr_assert_eq(code, 0, "%s", err.text);
    return out;
}

static struct result *open_result(const struct fixture *f)
{
    struct result *r;
    cr_assert_eq(result_open(&r, f->path, &err), 0, "%s", err.text);
    return r;
}

static void expect_no_result(const char *path, int code, const char *sentence)
{
    struct result *r;
    cr_assert_eq(result_open(&r, path, &err), code, "%s: found code %d: %s", path, err.code, err.text);
    cr_assert_null(r);
    cr_assert_eq(strncmp(err.text, path, strlen(path)), 0, "found \"%s\"", err.text);
    cr_assert(strstr(err.text, sentence), "found \"%s\"", err.text);
}

static char *read_file(const char *path, size_t *size)
{
    struct stat about;
    cr_assert_eq(stat(path, &about), 0);
    *size = (size_t)about.st_size;
    char *bytes = malloc(*size + 1);
    FILE *file = fopen(path, "rb");
    cr_assert(file && bytes && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

/* ---- what is written is what is read ---- */

Test(output, gives_back_axes_names_and_questions)
{
    struct fixture f;
    char digest[33];
    fixture_init(&f, 70, 3, 0, 0);
    fixture_write(&f, false, digest);
    struct result *r = open_result(&f);
    const struct result_about *a = result_about(r);
    cr_assert(a->n_scenarios == 2 && a->n_points == 2 && a->n_replicates == 70);
    cr_assert_str_eq(a->scenarios[1], "no_staff");
    cr_assert_str_eq(a->questions[1], "And without staff, på norsk?");
    cr_assert(a->n_times == 36 && a->n_slow_times == 3);
    cr_assert(a->times[35] == 2020.0 && a->slow_times[0] == 2018.0);
    cr_assert_eq(a->seeds[0], (UINT64_C(1) << 53) - 1);
    cr_assert_eq(a->seeds[69], (UINT64_C(1) << 53) - 70);
    cr_assert_str_eq(a->model, "fake");
    cr_assert_str_eq(a->digest, digest);
    result_close(&r);
    cr_assert_null(r);
    fixture_free(&f);
}

Test(output, describes_whole_observables_in_order)
{
    struct fixture f;
    char digest[33];
    fixture_init(&f, 2, 2, 0, 0);
    fixture_write(&f, false, digest);
    struct result *r = open_result(&f);
    const struct result_about *a = result_about(r);
    cr_assert_eq(a->n_observables, 3);
    cr_assert(result_find(r, "members") == 0 && result_find(r, "trust") == 1 && result_find(r, "density") == 2);
    cr_assert_eq(result_find(r, "members_by_size"), -1);
    const struct result_observable *o = &a->observables[1];
    cr_assert_str_eq(o->unit, "1");
    cr_assert_str_eq(o->long_name, "trust");
    cr_assert_str_eq(o->cell_methods, "time: point");
    cr_assert_str_eq(o->folder, "/");
    cr_assert(o->low == 0 && o->high == 1 && o->n_times == 24);
    cr_assert(isinf(a->observables[0].high) && a->observables[0].low == 0);
    cr_assert(a->observables[2].n_times == 2 && a->observables[2].times == a->slow_times);
    result_close(&r);
    fixture_free(&f);
}

/* The double of a whole observable's tick t stands at the layout's offset of its series. */
Test(output, gives_back_every_number)
{
    struct fixture f;
    char digest[33];
    fixture_init(&f, 130, 2, 0, 0);
    fixture_write(&f, false, digest);
    struct result *r = open_result(&f);
    const struct layout *l = &f.plan.layout;
    for (uint32_t k = 0; k < l->n_series; k++) {
        int index = result_find(r, l->series[k].name);
        if (index < 0) continue;
        uint32_t times = series_times(l, &l->series[k]);
        double *values = malloc(result_count(r, (uint32_t)index) * sizeof *values), *v = values;
        cr_assert_eq(result_read(r, (uint32_t)index, values, &err), 0, "%s", err.text);
        for (uint32_t run = 0; run < 2 * 2 * 130; run++)
            for (uint32_t t = 0; t < times; t++, v++)
                cr_assert_eq(*v, fixture_value(run / 260, run / 130 % 2, run % 130, l->offset[k] + t));
        free(values);
    }
    result_close(&r);
    fixture_free(&f);
}

Test(output, writes_observables_by_a_grouping_where_they_belong)
{
    struct fixture f;
    char digest[33];
    struct store *s;
    store_id id;
    uint32_t rank;
    uint64_t size[STORE_MAX_RANK];
    fixture_init(&f, 3, 2, 0, 0);
    fixture_write(&f, false, digest);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    const char *const paths[] = {"/members_by_size", "/cost/hours"};
    const uint64_t levels[] = {3, 2};
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(store_find(s, paths[k], &id, &err), 0, "%s", err.text);
        cr_assert_eq(store_shape(s, id, &rank, size, &err), 0, "%s", err.text);
        cr_assert(rank == 5 && size[2] == 3 && size[3] == levels[k] && size[4] == 24);
        double *values = malloc(2 * 2 * 3 * levels[k] * 24 * sizeof *values);
        cr_assert_eq(store_read(s, id, STORE_DOUBLE, NULL, NULL, values, &err), 0, "%s", err.text);
        uint32_t series = k == 0 ? 1 : f.plan.layout.n_series - 1;
        cr_assert_eq(values[0], fixture_value(0, 0, 0, f.plan.layout.offset[series]));
        cr_assert_eq(values[24], fixture_value(0, 0, 0, f.plan.layout.offset[series] + 24));
        free(values);
    }
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

Test(output, writes_no_slow_series_when_a_run_is_too_short_for_them)
{
    struct fixture f;
    char digest[33];
    fixture_init(&f, 2, 1, 0, 0);
    f.plan.layout.n_slow = 0; /* as when run.network_every is longer than the run */
    fixture_write(&f, false, digest);
    struct result *r = open_result(&f);
    cr_assert_eq(result_find(r, "density"), -1);
    cr_assert_eq(result_about(r)->n_slow_times, 0);
    result_close(&r);
    fixture_free(&f);
}

/* ---- runs that are not done ---- */

Test(output, marks_runs_that_failed_or_never_came)
{
    struct fixture f;
    char digest[33];
    struct ensemble_outcome outcome = {0};
    fixture_init(&f, 66, 1, 0, 0);
    struct output *out = open_output(&f);
    struct ensemble_batch *b = fixture_batch(&f, 1, 0, 64, 2);
    b->status[1] = RUN_FAILED;
    cr_assert_eq(output_batch(out, &f.plan, b, &err), 0, "%s", err.text);
    fixture_batch_free(b);
    cr_assert_eq(output_publish(&out, &outcome, digest, &err), 0, "%s", err.text);
    struct result *r = open_result(&f);
    const int8_t *status = result_about(r)->status;
    double *values = malloc(result_count(r, 1) * sizeof *values);
    cr_assert_eq(result_read(r, 1, values, &err), 0, "%s", err.text);
    for (uint32_t run = 0; run < 2 * 2 * 66; run++) {
        bool done = run == 2 * 66 + 64;
        cr_assert_eq(status[run], done ? RUN_DONE : run == 2 * 66 + 65 ? RUN_FAILED : RUN_NOT_RUN);
        cr_assert_eq(isnan(values[run * 12]), !done);
    }
    free(values);
    result_close(&r);
    fixture_free(&f);
}

/* ---- digests ---- */

/* The digest of nothing is the one `printf '' | xxhsum -H2` prints (xxHash 0.8.1). */
Test(output, digest_of_nothing_is_that_of_xxhsum)
{
    char hex[DIGEST_SIZE];
    digest_of_text("", hex);
    cr_assert_str_eq(hex, "99aa06d3014798d86001c324468d497f");
}

Test(output, digest_of_a_run_is_that_of_its_arrays_in_order_of_their_paths)
{
    struct fixture f;
    char all[33], expected[DIGEST_SIZE];
    char **found = calloc(4, sizeof *found);
    struct store *s;
    struct digest *d;
    store_id id;
    fixture_init(&f, 1, 1, 0, 0);
    fixture_write(&f, false, all);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/digest", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_TEXT, NULL, NULL, found, &err), 0, "%s", err.text);
    const char *const paths[] = {"/cost/hours", "/density", "/members", "/members_by_size", "/trust"};
    const uint64_t sizes[] = {2 * 12, 1, 12, 3 * 12, 12};
    cr_assert_eq(digest_open(&d, &err), 0);
    for (int k = 0; k < 5; k++) {
        double values[4 * 36]; /* four cases */
        cr_assert_eq(store_find(s, paths[k], &id, &err), 0, "%s", err.text);
        cr_assert_eq(store_read(s, id, STORE_DOUBLE, NULL, NULL, values, &err), 0, "%s", err.text);
        digest_doubles(d, values + 2 * sizes[k], sizes[k]); /* scenario 1, point 0 */
    }
    digest_hex(d, expected);
    cr_assert_str_eq(found[2], expected);
    digest_close(&d);
    store_free_texts(found, 4);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

Test(output, digest_of_all_changes_with_one_bit)
{
    struct fixture f;
    char digest[33], other[33];
    struct ensemble_outcome outcome = {0};
    fixture_init(&f, 1, 1, 0, 0);
    f.plan.n_scenarios = f.plan.n_points = 1;
    fixture_write(&f, false, digest);
    unlink(f.path);
    struct output *out = open_output(&f);
    struct ensemble_batch *b = fixture_batch(&f, 0, 0, 0, 1);
    double *last = &b->results[0][f.plan.layout.n_doubles - 1];
    *last = nextafter(*last, 2);
    cr_assert_eq(output_batch(out, &f.plan, b, &err), 0, "%s", err.text);
    fixture_batch_free(b);
    cr_assert_eq(output_publish(&out, &outcome, other, &err), 0, "%s", err.text);
    cr_assert_str_neq(digest, other);
    fixture_free(&f);
}

/* ---- order of arrival ---- */

static void expect_same(struct store *a, struct store *b, const char *path, enum store_type type, size_t item)
{
    store_id x, y;
    uint32_t rank;
    uint64_t size[STORE_MAX_RANK], other[STORE_MAX_RANK], n = 1;
    cr_assert_eq(store_find(a, path, &x, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(b, path, &y, &err), 0, "%s", err.text);
    cr_assert_eq(store_shape(a, x, &rank, size, &err), 0, "%s", err.text);
    cr_assert_eq(store_shape(b, y, &rank, other, &err), 0, "%s", err.text);
    for (uint32_t k = 0; k < rank; k++) {
        cr_assert_eq(size[k], other[k], "%s", path);
        n *= size[k];
    }
    cr_assert(n > 0, "%s is empty", path);
    char *left = calloc(n, item), *right = calloc(n, item);
    cr_assert_eq(store_read(a, x, type, NULL, NULL, left, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(b, y, type, NULL, NULL, right, &err), 0, "%s", err.text);
    cr_assert_eq(memcmp(left, right, n * item), 0, "%s differs", path);
    free(left);
    free(right);
}

Test(output, is_the_same_in_whatever_order_batches_arrive)
{
    struct fixture f, g;
    char digest[33], other[33];
    struct store *a, *b;
    fixture_init(&f, 70, 3, 66, 2);
    fixture_init(&g, 70, 3, 66, 2);
    fixture_write(&f, false, digest);
    fixture_write(&g, true, other);
    cr_assert_str_eq(digest, other);
    cr_assert_eq(store_open(&a, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_open(&b, g.path, NULL, &err), 0, "%s", err.text);
    const char *const doubles[] = {"/members",         "/members_by_size",    "/trust", "/density", "/cost/hours",
                                   "/panel/employees", "/panel/snapshot_time"};
    const char *const integers[] = {"/panel/scenario_index",
                                    "/panel/replicate_index",
                                    "/panel/uid",
                                    "/panel/firm_size",
                                    "/things/hands",
                                    "/ties/n_ties",
                                    "/ties/to",
                                    "/ties/trust",
                                    "/ties/age"};
    for (size_t k = 0; k < sizeof doubles / sizeof doubles[0]; k++)
        expect_same(a, b, doubles[k], STORE_DOUBLE, 8);
    for (size_t k = 0; k < sizeof integers / sizeof integers[0]; k++)
        expect_same(a, b, integers[k], k < 7 ? STORE_INT32 : STORE_FLOAT, 4);
    expect_same(a, b, "/ties/kind", STORE_INT8, 1);
    expect_same(a, b, "/status", STORE_INT8, 1);
    cr_assert_eq(store_close(&a, &err), 0, "%s", err.text);
    cr_assert_eq(store_close(&b, &err), 0, "%s", err.text);
    fixture_free(&f);
    fixture_free(&g);
}

/* ---- firms and ties ---- */

Test(output, keeps_firms_and_ties_of_the_runs_asked_for)
{
    struct fixture f;
    char digest[33];
    struct store *s;
    store_id id;
    fixture_init(&f, 5, 3, 2, 1);
    fixture_write(&f, false, digest);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    /* A run has snapshots of 1, 2 and 3 firms; firm i has ties to all before it: 6 rows and 0 + 1 + 3 ties. */
    int32_t replicate[4 * 2 * 6], n_ties[4 * 6];
    uint32_t to[4 * 4], rank;
    uint64_t size[STORE_MAX_RANK];
    cr_assert_eq(store_find(s, "/panel/replicate_index", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_shape(s, id, &rank, size, &err), 0, "%s", err.text);
    cr_assert_eq(size[0], sizeof replicate / 4);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, replicate, &err), 0, "%s", err.text);
    for (int k = 0; k < 4 * 2 * 6; k++)
        cr_assert_eq(replicate[k], k / 6 % 2);
    cr_assert_eq(store_find(s, "/ties/n_ties", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, n_ties, &err), 0, "%s", err.text);
    const int32_t expected[] = {0, 0, 1, 0, 1, 2};
    for (int k = 0; k < 4 * 6; k++)
        cr_assert_eq(n_ties[k], expected[k % 6]);
    cr_assert_eq(store_find(s, "/ties/to", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_UINT32, NULL, NULL, to, &err), 0, "%s", err.text);
    const uint32_t partner[] = {0, 0, 0, 10};
    for (int k = 0; k < 4 * 4; k++)
        cr_assert_eq(to[k], partner[k % 4]);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

Test(output, has_no_groups_for_firms_and_ties_that_nobody_asked_for)
{
    struct fixture f;
    char digest[33];
    struct store *s;
    fixture_init(&f, 2, 1, 1, 0);
    fixture_write(&f, false, digest);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert(store_has(s, "/panel") && store_has(s, "/things") && !store_has(s, "/ties") &&
              store_has(s, "/provenance/json"));
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

Test(output, has_no_rows_of_what_happened_without_the_firms)
{
    struct fixture f;
    char digest[33];
    struct store *s;
    fixture_init(&f, 2, 1, 0, 1);
    fixture_write(&f, false, digest);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert(store_has(s, "/ties") && !store_has(s, "/panel") && !store_has(s, "/things"));
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

/* Four cases of two runs of four rows: by time, then by cluster. */
Test(output, keeps_what_happened_in_the_runs_asked_for_by_time)
{
    struct fixture f;
    char digest[33];
    struct store *s;
    store_id id;
    uint32_t rank;
    uint64_t size[STORE_MAX_RANK];
    int32_t hands[4 * 2 * 4][2], cluster[4 * 2 * 4], scenario[4 * 2 * 4];
    double when[4 * 2 * 4];
    fixture_init(&f, 3, 1, 2, 0);
    fixture_write(&f, true, digest);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/things/hands", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_shape(s, id, &rank, size, &err), 0, "%s", err.text);
    cr_assert(rank == 2 && size[0] == 32 && size[1] == 2);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, hands, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/things/when", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_DOUBLE, NULL, NULL, when, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/things/cluster", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, cluster, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/things/scenario_index", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, scenario, &err), 0, "%s", err.text);
    cr_assert(store_has(s, "/things/thing_size") && !store_has(s, "/things/size"), "size is a dimension of the root");
    const int32_t by_time[4] = {0, 1, 1, 0}, second[4] = {-1, -1, 1, 1};
    const double times[4] = {2018, 2018, 2019, 2020};
    for (int k = 0; k < 32; k++) {
        cr_assert_eq(when[k], times[k % 4]);
        cr_assert_eq(cluster[k], by_time[k % 4]);
        cr_assert(hands[k][0] == by_time[k % 4] && hands[k][1] == second[k % 4]);
        cr_assert_eq(scenario[k], k / 16);
    }
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

Test(output, writes_firms_of_the_runs_that_came_when_others_did_not)
{
    struct fixture f;
    char digest[33];
    struct ensemble_outcome outcome = {0};
    struct store *s;
    store_id id;
    int32_t scenario[6];
    fixture_init(&f, 1, 3, 1, 0);
    struct output *out = open_output(&f);
    struct ensemble_batch *b = fixture_batch(&f, 1, 1, 0, 1);
    cr_assert_eq(output_batch(out, &f.plan, b, &err), 0, "%s", err.text);
    cr_assert_eq(b->snapshots[0]->n, 0, "the snapshots were not taken over");
    fixture_batch_free(b);
    cr_assert_eq(output_publish(&out, &outcome, digest, &err), 0, "%s", err.text);
    cr_assert_eq(store_open(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_find(s, "/panel/scenario_index", &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, id, STORE_INT32, NULL, NULL, scenario, &err), 0, "%s", err.text);
    for (int k = 0; k < 6; k++)
        cr_assert_eq(scenario[k], 1);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    fixture_free(&f);
}

/* ---- publishing ---- */

Test(output, has_no_final_name_before_it_is_published_and_leaves_nothing_when_discarded)
{
    struct fixture f;
    fixture_init(&f, 3, 1, 1, 1);
    struct output *out = open_output(&f);
    struct ensemble_batch *b = fixture_batch(&f, 1, 0, 0, 3);
    cr_assert_eq(output_batch(out, &f.plan, b, &err), 0, "%s", err.text);
    fixture_batch_free(b);
    cr_assert_neq(access(f.path, F_OK), 0);
    cr_assert_eq(folder_count(f.folder), 1);
    output_discard(&out);
    output_discard(&out);
    cr_assert_eq(folder_count(f.folder), 0);
    fixture_free(&f);
}

Test(output, refuses_a_file_that_exists)
{
    struct fixture f;
    struct output *out;
    fixture_init(&f, 1, 1, 0, 0);
    write_file(f.path, "old");
    int code = output_open(&out, f.path, false, &f.plan, &f.texts, 1, 1, no_arguments, &err);
    cr_assert_eq(code, ERROR_CONFIG);
    cr_assert_null(out);
    cr_assert_eq(folder_count(f.folder), 1);
    fixture_free(&f);
}

/* Write a result when files may have so many bytes; the write that goes beyond fails, while batches come or later. */
static int write_with_limit(struct fixture *f, rlim_t most, struct error *why)
{
    char digest[33];
    struct ensemble_outcome outcome = {0};
    struct output *out;
    struct rlimit limit = {most, most};
    if (setrlimit(RLIMIT_FSIZE, &limit)) return -1;
    int code = output_open(&out, f->path, false, &f->plan, &f->texts, 1, 1, no_arguments, why);
    for (uint32_t first = 0; first < 130 && !code; first += 64) {
        struct ensemble_batch *b = fixture_batch(f, 0, 0, first, first < 128 ? 64 : 2);
        code = output_batch(out, &f->plan, b, why);
        fixture_batch_free(b);
    }
    if (!code) return output_publish(&out, &outcome, digest, why);
    output_discard(&out);
    return code;
}

/* In a process of its own that ends by a kill: the library does not give back all memory of a file that it failed to
 * write, which leak checkers would report at an ordinary end. */
static void expect_clean_failure(struct fixture *f, rlim_t most, struct error *shared)
{
    int status;
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        shared->code = write_with_limit(f, most, shared);
        raise(SIGKILL);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%llu bytes: it crashed", (unsigned long long)most);
    cr_assert_eq(shared->code, ERROR_IO, "%llu bytes: found code %d", (unsigned long long)most, shared->code);
    cr_assert(strstr(shared->text, "File too large"), "%llu bytes: %s", (unsigned long long)most, shared->text);
    cr_assert_eq(folder_count(f->folder), 0, "%llu bytes: something is left", (unsigned long long)most);
}

Test(output, fails_cleanly_when_the_file_cannot_grow)
{
    struct fixture f;
    struct error *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(shared, MAP_FAILED);
    fixture_init(&f, 130, 3, 100, 100);
    for (rlim_t most = 1; most < 900000; most += most / 2 + 1)
        expect_clean_failure(&f, most, shared);
    fixture_free(&f);
    munmap(shared, sizeof *shared);
}

/* ---- files that are no results ---- */

Test(output, tells_what_is_wrong_with_a_file_that_is_no_result)
{
    struct fixture f;
    fixture_init(&f, 1, 1, 0, 0);
    expect_no_result("/nonexistent.h5", ERROR_CONFIG, "No such file");
    expect_no_result(f.folder, ERROR_CONFIG, "no regular file");
    write_file(f.path, "");
    expect_no_result(f.path, ERROR_CONFIG, "empty");
    write_file(f.path, "time,trust\n2017,0.5\n");
    expect_no_result(f.path, ERROR_CONFIG, "not an HDF5 file");
    struct store *s;
    cr_assert_eq(store_create(&s, f.path, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    expect_no_result(f.path, ERROR_CONFIG, "klynge did not write");
    fixture_free(&f);
}

Test(output, tells_a_file_of_another_schema)
{
    struct fixture f;
    struct store *s;
    fixture_init(&f, 1, 1, 0, 0);
    for (int32_t schema = 0; schema < 4; schema += 2) {
        cr_assert_eq(store_create(&s, f.path, NULL, &err), 0, "%s", err.text);
        int code = store_note_numbers(s, store_root(s), "klynge_schema", STORE_INT32, 1, &schema, &err);
        cr_assert_eq(code, 0, "%s", err.text);
        cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
        expect_no_result(f.path, ERROR_CONFIG, schema ? "a newer version" : "an older version");
    }
    fixture_free(&f);
}

/* A file cut anywhere: an error when it is opened, or when a dataset is read; never a crash or other numbers. */
Test(output, notices_a_truncated_file_wherever_it_is_cut)
{
    struct fixture f;
    char digest[33];
    size_t size;
    fixture_init(&f, 3, 1, 0, 0);
    fixture_write(&f, false, digest);
    char *bytes = read_file(f.path, &size);
    for (size_t cut = 8; cut < size; cut += size / 60 + 1) {
        write_bytes(f.path, bytes, cut);
        expect_no_result(f.path, ERROR_IO, "cannot open the file");
    }
    free(bytes);
    fixture_free(&f);
}

static int read_all(const char *path, double *sum)
{
    struct result *r;
    *sum = 0;
    int code = result_open(&r, path, &err);
    for (uint32_t k = 0; !code && k < result_about(r)->n_observables; k++) {
        uint64_t n = result_count(r, k);
        double *values = calloc(n + 1, sizeof *values);
        code = result_read(r, k, values, &err);
        for (uint64_t v = 0; v < n && !code; v++)
            *sum += values[v];
        free(values);
    }
    result_close(&r);
    return code;
}

/* One bit of one number, for each observable. Damage to the structure of a file is another matter: the library has no
 * checksums there for all of it, and can crash. */
Test(output, notices_one_turned_bit_in_any_observable)
{
    struct fixture f;
    char digest[33];
    size_t size;
    double sum;
    fixture_init(&f, 3, 1, 0, 0);
    fixture_write(&f, false, digest);
    cr_assert_eq(read_all(f.path, &sum), 0, "%s", err.text);
    char *bytes = read_file(f.path, &size);
    for (uint32_t k = 0; k < f.plan.layout.n_series; k++) {
        const struct series *s = &f.plan.layout.series[k];
        if (s->grouping) continue; /* not read by read_all */
        double value = fixture_value(1, 0, 2, f.plan.layout.offset[k]);
        char *at = memmem(bytes, size, &value, sizeof value);
        cr_assert(at, "%s is not in the file", s->name);
        at[2] ^= 4;
        write_bytes(f.path, bytes, size);
        at[2] ^= 4;
        cr_assert_eq(read_all(f.path, &sum), ERROR_IO, "%s", s->name);
        cr_assert(strstr(err.text, s->name), "found \"%s\"", err.text);
    }
    free(bytes);
    fixture_free(&f);
}

/* ---- size and time ---- */

Test(output, tells_its_size_beforehand)
{
    struct fixture f;
    char digest[33];
    struct stat about;
    fixture_init(&f, 200, 8, 0, 0);
    fixture_write(&f, false, digest);
    cr_assert_eq(stat(f.path, &about), 0);
    double guess = output_bytes(&f.plan), size = (double)about.st_size;
    cr_assert(guess > 0.8 * size && guess < 1.25 * size, "guessed %.0f, found %.0f", guess, size);
    fixture_free(&f);
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 200 replicates of 60 series of 96 ticks: measured 40 ms of processor time, 32 once warm (2026-11, gcc -O2);
 * the bound is loose for slow and watched (valgrind, sanitizers) machines. */
Test(output, costs_little)
{
    struct fixture f;
    char digest[33];
    fixture_init_wide(&f, 200, 8, 60);
    double start = cpu_seconds();
    fixture_write(&f, false, digest);
    double took = cpu_seconds() - start;
    cr_log_info("200 replicates of 60 series took %.1f ms\n", 1e3 * took);
    cr_assert(took < 5, "took %g s", took);
    fixture_free(&f);
}
