#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/store.h"

static char path[64];
static struct store *s;
static struct error err;

static void make_file(void)
{
    snprintf(path, sizeof path, "/tmp/klynge-store.XXXXXX");
    int file = mkstemp(path);
    cr_assert(file >= 0);
    close(file);
    cr_assert_eq(store_create(&s, path, "out.h5", &err), 0, "%s", err.text);
}

static void remove_file(void)
{
    store_abandon(&s);
    unlink(path);
}

static void open_again(void)
{
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    cr_assert_null(s);
    cr_assert_eq(store_open(&s, path, "out.h5", &err), 0, "%s", err.text);
}

/* A list on an axis of its own size. */
static store_id add_list(const char *name, enum store_type type, uint64_t n, const void *values)
{
    struct store_axis axis = {.path = name, .size = n, .chunk = n};
    cr_assert_eq(store_add_axis(s, &axis, type, false, &err), 0, "%s", err.text);
    cr_assert_eq(store_write(s, axis.id, type, NULL, NULL, values, &err), 0, "%s", err.text);
    return axis.id;
}

/* (2, 3) doubles, unlimited along the first axis, in chunks of (2, 3); not written. */
static store_id add_table(const char *name)
{
    static struct store_axis rows, columns;
    rows = (struct store_axis){.path = "/row", .size = 2, .chunk = 2, .grows = true};
    columns = (struct store_axis){.path = "/column", .size = 3, .chunk = 3};
    cr_assert_eq(store_add_axis(s, &rows, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add_axis(s, &columns, STORE_FLOAT, true, &err), 0, "%s", err.text);
    struct store_spec spec = {
        .path = name, .type = STORE_DOUBLE, .rank = 2, .axis = {&rows, &columns}, .fill_nan = true};
    store_id id;
    cr_assert_eq(store_add(s, &spec, &id, &err), 0, "%s", err.text);
    return id;
}

static store_id find(const char *name)
{
    store_id id;
    cr_assert_eq(store_find(s, name, &id, &err), 0, "%s", err.text);
    return id;
}

TestSuite(store, .init = make_file, .fini = remove_file);

Test(store, gives_back_numbers_of_every_type)
{
    const int8_t a[] = {-128, 127};
    const int32_t b[] = {INT32_MIN, INT32_MAX};
    const uint32_t c[] = {0, UINT32_MAX};
    const int64_t d[] = {0, (INT64_C(1) << 53) - 1};
    const float e[] = {1.5f, -0.25f};
    const double f[] = {0.1, 1e300};
    add_list("/a", STORE_INT8, 2, a);
    add_list("/b", STORE_INT32, 2, b);
    add_list("/c", STORE_UINT32, 2, c);
    add_list("/d", STORE_INT64, 2, d);
    add_list("/e", STORE_FLOAT, 2, e);
    add_list("/f", STORE_DOUBLE, 2, f);
    open_again();
    const struct {
        const char *name;
        enum store_type type;
        const void *values;
        size_t size;
    } all[] = {{"/a", STORE_INT8, a, sizeof a},  {"/b", STORE_INT32, b, sizeof b}, {"/c", STORE_UINT32, c, sizeof c},
               {"/d", STORE_INT64, d, sizeof d}, {"/e", STORE_FLOAT, e, sizeof e}, {"/f", STORE_DOUBLE, f, sizeof f}};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        char found[16];
        cr_assert_eq(store_read(s, find(all[k].name), all[k].type, NULL, NULL, found, &err), 0, "%s", err.text);
        cr_assert_eq(memcmp(found, all[k].values, all[k].size), 0, "%s", all[k].name);
    }
}

Test(store, gives_back_text_with_norwegian_letters)
{
    const char *texts[] = {"base", "på norsk: æøå", ""};
    add_list("/text", STORE_TEXT, 3, texts);
    open_again();
    char **found = calloc(3, sizeof *found);
    cr_assert_eq(store_read(s, find("/text"), STORE_TEXT, NULL, NULL, found, &err), 0, "%s", err.text);
    for (int k = 0; k < 3; k++)
        cr_assert_str_eq(found[k], texts[k]);
    store_free_texts(found, 3);
}

Test(store, gives_back_one_value_without_axes)
{
    const char *text = "one", *found = NULL;
    struct store_spec spec = {.path = "/single", .type = STORE_TEXT};
    store_id id;
    cr_assert_eq(store_add(s, &spec, &id, &err), 0, "%s", err.text);
    cr_assert_eq(store_write(s, id, STORE_TEXT, NULL, NULL, &text, &err), 0, "%s", err.text);
    open_again();
    cr_assert_eq(store_read(s, find("/single"), STORE_TEXT, NULL, NULL, &found, &err), 0, "%s", err.text);
    cr_assert_str_eq(found, "one");
    free((void *)(uintptr_t)found);
}

Test(store, reads_what_was_not_written_as_nan)
{
    store_id id = add_table("/table");
    const double row[] = {1, 2, 3};
    const uint64_t start[] = {1, 0}, count[] = {1, 3};
    cr_assert_eq(store_write(s, id, STORE_DOUBLE, start, count, row, &err), 0, "%s", err.text);
    open_again();
    double found[6];
    cr_assert_eq(store_read(s, find("/table"), STORE_DOUBLE, NULL, NULL, found, &err), 0, "%s", err.text);
    for (int k = 0; k < 3; k++) {
        cr_assert(isnan(found[k]));
        cr_assert_eq(found[3 + k], row[k]);
    }
}

Test(store, appends_along_an_axis_that_grows)
{
    struct store_axis rows = {.path = "/row", .chunk = 2, .grows = true};
    struct store_spec spec = {.path = "/list", .type = STORE_INT32, .rank = 1, .axis = {&rows}};
    store_id id;
    cr_assert_eq(store_add_axis(s, &rows, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add(s, &spec, &id, &err), 0, "%s", err.text);
    const int32_t values[] = {1, 2, 3, 4, 5};
    cr_assert_eq(store_append(s, id, STORE_INT32, 3, values, &err), 0, "%s", err.text);
    cr_assert_eq(store_append(s, id, STORE_INT32, 0, NULL, &err), 0, "%s", err.text);
    cr_assert_eq(store_append(s, id, STORE_INT32, 2, values + 3, &err), 0, "%s", err.text);
    open_again();
    int32_t found[5];
    uint32_t rank;
    uint64_t size[STORE_MAX_RANK];
    cr_assert_eq(store_shape(s, find("/list"), &rank, size, &err), 0, "%s", err.text);
    cr_assert(rank == 1 && size[0] == 5);
    cr_assert_eq(store_read(s, find("/list"), STORE_INT32, NULL, NULL, found, &err), 0, "%s", err.text);
    cr_assert_eq(memcmp(found, values, sizeof values), 0);
}

/* (rows, 3) int32 in chunks of 7 rows, with checksums or without. */
static void append_and_read(bool unchecked)
{
    enum { ROWS = 60, WIDE = 3 };
    static const uint64_t pieces[] = {1, 6, 7, 20, 3, 14, 0, 9};
    struct store_axis rows = {.path = "/row", .chunk = 7, .grows = true},
                      wide = {.path = "/wide", .size = 3, .chunk = 3};
    struct store_spec spec = {
        .path = "/list", .type = STORE_INT32, .rank = 2, .axis = {&rows, &wide}, .unchecked = unchecked};
    int32_t values[ROWS * WIDE], found[ROWS * WIDE], *next = values;
    uint32_t rank;
    uint64_t size[STORE_MAX_RANK];
    store_id id;
    for (int32_t k = 0; k < ROWS * WIDE; k++)
        values[k] = 1000 - k * k;
    cr_assert_eq(store_add_axis(s, &rows, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add_axis(s, &wide, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add(s, &spec, &id, &err), 0, "%s", err.text);
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; next += WIDE * pieces[k++]) {
        cr_assert_eq(store_append(s, rows.id, STORE_FLOAT, pieces[k], NULL, &err), 0, "%s", err.text);
        cr_assert_eq(store_append(s, id, STORE_INT32, pieces[k], next, &err), 0, "%s", err.text);
    }
    open_again();
    cr_assert_eq(store_shape(s, find("/row"), &rank, size, &err), 0, "%s", err.text);
    cr_assert(rank == 1 && size[0] == ROWS);
    cr_assert_eq(store_shape(s, find("/list"), &rank, size, &err), 0, "%s", err.text);
    cr_assert(rank == 2 && size[0] == ROWS && size[1] == WIDE);
    cr_assert_eq(store_read(s, find("/list"), STORE_INT32, NULL, NULL, found, &err), 0, "%s", err.text);
    cr_assert_eq(memcmp(found, values, sizeof values), 0);
}

Test(store, appends_pieces_that_fill_no_chunk_or_several) { append_and_read(false); }
Test(store, appends_without_checksums) { append_and_read(true); }

/* (rows, 3) doubles in chunks of (4, 3), written a chunk at a time: 0, 1, 2 and so on. */
static void write_by_chunks(uint64_t n_rows, int compression, bool unchecked)
{
    static struct store_axis rows, columns;
    rows = (struct store_axis){.path = "/row", .size = n_rows, .chunk = 4, .grows = true};
    columns = (struct store_axis){.path = "/column", .size = 3, .chunk = 3};
    struct store_spec spec = {.path = "/table",
                              .type = STORE_DOUBLE,
                              .rank = 2,
                              .axis = {&rows, &columns},
                              .fill_nan = true,
                              .compression = compression,
                              .unchecked = unchecked};
    store_id id;
    cr_assert_eq(store_add_axis(s, &rows, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add_axis(s, &columns, STORE_FLOAT, true, &err), 0, "%s", err.text);
    cr_assert_eq(store_add(s, &spec, &id, &err), 0, "%s", err.text);
    for (uint64_t first = 0; first < n_rows; first += 4) {
        double chunk[4 * 3 + 1]; /* and a checksum */
        uint64_t start[] = {first, 0}, count[] = {n_rows - first < 4 ? n_rows - first : 4, 3};
        for (uint64_t k = 0; k < 3 * count[0]; k++)
            chunk[k] = (double)(3 * first + k);
        cr_assert_eq(store_write_chunk(s, id, STORE_DOUBLE, start, count, chunk, &err), 0, "%s", err.text);
    }
}

Test(store, writes_chunks_that_the_library_reads)
{
    for (int compression = 0; compression < 2; compression++) {
        double found[10 * 3];
        write_by_chunks(10, compression, false);
        open_again();
        cr_assert_eq(store_read(s, find("/table"), STORE_DOUBLE, NULL, NULL, found, &err), 0, "%s", err.text);
        for (int k = 0; k < 30; k++)
            cr_assert_eq(found[k], k);
        store_abandon(&s);
        cr_assert_eq(store_create(&s, path, "out.h5", &err), 0, "%s", err.text);
    }
}

Test(store, knows_attributes_and_which_are_missing)
{
    store_id id = add_table("/table");
    const double range[] = {0, 1};
    double found[2];
    uint64_t n;
    char *text;
    cr_assert_eq(store_note(s, id, "units", "h", &err), 0, "%s", err.text);
    cr_assert_eq(store_note(s, id, "empty", "", &err), 0, "%s", err.text);
    cr_assert_eq(store_note_numbers(s, id, "valid_range", STORE_DOUBLE, 2, range, &err), 0, "%s", err.text);
    open_again();
    id = find("/table");
    cr_assert_eq(store_noted(s, id, "units", &text, &err), 0, "%s", err.text);
    cr_assert_str_eq(text, "h");
    free(text);
    cr_assert_eq(store_noted(s, id, "empty", &text, &err), 0, "%s", err.text);
    cr_assert_str_eq(text, "");
    free(text);
    cr_assert_eq(store_noted_numbers(s, id, "valid_range", 2, found, &n, &err), 0, "%s", err.text);
    cr_assert(n == 2 && found[0] == 0 && found[1] == 1);
    cr_assert_eq(store_noted_numbers(s, id, "missing", 2, found, &n, &err), 0, "%s", err.text);
    cr_assert_eq(n, 0);
    cr_assert_eq(store_noted_numbers(s, id, "valid_range", 1, found, &n, &err), ERROR_IO);
}

Test(store, knows_the_axes_of_a_dataset_and_the_order_of_members)
{
    char *text;
    store_id group;
    add_table("/zebra");
    cr_assert_eq(store_add_group(s, "/aardvark", &group, &err), 0, "%s", err.text);
    open_again();
    const char *const names[] = {"row", "column", "zebra", "aardvark"};
    uint64_t n;
    cr_assert_eq(store_count(s, store_root(s), &n, &err), 0, "%s", err.text);
    cr_assert_eq(n, 4);
    for (uint64_t k = 0; k < n; k++) {
        cr_assert_eq(store_member(s, store_root(s), k, &text, &err), 0, "%s", err.text);
        cr_assert_str_eq(text, names[k]);
        free(text);
    }
    cr_assert_eq(store_axis_path(s, find("/zebra"), 1, &text, &err), 0, "%s", err.text);
    cr_assert_str_eq(text, "/column");
    free(text);
    cr_assert(store_is_double(s, find("/zebra")));
    cr_assert(!store_is_double(s, find("/row")));
    cr_assert(!store_is_double(s, find("/aardvark")));
}

Test(store, knows_what_is_there)
{
    store_id group;
    cr_assert_eq(store_add_group(s, "/cost", &group, &err), 0, "%s", err.text);
    cr_assert(store_has(s, "/") && store_has(s, "/cost"));
    cr_assert(!store_has(s, "/cos") && !store_has(s, "/cost/hours") && !store_has(s, "/none/at/all"));
    cr_assert_eq(store_find(s, "/cost/hours", &group, &err), ERROR_IO);
    cr_assert_str_eq(err.text, "out.h5: /cost/hours is missing");
}

Test(store, names_the_dataset_that_cannot_be_made)
{
    store_id id;
    add_table("/table");
    struct store_spec spec = {.path = "/table", .type = STORE_TEXT};
    cr_assert_eq(store_add(s, &spec, &id, &err), ERROR_IO);
    cr_assert_eq(strncmp(err.text, "out.h5: cannot create /table: ", 30), 0, "found \"%s\"", err.text);
}

Test(store, names_the_dataset_that_cannot_be_read_and_says_nothing_else)
{
    const uint64_t start[] = {0, 0}, count[] = {2, 4};
    double found[8];
    store_id id = add_table("/table");
    FILE *said = tmpfile();
    cr_assert(said && dup2(fileno(said), STDERR_FILENO) >= 0);
    int code = store_read(s, id, STORE_DOUBLE, start, count, found, &err);
    struct stat about;
    cr_assert_eq(fstat(STDERR_FILENO, &about), 0);
    cr_assert_eq(code, ERROR_IO);
    cr_assert_eq(strncmp(err.text, "out.h5: cannot read /table: ", 28), 0, "found \"%s\"", err.text);
    cr_assert_eq(about.st_size, 0, "the library printed its error stack");
    fclose(said);
}

/* Turn over the byte in the middle of the one place where eight bytes are those of `value`. */
static void damage(double value)
{
    FILE *file = fopen(path, "r+b");
    static char bytes[1 << 20];
    cr_assert(file);
    size_t n = fread(bytes, 1, sizeof bytes, file), at = 0;
    while (at + 8 < n && memcmp(bytes + at, &value, 8) != 0)
        at++;
    cr_assert(at + 8 < n, "the value is not in the file");
    fseek(file, (long)at + 3, SEEK_SET);
    fputc(bytes[at + 3] ^ 1, file);
    fclose(file);
}

Test(store, notices_one_turned_bit)
{
    const double values[] = {1, 2, 3.14159, 4, 5, 6};
    double found[6];
    store_id id = add_table("/table");
    cr_assert_eq(store_write(s, id, STORE_DOUBLE, NULL, NULL, values, &err), 0, "%s", err.text);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    damage(3.14159);
    cr_assert_eq(store_open(&s, path, "out.h5", &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, find("/table"), STORE_DOUBLE, NULL, NULL, found, &err), ERROR_IO);
    cr_assert(strstr(err.text, "/table"), "found \"%s\"", err.text);
}

Test(store, notices_one_turned_bit_of_a_chunk)
{
    double found[6];
    write_by_chunks(2, 0, false);
    cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
    damage(5.0);
    cr_assert_eq(store_open(&s, path, "out.h5", &err), 0, "%s", err.text);
    cr_assert_eq(store_read(s, find("/table"), STORE_DOUBLE, NULL, NULL, found, &err), ERROR_IO);
}

/* Of 100 chunks, every fourth is kept. There is no checksum in the file that would tell. */
Test(store, checks_chunks_that_are_spread_over_the_file)
{
    static const double of_chunk[] = {0.0, 4 * 12.0, 96 * 12.0};
    for (size_t k = 0; k < sizeof of_chunk / sizeof *of_chunk; k++) {
        struct store_sums *sums;
        write_by_chunks(400, 0, true);
        cr_assert_eq(store_take_sums(s, &sums, &err), 0, "%s", err.text);
        open_again();
        cr_assert_eq(store_check(s, sums, &err), 0, "%s", err.text);
        store_abandon(&s);
        damage(of_chunk[k] + 7.0);
        cr_assert_eq(store_open(&s, path, "out.h5", &err), 0, "%s", err.text);
        cr_assert_eq(store_check(s, sums, &err), ERROR_IO);
        cr_assert_str_eq(err.text, "out.h5: /table read back differs from what was written");
        store_free_sums(&sums);
        store_abandon(&s);
        cr_assert_eq(store_create(&s, path, "out.h5", &err), 0, "%s", err.text);
    }
}

Test(store, writes_the_same_bytes_twice)
{
    char *first = NULL, *second = NULL;
    size_t n[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        const double values[] = {1, 2, 3, 4, 5, 6};
        cr_assert_eq(store_write(s, add_table("/table"), STORE_DOUBLE, NULL, NULL, values, &err), 0, "%s", err.text);
        cr_assert_eq(store_close(&s, &err), 0, "%s", err.text);
        FILE *file = fopen(path, "rb");
        char **bytes = k ? &second : &first;
        *bytes = calloc(1 << 20, 1);
        n[k] = fread(*bytes, 1, 1 << 20, file);
        fclose(file);
        cr_assert_eq(store_create(&s, path, "out.h5", &err), 0, "%s", err.text);
        if (k == 0) sleep(1); /* times of objects are in seconds */
    }
    cr_assert_eq(n[0], n[1]);
    cr_assert_eq(memcmp(first, second, n[0]), 0);
    free(first);
    free(second);
}

Test(store, cannot_open_what_is_no_file)
{
    struct store *other;
    cr_assert_eq(store_open(&other, "/nonexistent.h5", "there.h5", &err), ERROR_IO);
    cr_assert_null(other);
    cr_assert_str_eq(err.text, "there.h5: cannot open the file: No such file or directory");
    cr_assert_eq(store_create(&other, "/nonexistent/x.h5", NULL, &err), ERROR_IO);
    cr_assert_eq(strncmp(err.text, "/nonexistent/x.h5: cannot create the file: ", 43), 0, "found \"%s\"", err.text);
}
