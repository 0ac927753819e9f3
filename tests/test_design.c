/* test_design.c - designs from configs: layouts, values of every type, precedence, and the same points from what is written of
 * them. What is refused as a user meets it stands in tests/bad/cases.txt. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/model.h"
#include "folder.h"
#include "io/config.h"

static struct ensemble_plan plan;
static struct config_texts texts;
static const struct design *const d = &texts.design;
static struct error err;

static void leave(void)
{
    config_free(&plan, &texts);
    folder_leave();
}

TestSuite(design, .init = folder_enter, .fini = leave, .timeout = 60);

static void load(const char *name, const char *const *sets, size_t n)
{
    struct config_overrides o = {sets, n, NULL, NULL};
    config_free(&plan, &texts);
    cr_assert_eq(config_load(name, &o, &plan, &texts, &err), ERROR_NONE, "%s", err.text);
}

static void loads(const char *text)
{
    write_file("a.cfg", text);
    load("a.cfg", NULL, 0);
}

static double at(uint32_t point, uint32_t axis) { return design_number(d, 0, point, axis); }

/* ---- what varies --------------------------------------------------------------------------------------------------------- */

Test(design, a_config_without_one_has_one_point_and_no_axis)
{
    loads("run = { replicates = 2; };");
    cr_assert_eq(d->kind, DESIGN_NONE);
    cr_assert_eq(d->n_points, 1);
    cr_assert_eq(d->n_axes, 0);
    cr_assert_null(strstr(texts.resolved, "design = {"));
}

Test(design, a_grade_takes_its_numbers_over_the_ranges_of_the_table)
{
    size_t n = 0;
    loads("design = { kind = \"latin_hypercube\"; n = 2; axes = \"grade M\"; };");
    for (size_t k = 0; k < cluster_model.params.n; k++) {
        const struct param *p = &cluster_model.params.rows[k];
        if (strcmp(p->grade, "M") != 0 || (p->type != PARAM_REAL && p->type != PARAM_INTEGER)) continue;
        cr_assert_eq(d->axes[n].param, p);
        cr_assert_eq(d->axes[n].low, p->low);
        cr_assert_eq(d->axes[n++].high, p->high);
    }
    cr_assert_gt(n, 1);
    cr_assert_eq(d->n_axes, n);
}

Test(design, a_path_of_its_own_stands_over_a_pattern_and_except_leaves_out)
{
    loads("design = { kind = \"latin_hypercube\"; n = 2; axes = (\"policies.outreach.*_hours\", "
          "\"policies.outreach.p*\",\n"
          "  { path = \"policies.outreach.staff_hours\"; low = 2; high = 4; }); except = (\"*.per_member\"); };");
    for (uint32_t k = 0; k < d->n_axes; k++) {
        bool own = strcmp(d->axes[k].param->path, "policies.outreach.staff_hours") == 0;
        cr_assert_neq(strcmp(d->axes[k].param->path, "policies.outreach.per_member"), 0);
        if (own) cr_assert_eq(d->axes[k].high, 4.0);
    }
    cr_assert_eq(d->n_axes, 2);
}

Test(design, a_group_by_pattern_and_grade_takes_what_is_both)
{
    loads("design = { kind = \"latin_hypercube\"; n = 2; axes = ({ path = \"world.*\"; grade = \"V/A\"; }); };");
    cr_assert_gt(d->n_axes, 0);
    for (uint32_t k = 0; k < d->n_axes; k++) {
        cr_assert_eq(strncmp(d->axes[k].param->path, "world.", 6), 0);
        cr_assert_str_eq(d->axes[k].param->grade, "V/A");
    }
}

/* ---- layouts ---------------------------------------------------------------------------------------------------------------- */

Test(design, a_grid_varies_its_last_axis_fastest)
{
    loads("design = { kind = \"grid\"; levels = 3; axes = ({ path = \"model.trust.hours\"; low = 30; high = 60; },\n"
          "  \"policies.forum.on\", { path = \"policies.votes.winners\"; levels = 8; }); };");
    cr_assert_eq(d->n_points, 3 * 2 * 8);
    for (uint32_t p = 0; p < d->n_points; p++) {
        cr_assert_eq(at(p, 0), 30.0 + 15.0 * (p / 16));
        cr_assert_eq(at(p, 1), p / 8 % 2);
        cr_assert_eq(at(p, 2), 1.0 + p % 8);
    }
}

Test(design, a_grid_takes_no_more_levels_than_there_are_whole_numbers)
{
    loads("design = { kind = \"grid\"; levels = 100; axes = \"policies.votes.winners\"; };");
    cr_assert_eq(d->n_points, 8);
}

Test(design, a_latin_hypercube_has_one_point_in_each_part_of_each_axis)
{
    enum { N = 50 };
    loads("design = { kind = \"latin_hypercube\"; n = 50; seed = 3; axes = \"policies.brokering.*\"; };");
    cr_assert_eq(d->n_points, N);
    for (uint32_t axis = 0; axis < d->n_axes; axis++) {
        bool held[N] = {false};
        for (uint32_t p = 0; p < N; p++) {
            const struct design_axis *a = &d->axes[axis];
            unsigned part = (unsigned)(N * (at(p, axis) - a->low) / (a->high - a->low));
            cr_assert(part < N && !held[part], "%s: part %u", a->param->path, part);
            held[part] = true;
        }
    }
}

Test(design, sobol_takes_one_axis_after_the_other_from_the_other_half)
{
    loads("design = { kind = \"sobol\"; n = 8; axes = \"policies.brokering.*\"; };");
    uint32_t k = d->n_axes;
    cr_assert_gt(k, 3);
    cr_assert_eq(d->n_points, 8 * (k + 2));
    for (uint32_t block = 0; block < 8; block++) {
        uint32_t first = block * (k + 2);
        for (uint32_t j = 1; j <= k; j++)
            for (uint32_t axis = 0; axis < k; axis++)
                cr_assert_eq(at(first + j, axis), at(axis + 1 == j ? first + k + 1 : first, axis));
        for (uint32_t axis = 0; axis < k; axis++)
            cr_assert_neq(at(first, axis), at(first + k + 1, axis));
    }
}

Test(design, sobol_without_scrambling_starts_at_the_lowest_point)
{
    loads("design = { kind = \"sobol\"; n = 2; scramble = false; axes = \"policies.brokering.*\"; };");
    for (uint32_t axis = 0; axis < d->n_axes; axis++) {
        cr_assert_eq(at(0, axis), d->axes[axis].low);
        cr_assert_eq(at(d->n_axes + 2, axis), 0.5 * (d->axes[axis].low + d->axes[axis].high));
    }
}

/* Level of an axis in a Morris design of p levels. */
static double level(uint32_t point, uint32_t axis, int p)
{
    const struct design_axis *a = &d->axes[axis];
    return (p - 1) * (at(point, axis) - a->low) / (a->high - a->low);
}

Test(design, morris_moves_each_axis_once_by_half_its_levels)
{
    enum { TRAJECTORIES = 20, P = 6 };
    unsigned ups = 0, all = 0;
    loads("design = { kind = \"morris\"; n = 20; levels = 6; axes = \"policies.brokering.*\"; };");
    uint32_t k = d->n_axes;
    cr_assert_eq(d->n_points, TRAJECTORIES * (k + 1));
    for (uint32_t t = 0; t < TRAJECTORIES; t++) {
        bool moved[DESIGN_AXES_MAX] = {false};
        for (uint32_t step = 1; step <= k; step++) {
            uint32_t point = t * (k + 1) + step, n = 0;
            for (uint32_t axis = 0; axis < k; axis++) {
                double by = level(point, axis, P) - level(point - 1, axis, P);
                if (fabs(by) < 1e-9) continue;
                cr_assert_float_eq(fabs(by), P / 2, 1e-9);
                cr_assert(!moved[axis]);
                moved[axis] = true;
                ups += by > 0;
                n++;
            }
            cr_assert_eq(n, 1);
        }
        all += k;
    }
    cr_assert(ups > all / 4 && ups < 3 * all / 4, "%u of %u steps go up", ups, all);
}

Test(design, morris_moves_whole_numbers_and_choices_too)
{
    loads("design = { kind = \"morris\"; n = 30; axes = (\"policies.votes.winners\", \"policies.forum.on\",\n"
          "  { path = \"policies.gatherings.groups\"; values = (\"none\", \"stable\", \"reshuffled\"); }); };");
    for (uint32_t p = 0; p < d->n_points; p++) {
        unsigned moved = 0;
        for (uint32_t axis = 0; axis < 3 && p % 4; axis++) {
            char one[64], other[64];
            design_text(d, 0, p - 1, axis, one, sizeof one);
            design_text(d, 0, p, axis, other, sizeof other);
            moved += strcmp(one, other) != 0;
        }
        cr_assert_eq(moved, p % 4 ? 1 : 0);
    }
}

Test(design, whole_numbers_flags_and_choices_come_by_equal_shares)
{
    unsigned winners[9] = {0}, on = 0, groups[3] = {0};
    loads("design = { kind = \"latin_hypercube\"; n = 240; axes = (\"policies.votes.winners\", \"policies.forum.on\",\n"
          "  { path = \"policies.gatherings.groups\"; values = (\"none\", \"stable\", \"reshuffled\"); }); };");
    for (uint32_t p = 0; p < 240; p++) {
        char text[64];
        double w = at(p, 0);
        cr_assert(w >= 1.0 && w <= 8.0 && w == floor(w));
        winners[(int)w]++;
        on += at(p, 1) == 1.0;
        design_text(d, 0, p, 2, text, sizeof text);
        groups[strcmp(text, "\"none\"") == 0 ? 0 : strcmp(text, "\"stable\"") == 0 ? 1 : 2]++;
        cr_assert(isnan(at(p, 2)));
    }
    for (int w = 1; w <= 8; w++)
        cr_assert_eq(winners[w], 30);
    cr_assert_eq(on, 120);
    cr_assert_eq(groups[0], 80);
    cr_assert_eq(groups[1], 80);
}

Test(design, points_go_by_the_designs_seed_alone)
{
    const char *sets[] = {"design.seed=5", "run.seed=9"};
    loads("design = { kind = \"sobol\"; n = 4; axes = \"policies.brokering.*\"; };");
    double first = at(0, 0);
    load("a.cfg", sets + 1, 1);
    cr_assert_eq(at(0, 0), first);
    load("a.cfg", sets, 1);
    cr_assert_neq(at(0, 0), first);
}

Test(design, a_list_holds_values_of_any_type)
{
    loads("design = { kind = \"list\"; axes = (\"model.trust.hours\", \"policies.forum.on\", \"world.closure\");\n"
          "  points = ( (31.5, true, ()), (44, false, ((\"2020-03\", \"2020-09\"))) ); };");
    char text[256];
    cr_assert_eq(d->n_points, 2);
    cr_assert_eq(at(0, 0), 31.5);
    cr_assert_eq(at(0, 1), 1.0);
    cr_assert_eq(at(1, 1), 0.0);
    design_text(d, 0, 0, 2, text, sizeof text);
    cr_assert_str_eq(text, "()");
    design_text(d, 0, 1, 2, text, sizeof text);
    cr_assert_neq(strstr(text, "2020.166"), NULL);
}

Test(design, a_table_is_a_list_too_and_is_found_from_its_config)
{
    write_file("points.csv", "# drawn "
                             "elsewhere\nmodel.trust.hours;policies.gatherings.mode;policies.votes.winners\n30,25;"
                             "digital;3\n61;physical;8\n");
    loads("design = { kind = \"csv\"; file = \"points.csv\"; };");
    cr_assert_eq(d->n_points, 2);
    cr_assert_eq(at(0, 0), 30.25);
    cr_assert_eq(at(1, 2), 8.0);
    const char *sets[] = {"design.kind=csv", "design.file=points.csv"};
    write_file("b.cfg", "run = { replicates = 1; };");
    load("b.cfg", sets, 2);
    cr_assert_eq(d->n_points, 2);
}

Test(design, a_table_may_have_as_many_columns_as_there_are_axes)
{
    FILE *f = fopen("wide.csv", "w");
    size_t n = 0;
    cr_assert_not_null(f);
    for (size_t k = 0; k < cluster_model.params.n; k++)
        if (cluster_model.params.rows[k].type == PARAM_REAL)
            fprintf(f, "%s%s", n++ ? "," : "", cluster_model.params.rows[k].path);
    for (size_t k = 0, column = 0; k < cluster_model.params.n; k++)
        if (cluster_model.params.rows[k].type == PARAM_REAL)
            fprintf(f, "%s%s", column++ ? "," : "\n", cluster_model.params.rows[k].fallback);
    fclose(f);
    loads("design = { kind = \"csv\"; file = \"wide.csv\"; };");
    cr_assert_gt(n, 200);
    cr_assert_eq(d->n_axes, n);
}

/* ---- cases ------------------------------------------------------------------------------------------------------------------ */

static const char mixed[] =
    "scenarios = ( { name = \"plain\"; }, { name = \"other\"; model = { trust = { hours = 50; }; }; } );\n"
    "design = { kind = \"latin_hypercube\"; n = 9; axes = (\"model.trust.*\", \"policies.votes.winners\",\n"
    "  \"policies.forum.on\", { path = \"run_in\"; }); };";

static const char *mixed_config(void)
{
    static char text[sizeof mixed + 256];
    const char *from = strstr(mixed, "{ path = \"run_in\"; }");
    snprintf(text, sizeof text,
             "%.*s{ path = \"policies.gatherings.mode\"; values = (\"physical\", \"digital\"); },\n"
             "{ path = \"policies.gatherings.first\"; low = \"2018-01\"; high = \"2019-01\"; }%s",
             (int)(from - mixed), mixed, from + strlen("{ path = \"run_in\"; }"));
    return text;
}

Test(design, overrides_as_text_give_the_case_to_the_bit)
{
    static char sets[64][256];
    const char *list[64];
    loads(mixed_config());
    uint32_t n = d->n_axes;
    cr_assert(n > 5 && n < 64);
    size_t size = cluster_model.params.size;
    for (uint32_t point = 0; point < d->n_points; point++) {
        struct ensemble_case c[2];
        struct ensemble_plan whole;
        struct config_texts whole_texts;
        for (uint32_t axis = 0; axis < n; axis++) {
            cr_assert_lt(design_override(d, point, axis, sets[axis], sizeof sets[axis]), (int)sizeof sets[axis]);
            list[axis] = sets[axis];
        }
        struct config_overrides o = {list, n, NULL, NULL};
        cr_assert_eq(config_load("a.cfg", &o, &whole, &whole_texts, &err), ERROR_NONE, "%s", err.text);
        for (uint32_t s = 0; s < 2; s++) {
            cr_assert_eq(design_case(d, &plan, s, point, &c[s], &err), ERROR_NONE, "%s", err.text);
            cr_assert_eq(memcmp(c[s].params, whole.cases[s].params, size), 0);
            cr_assert_eq(memcmp(&c[s].scale, &whole.cases[s].scale, sizeof c[s].scale), 0);
            design_case_free(&plan, &c[s]);
        }
        config_free(&whole, &whole_texts);
    }
}

static double trust_hours(const struct ensemble_case *c)
{
    const struct param *p = param_find(&cluster_model.params, "model.trust.hours");
    return *(const double *)(const void *)((const char *)c->params + p->offset);
}

Test(design, a_point_stands_over_scenarios_and_under_set)
{
    const char *sets[] = {"scenarios.other.model.trust.hours=77"};
    write_file("a.cfg", mixed_config());
    load("a.cfg", sets, 1);
    uint32_t axis = 0;
    while (strcmp(d->axes[axis].param->path, "model.trust.hours") != 0)
        axis++;
    for (uint32_t point = 0; point < d->n_points; point++) {
        struct ensemble_case plain, other;
        cr_assert_eq(design_case(d, &plan, 0, point, &plain, &err), ERROR_NONE, "%s", err.text);
        cr_assert_eq(design_case(d, &plan, 1, point, &other, &err), ERROR_NONE, "%s", err.text);
        cr_assert_eq(trust_hours(&plain), design_number(d, 0, point, axis));
        cr_assert_eq(trust_hours(&other), 77.0);
        cr_assert_eq(design_number(d, 1, point, axis), 77.0);
        design_case_free(&plan, &plain);
        design_case_free(&plan, &other);
    }
}

Test(design, expanding_makes_all_cases)
{
    loads(mixed_config());
    cr_assert_eq(plan.n_points, 1);
    cr_assert_eq(design_expand(d, &plan, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(plan.n_points, 9);
    uint32_t axis = 0;
    while (strcmp(d->axes[axis].param->path, "model.trust.hours") != 0)
        axis++;
    for (uint32_t k = 0; k < 18; k++)
        cr_assert_eq(trust_hours(&plan.cases[k]), at(k % 9, axis));
}

Test(design, a_point_that_the_model_refuses_is_named)
{
    struct ensemble_case c;
    loads("scenarios = ({ name = \"only\"; });\n"
          "design = { kind = \"list\"; axes = \"model.projects.gate_1\"; points = (0.1, 0.29); };");
    const char *sets[] = {"model.projects.gate_2=0.2"};
    load("a.cfg", sets, 1);
    cr_assert_eq(design_case(d, &plan, 0, 0, &c, &err), ERROR_NONE, "%s", err.text);
    design_case_free(&plan, &c);
    cr_assert_eq(design_case(d, &plan, 0, 1, &c, &err), ERROR_CONFIG);
    cr_assert_neq(strstr(err.text, "scenario only: point 1: model.projects.gate_1"), NULL, "%s", err.text);
    cr_assert_eq(design_expand(d, &plan, &err), ERROR_CONFIG);
    cr_assert_eq(plan.n_points, 1);
}

/* ---- what is written of it ------------------------------------------------------------------------------------------------ */

static void comes_back(void)
{
    double values[4096];
    uint32_t n_points = d->n_points, n_axes = d->n_axes;
    cr_assert_lt(n_points * n_axes, 4096);
    for (uint32_t v = 0; v < n_points * n_axes; v++)
        values[v] = at(v / n_axes, v % n_axes);
    write_file("resolved.cfg", texts.resolved);
    load("resolved.cfg", NULL, 0);
    cr_assert_eq(d->n_points, n_points);
    cr_assert_eq(d->n_axes, n_axes);
    for (uint32_t v = 0; v < n_points * n_axes; v++) {
        double x = at(v / n_axes, v % n_axes);
        cr_assert(x == values[v] || (isnan(x) && isnan(values[v])));
    }
}

Test(design, the_resolved_config_has_the_same_points)
{
    loads(mixed_config());
    comes_back();
    loads("design = { kind = \"grid\"; axes = ({ path = \"model.trust.hours\"; levels = 5; }, \"policies.votes.w*\"); "
          "levels = 2;\n"
          "};");
    comes_back();
    loads("design = { kind = \"sobol\"; n = 4; scramble = false; axes = \"policies.brokering.*\"; };");
    comes_back();
    loads("design = { kind = \"morris\"; n = 3; levels = 8; seed = 12; axes = \"policies.brokering.*\"; };");
    comes_back();
    loads("design = { kind = \"list\"; axes = (\"model.trust.hours\", \"policies.gatherings.mode\");\n"
          "  points = ( (31.1, \"digital\"), (77, \"physical\") ); };");
    comes_back();
}

Test(design, a_design_replaces_that_of_its_base)
{
    write_file("base.cfg", "design = { kind = \"sobol\"; n = 4; axes = \"policies.brokering.*\"; };");
    loads("base = \"base.cfg\"; design = { kind = \"grid\"; axes = \"policies.votes.winners\"; };");
    cr_assert_eq(d->kind, DESIGN_GRID);
    cr_assert_eq(d->n_axes, 1);
    loads("base = \"base.cfg\";");
    cr_assert_eq(d->kind, DESIGN_SOBOL);
}

Test(design, targets_come_back_from_the_resolved_config)
{
    loads("targets = ( { observable = \"members\"; time = \"2020-11\"; value = 83; tolerance = 3; },\n"
          "  { observable = \"exits\"; from = \"2020-11\"; to = \"2022-11\"; value = 5.5; tolerance = 0.1; } );");
    write_file("resolved.cfg", texts.resolved);
    for (int again = 0; again < 2; again++) {
        const struct target *t = texts.targets.all;
        cr_assert_eq(texts.targets.n, 2);
        cr_assert_str_eq(t[0].observable, "members");
        cr_assert_eq(t[0].from, t[0].to);
        cr_assert_eq(t[0].value, 83.0);
        cr_assert_str_eq(t[1].observable, "exits");
        cr_assert_float_eq(t[1].to - t[1].from, 2.0, 1e-9);
        cr_assert_eq(t[1].tolerance, 0.1);
        load("resolved.cfg", NULL, 0);
    }
}
