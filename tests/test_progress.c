/* test_progress.c - what is shown while runs go on, and how often. Times come from a clock that the tests set. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/page.h"
#include "cli/progress.h"

static double clock_time;
static double test_clock(void) { return clock_time; }

/* What `runs` runs of `seconds` each show, as one text to be freed. */
static char *shown(enum progress_style style, unsigned runs, double seconds)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct progress p;
    cr_assert(to);
    clock_time = 100.0;
    progress_begin(&p, to, style, test_clock, runs);
    for (unsigned k = 1; k <= runs; k++) {
        clock_time += seconds;
        progress_step(&p, k, runs);
    }
    progress_end(&p);
    fclose(to);
    return text;
}

static unsigned count(const char *text, char c)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

Test(progress, is_silent_when_quiet)
{
    char *text = shown(PROGRESS_NONE, 50, 1.0);
    cr_assert_str_eq(text, "");
    free(text);
}

/* 100 runs of 1 s: a line at 10, 20, ... 100 s and the last one. */
Test(progress, writes_a_plain_line_every_ten_seconds)
{
    char *text = shown(PROGRESS_LINES, 100, 1.0);
    cr_assert_eq(count(text, '\n'), 11u, "%s", text);
    cr_assert_null(strchr(text, '\033'));
    cr_assert_null(strchr(text, '\r'));
    cr_assert(strncmp(text, "10/100 runs, 1.0 runs/s, ETA 1:30\n", 34) == 0, "%s", text);
    cr_assert_not_null(strstr(text, "100/100 runs, 1.0 runs/s, took 1:40\n"), "%s", text);
    free(text);
}

Test(progress, writes_one_plain_line_for_a_short_run)
{
    char *text = shown(PROGRESS_LINES, 100, 0.01);
    cr_assert_str_eq(text, "100/100 runs, 100 runs/s, took 0:01\n");
    free(text);
}

/* 1000 runs in 10 s: one drawing at the start and at most 10 a second after it. */
Test(progress, redraws_a_bar_at_most_ten_times_a_second)
{
    char *text = shown(PROGRESS_BAR, 1000, 0.01);
    unsigned drawings = count(text, '[') - count(text, '\033'); /* each ends in ESC [ K */
    cr_assert_leq(drawings, 101u);
    cr_assert_geq(drawings, 80u);
    cr_assert_eq(count(text, '\n'), 0u);
    free(text);
}

Test(progress, clears_the_bar_at_the_end)
{
    char *text = shown(PROGRESS_BAR, 10, 1.0);
    size_t n = strlen(text);
    cr_assert_geq(n, 4u);
    cr_assert_str_eq(text + n - 4, "\r\033[K");
    free(text);
}

Test(progress, draws_the_bar_by_its_share)
{
    char text[200];
    progress_bar_text(text, sizeof text, 80, 45, 90, 9.0);
    cr_assert_str_eq(text, "[====================>                   ] 45/90 runs  5.0 runs/s  ETA 0:09");
}

Test(progress, fits_any_width)
{
    char text[400];
    for (unsigned columns = 1; columns <= 160; columns++) {
        progress_bar_text(text, sizeof text, columns, 123456789012, 999999999999, 1e5);
        cr_assert_leq(strlen(text), columns - 1 + (columns == 0), "%u columns: %s", columns, text);
    }
}

Test(progress, knows_nothing_before_the_first_run)
{
    char text[200];
    progress_line_text(text, sizeof text, 0, 90, 0.0);
    cr_assert_str_eq(text, "0/90 runs, - runs/s, ETA -:--");
    progress_line_text(text, sizeof text, 0, 0, 0.0);
    cr_assert_not_null(strstr(text, "0/0 runs"));
}

Test(progress, tells_seconds_a_run_when_runs_are_long)
{
    char text[200];
    progress_line_text(text, sizeof text, 2, 6, 7200.0);
    cr_assert_str_eq(text, "2/6 runs, 3600.0 s/run, ETA 4:00:00");
}

Test(progress, takes_no_bar_for_a_pipe)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    FILE *to = fdopen(ends[1], "w");
    cr_assert_eq(progress_style_of(to, false), PROGRESS_LINES);
    cr_assert_eq(progress_style_of(to, true), PROGRESS_NONE);
    fclose(to);
    close(ends[0]);
}

Test(page, writes_numbers_that_people_read)
{
    char b[PAGE_NUMBER];
    cr_assert_str_eq(page_number(0.42134, 4, b), "0.4213");
    cr_assert_str_eq(page_number(0.5, 3, b), "0.500");
    cr_assert_str_eq(page_number(123.4, 3, b), "123");
    cr_assert_str_eq(page_number(12345.6, 4, b), "12346");
    cr_assert_str_eq(page_number(0.0, 4, b), "0");
    cr_assert_str_eq(page_number(0.0 / 0.0, 4, b), "-");
    cr_assert_str_eq(page_number(-1.2e9, 4, b), "-1.2e+09");
    cr_assert_str_eq(page_bytes(512, b), "512 B");
    cr_assert_str_eq(page_bytes(1234567, b), "1.2 MB");
    cr_assert_str_eq(page_bytes(999.6e3, b), "1.0 MB");
    cr_assert_str_eq(page_seconds(0.5234, b), "0.52 s");
    cr_assert_str_eq(page_seconds(250, b), "4 min 10 s");
    cr_assert_str_eq(page_seconds(7500, b), "2 h 05 min");
    cr_assert_str_eq(page_date(2017.0 + 8.0 / 12.0, b), "2017-09");
    cr_assert_str_eq(page_date(2026.0, b), "2026-01");
    cr_assert_str_eq(page_date(2018.066, b), "2018.07");
    cr_assert_str_eq(page_clock(59.9, b), "1:00");
    cr_assert_str_eq(page_clock(11045, b), "3:04:05");
}

/* 100 columns, words whole, later lines at the indent. */
Test(page, wraps_at_a_hundred_columns)
{
    char *text = NULL, *line, *rest;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (int k = 0; k < 3; k++)
        page_wrap(to, 4, 4,
                  "Nærings\xC3\xA6 one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
                  "fifteen sixteen seventeen eighteen nineteen twenty");
    fclose(to);
    int lines = 0;
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), lines++)
        cr_assert_leq(page_width(line), (int)PAGE_COLUMNS);
    cr_assert_eq(lines, 6);
    free(text);
}
