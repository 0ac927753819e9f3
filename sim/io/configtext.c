#include "io/configtext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 16384 }; /* more than 256 pairs of 17 digits, and than a text with every byte escaped */

static const char *const digits = "0123456789";

/* Rows of one table, as nested groups. */
struct page {
    FILE *out;
    const struct settings *values;
    const struct settings *base; /* print only what differs from it; NULL: everything */
    bool as_template;            /* with docs, and times as they are declared */
};

static void indent(FILE *out, int depth) { fprintf(out, "%*s", 4 * depth, ""); }

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* A default as its table declares it, for people: dates in quotes, which config text needs. */
static void print_declared(FILE *out, const char *text)
{
    while (*text) {
        size_t n = strspn(text, digits), date = n;
        while (n && text[date] == '-')
            date += 1 + strspn(text + date + 1, digits);
        if (date > n)
            fprintf(out, "\"%.*s\"", (int)date, text);
        else
            fprintf(out, "%.*s", (int)(n ? n : 1), text);
        text += date > n ? date : n ? n : 1;
    }
}

static void print_row(const struct page *page, const struct param *p, const char *name, int depth)
{
    char value[VALUE_MAX], expected[256];
    bool has_times = p->type == PARAM_TIME || p->type == PARAM_SPANS || p->type == PARAM_PATH;
    if (page->as_template) {
        indent(page->out, depth);
        fprintf(page->out, "# %s: %s\n", p->doc, param_expected(p, expected, sizeof expected));
    }
    indent(page->out, depth);
    fprintf(page->out, "%s = ", name);
    param_print(p, page->values->values, value, sizeof value);
    if (page->as_template && has_times)
        print_declared(page->out, p->fallback);
    else
        fputs(value, page->out);
    fputs(";\n", page->out);
}

/* ---- sections ------------------------------------------------------------------------------------------------------ */

static bool is_chosen(const struct page *page, const struct param *p)
{
    return !page->base || !settings_same(page->values, page->base, p);
}

static bool is_inside(const char *path, const char *section, size_t length)
{
    return length == 0 || (strncmp(path, section, length) == 0 && path[length] == '.');
}

/* Has a chosen row before k the same section in its path? Rows of a section need not stand together. */
static bool is_printed(const struct page *page, size_t k, size_t length)
{
    const struct param *rows = page->values->table->rows;
    for (size_t earlier = 0; earlier < k; earlier++)
        if (is_chosen(page, &rows[earlier]) && is_inside(rows[earlier].path, rows[k].path, length)) return true;
    return false;
}

/* The first `length` bytes of `section` name it. */
static void print_section(const struct page *page, const char *section, size_t length, int depth)
{
    const struct param_table *table = page->values->table;
    for (size_t k = 0; k < table->n; k++) {
        const struct param *p = &table->rows[k];
        if (!is_inside(p->path, section, length) || !is_chosen(page, p)) continue;
        const char *name = p->path + length + (length > 0), *dot = strchr(name, '.');
        if (!dot) {
            print_row(page, p, name, depth);
            continue;
        }
        size_t inner = (size_t)(dot - p->path);
        if (is_printed(page, k, inner)) continue;
        indent(page->out, depth);
        fprintf(page->out, "%.*s = {\n", (int)(dot - name), name);
        print_section(page, p->path, inner, depth + 1);
        indent(page->out, depth);
        fputs("};\n", page->out);
    }
}

static void print_table(FILE *out, const struct settings *values, bool as_template)
{
    struct page page = {out, values, NULL, as_template};
    print_section(&page, "", 0, 0);
}

static void print_scenario(FILE *out, const struct scenario *s, const struct settings *common, bool last)
{
    static const struct param question = {.type = PARAM_TEXT};
    struct param_text text;
    char quoted[VALUE_MAX];
    snprintf(text.text, sizeof text.text, "%s", s->question);
    param_print(&question, &text, quoted, sizeof quoted);
    fprintf(out, "    {\n        name = \"%s\";\n        question = %s;\n", s->name, quoted);
    struct page page = {out, &s->settings, common, false};
    print_section(&page, "", 0, 2);
    fprintf(out, "    }%s\n", last ? "" : ",");
}

static void print_axis(FILE *out, const struct design_axis *a)
{
    char low[64], high[64];
    struct param row = {.type = PARAM_REAL};
    fprintf(out, "        { path = \"%s\"; ", a->param->path);
    param_print(&row, &a->low, low, sizeof low);
    param_print(&row, &a->high, high, sizeof high);
    if (!a->n_choices)
        fprintf(out, "low = %s; high = %s; ", low, high);
    else
        fputs("values = (", out);
    for (uint32_t k = 0; k < a->n_choices; k++)
        fprintf(out, "%s%s", k ? ", " : "", a->choices[k]);
    if (a->n_choices) fputs("); ", out);
    if (a->levels) fprintf(out, "levels = %" PRIu32 "; ", a->levels);
    fputc('}', out);
}

/* Of a table its points: as a list. */
static void print_points(FILE *out, const struct design *d)
{
    char text[VALUE_MAX];
    fputs("    points = (\n", out);
    for (uint32_t p = 0; p < d->n_points; p++) {
        fputs("        (", out);
        for (uint32_t axis = 0; axis < d->n_axes; axis++) {
            design_override(d, p, axis, text, sizeof text);
            fprintf(out, "%s%s", axis ? ", " : "", strchr(text, '=') + 1);
        }
        fprintf(out, ")%s\n", p + 1 < d->n_points ? "," : "");
    }
    fputs("    );\n", out);
}

static void print_design(FILE *out, const struct design *d)
{
    bool listed = d->kind == DESIGN_LIST || d->kind == DESIGN_CSV;
    if (d->kind == DESIGN_NONE) return;
    fprintf(out, "design = {\n    kind = \"%s\";\n", design_kind_name(listed ? DESIGN_LIST : d->kind));
    if (!listed)
        fprintf(out, "    n = %" PRId64 ";\n    levels = %" PRId64 ";\n    seed = %" PRId64 ";\n    scramble = %s;\n",
                d->params.n, d->params.levels, d->params.seed, d->params.scramble ? "true" : "false");
    fputs("    axes = (\n", out);
    for (uint32_t axis = 0; axis < d->n_axes; axis++) {
        if (listed)
            fprintf(out, "        \"%s\"", d->axes[axis].param->path);
        else
            print_axis(out, &d->axes[axis]);
        fputs(axis + 1 < d->n_axes ? ",\n" : "\n", out);
    }
    fputs("    );\n", out);
    if (listed) print_points(out, d);
    fputs("};\n", out);
}

static void print_targets(FILE *out, const struct targets *targets)
{
    static const char *const keys[] = {"from", "to", "value", "tolerance"};
    static const struct param row = {.type = PARAM_REAL};
    char text[64];
    if (targets->n) fputs("targets = (\n", out);
    for (uint32_t k = 0; k < targets->n; k++) {
        const struct target *t = &targets->all[k];
        const double x[] = {t->from, t->to, t->value, t->tolerance};
        bool single = t->from == t->to;
        fprintf(out, "    { observable = \"%s\"; ", t->observable);
        for (int part = single; part < 4; part++) {
            param_print(&row, &x[part], text, sizeof text);
            fprintf(out, "%s = %s; ", single && part == 1 ? "time" : keys[part], text);
        }
        fprintf(out, "}%s\n", k + 1 < targets->n ? "," : "");
    }
    if (targets->n) fputs(");\n", out);
}

/* ---- whole texts --------------------------------------------------------------------------------------------------- */

/* Closes the stream of open_memstream; NULL when anything written to it failed. */
static char *finish(FILE *out, char **text)
{
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed) return *text;
    free(*text);
    return NULL;
}

static void print_override(FILE *out, const char *key, const char *value)
{
    fprintf(out, "# set: %s", key);
    for (; *value; value++)
        fputc((unsigned char)*value < 0x20 ? '?' : *value, out); /* a line end would end the comment */
    fputc('\n', out);
}

char *configtext_given(const char *const *names, const char *const *texts, size_t n,
                       const struct config_overrides *overrides)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    for (size_t k = 0; k < n; k++) {
        size_t length = strlen(texts[k]);
        bool ended = length && texts[k][length - 1] == '\n';
        fprintf(out, "# file: %s\n%s%s", names[k], texts[k], ended ? "" : "\n");
    }
    for (size_t k = 0; overrides && k < overrides->n_sets; k++)
        print_override(out, "", overrides->sets[k]);
    if (overrides && overrides->seed) print_override(out, "run.seed=", overrides->seed);
    if (overrides && overrides->replicates) print_override(out, "run.replicates=", overrides->replicates);
    return finish(out, &text);
}

char *configtext_resolved(const struct scenario_list *list, const struct design *design, const struct targets *targets)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    print_table(out, &list->run, false);
    print_table(out, &list->common, false);
    print_design(out, design);
    print_targets(out, targets);
    fputs("scenarios = (\n", out);
    for (size_t s = 0; s < list->n; s++)
        print_scenario(out, &list->all[s], &list->common, s + 1 == list->n);
    fputs(");\n", out);
    return finish(out, &text);
}

static void print_template(FILE *out, const struct model *model, const struct settings *run,
                           const struct settings *values)
{
    fprintf(out, "# Every setting of the model %s at its default. Keep the lines that you change.\n", model->name);
    print_table(out, run, true);
    print_table(out, values, true);
    fputs("# scenarios = (\n"
          "#     { name = \"baseline\"; question = \"What happens as things are?\"; },\n"
          "#     { name = \"other\"; question = \"And if one thing is different?\"; model = { }; }\n"
          "# );\n",
          out);
}

char *configtext_template(const struct model *model)
{
    char *text = NULL, *whole = NULL;
    size_t size;
    struct settings run = {0}, values = {0};
    const struct param *name = param_find(&world_run_table, "run.model");
    if (settings_init(&run, &world_run_table, NULL) || settings_init(&values, &model->params, NULL)) goto out;
    if (!name || param_set_text(name, run.values, model->name, NULL)) goto out;
    FILE *out = open_memstream(&text, &size);
    if (!out) goto out;
    print_template(out, model, &run, &values);
    whole = finish(out, &text);
out:
    settings_free(&run);
    settings_free(&values);
    return whole;
}
