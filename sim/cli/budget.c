#include "cli/budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/page.h"

enum { FIRST_ROWS = 32 };

/* ---- asking the model --------------------------------------------------------------------------------------------------- */

/* Asked again with more room when it has more rows. */
static int read_scenario(struct budget_scenario *s, const struct ensemble_plan *plan, const struct ensemble_case *one,
                         struct error *err)
{
    uint32_t room = FIRST_ROWS;
    do {
        struct model_budget *rows = realloc(s->rows, room * sizeof *rows);
        if (!rows) return error_set(err, ERROR_IO, "no memory for budgets");
        s->rows = rows;
        s->n = plan->model->budgets(&plan->run, one->params, one->derived, rows, room);
        if (s->n <= room) return ERROR_NONE;
        room = s->n;
    } while (true);
}

int budget_read(struct budget_list *list, const struct ensemble_plan *plan, struct error *err)
{
    int code = ERROR_NONE;
    *list = (struct budget_list){calloc(plan->n_scenarios, sizeof *list->all), plan->n_scenarios};
    if (!list->all) return error_set(err, ERROR_IO, "no memory for budgets");
    for (uint32_t s = 0; !code && s < plan->n_scenarios; s++) {
        list->all[s].name = plan->scenario_name[s];
        if (plan->model->budgets)
            code = read_scenario(&list->all[s], plan, &plan->cases[(size_t)s * plan->n_points], err);
    }
    if (code) budget_free(list);
    return code;
}

void budget_free(struct budget_list *list)
{
    for (uint32_t s = 0; s < list->n; s++)
        free(list->all[s].rows);
    free(list->all);
    *list = (struct budget_list){NULL, 0};
}

/* ---- comparing ---------------------------------------------------------------------------------------------------------- */

static bool same_number(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool same_row(const struct model_budget *a, const struct model_budget *b)
{
    return strcmp(a->instrument, b->instrument) == 0 && same_number(a->management_hours, b->management_hours) &&
           same_number(a->member_hours, b->member_hours) && same_number(a->money, b->money) &&
           same_number(a->share, b->share);
}

static bool same_budget(const struct budget_scenario *a, const struct budget_scenario *b)
{
    bool same = a->n == b->n;
    for (uint32_t k = 0; same && k < a->n; k++)
        same = same_row(&a->rows[k], &b->rows[k]);
    return same;
}

static bool all_same(const struct budget_list *list)
{
    bool same = true;
    for (uint32_t s = 1; same && s < list->n; s++)
        same = same_budget(&list->all[s], &list->all[0]);
    return same;
}

/* ---- a table ------------------------------------------------------------------------------------------------------------ */

enum { MOST_NAME = 24, MOST_INSTRUMENT = 20 }; /* with the numbers that makes 100 columns */

struct table {
    FILE *to;
    int name, instrument; /* columns of each; name 0: all scenarios are one */
};

static int wider(int width, const char *text, int most)
{
    int needed = page_width(text);
    return needed <= width ? width : needed < most ? needed : most;
}

static struct table measure(const struct budget_list *list, FILE *to)
{
    struct table t = {to, 0, page_width("instrument")};
    bool once = all_same(list);
    for (uint32_t s = 0; s < list->n; s++) {
        if (!once && list->all[s].n)
            t.name = wider(t.name ? t.name : page_width("scenario"), list->all[s].name, MOST_NAME);
        for (uint32_t k = 0; k < list->all[s].n; k++)
            t.instrument = wider(t.instrument, list->all[s].rows[k].instrument, MOST_INSTRUMENT);
    }
    return t;
}

/* A text in a column, and two spaces; where it is too wide, on a line of its own: `start` is where its column is. */
static void print_name(const struct table *t, int start, const char *name, int width)
{
    fputs(name, t->to);
    if (page_width(name) > width)
        fprintf(t->to, "\n%*s", start + width + 2, "");
    else
        fprintf(t->to, "%*s", width + 2 - page_width(name), "");
}

/* Money of a large world in full: NOK are not read as 5.2e+07. */
static const char *amount(double x, char buffer[PAGE_NUMBER])
{
    if (!(fabs(x) >= 1e6 && fabs(x) < 1e12)) return page_number(x, 3, buffer);
    snprintf(buffer, PAGE_NUMBER, "%.0f", x);
    return buffer;
}

static void print_row(const struct table *t, const struct model_budget *row)
{
    char a[PAGE_NUMBER], b[PAGE_NUMBER], c[PAGE_NUMBER], share[PAGE_NUMBER];
    int start = 2 + (t->name ? t->name + 2 : 0);
    print_name(t, start, row->instrument, t->instrument);
    fprintf(t->to, "%12s  %10s  %12s", amount(row->management_hours, a), amount(row->member_hours, b),
            amount(row->money, c));
    if (!isnan(row->share)) fprintf(t->to, "  %7s %%", page_number(100.0 * row->share, 3, share));
    fputc('\n', t->to);
}

static void print_scenario(const struct table *t, const struct budget_scenario *s)
{
    for (uint32_t k = 0; k < s->n; k++) {
        fputs("  ", t->to);
        if (t->name) print_name(t, 2, k ? "" : s->name, t->name);
        print_row(t, &s->rows[k]);
    }
}

static void print_header(const struct table *t, bool once)
{
    fprintf(t->to, "planned costs of instruments a year%s\n", once ? ", the same in all scenarios" : "");
    fputs("  ", t->to);
    if (t->name) print_name(t, 2, "scenario", t->name);
    fprintf(t->to, "%-*s  %12s  %10s  %12s  %9s\n", t->instrument, "instrument", "management h", "members' h", "NOK",
            "of budget");
}

void budget_print(const struct budget_list *list, FILE *to)
{
    uint32_t rows = 0;
    for (uint32_t s = 0; s < list->n; s++)
        rows += list->all[s].n;
    if (!rows) return;
    struct table t = measure(list, to);
    print_header(&t, !t.name && list->n > 1);
    for (uint32_t s = 0; s < (t.name ? list->n : 1); s++)
        print_scenario(&t, &list->all[s]);
}

/* ---- JSON --------------------------------------------------------------------------------------------------------------- */

static json_t *row_json(const char *scenario, const struct model_budget *row)
{
    json_t *object = json_object();
    answer_put(&object, "scenario", answer_text(scenario));
    answer_put(&object, "instrument", answer_text(row->instrument));
    answer_put(&object, "management_hours", answer_real(row->management_hours));
    answer_put(&object, "member_hours", answer_real(row->member_hours));
    answer_put(&object, "money", answer_real(row->money));
    answer_put(&object, "share", answer_real(row->share));
    return object;
}

json_t *budget_json(const struct budget_list *list)
{
    json_t *array = json_array();
    for (uint32_t s = 0; s < list->n; s++)
        for (uint32_t k = 0; k < list->all[s].n; k++)
            answer_append(&array, row_json(list->all[s].name, &list->all[s].rows[k]));
    return array;
}
