/* test_roster.c - firms and their ties from CSVs (RFC 4180, and as spreadsheets write them), against a small model of its own. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "io/roster.h"
#include "io/tiefile.h"

static const char *const sectors[] = {"core", "supplier", "tech", NULL};
static const struct roster_column columns[] = {
    {"name", ROSTER_NAME, NULL, 0, 0, true, "", "name"},
    {"sector", ROSTER_CHOICE, sectors, 0, 0, true, "", "sector"},
    {"employees", ROSTER_REAL, NULL, 1, 10000, false, "employees", "employees"},
    {"joined", ROSTER_TIME, NULL, 1900, 2200, false, "year", "time of joining"},
};
static const char *const kinds[] = {"supplier", "cooperation", NULL};
static const struct roster_column tie_columns[] = {
    {"firm", ROSTER_NAME, NULL, 0, 0, true, "", "name"},
    {"partner", ROSTER_NAME, NULL, 0, 0, true, "", "name"},
    {"kind", ROSTER_CHOICE, kinds, 0, 0, true, "", "kind"},
    {"trust", ROSTER_REAL, NULL, 0, 1, false, "", "trust"},
};

static int settle_tie(double *value, struct error *why)
{
    if (value[2] == 0 && !isnan(value[3])) return error_set(why, ERROR_CONFIG, "trust: found one beside a supplier");
    if (value[2] == 0) value[3] = 0.5;
    return ERROR_NONE;
}

static const struct model fake = {.name = "fake",
                                  .roster_columns = columns,
                                  .n_roster_columns = 4,
                                  .tie_columns = tie_columns,
                                  .n_tie_columns = 4,
                                  .settle_tie = settle_tie};

static struct roster *roster;
static struct error err;

static void leave(void)
{
    roster_free(roster);
    folder_leave();
}

TestSuite(roster, .init = folder_enter, .fini = leave, .timeout = 60);
TestSuite(ties, .init = folder_enter, .fini = leave, .timeout = 60);

static void reads(const char *text)
{
    write_file("r.csv", text);
    roster_free(roster);
    cr_assert_eq(roster_read("r.csv", &fake, &roster, &err), ERROR_NONE, "%s", err.text);
}

static void refuses(const char *text, const char *message)
{
    write_file("r.csv", text);
    struct roster *none = (struct roster *)&err;
    cr_assert_eq(roster_read("r.csv", &fake, &none, &err), ERROR_CONFIG, "was not refused: %s", text);
    cr_assert_str_eq(err.text, message);
    cr_assert_null(none);
}

static double value(uint32_t firm, uint32_t column) { return roster->value[firm * roster->n_columns + column]; }

#define HEADER "name,sector,employees,joined\n"

Test(roster, reads_a_line_a_firm)
{
    reads(HEADER "Mo,core,317,2017-09\nNesna,tech,,2018.5\n");
    cr_assert_eq(roster->n, 2);
    cr_assert_eq(roster->n_columns, 4);
    cr_assert_str_eq(roster->name[0], "Mo");
    cr_assert_str_eq(roster->name[1], "Nesna");
    cr_assert(isnan(value(0, 0)));
    cr_assert_eq(value(0, 1), 0);
    cr_assert_eq(value(1, 1), 2);
    cr_assert_eq(value(0, 2), 317);
    cr_assert(isnan(value(1, 2)));
    cr_assert_eq(value(0, 3), 2017 + 8 / 12.0);
    cr_assert_eq(value(1, 3), 2018.5);
}

Test(roster, takes_columns_in_any_order_and_leaves_optional_ones_out)
{
    reads("sector,name\ntech,A\n");
    cr_assert_str_eq(roster->name[0], "A");
    cr_assert_eq(value(0, 1), 2);
    cr_assert(isnan(value(0, 2)));
    cr_assert(isnan(value(0, 3)));
}

Test(roster, reads_quotes_as_rfc_4180_says)
{
    reads(HEADER "\"Mo, \"\"Industri\"\"\",\"core\",\"1\",\r\n\"\"\"\",tech,2,\"2017-09\"");
    cr_assert_eq(roster->n, 2);
    cr_assert_str_eq(roster->name[0], "Mo, \"Industri\"");
    cr_assert_str_eq(roster->name[1], "\"");
    cr_assert_eq(value(1, 3), 2017 + 8 / 12.0);
}

Test(roster, reads_what_spreadsheets_write)
{
    reads("\xef\xbb\xbfname,sector,employees,joined\r\nBod\xc3\xb8,core,5,\r\n\r\n  Troms  ,\ttech , 7 ,\r\n\r\n");
    cr_assert_eq(roster->n, 2);
    cr_assert_str_eq(roster->name[0], "Bod\xc3\xb8");
    cr_assert_str_eq(roster->name[1], "Troms");
    cr_assert_eq(value(1, 2), 7);
}

Test(roster, reads_windows_1252_where_nothing_is_utf_8)
{
    reads("name,sector\nBod\xf8 \x96 \xc5l,core\n\x80,tech\n"); /* RFC 3629: U+00F8, U+2013, U+00C5, U+20AC */
    cr_assert_str_eq(roster->name[0], "Bod\xc3\xb8 \xe2\x80\x93 \xc3\x85l");
    cr_assert_str_eq(roster->name[1], "\xe2\x82\xac");
}

Test(roster, tells_the_separator_from_the_header)
{
    reads("name;sector;employees;joined\nA, B;core;1234,5;\n;;;\n\"C;D\";tech;7;2018,5\n");
    cr_assert_eq(roster->n, 2);
    cr_assert_str_eq(roster->name[0], "A, B");
    cr_assert_eq(value(0, 2), 1234.5);
    cr_assert_str_eq(roster->name[1], "C;D");
    cr_assert_eq(value(1, 3), 2018.5);
    reads("# firms; of ours\n\nname\tsector\temployees\n A \tcore\t\nB\ttech\t0,5e1\n");
    cr_assert_str_eq(roster->name[0], "A");
    cr_assert(isnan(value(0, 2)));
    cr_assert_eq(value(1, 2), 5);
    reads("sep=;\r\nname;sector\r\nA;core\r\n");
    cr_assert_eq(roster->n, 1);
}

Test(roster, reads_decimal_commas_and_refuses_what_may_be_a_thousand)
{
    reads("name,sector,employees\nA,core,\"2,5\"\nB,core,\"1234,5\"\n");
    cr_assert_eq(value(0, 2), 2.5);
    cr_assert_eq(value(1, 2), 1234.5);
    reads("name;sector;employees\nA;core;1,200\n"); /* here a comma can be nothing else */
    cr_assert_eq(value(0, 2), 1.2);
    refuses("name,sector,employees\nA,core,\"1,200\"\nB,core,\"1,2,3\"\nC,core,\"0,5\"\n",
            "r.csv:2: employees: found 1,200, which may be a thousand or a decimal comma, expected 1200 or 1.200\n"
            "r.csv:3: employees: found 1,2,3, expected a number (employees, 1 to 10000)\n"
            "r.csv:4: employees: found 0,5, expected a number (employees, 1 to 10000)");
}

Test(roster, reads_dates_with_the_day_first)
{
    reads("name;sector;joined\nA;core;01.09.2017\nB;core;1.1.2018\n");
    cr_assert_float_eq(value(0, 3), 2017 + 8 / 12.0, 1e-12);
    cr_assert_float_eq(value(1, 3), 2018, 1e-12);
    refuses("name;sector;joined\nA;core;32.09.2017\nB;core;sep.17\n",
            "r.csv:2: joined: found 32.09.2017, expected a time such as \"2020-03\" or 2020.25 (year, 1900 to 2200)\n"
            "r.csv:3: joined: found sep.17, expected a time such as \"2020-03\" or 2020.25 (year, 1900 to 2200)");
}

Test(roster, leaves_comments_out_but_not_names_that_begin_alike)
{
    reads("# a line\nname,sector\n# another, with commas\n\"#1\",core\n");
    cr_assert_eq(roster->n, 1);
    cr_assert_str_eq(roster->name[0], "#1");
}

Test(roster, finds_the_nearest_name_by_letters_not_by_case_or_accents)
{
    refuses(HEADER "A,CORE,1,\nB,t\xc3\xa9"
                   "ch,1,\n",
            "r.csv:2: sector: found \"CORE\", expected one of core, supplier, tech; did you mean core?\n"
            "r.csv:3: sector: found \"t\xc3\xa9"
            "ch\", expected one of core, supplier, tech; did you mean tech?");
}

/* ---- ties ----------------------------------------------------------------------------------------------------------- */

static void reads_ties(const char *text)
{
    reads("name,sector\nA,core\nB,tech\nBod\xc3\xb8,tech\n");
    write_file("r.csv", text);
    cr_assert_eq(tiefile_read("r.csv", &fake, roster, &err), ERROR_NONE, "%s", err.text);
}

static void refuses_ties(const char *text, const char *message)
{
    reads("name,sector\nA,core\nB,tech\nBod\xc3\xb8,tech\n");
    write_file("r.csv", text);
    cr_assert_eq(tiefile_read("r.csv", &fake, roster, &err), ERROR_CONFIG, "was not refused: %s", text);
    cr_assert_str_eq(err.text, message);
    cr_assert_null(roster->ties.first);
}

Test(ties, stand_on_both_sides_by_ascending_partner)
{
    reads_ties("kind;firm;trust;partner\ncooperation;Bod\xc3\xb8;0,25;A\nsupplier;A;;B\n");
    const uint32_t first[] = {0, 2, 3, 4}, to[] = {1, 2, 0, 0};
    const double trust[] = {0.5, 0.25, 0.5, 0.25};
    cr_assert_eq(memcmp(roster->ties.first, first, sizeof first), 0);
    cr_assert_eq(memcmp(roster->ties.to, to, sizeof to), 0);
    for (int k = 0; k < 4; k++)
        cr_assert_eq(roster->ties.value[4 * k + 3], trust[k]);
}

Test(ties, refuse_firms_that_are_not_there_and_pairs_that_are)
{
    refuses_ties("firm,partner,kind,trust\nA,C,supplier,\nbodo,A,supplier,\nB,B,supplier,\n",
                 "r.csv:2: partner: found \"C\", expected a firm of the roster\n"
                 "r.csv:3: firm: found \"bodo\", expected a firm of the roster; did you mean Bod\xc3\xb8?\n"
                 "r.csv:4: partner: found the firm \"B\" itself, expected another firm");
    refuses_ties("firm,partner,kind,trust\nA,B,supplier,\nB,A,cooperation,0.1\nA,B,cooperation,0.1\n",
                 "r.csv:3: found \"A\" and \"B\" a second time, expected each pair once (the first is in line 2)\n"
                 "r.csv:4: found \"A\" and \"B\" a second time, expected each pair once (the first is in line 3)");
    refuses_ties("firm,partner,kind,trust\nA,B,supplier,0.1\n", "r.csv:2: trust: found one beside a supplier");
    refuses_ties("firm,partner\nA,B\n", "r.csv:1: kind: found no such column, expected it: it is required");
}

Test(ties, may_be_none)
{
    reads_ties("firm,partner,kind,trust\n");
    cr_assert_eq(roster->ties.first[3], 0);
}

Test(roster, reads_as_many_firms_as_there_are)
{
    char *text = malloc(200000);
    size_t used = (size_t)sprintf(text, "name,sector\n");
    for (int k = 0; k < 10000; k++)
        used += (size_t)sprintf(text + used, "Firm %d,tech\n", k);
    reads(text);
    free(text);
    cr_assert_eq(roster->n, 10000);
    cr_assert_str_eq(roster->name[9999], "Firm 9999");
}

Test(roster, refuses_unknown_repeated_and_missing_columns)
{
    refuses(
        "name,sectr\nA,core\n",
        "r.csv:1: found the column \"sectr\", expected one of name, sector, employees, joined; did you mean sector?\n"
        "r.csv:1: sector: found no such column, expected it: it is required");
    refuses("name,sector,name\nA,core,B\n", "r.csv:1: name: found a second time, expected once");
    refuses("employees,sector\n1,core\n", "r.csv:1: name: found no such column, expected it: it is required");
}

Test(roster, refuses_choices_it_does_not_know)
{
    refuses(HEADER "A,suplier,1,\nB,mining,1,\nC,,1,\n",
            "r.csv:2: sector: found \"suplier\", expected one of core, supplier, tech; did you mean supplier?\n"
            "r.csv:3: sector: found \"mining\", expected one of core, supplier, tech\n"
            "r.csv:4: sector: found nothing, expected a value: it is required");
}

Test(roster, refuses_numbers_and_times_by_the_rules_of_parameters)
{
    refuses(HEADER "A,core,0,\nB,core,nan,\nC,core,1e999,\nD,core,5 people,\nE,core,5,1815\nF,core,5,2020-13\n",
            "r.csv:2: employees: found 0, expected a number (employees, 1 to 10000)\n"
            "r.csv:3: employees: found nan, expected a number (employees, 1 to 10000)\n"
            "r.csv:4: employees: found 1e999, expected a number (employees, 1 to 10000)\n"
            "r.csv:5: employees: found 5 people, expected a number (employees, 1 to 10000)\n"
            "r.csv:6: joined: found 1815, expected a time such as \"2020-03\" or 2020.25 (year, 1900 to 2200)\n"
            "r.csv:7: joined: found 2020-13, expected a time such as \"2020-03\" or 2020.25 (year, 1900 to 2200)");
}

Test(roster, refuses_lines_with_another_number_of_fields)
{
    refuses(HEADER "A,core,1\nB,core,1,2017-09,x\n", "r.csv:2: found 3 fields, expected 4 as in the header\n"
                                                     "r.csv:3: found 5 fields, expected 4 as in the header; a field "
                                                     "with a comma in it stands in quotes");
}

Test(roster, refuses_names_that_are_empty_repeated_or_too_long)
{
    refuses(HEADER ",core,1,\n", "r.csv:2: name: found nothing, expected a value: it is required");
    refuses(HEADER "A,core,1,\nB,core,1,\n\nA,tech,1,\nA,tech,1,\n",
            "r.csv:5: found the name \"A\" a second time, expected another (the first is in line 2)\n"
            "r.csv:6: found the name \"A\" a second time, expected another (the first is in line 2)");
    refuses(HEADER "1234567890123456789012345678901234567890123456789012345678901234,core,1,\n",
            "r.csv:2: name: found a name of more than 63 bytes, expected a shorter one");
    refuses(HEADER "\"A\nB\",core,1,\n\"C\",core,0,\n",
            "r.csv:2: name: found a line end or another control character, expected a name on one line\n"
            "r.csv:4: employees: found 0, expected a number (employees, 1 to 10000)");
}

Test(roster, refuses_quotes_that_are_not_closed_or_in_the_wrong_place)
{
    refuses(HEADER "A,core,1,\n\"B,core,1,\nC,core,1,\n", "r.csv:3: found a quote that is never closed, expected \"");
    refuses(HEADER "\"A\"x,core,1,\n", "r.csv:2: found text after a closing quote, expected a comma or the line's end");
    refuses(HEADER "A\"x,core,1,\n", "r.csv:2: found a quote inside a field, expected the whole field in quotes");
}

Test(roster, refuses_files_without_firms)
{
    refuses("", "r.csv: found an empty file, expected a line that names the columns");
    refuses("\n\n", "r.csv: found an empty file, expected a line that names the columns");
    refuses(HEADER, "r.csv: found no firm, expected at least one");
}

Test(roster, refuses_what_is_not_a_text_file)
{
    cr_assert_eq(roster_read("none.csv", &fake, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "none.csv: cannot be read: No such file or directory");
    cr_assert_eq(roster_read(".", &fake, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, ".: cannot be read: Is a directory");
    cr_assert_eq(mkfifo("r.csv", 0600), 0);
    cr_assert_eq(roster_read("r.csv", &fake, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "r.csv: cannot be read: found a pipe or a device, expected a regular file");
    unlink("r.csv");
    write_bytes("r.csv", "name,sector\nA\0B,core\n", 21);
    cr_assert_eq(roster_read("r.csv", &fake, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "r.csv:2: found a NUL byte, expected text in UTF-8 or Windows-1252");
    refuses("name,sector\nB\xc3\xa5t,core\nBod\xf8,core\n",
            "r.csv:3: found the byte 0xf8 in a text that is UTF-8 elsewhere, expected text in UTF-8 or Windows-1252");
    refuses("name,sector\nBod\x81,core\n", "r.csv:2: found the byte 0x81, expected text in UTF-8 or Windows-1252");
    refuses("\xff\xfen", "r.csv: found UTF-16, expected text in UTF-8 or Windows-1252");
    cr_assert_eq(truncate("r.csv", (16 << 20) + 1), 0);
    cr_assert_eq(roster_read("r.csv", &fake, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "r.csv: found 16777217 bytes, expected at most 16777216");
}

Test(roster, refuses_a_roster_for_a_model_that_takes_none)
{
    static const struct model none = {.name = "none"};
    cr_assert_eq(roster_read("r.csv", &none, &roster, &err), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "r.csv: found a roster, expected none: the model takes none");
}

Test(roster, shows_twenty_mistakes_and_counts_the_others)
{
    char text[4000] = HEADER;
    for (int k = 0; k < 50; k++)
        strcat(text, "A,core,0,\n");
    write_file("r.csv", text);
    cr_assert_eq(roster_read("r.csv", &fake, &roster, &err), ERROR_CONFIG);
    unsigned lines = 1;
    for (const char *c = err.text; *c; c++)
        lines += *c == '\n';
    cr_assert_eq(lines, 21);
    cr_assert_not_null(strstr(err.text, "r.csv:21: employees:"));
    cr_assert_not_null(strstr(err.text, "\nand 79 more"));
}
