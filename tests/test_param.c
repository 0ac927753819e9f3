/* test_param.c - parameter rows: what is read, what is refused, what is printed. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/param.h"

/* It would put blanks into 2017-09. */
/* clang-format off */
#define ROWS                                                                                                           \
    PARAM(REAL, trust, "model.trust.hours", 60, 30, 120, "h", "", "A", "", "hours to trust")                           \
    PARAM(REAL, any, "model.any", -0.5, -INFINITY, INFINITY, "1", "", "A", "", "no range")                             \
    PARAM(INTEGER, seed, "run.seed", 1, 0, 9007199254740991, "1", "", "-", "", "seed")                                 \
    PARAM(FLAG, on, "policies.on", true, 0, 1, "", "", "-", "", "a switch")                                            \
    PARAM(TIME, start, "run.start", 2017-09, 1900, 2200, "year", "", "V", "", "start")                               \
    PARAM(SPANS, closure, "world.closure", (), 1900, 2200, "year", "", "V", "", "closed")                              \
    PARAM(PATH, members, "world.members", ((2017-09, 40), (2020-11, 83)), 2, 10000, "1", "", "V", "", "members")   \
    PARAM(TEXT, roster, "world.roster", "", -INFINITY, INFINITY, "", "", "", "", "file")
/* clang-format on */

struct fake {
#define PARAM PARAM_FIELD
    ROWS
#undef PARAM
};
static const struct param rows[] = {
#define PARAM(type, name, ...) PARAM_ROW(struct fake, type, name, __VA_ARGS__)
    ROWS
#undef PARAM
};
static const struct param_table table = {rows, sizeof rows / sizeof *rows, sizeof(struct fake)};

static struct fake values;
static struct error err;

static void reset(void)
{
    err = (struct error){0};
    cr_assert_eq(param_reset(&table, &values, &err), ERROR_NONE, "%s", err.text);
}

static int set(const char *path, const char *text)
{
    const struct param *p = param_find(&table, path);
    cr_assert_not_null(p, "no %s", path);
    err = (struct error){0};
    return param_parse(p, &values, text, &err);
}

static void accepts(const char *path, const char *text)
{
    cr_assert_eq(set(path, text), ERROR_NONE, "%s = %s: %s", path, text, err.text);
}

static void refuses(const char *path, const char *text, const char *message)
{
    struct fake before = values;
    cr_assert_eq(set(path, text), ERROR_CONFIG, "%s = %s was not refused", path, text);
    cr_assert_str_eq(err.text, message);
    cr_assert_eq(memcmp(&before, &values, sizeof values), 0, "%s = %s was refused and changed something", path, text);
}

TestSuite(param, .init = reset);

Test(param, takes_the_defaults_of_its_table)
{
    cr_assert_eq(values.trust, 60.0);
    cr_assert_eq(values.any, -0.5);
    cr_assert_eq(values.seed, 1);
    cr_assert(values.on);
    cr_assert_eq(values.start, 2017 + 8 / 12.0);
    cr_assert_eq(values.closure.n, 0);
    cr_assert_eq(values.members.n, 2);
    cr_assert_eq(values.members.first[1], 2020 + 10 / 12.0);
    cr_assert_eq(values.members.second[1], 83.0);
    cr_assert_str_eq(values.roster.text, "");
}

Test(param, says_which_default_its_own_row_refuses)
{
    struct param bad = rows[0];
    bad.fallback = "5";
    struct param_table one = {&bad, 1, sizeof values};
    cr_assert_eq(param_reset(&one, &values, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "model.trust.hours: default: found 5, expected a number (h, 30 to 120)");
}

Test(param, refuses_a_number_outside_its_range)
{
    accepts("model.trust.hours", "30");
    accepts("model.trust.hours", " 120.0 ");
    refuses("model.trust.hours", "29.999", "found 29.999, expected a number (h, 30 to 120)");
    refuses("model.trust.hours", "120.0001", "found 120.0001, expected a number (h, 30 to 120)");
}

Test(param, refuses_what_is_not_a_finite_decimal_number)
{
    static const char *const texts[] = {"nan", "inf",   "-inf",   "NAN",  "infinity", "1e999", "-1e999", "0x10",
                                        "1,5", "1.5x",  "1 2",    "--1",  "1e",       "e5",    ".",      "+",
                                        "5 h", "\"5\"", "1e-999", "true", "1_000",    "1.2.3"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        char message[128];
        snprintf(message, sizeof message, "found %s, expected a number", texts[k]);
        refuses("model.any", texts[k], message);
    }
    refuses("model.any", "", "found nothing, expected a number");
    refuses("model.any", "  \t", "found nothing, expected a number");
    accepts("model.any", "+1.5e-3");
    accepts("model.any", ".5");
    accepts("model.any", "5.");
    accepts("model.any", "5e-324"); /* the smallest that is not 0 */
    cr_assert_eq(values.any, 0x1p-1074);
}

Test(param, refuses_numbers_that_are_not_finite_from_code_too)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < 3; k++) {
        cr_assert_eq(param_set_number(&rows[1], &values, bad[k], &err), ERROR_CONFIG);
        cr_assert_eq(param_set_number(&rows[2], &values, bad[k], &err), ERROR_CONFIG);
        cr_assert_eq(param_set_number(&rows[4], &values, bad[k], &err), ERROR_CONFIG);
    }
}

Test(param, keeps_whole_numbers_whole)
{
    const char *expected = "expected a whole number (0 to 9007199254740991)";
    static const char *const texts[] = {
        "1.0",  "1e3", "1.5", "9007199254740992", "9007199254740993", "-1", "99999999999999999999",
        "true", "1 ,", "0x5"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        char message[160];
        snprintf(message, sizeof message, "found %s, %s", texts[k], expected);
        refuses("run.seed", texts[k], message);
    }
    accepts("run.seed", "9007199254740991");
    cr_assert_eq(values.seed, INT64_C(9007199254740991));
    cr_assert_eq(param_set_number(&rows[2], &values, 1.5, &err), ERROR_CONFIG);
}

Test(param, reads_switches)
{
    static const char *const yes[] = {"true", "1", "True", "TRUE"}, *const no[] = {"false", "0", "False"};
    for (size_t k = 0; k < 4; k++) {
        values.on = false;
        accepts("policies.on", yes[k]);
        cr_assert(values.on);
    }
    for (size_t k = 0; k < 3; k++) {
        values.on = true;
        accepts("policies.on", no[k]);
        cr_assert(!values.on);
    }
    refuses("policies.on", "yes", "found yes, expected true or false");
    refuses("policies.on", "2", "found 2, expected true or false");
}

/* (month - 1) / 12 and (day - 1) / 365.25 after the year: the words of design.md and param.c. */
Test(param, reads_times_as_months_days_and_decimal_years)
{
    double t;
    cr_assert(param_parse_time("2020-03", &t));
    cr_assert_eq(t, 2020 + 2 / 12.0);
    cr_assert(param_parse_time("2020.25", &t));
    cr_assert_eq(t, 2020.25);
    cr_assert(param_parse_time("2018-01-25", &t));
    cr_assert_float_eq(t, 2018 + 24 / 365.25, 1e-12);
    cr_assert(param_parse_time("2020-02-29", &t));
    accepts("run.start", "\"2017-09\"");
    cr_assert_eq(values.start, 2017 + 8 / 12.0);
    static const char *const bad[] = {"2020-13",    "2020-00",  "2020-3",     "20-03",   "2020-03-00", "2021-02-29",
                                      "2020-03-32", "2020/03",  "2020-03-1",  "march",   "",           "2020-03x",
                                      "nan",        "12020-03", "2020-03-0a", "-2020-03"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        cr_assert(!param_parse_time(bad[k], &t), "%s", bad[k]);
    refuses("run.start", "1899.99",
            "found 1899.99, expected a time such as \"2020-03\" or 2020.25 (year, 1900 to 2200)");
}

Test(param, days_stay_before_the_next_month)
{
    for (int month = 1; month < 12; month++) {
        char last[32], next[32];
        double a, b;
        snprintf(next, sizeof next, "2021-%02d", month + 1);
        for (int day = 28; day <= 31; day++) {
            snprintf(last, sizeof last, "2021-%02d-%02d", month, day);
            if (!param_parse_time(last, &a)) continue;
            cr_assert(param_parse_time(next, &b));
            cr_assert_lt(a, b, "%s", last);
        }
    }
}

Test(param, reads_spans_in_order_that_do_not_overlap)
{
    accepts("world.closure", "((2020-03, 2021-10), (2021-10, 2022))");
    cr_assert_eq(values.closure.n, 2);
    cr_assert_eq(values.closure.second[1], 2022.0);
    accepts("world.closure", " ( ( \"2020-03\" , 2021.75 ) ) ");
    cr_assert_eq(values.closure.first[0], 2020 + 2 / 12.0);
    accepts("world.closure", "()");
    cr_assert_eq(values.closure.n, 0);
    refuses("world.closure", "((2021, 2020))",
            "found a span from 2021 to 2020, expected one that ends after it starts");
    refuses("world.closure", "((2020, 2020))",
            "found a span from 2020 to 2020, expected one that ends after it starts");
    refuses("world.closure", "((2020, 2022), (2021, 2023))",
            "found a span from 2021 after one that ends at 2022, expected spans in order that do not overlap");
    refuses("world.closure", "((1899, 2022))",
            "found a span from 1899 to 2022, expected a list of spans such as ((\"2020-03\", \"2021-10\")) "
            "(year, 1900 to 2200)");
}

Test(param, refuses_lists_that_are_not_pairs)
{
    static const char *const texts[] = {"(2020, 2021)",
                                        "((2020))",
                                        "((2020, 2021, 2022))",
                                        "((2020, 2021),)",
                                        "((2020, 2021)",
                                        "((2020, 2021)))",
                                        "2020",
                                        "((a, b))",
                                        "((2020 2021))",
                                        "(())",
                                        "((2020,2021)(2022,2023))",
                                        "((nan, inf))",
                                        "{2020, 2021}"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        char message[256];
        snprintf(message, sizeof message,
                 "found %s, expected a list of spans such as ((\"2020-03\", \"2021-10\")) (year, 1900 to 2200)",
                 texts[k]);
        refuses("world.closure", texts[k], message);
    }
}

Test(param, reads_points_in_ascending_order)
{
    accepts("world.members", "((2017, 40), (2018, 2))");
    refuses("world.members", "((2018, 40), (2017, 50))",
            "found a point at 2017 after one at 2018, expected points in ascending order");
    refuses("world.members", "((2018, 40), (2018, 50))",
            "found a point at 2018 after one at 2018, expected points in ascending order");
    refuses("world.members", "((2018, 1))",
            "found the point (2018, 1), expected a list of points such as ((\"2017-09\", 40), (\"2020-11\", 83)) "
            "(2 to 10000)");
    cr_assert_eq(set("world.members", "()"), ERROR_CONFIG);
}

Test(param, takes_256_pairs_and_no_more)
{
    char text[4096] = "(";
    for (int k = 0; k < 257; k++) {
        size_t used = strlen(text);
        if (k == 256) {
            char full[4200];
            snprintf(full, sizeof full, "%s)", text);
            accepts("world.members", full);
            cr_assert_eq(values.members.n, 256);
        }
        snprintf(text + used, sizeof text - used, "%s(%d, 5)", k ? "," : "", 1900 + k);
    }
    strcat(text, ")");
    refuses("world.members", text, "found more than 256 pairs, expected at most 256");
    struct pairs many = {.n = 257};
    cr_assert_eq(param_set_pairs(&rows[6], &values, &many, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "found 257 pairs, expected at most 256");
}

Test(param, reads_texts_with_and_without_quotes)
{
    accepts("world.roster", "rosters/my act.csv");
    cr_assert_str_eq(values.roster.text, "rosters/my act.csv");
    accepts("world.roster", "\"a \\\"b\\\" \\\\ c\"");
    cr_assert_str_eq(values.roster.text, "a \"b\" \\ c");
    accepts("world.roster", "\"\"");
    cr_assert_str_eq(values.roster.text, "");
    refuses("world.roster", "\"abc", "found \"abc, expected a text in quotes");
    refuses("world.roster", "\"abc\" d", "found \"abc\" d, expected a text in quotes");
    refuses("world.roster", "a\nb", "found a control character (code 10), expected a text without any");
}

Test(param, refuses_a_text_that_does_not_fit)
{
    char text[PARAM_MAX_TEXT + 1];
    memset(text, 'x', sizeof text);
    text[PARAM_MAX_TEXT] = '\0';
    refuses("world.roster", text, "found a text of 512 bytes, expected at most 511");
    text[PARAM_MAX_TEXT - 1] = '\0';
    accepts("world.roster", text);
}

Test(param, leaves_nothing_behind_a_shorter_value)
{
    struct fake other;
    cr_assert_eq(param_reset(&table, &other, NULL), ERROR_NONE);
    accepts("world.roster", "a long text that was here before");
    accepts("world.members", "((2010, 3), (2011, 4), (2012, 5))");
    cr_assert_eq(param_reset(&table, &values, NULL), ERROR_NONE);
    accepts("world.roster", "b");
    accepts("world.roster", "\"\"");
    cr_assert_eq(memcmp(&other, &values, sizeof values), 0);
}

Test(param, shortens_what_it_shows)
{
    char text[400], quoted[512];
    memset(text, 'y', sizeof text);
    text[399] = '\0';
    snprintf(quoted, sizeof quoted, "found %.68s..., expected a number", text);
    refuses("model.any", text, quoted);
    refuses("model.any", "1\033[31m", "found 1?[31m, expected a number");
}

/* ---- round trips -------------------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state) /* xorshift64 (Marsaglia 2003) */
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void prints_back(const char *path)
{
    const struct param *p = param_find(&table, path);
    char text[8192];
    struct fake before = values;
    int length = param_print(p, &values, text, sizeof text);
    cr_assert_eq((size_t)length, strlen(text));
    accepts(path, text);
    cr_assert_eq(memcmp(&before, &values, sizeof values), 0, "%s = %s", path, text);
}

Test(param, prints_every_double_so_that_it_reads_back_to_the_same_bits)
{
    uint64_t state = 88172645463325252u;
    for (int k = 0; k < 100000; k++) {
        uint64_t bits = next_random(&state);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x)) continue;
        values.any = x;
        prints_back("model.any");
    }
    const double edges[] = {0.1, 1.0 / 3.0, 1e15, 1e17, 123456789012345678.0, 0x1p-1074, 0x1.fffffffffffffp1023};
    for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
        values.any = edges[k];
        prints_back("model.any");
    }
}

Test(param, prints_all_types_so_that_they_read_back)
{
    for (size_t k = 0; k < table.n; k++)
        prints_back(rows[k].path);
    accepts("world.closure", "((2020-03, 2021-10), (2022-01-15, 2023.123456789))");
    prints_back("world.closure");
    accepts("world.roster", "\"with \\\"quotes\\\" and \\\\\"");
    prints_back("world.roster");
    accepts("run.seed", "9007199254740991");
    prints_back("run.seed");
}

Test(param, prints_short_forms)
{
    char text[64];
    param_print(&rows[0], &values, text, sizeof text);
    cr_assert_str_eq(text, "60");
    values.any = 0.1;
    param_print(&rows[1], &values, text, sizeof text);
    cr_assert_str_eq(text, "0.1");
    param_print(&rows[3], &values, text, sizeof text);
    cr_assert_str_eq(text, "true");
    param_print(&rows[5], &values, text, sizeof text);
    cr_assert_str_eq(text, "()");
    param_print(&rows[7], &values, text, sizeof text);
    cr_assert_str_eq(text, "\"\"");
}

Test(param, cuts_at_the_buffer_as_snprintf_does)
{
    char text[4];
    cr_assert_eq(param_print(&rows[3], &values, text, sizeof text), 4);
    cr_assert_str_eq(text, "tru");
    cr_assert_eq(param_print(&rows[3], &values, NULL, 0), 4);
}

Test(param, stores_minus_zero_as_zero)
{
    accepts("model.any", "-0");
    cr_assert(!signbit(values.any));
}

Test(param, does_not_depend_on_the_locale)
{
    static const char *const commas[] = {"de_DE.UTF-8", "nb_NO.UTF-8", "fr_FR.UTF-8", "de_DE", "nb_NO"};
    bool set_one = false;
    for (size_t k = 0; k < sizeof commas / sizeof *commas && !set_one; k++)
        set_one = setlocale(LC_ALL, commas[k]) != NULL;
    if (!set_one) cr_skip_test("no locale with a decimal comma is installed");
    accepts("model.any", "1.5");
    cr_assert_eq(values.any, 1.5);
    prints_back("model.any");
    cr_assert_eq(set("model.any", "1,5"), ERROR_CONFIG);
}

/* ---- looking up ----------------------------------------------------------------------------------------------------- */

Test(param, finds_rows_by_their_whole_path)
{
    cr_assert_eq(param_find(&table, "run.start"), &rows[4]);
    cr_assert_null(param_find(&table, "run.star"));
    cr_assert_null(param_find(&table, ""));
}

static const char *nearest(const char *word)
{
    static const char *const known[] = {"hours", "waning", "supplier", "run", "gatherings"};
    struct param_nearest best = {0};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        param_consider(&best, word, known[k]);
    return best.name ? best.name : "";
}

Test(param, suggests_the_nearest_name_if_it_is_near)
{
    cr_assert_str_eq(nearest("hour"), "hours");
    cr_assert_str_eq(nearest("huors"), "hours"); /* two neighbours swapped count as one edit */
    cr_assert_str_eq(nearest("suplier"), "supplier");
    cr_assert_str_eq(nearest("gathring"), "gatherings");
    cr_assert_str_eq(nearest("ran"), "run");
    cr_assert_str_eq(nearest("money"), "");
    cr_assert_str_eq(nearest(""), "");
}

Test(param, expected_names_unit_and_range)
{
    char text[256];
    struct param p = rows[0];
    cr_assert_str_eq(param_expected(&p, text, sizeof text), "a number (h, 30 to 120)");
    p.high = INFINITY;
    cr_assert_str_eq(param_expected(&p, text, sizeof text), "a number (h, at least 30)");
    p.low = -INFINITY;
    cr_assert_str_eq(param_expected(&p, text, sizeof text), "a number (h)");
    p.high = 5;
    p.unit = "1";
    cr_assert_str_eq(param_expected(&p, text, sizeof text), "a number (at most 5)");
    cr_assert_str_eq(param_expected(&rows[3], text, sizeof text), "true or false");
    cr_assert_str_eq(param_type_name(PARAM_SPANS), "SPANS");
}

/* ---- values over time ------------------------------------------------------------------------------------------------ */

Test(param, paths_are_linear_between_points_and_constant_outside)
{
    struct pairs path = {3, {2010, 2012, 2020}, {10, 20, 0}};
    cr_assert_eq(param_path_at(&path, 2000), 10);
    cr_assert_eq(param_path_at(&path, 2010), 10);
    cr_assert_eq(param_path_at(&path, 2011), 15);
    cr_assert_eq(param_path_at(&path, 2012), 20);
    cr_assert_eq(param_path_at(&path, 2016), 10);
    cr_assert_eq(param_path_at(&path, 2020), 0);
    cr_assert_eq(param_path_at(&path, 2100), 0);
    path.n = 0;
    cr_assert(isnan(param_path_at(&path, 2010)));
}

Test(param, spans_hold_their_start_but_not_their_end)
{
    struct pairs spans = {2, {2010, 2015}, {2011, 2016}};
    cr_assert(param_spans_hold(&spans, 2010));
    cr_assert(!param_spans_hold(&spans, 2011));
    cr_assert(!param_spans_hold(&spans, 2013));
    cr_assert(param_spans_hold(&spans, 2015.5));
    cr_assert(!param_spans_hold(&spans, 2009.99));
}
