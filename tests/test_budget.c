/* test_budget.c - planned costs as `check` tells them, from a model that has nothing but a plan. Its parameter is a number
 * of rows. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/budget.h"
#include "cli/page.h"

struct plan_of_three {
    struct ensemble_plan plan;
    struct ensemble_case cases[3];
    uint32_t rows[3];
    char *names[3];
};

static uint32_t plan_rows(const struct run_params *run, const void *params, const void *derived,
                          struct model_budget *rows, uint32_t most)
{
    static const struct model_budget kinds[] = {{"gatherings", 640, 1280.5, 1.1e6, 0.75},
                                                {"outreach", 0.5, 0, 5.2e9, NAN}};
    uint32_t n = *(const uint32_t *)params;
    (void)run;
    (void)derived;
    for (uint32_t k = 0; k < n && k < most; k++)
        rows[k] = kinds[k % 2];
    if (n >= 100) rows[0].instrument = "an instrument of a name that is far too long";
    return n;
}

static const struct model silent = {.name = "silent"};
static const struct model telling = {.name = "telling", .budgets = plan_rows};

/* Three scenarios with so many rows. */
static struct budget_list read_plan(const struct model *model, uint32_t a, uint32_t b, uint32_t c)
{
    static struct plan_of_three p;
    static char names[3][64] = {"all", "half", "a-scenario-of-a-name-of-fifty-characters-and-more"};
    struct error err = {0};
    struct budget_list list;
    p.plan = (struct ensemble_plan){.model = model, .n_scenarios = 3, .n_points = 1, .cases = p.cases};
    p.plan.scenario_name = p.names;
    memcpy(p.rows, (uint32_t[]){a, b, c}, sizeof p.rows);
    for (int s = 0; s < 3; s++) {
        p.names[s] = names[s];
        p.cases[s].params = &p.rows[s];
    }
    cr_assert_eq(budget_read(&list, &p.plan, &err), ERROR_NONE, "%s", err.text);
    return list;
}

static char *printed(const struct budget_list *list)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    cr_assert_not_null(to);
    budget_print(list, to);
    cr_assert_eq(fclose(to), 0);
    return text;
}

static void prints(const struct model *model, uint32_t a, uint32_t b, uint32_t c, const char *expected)
{
    struct budget_list list = read_plan(model, a, b, c);
    char *text = printed(&list);
    cr_assert_str_eq(text, expected);
    free(text);
    budget_free(&list);
}

Test(budget, says_nothing_for_a_model_without_a_plan)
{
    prints(&silent, 1, 1, 1, "");
    prints(&telling, 0, 0, 0, "");
}

Test(budget, prints_once_what_all_scenarios_plan)
{
    prints(&telling, 2, 2, 2,
           "planned costs of instruments a year, the same in all scenarios\n"
           "  instrument  management h  members' h           NOK  of budget\n"
           "  gatherings           640        1280       1100000     75.0 %\n"
           "  outreach           0.500           0    5200000000\n");
}

Test(budget, prints_each_scenario_that_has_rows)
{
    prints(&telling, 2, 0, 1,
           "planned costs of instruments a year\n"
           "  scenario                  instrument  management h  members' h           NOK  of budget\n"
           "  all                       gatherings           640        1280       1100000     75.0 %\n"
           "                            outreach           0.500           0    5200000000\n"
           "  a-scenario-of-a-name-of-fifty-characters-and-more\n"
           "                            gatherings           640        1280       1100000     75.0 %\n");
}

Test(budget, asks_again_for_rows_that_did_not_fit_and_stays_within_the_page)
{
    struct budget_list list = read_plan(&telling, 100, 1, 2);
    cr_assert_eq(list.all[0].n, 100);
    cr_assert_str_eq(list.all[0].rows[99].instrument, "outreach");
    char *text = printed(&list), *rest = text, *line;
    while ((line = strsep(&rest, "\n")))
        cr_assert_leq(page_width(line), PAGE_COLUMNS, "%s", line);
    free(text);
    budget_free(&list);
}

Test(budget, writes_null_for_a_share_that_is_not_stated)
{
    struct budget_list list = read_plan(&telling, 2, 0, 1);
    json_t *array = budget_json(&list);
    char *text = json_dumps(array, JSON_COMPACT);
    cr_assert_str_eq(text, "[{\"scenario\":\"all\",\"instrument\":\"gatherings\",\"management_hours\":640.0,"
                           "\"member_hours\":1280.5,\"money\":1100000.0,\"share\":0.75},"
                           "{\"scenario\":\"all\",\"instrument\":\"outreach\",\"management_hours\":0.5,"
                           "\"member_hours\":0.0,\"money\":5200000000.0,\"share\":null},"
                           "{\"scenario\":\"a-scenario-of-a-name-of-fifty-characters-and-more\","
                           "\"instrument\":\"gatherings\",\"management_hours\":640.0,\"member_hours\":1280.5,"
                           "\"money\":1100000.0,\"share\":0.75}]");
    free(text);
    json_decref(array);
    budget_free(&list);
}
