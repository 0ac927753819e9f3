/* test_pathfile.c - world.members from a CSV, with the cluster model. What is refused stands in tests/bad/cases.txt. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "io/config.h"

static struct ensemble_plan plan;
static struct config_texts texts;

static void enter(void)
{
    folder_enter();
    cr_assert_eq(mkdir("sub", 0700), 0);
    write_file("m.csv", "time,members\n2017-09,50\n2020-09,60\n");
    write_file("sub/m.csv", "time,members\n2018.5,7\n");
}

static void leave(void)
{
    config_free(&plan, &texts);
    folder_leave();
}

TestSuite(pathfile, .init = enter, .fini = leave, .timeout = 60);

static void loads_with(const char *text, const char *set)
{
    struct error err = {0};
    struct config_overrides o = {&set, set != NULL, NULL, NULL};
    config_free(&plan, &texts);
    write_file("a.cfg", text);
    cr_assert_eq(config_load("a.cfg", &o, &plan, &texts, &err), ERROR_NONE, "%s", err.text);
}

/* The points of a scenario, and no name of a file beside them. */
static void has(uint32_t scenario, const char *points)
{
    char text[16384];
    const struct param_table *table = &plan.model->params;
    const void *params = plan.cases[scenario].params;
    param_print(param_find(table, "world.members"), params, text, sizeof text);
    cr_assert_str_eq(text, points);
    param_print(param_find(table, "world.members_file"), params, text, sizeof text);
    cr_assert_str_eq(text, "\"\"");
}

static const char *const of_file = "((2017.6666666666667, 50), (2020.6666666666667, 60))";

Test(pathfile, reads_dates_days_and_decimal_years)
{
    write_file("m.csv", "time,members\n2017-09,50\n2017-09-15,51\n2018.5,52.5\n");
    loads_with("world = { members_file = \"m.csv\"; };", NULL);
    has(0, "((2017.6666666666667, 50), (2017.7049965776866, 51), (2018.5, 52.5))"); /* 14 / 365.25 after 2017-09 */
}

Test(pathfile, leaves_out_comments_and_empty_lines_and_reads_what_spreadsheets_write)
{
    write_file("m.csv", "\xef\xbb\xbf# from the \"minutes, 2017\n\r\n\"time\" ,\"members\"\r\n  # more\r\n\r\n"
                        "\"2017-09\",\"50\"\r\n#2018-09,9\r\n 2020-09 ,\t60");
    loads_with("world = { members_file = \"m.csv\"; };", NULL);
    has(0, of_file);
}

Test(pathfile, takes_as_many_points_as_a_path)
{
    char csv[4096] = "time,members\n";
    for (int k = 0; k < PARAM_MAX_PAIRS; k++)
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "%d,5\n", 1900 + k);
    write_file("m.csv", csv);
    loads_with("world = { members_file = \"m.csv\"; };", NULL);
    const struct param *p = param_find(&plan.model->params, "world.members");
    const struct pairs *points = (const void *)((const char *)plan.cases[0].params + p->offset);
    cr_assert_eq(points->n, PARAM_MAX_PAIRS);
    cr_assert_eq(points->first[PARAM_MAX_PAIRS - 1], 1900 + PARAM_MAX_PAIRS - 1);
}

Test(pathfile, is_found_beside_the_config_that_names_it)
{
    write_file("sub/b.cfg", "world = { members_file = \"m.csv\"; };");
    loads_with("base = \"sub/b.cfg\"; scenarios = ( { name = \"a\"; },"
               "{ name = \"b\"; world = { members_file = \"m.csv\"; }; }, { name = \"c\"; } );",
               NULL);
    has(0, "((2018.5, 7))");
    has(1, of_file);
    has(2, "((2018.5, 7))");
}

Test(pathfile, is_found_from_the_working_directory_by_set)
{
    loads_with("scenarios = ( { name = \"a\"; }, { name = \"b\"; world = { members = ((2017, 9)); }; } );",
               "world.members_file=sub/m.csv");
    has(0, "((2018.5, 7))");
    has(1, "((2018.5, 7))");
    loads_with("scenarios = ( { name = \"a\"; }, { name = \"b\"; world = { members = ((2017, 9)); }; } );",
               "scenarios.a.world.members_file=m.csv");
    has(0, of_file);
    has(1, "((2017, 9))");
}

Test(pathfile, replaces_points_of_an_earlier_layer)
{
    write_file("sub/b.cfg", "world = { members = ((2017, 9)); };");
    loads_with("base = \"sub/b.cfg\"; world = { members_file = \"m.csv\"; };", NULL);
    has(0, of_file);
}

Test(pathfile, is_replaced_by_points_of_a_later_layer_and_then_not_read)
{
    write_file("sub/b.cfg", "world = { members_file = \"none.csv\"; };");
    loads_with("base = \"sub/b.cfg\"; world = { members = ((2017, 9)); };", NULL);
    has(0, "((2017, 9))");
    loads_with("world = { members_file = \"none.csv\"; };", "world.members=((2017, 8))");
    has(0, "((2017, 8))");
    loads_with("world = { members_file = \"m.csv\"; };"
               "scenarios = ( { name = \"a\"; }, { name = \"b\"; world = { members = ((2017, 9)); }; } );",
               NULL);
    has(0, of_file);
    has(1, "((2017, 9))");
}

Test(pathfile, of_no_name_leaves_the_points)
{
    loads_with("world = { members = ((2017, 9)); members_file = \"\"; };", NULL);
    has(0, "((2017, 9))");
}

Test(pathfile, is_not_needed_by_the_resolved_config)
{
    loads_with("world = { members_file = \"m.csv\"; };"
               "scenarios = ( { name = \"a\"; }, { name = \"b\"; world = { members_file = \"sub/m.csv\"; }; } );",
               NULL);
    char *resolved = strdup(texts.resolved), points[64];
    cr_assert_not_null(resolved);
    cr_assert_not_null(strstr(resolved, "members_file = \"\";"));
    cr_assert_null(strstr(resolved, ".csv"));
    snprintf(points, sizeof points, "members = %s;", of_file);
    cr_assert_not_null(strstr(resolved, points));
    cr_assert_eq(unlink("m.csv") + unlink("sub/m.csv"), 0);
    loads_with(resolved, NULL);
    has(0, of_file);
    has(1, "((2018.5, 7))");
    cr_assert_str_eq(texts.resolved, resolved);
    free(resolved);
}
