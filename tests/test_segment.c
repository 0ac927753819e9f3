/* test_segment.c - segments of finished runs, the catalog of a folder of them, the order in which runs are handed out.
 *
 * Runs and their numbers come from result_fixture.h: fixture_value(scenario, point, replicate, d) is the d-th double of a run. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/dispatch.h"
#include "folder.h"
#include "io/catalog.h"
#include "io/frame.h"
#include "io/segment.h"
#include "result_fixture.h"

enum { REPLICATES = 5, RUNS = FIXTURE_SCENARIOS * FIXTURE_POINTS * REPLICATES };

static volatile sig_atomic_t never = 0;

/* A folder, and what its segments share. */
struct trial {
    struct fixture f;
    struct manifest m;
    struct segment_frame frame;
    uint32_t *order;
    struct digest *digest;
};

static void open_trial(struct trial *t)
{
    memset(t, 0, sizeof *t);
    fixture_init(&t->f, REPLICATES, 2, 0, 0);
    t->m.borrowed = true;
    t->m.plan = t->f.plan;
    snprintf(t->m.digest, sizeof t->m.digest, "0123456789abcdef0123456789abcdef");
    t->order = calloc(t->f.plan.layout.n_series, sizeof *t->order);
    cr_assert(t->order);
    frame_order(t->order, &t->f.plan.layout);
    t->frame = (struct segment_frame){&t->f.plan.layout, t->order, t->m.digest, FIXTURE_POINTS, REPLICATES};
    cr_assert_eq(digest_open(&t->digest, NULL), 0);
}

static void close_trial(struct trial *t)
{
    digest_close(&t->digest);
    free(t->order);
    fixture_free(&t->f);
}

static struct segment_row row_of(struct trial *t, uint64_t run, bool good)
{
    size_t n = t->f.plan.layout.n_doubles;
    struct segment_row r = {.run = run, .status = good ? RUN_DONE : RUN_FAILED};
    if (!good) {
        r.reason = strdup("it could not, \"so\" to speak");
        return r;
    }
    uint64_t which = run / REPLICATES;
    r.results = malloc(n * sizeof *r.results);
    cr_assert(r.results);
    for (size_t d = 0; d < n; d++)
        r.results[d] = fixture_value((uint32_t)(which / FIXTURE_POINTS), (uint32_t)(which % FIXTURE_POINTS),
                                     (uint32_t)(run % REPLICATES), d);
    frame_digest(t->digest, t->order, t->frame.layout, r.results, r.digest);
    return r;
}

/* Runs first, first + step, ... below `end`; run `bad` (or RUNS) failed. */
static void publish(struct trial *t, uint64_t first, uint64_t end, uint64_t step, uint64_t bad, char name[SEGMENT_NAME])
{
    struct segment_row rows[RUNS];
    struct error err = {0};
    size_t n = 0;
    for (uint64_t run = first; run < end; run += step)
        rows[n++] = row_of(t, run, run != bad);
    cr_assert_eq(segment_publish(t->f.folder, &t->frame, rows, n, name, &err), 0, "%s", err.text);
    for (size_t k = 0; k < n; k++) {
        free(rows[k].results);
        free(rows[k].reason);
    }
}

static void scan(struct trial *t, struct catalog *c, enum catalog_scan how)
{
    struct error err = {0};
    cr_assert_eq(catalog_read(c, t->f.folder, &t->m, how, &never, &err), 0, "%s", err.text);
}

static void flip(struct trial *t, const char *name, long at)
{
    char *path = catalog_path(t->f.folder, name);
    FILE *f = fopen(path, "r+b");
    cr_assert(f);
    fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
    int c = fgetc(f);
    fseek(f, -1, SEEK_CUR);
    fputc(c ^ 1, f);
    fclose(f);
    free(path);
}

Test(segment, gives_back_every_run_bit_by_bit)
{
    struct trial t;
    char name[SEGMENT_NAME];
    struct segment *s;
    const struct segment_about *a;
    struct error err = {0};
    open_trial(&t);
    publish(&t, 0, RUNS, 1, 7, name);
    cr_assert(segment_is_name(name));
    char *path = catalog_path(t.f.folder, name);
    cr_assert_eq(segment_check(path, &err), 0, "%s", err.text);
    cr_assert_eq(segment_open(&s, path, t.m.digest, &err), 0, "%s", err.text);
    cr_assert_eq(segment_about(s, &a, &err), 0, "%s", err.text);
    cr_assert_eq(a->n, RUNS);
    double *read = malloc(t.frame.layout->n_doubles * sizeof *read);
    for (uint32_t k = 0; k < a->n; k++) {
        struct segment_row wanted = row_of(&t, (uint64_t)a->run[k], a->run[k] != 7);
        cr_assert_eq(a->status[k], wanted.status);
        cr_assert_str_eq(a->digest[k], wanted.digest);
        cr_assert_str_eq(a->reason[k], wanted.reason ? wanted.reason : "");
        cr_assert_eq(segment_read(s, k, t.frame.layout->n_doubles, read, &err), 0, "%s", err.text);
        if (wanted.results) cr_assert_arr_eq(read, wanted.results, t.frame.layout->n_doubles * sizeof *read);
        free(wanted.results);
        free(wanted.reason);
    }
    free(read);
    segment_close(&s);
    free(path);
    close_trial(&t);
}

Test(segment, of_the_same_runs_is_the_same_file_in_whatever_order_they_ended)
{
    struct trial t;
    char name[SEGMENT_NAME], again[SEGMENT_NAME];
    struct error err = {0};
    open_trial(&t);
    publish(&t, 0, 4, 1, RUNS, name);
    struct segment_row rows[4];
    for (uint64_t run = 0; run < 4; run++)
        rows[3 - run] = row_of(&t, run, true);
    cr_assert_eq(segment_publish(t.f.folder, &t.frame, rows, 4, again, &err), 0, "%s", err.text);
    for (int k = 0; k < 4; k++)
        free(rows[k].results);
    cr_assert_str_eq(name, again);
    cr_assert_eq(folder_count(t.f.folder), 1);
    close_trial(&t);
}

Test(segment, whose_results_were_changed_while_it_was_written_is_not_published)
{
    struct trial t;
    char name[SEGMENT_NAME];
    struct error err = {0};
    open_trial(&t);
    struct segment_row row = row_of(&t, 0, true);
    row.results[3] += 1.0; /* after its digest was taken */
    cr_assert_eq(segment_publish(t.f.folder, &t.frame, &row, 1, name, &err), ERROR_IO);
    cr_assert_eq(folder_count(t.f.folder), 0);
    free(row.results);
    close_trial(&t);
}

Test(segment, names_are_strict)
{
    cr_assert(segment_is_name("segment-0123456789abcdef0123456789abcdef.h5"));
    cr_assert_not(segment_is_name("segment-0123456789abcdef0123456789abcdeg.h5"));
    cr_assert_not(segment_is_name("segment-0123456789abcdef0123456789abcdef.h5.damaged"));
    cr_assert_not(segment_is_name("segment.host.12.0123456789abcdef.tmp"));
    cr_assert_not(segment_is_name("sweep.h5"));
}

Test(catalog, counts_runs_and_takes_what_is_done_over_what_failed)
{
    struct trial t;
    struct catalog c;
    char name[SEGMENT_NAME];
    open_trial(&t);
    publish(&t, 0, 10, 1, 4, name);
    scan(&t, &c, CATALOG_VERIFY);
    cr_assert_eq(c.done, 9);
    cr_assert_eq(c.failed, 1);
    cr_assert_str_eq(c.reason[4], "it could not, \"so\" to speak");
    catalog_free(&c);
    publish(&t, 4, 5, 1, RUNS, name);
    scan(&t, &c, CATALOG_VERIFY);
    cr_assert_eq(c.done, 10);
    cr_assert_eq(c.failed, 0);
    cr_assert_eq(c.run[11].status, RUN_NOT_RUN);
    catalog_free(&c);
    close_trial(&t);
}

Test(catalog, leaves_out_a_flipped_segment_and_sets_it_aside_when_asked)
{
    struct trial t;
    struct catalog c;
    char name[SEGMENT_NAME], other[SEGMENT_NAME];
    open_trial(&t);
    publish(&t, 0, 10, 1, RUNS, name);
    publish(&t, 10, 14, 1, RUNS, other);
    flip(&t, name, -100);
    scan(&t, &c, CATALOG_VERIFY);
    cr_assert_eq(c.done, 4);
    cr_assert_eq(c.n_damaged, 1);
    catalog_free(&c);
    scan(&t, &c, CATALOG_MEND);
    catalog_free(&c);
    scan(&t, &c, CATALOG_VERIFY);
    cr_assert_eq(c.n_damaged, 0);
    cr_assert_eq(c.done, 4);
    catalog_free(&c);
    cr_assert_eq(folder_count(t.f.folder), 2); /* it is kept under another name */
    close_trial(&t);
}

Test(catalog, joins_small_segments_without_a_change_of_content)
{
    struct trial t;
    struct catalog before, after;
    struct error err = {0};
    char names[5][SEGMENT_NAME], a[DIGEST_SIZE], b[DIGEST_SIZE];
    size_t n = 5;
    open_trial(&t);
    for (uint64_t k = 0; k < n; k++)
        publish(&t, k, RUNS, n, 8, names[k]);
    scan(&t, &before, CATALOG_VERIFY);
    cr_assert_eq(catalog_compact(t.f.folder, &t.frame, names, &n, &err), 0, "%s", err.text);
    cr_assert_eq(n, 1);
    cr_assert_eq(folder_count(t.f.folder), 1);
    scan(&t, &after, CATALOG_VERIFY);
    cr_assert_eq(after.done, RUNS - 1);
    cr_assert_eq(after.failed, 1);
    cr_assert_eq(catalog_digest(&before, a, &err), 0);
    cr_assert_eq(catalog_digest(&after, b, &err), 0);
    cr_assert_str_eq(a, b);
    catalog_free(&before);
    catalog_free(&after);
    close_trial(&t);
}

Test(catalog, refuses_two_results_of_one_run)
{
    struct trial t;
    struct catalog c;
    struct error err = {0};
    char name[SEGMENT_NAME];
    open_trial(&t);
    publish(&t, 0, 2, 1, RUNS, name);
    struct segment_row other = row_of(&t, 2, true);
    other.run = 1;
    cr_assert_eq(segment_publish(t.f.folder, &t.frame, &other, 1, name, &err), 0, "%s", err.text);
    free(other.results);
    cr_assert_eq(catalog_read(&c, t.f.folder, &t.m, CATALOG_VERIFY, &never, &err), ERROR_IO);
    cr_assert(strstr(err.text, "run 1 has another result"), "%s", err.text);
    close_trial(&t);
}

/* ---- order ---------------------------------------------------------------------------------------------------------- */

static void empty_catalog(struct trial *t, struct catalog *c)
{
    open_trial(t);
    scan(t, c, CATALOG_READ);
}

Test(dispatch, hands_out_every_run_once_and_is_balanced_wherever_it_is_cut)
{
    struct trial t;
    struct catalog c;
    struct dispatch d;
    uint32_t count[FIXTURE_SCENARIOS * FIXTURE_POINTS] = {0};
    bool seen[RUNS] = {false};
    empty_catalog(&t, &c);
    dispatch_begin(&d, &c, &t.f.plan, 0, 1, false, -1);
    cr_assert_eq(d.left, RUNS);
    for (int k = 0; k < RUNS; k++) {
        uint64_t run, fewest = RUNS, most = 0;
        cr_assert_eq(dispatch_take(&d, &run, 1), 1);
        cr_assert_not(seen[run]);
        seen[run] = true;
        count[run / REPLICATES]++;
        for (int i = 0; i < FIXTURE_SCENARIOS * FIXTURE_POINTS; i++) {
            fewest = count[i] < fewest ? count[i] : fewest;
            most = count[i] > most ? count[i] : most;
        }
        cr_assert_leq(most - fewest, 1);
    }
    uint64_t none;
    cr_assert_eq(dispatch_take(&d, &none, 1), 0);
    catalog_free(&c);
    close_trial(&t);
}

Test(dispatch, parts_share_all_runs_and_leave_out_what_is_done)
{
    struct trial t;
    struct catalog c;
    bool seen[RUNS] = {false};
    uint64_t runs[RUNS], total = 0;
    empty_catalog(&t, &c);
    c.run[3].status = RUN_DONE;
    c.run[4].status = RUN_FAILED;
    for (uint32_t part = 0; part < 3; part++) {
        struct dispatch d;
        dispatch_begin(&d, &c, &t.f.plan, part, 3, false, -1);
        size_t n = dispatch_take(&d, runs, RUNS);
        cr_assert_eq(d.left, 0);
        total += n;
        for (size_t k = 0; k < n; k++) {
            cr_assert_not(seen[runs[k]]);
            seen[runs[k]] = true;
        }
    }
    cr_assert_eq(total, RUNS - 2);
    cr_assert_not(seen[3]);
    cr_assert_not(seen[4]);
    struct dispatch again;
    dispatch_begin(&again, &c, &t.f.plan, 0, 1, true, -1);
    cr_assert_eq(again.left, RUNS - 1); /* what failed too */
    dispatch_begin(&again, &c, &t.f.plan, 0, 1, true, 4);
    cr_assert_eq(dispatch_take(&again, runs, RUNS), 1);
    cr_assert_eq(runs[0], 4);
    catalog_free(&c);
    close_trial(&t);
}
