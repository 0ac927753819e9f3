#include "io/axes.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/world.h"
#include "io/settings.h"
#include "io/tree.h"

enum { VALUE_MAX = 16384, KEY_MAX = 400 };

static const char axes_key[] = "design.axes", except_key[] = "design.except", grade_prefix[] = "grade ";

/* One entry of `axes`: a path or a pattern, and what it says about them. */
struct entry {
    const struct tree *tree;
    const char *path, *grade; /* grade NULL: any */
    const struct tree *low, *high, *levels, *values;
};

/* ---- values ------------------------------------------------------------------------------------------------------------- */

static bool is_number(const struct param *p)
{
    return p->type == PARAM_REAL || p->type == PARAM_INTEGER || p->type == PARAM_TIME;
}

/* Room for a value of any type, which starts at offset 0. */
union value {
    double number;
    int64_t whole;
    bool flag;
    struct pairs pairs;
    struct param_text text;
};

static int parse_value(const struct param *p, const char *text, union value *v, struct error *why)
{
    struct param row = *p;
    row.offset = 0;
    memset(v, 0, sizeof *v);
    return param_parse(&row, v, text, why);
}

/* By the row's own rules. */
static bool parse(const struct param *p, const char *text, struct place place, const char *key, union value *v,
                  struct mistakes *m)
{
    struct error why = {0};
    int code = parse_value(p, text, v, &why);
    if (!code) return true;
    mistakes_add(m, place, key, "%s", why.text);
    mistakes_note_code(m, code);
    return false;
}

static double number_of(const struct param *p, const union value *v)
{
    return p->type == PARAM_INTEGER ? (double)v->whole : p->type == PARAM_FLAG ? (double)v->flag : v->number;
}

bool axes_number(const struct design_axis *a, const char *text, double *number)
{
    union value v;
    if ((!is_number(a->param) && a->param->type != PARAM_FLAG) || parse_value(a->param, text, &v, NULL)) return false;
    *number = number_of(a->param, &v);
    return true;
}

/* The choice of that text, added where it is new. UINT32_MAX: no memory. */
static uint32_t choose(struct design_axis *a, const char *text, struct mistakes *m)
{
    for (uint32_t k = 0; k < a->n_choices; k++)
        if (strcmp(a->choices[k], text) == 0) return k;
    char **more = realloc(a->choices, (a->n_choices + 1u) * sizeof *more), *copy = strdup(text);
    if (more) a->choices = more;
    if (!more || !copy) {
        free(copy);
        mistakes_no_memory(m, "the values of an axis");
        return UINT32_MAX;
    }
    a->choices[a->n_choices] = copy;
    return a->n_choices++;
}

/* The choice that a value is, in the text that param_print gives it. */
static uint32_t choose_value(struct design_axis *a, const union value *v, struct mistakes *m)
{
    struct param row = *a->param;
    char text[VALUE_MAX];
    row.offset = 0;
    param_print(&row, v, text, sizeof text);
    return choose(a, text, m);
}

bool axes_value(struct design_axis *a, const char *text, struct place place, const char *key, double *value,
                struct mistakes *m)
{
    union value v;
    if (!parse(a->param, text, place, key, &v, m)) return false;
    if (is_number(a->param)) {
        *value = number_of(a->param, &v);
        return true;
    }
    uint32_t choice = choose_value(a, &v, m);
    *value = choice;
    return choice != UINT32_MAX;
}

/* ---- the list of axes ----------------------------------------------------------------------------------------------------- */

static void free_choices(struct design_axis *a)
{
    for (uint32_t k = 0; k < a->n_choices; k++)
        free(a->choices[k]);
    free(a->choices);
    a->choices = NULL;
    a->n_choices = 0;
}

void axes_free(struct design *d)
{
    for (uint32_t k = 0; k < d->n_axes; k++)
        free_choices(&d->axes[k]);
    free(d->axes);
    d->axes = NULL;
    d->n_axes = 0;
}

static struct design_axis *find_axis(const struct design *d, const struct param *p)
{
    for (uint32_t k = 0; k < d->n_axes; k++)
        if (d->axes[k].param == p) return &d->axes[k];
    return NULL;
}

static struct design_axis *add_axis(struct design *d, const struct param *p, struct place place, struct mistakes *m)
{
    if (!d->axes) d->axes = calloc(DESIGN_AXES_MAX, sizeof *d->axes);
    if (!d->axes) {
        mistakes_no_memory(m, "the axes of a design");
        return NULL;
    }
    if (d->n_axes == DESIGN_AXES_MAX) {
        mistakes_add(m, place, axes_key, "found more than %d axes, expected at most %d", DESIGN_AXES_MAX,
                     DESIGN_AXES_MAX);
        return NULL;
    }
    d->axes[d->n_axes] = (struct design_axis){.param = p, .low = p->low, .high = p->high};
    return &d->axes[d->n_axes++];
}

/* The row of a path, or NULL after a mistake. */
static const struct param *find_row(const struct model *model, const char *path, struct place place, const char *key,
                                    struct mistakes *m)
{
    const struct param *p = param_find(&model->params, path);
    if (!p && param_find(&world_run_table, path))
        mistakes_add(m, place, key, "found %s, expected no setting of the run or its output: all points share them",
                     path);
    else if (!p) {
        char where[KEY_MAX];
        snprintf(where, sizeof where, "%s%s%.200s", key ? key : "", key ? ": " : "", path);
        settings_add_unknown(model, path, place, where, m);
    } else if (settings_names_file(model, p)) {
        mistakes_add(m, place, key, "found %s, which names a file, expected a scenario for each file", path);
        return NULL;
    }
    return p;
}

struct design_axis *axes_add_bare(struct design *d, const char *path, const struct model *model, struct place place,
                                  const char *key, struct mistakes *m)
{
    const struct param *p = find_row(model, path, place, key, m);
    if (!p) return NULL;
    if (find_axis(d, p)) {
        mistakes_add(m, place, key, "found %s a second time, expected each axis once", path);
        return NULL;
    }
    return add_axis(d, p, place, m);
}

/* ---- patterns --------------------------------------------------------------------------------------------------------------- */

static bool is_pattern(const char *path) { return strpbrk(path, "*?[") != NULL; }
static bool matches(const char *pattern, const struct param *p) { return fnmatch(pattern, p->path, 0) == 0; }

static const char *text_of(const struct tree *t) { return t->kind == TREE_TEXT ? t->bare : NULL; }

static bool is_excepted(const struct tree *except, const struct param *p)
{
    for (size_t k = 0; except && k < except->n; k++)
        if (text_of(&except->items[k]) && matches(except->items[k].bare, p)) return true;
    return false;
}

/* What a pattern can take: a number with a range, which is no time. */
static bool has_range(const struct param *p)
{
    return (p->type == PARAM_REAL || p->type == PARAM_INTEGER) && isfinite(p->low) && isfinite(p->high);
}

static void unknown_pattern(const struct model *model, const char *pattern, struct place place, const char *key,
                            struct mistakes *m)
{
    char where[KEY_MAX];
    snprintf(where, sizeof where, "%s: %.200s", key, pattern);
    if (is_pattern(pattern))
        mistakes_add(m, place, where,
                     "found no number with a range that it matches, expected some that `klynge params` lists");
    else
        settings_add_unknown(model, pattern, place, where, m);
}

static void unknown_grade(const struct model *model, const struct entry *e, struct mistakes *m)
{
    char list[KEY_MAX] = "";
    for (size_t k = 0; k < model->params.n; k++) {
        const struct param *p = &model->params.rows[k];
        size_t used = strlen(list);
        bool listed = false;
        for (size_t earlier = 0; earlier < k && !listed; earlier++)
            listed =
                has_range(&model->params.rows[earlier]) && strcmp(model->params.rows[earlier].grade, p->grade) == 0;
        if (has_range(p) && !listed) snprintf(list + used, sizeof list - used, "%s\"%s\"", used ? ", " : "", p->grade);
    }
    mistakes_add(m, e->tree->place, axes_key, "found the grade \"%s\" of no number that %s, expected one of %s",
                 e->grade, e->path ? e->path : "has a range", list);
}

static void take_matching(struct design *d, const struct entry *e, const struct tree *except, const struct model *model,
                          struct mistakes *m)
{
    bool any = false;
    for (size_t k = 0; k < model->params.n; k++) {
        const struct param *p = &model->params.rows[k];
        if (!has_range(p) || (e->path && !matches(e->path, p)) || (e->grade && strcmp(e->grade, p->grade) != 0))
            continue;
        any = true;
        if (is_excepted(except, p) || find_axis(d, p)) continue;
        struct design_axis *a = add_axis(d, p, e->tree->place, m);
        if (!a) return;
        a->by_pattern = true;
    }
    if (any) return;
    if (e->grade)
        unknown_grade(model, e, m);
    else
        unknown_pattern(model, e->path, e->tree->place, axes_key, m);
}

static void check_except(const struct tree *except, const struct model *model, struct mistakes *m)
{
    if (except && except->kind != TREE_LIST)
        mistakes_add(m, except->place, except_key,
                     "found no list, expected paths or patterns such as (\"world.phase.*\")");
    for (size_t k = 0; except && k < except->n; k++) {
        const struct tree *t = &except->items[k];
        bool any = false;
        if (!text_of(t)) {
            mistakes_add(m, t->place, except_key, "found %s, expected a path or a pattern in quotes", t->text);
            continue;
        }
        for (size_t row = 0; row < model->params.n && !any; row++)
            any = has_range(&model->params.rows[row]) && matches(t->bare, &model->params.rows[row]);
        if (!any) unknown_pattern(model, t->bare, t->place, except_key, m);
    }
}

/* ---- one axis by its own path ------------------------------------------------------------------------------------------------ */

static void read_bound(struct design_axis *a, const struct tree *t, double *bound, const char *name, struct mistakes *m)
{
    char key[KEY_MAX];
    union value v;
    snprintf(key, sizeof key, "%s: %.200s: %s", axes_key, a->param->path, name);
    if (t && parse(a->param, t->text, t->place, key, &v, m)) *bound = number_of(a->param, &v);
}

static void read_choices(struct design_axis *a, const struct tree *values, struct mistakes *m)
{
    char key[KEY_MAX];
    snprintf(key, sizeof key, "%s: %.200s: values", axes_key, a->param->path);
    if (values->kind != TREE_LIST) {
        mistakes_add(m, values->place, key, "found %s, expected a list such as (1, 2)", values->text);
        return;
    }
    for (size_t k = 0; k < values->n; k++) {
        const struct tree *t = &values->items[k];
        union value v;
        if (!parse(a->param, t->text, t->place, key, &v, m)) continue;
        uint32_t before = a->n_choices, choice = choose_value(a, &v, m);
        if (choice < before)
            mistakes_add(m, t->place, key, "found %s a second time, expected each value once", t->text);
    }
    if (values->n < 2) mistakes_add(m, values->place, key, "found %zu, expected at least two values", values->n);
}

static void read_levels(struct design_axis *a, const struct tree *t, struct mistakes *m)
{
    static const struct param row = {.type = PARAM_INTEGER, .low = 2, .high = 10000, .unit = "1"};
    char key[KEY_MAX];
    union value v;
    snprintf(key, sizeof key, "%s: %.200s: levels", axes_key, a->param->path);
    if (t && parse(&row, t->text, t->place, key, &v, m)) a->levels = (uint32_t)v.whole;
}

/* A number needs a range, anything else values; a flag has its two. */
static void check_axis(struct design_axis *a, const struct entry *e, struct mistakes *m)
{
    const struct param *p = a->param;
    struct place place = e->tree->place;
    if (p->type == PARAM_FLAG) {
        choose(a, "false", m);
        choose(a, "true", m);
    } else if (!is_number(p))
        mistakes_add(m, place, axes_key, "found %s without values, expected values = (...): it is no number", p->path);
    else if (!isfinite(a->low) || !isfinite(a->high))
        mistakes_add(m, place, axes_key, "found %s without low and high, expected both: its table gives no range",
                     p->path);
    else if (!(a->low < a->high))
        mistakes_add(m, place, axes_key, "found %s with a low of %g and a high of %g, expected low below high", p->path,
                     a->low, a->high);
}

static void fill_axis(struct design_axis *a, const struct entry *e, struct mistakes *m)
{
    unsigned before = m->n;
    bool has_bounds = e->low || e->high;
    read_levels(a, e->levels, m);
    if (has_bounds && (e->values || !is_number(a->param)))
        mistakes_add(m, e->tree->place, axes_key, "found low or high for %s, expected %s", a->param->path,
                     e->values ? "either values or these" : "values = (...): it is no number");
    else if (e->values)
        read_choices(a, e->values, m);
    else {
        read_bound(a, e->low, &a->low, "low", m);
        read_bound(a, e->high, &a->high, "high", m);
        if (m->n == before) check_axis(a, e, m);
    }
}

static void take_path(struct design *d, const struct entry *e, const struct model *model, struct mistakes *m)
{
    const struct param *p = find_row(model, e->path, e->tree->place, axes_key, m);
    if (!p) return;
    struct design_axis *a = find_axis(d, p);
    if (a && a->by_pattern)
        *a = (struct design_axis){.param = p, .low = p->low, .high = p->high};
    else
        a = axes_add_bare(d, e->path, model, e->tree->place, axes_key, m);
    if (a) fill_axis(a, e, m);
}

/* ---- entries ------------------------------------------------------------------------------------------------------------------ */

static void unknown_member(const struct tree *t, struct mistakes *m)
{
    static const char *const known[] = {"path", "grade", "low", "high", "levels", "values"};
    struct param_nearest near = {0};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        param_consider(&near, t->key, known[k]);
    mistakes_add(m, t->place, axes_key,
                 "found the key %s, expected one of path, grade, low, high, levels, values%s%s%s", t->key,
                 near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static bool read_member(struct entry *e, const struct tree *t, struct mistakes *m)
{
    const char **text = strcmp(t->key, "path") == 0 ? &e->path : strcmp(t->key, "grade") == 0 ? &e->grade : NULL;
    if (text) {
        *text = text_of(t);
        if (!*text) mistakes_add(m, t->place, axes_key, "found %s = %s, expected a text in quotes", t->key, t->text);
        return *text != NULL;
    }
    const struct tree **value = strcmp(t->key, "low") == 0      ? &e->low
                                : strcmp(t->key, "high") == 0   ? &e->high
                                : strcmp(t->key, "levels") == 0 ? &e->levels
                                : strcmp(t->key, "values") == 0 ? &e->values
                                                                : NULL;
    if (value)
        *value = t;
    else
        unknown_member(t, m);
    return value != NULL;
}

/* False after a mistake. */
static bool read_entry(struct entry *e, const struct tree *t, struct mistakes *m)
{
    *e = (struct entry){.tree = t};
    if (t->kind == TREE_TEXT) {
        bool by_grade = strncmp(t->bare, grade_prefix, strlen(grade_prefix)) == 0;
        if (by_grade)
            e->grade = t->bare + strlen(grade_prefix);
        else
            e->path = t->bare;
        return true;
    }
    if (t->kind != TREE_GROUP) {
        mistakes_add(m, t->place, axes_key,
                     "found %s, expected a path, a pattern or \"grade A\" in quotes, or { path = \"...\"; low = ...; "
                     "high = ...; }",
                     t->text);
        return false;
    }
    bool good = true;
    for (size_t k = 0; k < t->n; k++)
        good = read_member(e, &t->items[k], m) && good;
    if (good && !e->path && !e->grade) {
        mistakes_add(m, t->place, axes_key, "found a group without path and grade, expected one of them");
        return false;
    }
    return good;
}

static void take_entry(struct design *d, const struct tree *t, const struct tree *except, const struct model *model,
                       struct mistakes *m)
{
    struct entry e;
    if (!read_entry(&e, t, m)) return;
    bool many = e.grade || is_pattern(e.path);
    if (many && (e.low || e.high || e.levels || e.values))
        mistakes_add(m, t->place, axes_key, "found a range or values for a pattern, expected them for one path");
    else if (many)
        take_matching(d, &e, except, model, m);
    else
        take_path(d, &e, model, m);
}

void axes_read(struct design *d, const struct tree *section, const struct model *model, struct mistakes *m)
{
    const struct tree *axes = tree_find(section, "axes"), *except = tree_find(section, "except");
    unsigned before = m->n;
    check_except(except, model, m);
    if (axes && axes->kind == TREE_LIST)
        for (size_t k = 0; k < axes->n; k++)
            take_entry(d, &axes->items[k], except, model, m);
    else if (axes)
        take_entry(d, axes, except, model, m);
    if (m->n == before && d->n_axes == 0)
        mistakes_add(m,
                     axes      ? axes->place
                     : section ? section->place
                               : (struct place){"--set", 0},
                     axes_key, "found none, expected what varies, such as axes = (\"model.trust.hours\", \"grade A\")");
}
