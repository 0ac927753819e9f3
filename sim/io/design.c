#include "io/design.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/axes.h"
#include "io/csv.h"
#include "io/sample.h"
#include "io/scenario.h"
#include "io/sobol.h"
#include "io/tree.h"

enum { TEXT_MAX = 16384, TABLE_BYTES_MAX = 1 << 30, KEY_MAX = 400 };

static const double values_max = 1 << 27; /* 1 GB */

#define PARAM(type, name, ...) PARAM_ROW(struct design_params, type, name, __VA_ARGS__)
static const struct param rows[] = {
#include "io/design.def"
};
#undef PARAM
const struct param_table design_table = {rows, sizeof rows / sizeof *rows, sizeof(struct design_params)};

static const struct {
    const char *name, *counts;
} kinds[] = {
#define KIND(name, text, counts) {text, counts},
    DESIGN_KINDS(KIND)
#undef KIND
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

const char *design_kind_name(enum design_kind kind) { return kinds[kind].name; }

/* What is read, and where mistakes go. */
struct reader {
    struct design *d;
    const struct tree *section; /* may be NULL */
    const struct settings *settings;
    const struct model *model;
    struct mistakes *m;
    size_t room; /* points that d->values has room for, where they come one by one */
};

/* Where a setting was set, else the section. */
static struct place place_of(const struct reader *r, const char *path)
{
    struct place place = settings_place(r->settings, param_find(&design_table, path));
    return place.file ? place : r->section ? r->section->place : (struct place){"--set", 0};
}

__attribute__((format(printf, 3, 4))) static void complain(const struct reader *r, const char *path, const char *format,
                                                           ...)
{
    char text[KEY_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mistakes_add(r->m, place_of(r, path), path, "%s", text);
}

/* ---- kind ----------------------------------------------------------------------------------------------------------------- */

static enum design_kind find_kind(const struct reader *r)
{
    const char *text = r->d->params.kind.text;
    char list[KEY_MAX] = "";
    struct param_nearest near = {0};
    for (unsigned k = 1; k < N_KINDS; k++) {
        size_t used = strlen(list);
        if (strcmp(text, kinds[k].name) == 0) return (enum design_kind)k;
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", kinds[k].name);
        param_consider(&near, text, kinds[k].name);
    }
    complain(r, "design.kind", "found \"%s\", expected one of %s%s%s%s", text, list, near.name ? "; did you mean " : "",
             near.name ? near.name : "", near.name ? "?" : "");
    return DESIGN_NONE;
}

/* What has no meaning for the kind is a mistake: it would be thought to act. */
static void check_lists(const struct reader *r)
{
    static const struct {
        const char *key;
        unsigned kinds; /* bits */
    } lists[] = {{"axes", ~(1u << DESIGN_CSV)},
                 {"except", ~(1u << DESIGN_CSV | 1u << DESIGN_LIST)},
                 {"points", 1u << DESIGN_LIST}};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        const struct tree *t = tree_find(r->section, lists[k].key);
        char key[KEY_MAX];
        if (!t || lists[k].kinds >> r->d->kind & 1u) continue;
        snprintf(key, sizeof key, "design.%s", lists[k].key);
        mistakes_add(r->m, t->place, key, "found it in a design of kind %s, expected it in another one",
                     kinds[r->d->kind].name);
    }
}

static void check_file(const struct reader *r)
{
    bool named = *r->d->params.file.text != '\0', wanted = r->d->kind == DESIGN_CSV;
    if (named && !wanted)
        complain(r, "design.file", "found a file in a design of kind %s, expected it with kind csv",
                 kinds[r->d->kind].name);
    else if (wanted && !named)
        complain(r, "design.file", "found none in a design of kind csv, expected the name of a table");
}

static void check_n(const struct reader *r)
{
    const char *counts = kinds[r->d->kind].counts;
    int64_t n = r->d->params.n, power = 1;
    if (*counts && n == 0)
        complain(r, "design.n", "found none, expected the number of %s", counts);
    else if (!*counts && n)
        complain(r, "design.n", "found %" PRId64 " in a design of kind %s, expected it in another one", n,
                 kinds[r->d->kind].name);
    if (r->d->kind != DESIGN_SOBOL || n == 0) return;
    while (power * 2 <= n)
        power *= 2;
    if (power != n)
        complain(r, "design.n",
                 "found %" PRId64 ", expected a power of 2, such as %" PRId64 " or %" PRId64
                 ": other numbers lose the balance of the sequence",
                 n, power, 2 * power);
}

static void check_kind(const struct reader *r)
{
    const struct design *d = r->d;
    bool replaced = settings_layer(r->settings, param_find(&design_table, "design.kind")) == SETTINGS_OVERRIDE;
    if (!replaced || d->kind == DESIGN_CSV) check_file(r);
    if (!replaced) check_lists(r); /* --set design.kind: what the section holds for its own kind is left aside */
    if (!replaced || *kinds[d->kind].counts) check_n(r);
    if (d->kind == DESIGN_MORRIS && d->params.levels % 2)
        complain(r, "design.levels", "found %" PRId64 ", expected an even number", d->params.levels);
}

/* ---- points from their axes --------------------------------------------------------------------------------------------- */

/* Of u in [0, 1]: whole numbers and choices by equal shares. */
static double value_at(const struct design_axis *a, double u)
{
    bool whole = a->param->type == PARAM_INTEGER;
    if (!a->n_choices && !whole) return a->low + u * (a->high - a->low);
    double low = a->n_choices ? 0.0 : a->low, n = a->n_choices ? a->n_choices : a->high - a->low + 1.0;
    return low + fmin(floor(u * n), n - 1.0);
}

static uint32_t levels_of(const struct design *d, const struct design_axis *a)
{
    if (a->n_choices) return a->n_choices;
    uint32_t levels = a->levels ? a->levels : (uint32_t)d->params.levels;
    double most = a->high - a->low + 1.0;
    return a->param->type == PARAM_INTEGER && most < levels ? (uint32_t)most : levels;
}

static double value_at_level(const struct design *d, const struct design_axis *a, uint32_t level)
{
    double share = (double)level / (double)(levels_of(d, a) - 1);
    if (a->n_choices) return level;
    double x = level + 1 == levels_of(d, a) ? a->high : a->low + share * (a->high - a->low);
    return a->param->type == PARAM_INTEGER ? floor(x + 0.5) : x;
}

static double count_points(const struct design *d)
{
    double n = (double)d->params.n, k = d->n_axes, cells = 1.0;
    switch (d->kind) {
    case DESIGN_GRID:
        for (uint32_t axis = 0; axis < d->n_axes; axis++)
            cells *= levels_of(d, &d->axes[axis]);
        return cells;
    case DESIGN_SOBOL: return n * (k + 2.0);
    case DESIGN_MORRIS: return n * (k + 1.0);
    default: return n;
    }
}

static void fill_grid(struct design *d)
{
    for (uint32_t p = 0; p < d->n_points; p++)
        for (uint32_t axis = d->n_axes, rest = p; axis-- > 0;) {
            uint32_t levels = levels_of(d, &d->axes[axis]);
            d->values[(size_t)p * d->n_axes + axis] = value_at_level(d, &d->axes[axis], rest % levels);
            rest /= levels;
        }
}

static bool fill_cube(struct design *d)
{
    uint32_t n = (uint32_t)d->params.n, k = d->n_axes;
    uint64_t seed = (uint64_t)d->params.seed;
    bool good = d->kind == DESIGN_SOBOL    ? sample_saltelli(d->values, n, k, d->params.scramble, seed)
                : d->kind == DESIGN_MORRIS ? sample_morris(d->values, n, k, (uint32_t)d->params.levels, seed)
                                           : sample_latin_hypercube(d->values, n, k, seed);
    for (size_t v = 0; good && v < (size_t)d->n_points * k; v++)
        d->values[v] = value_at(&d->axes[v % k], d->values[v]);
    return good;
}

static bool has_room(const struct reader *r, double points)
{
    if (points * r->d->n_axes <= values_max && points <= DESIGN_POINTS_MAX) return true;
    complain(r, "design.kind",
             "found %.0f points over %" PRIu32 " axes, expected at most %.0f: fewer levels, or a smaller n", points,
             r->d->n_axes, floor(fmin(values_max / r->d->n_axes, DESIGN_POINTS_MAX)));
    return false;
}

static void generate(struct reader *r)
{
    struct design *d = r->d;
    axes_read(d, r->section, r->model, r->m);
    if (r->m->code) return;
    if (d->kind == DESIGN_SOBOL && 2 * d->n_axes > SOBOL_DIMENSIONS) {
        complain(r, "design.axes", "found %" PRIu32 " axes, expected at most %d", d->n_axes, SOBOL_DIMENSIONS / 2);
        return;
    }
    double points = count_points(d);
    if (!has_room(r, points)) return;
    d->n_points = (uint32_t)points;
    d->values = malloc(((size_t)d->n_points * d->n_axes + 1) * sizeof *d->values);
    if (d->values && d->kind == DESIGN_GRID)
        fill_grid(d);
    else if (!d->values || !fill_cube(d))
        mistakes_no_memory(r->m, "the points of a design");
}

/* ---- points one by one ----------------------------------------------------------------------------------------------------- */

/* Room for one more point. NULL after a mistake. */
static double *add_point(struct reader *r)
{
    struct design *d = r->d;
    if (d->n_points == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        double *more = has_room(r, d->n_points + 1.0) ? realloc(d->values, room * d->n_axes * sizeof *more) : NULL;
        if (!more && !r->m->code) mistakes_no_memory(r->m, "the points of a design");
        if (!more) return NULL;
        d->values = more;
        r->room = room;
    }
    return d->values + (size_t)d->n_points++ * d->n_axes;
}

static void read_list_axes(struct reader *r)
{
    const struct tree *axes = tree_find(r->section, "axes");
    size_t n = axes && axes->kind == TREE_LIST ? axes->n : axes ? 1 : 0;
    for (size_t k = 0; k < n; k++) {
        const struct tree *t = axes->kind == TREE_LIST ? &axes->items[k] : axes;
        if (t->bare)
            axes_add_bare(r->d, t->bare, r->model, t->place, "design.axes", r->m);
        else
            mistakes_add(r->m, t->place, "design.axes",
                         "found %s, expected a path in quotes: a list has its own values", t->text);
    }
    if (!n) complain(r, "design.axes", "found none, expected the paths of what the points hold");
}

static void read_list_point(struct reader *r, const struct tree *t)
{
    struct design *d = r->d;
    bool alone = d->n_axes == 1 && t->kind != TREE_LIST;
    if (!alone && (t->kind != TREE_LIST || t->n != d->n_axes)) {
        mistakes_add(r->m, t->place, "design.points",
                     "found %s, expected a list of %" PRIu32 " values, one for each axis", t->text, d->n_axes);
        return;
    }
    double *point = add_point(r);
    for (uint32_t axis = 0; point && axis < d->n_axes; axis++) {
        const struct tree *value = alone ? t : &t->items[axis];
        char key[KEY_MAX];
        snprintf(key, sizeof key, "design.points: %.200s", d->axes[axis].param->path);
        axes_value(&d->axes[axis], value->text, value->place, key, &point[axis], r->m);
    }
}

static void read_list(struct reader *r)
{
    const struct tree *points = tree_find(r->section, "points");
    read_list_axes(r);
    if (r->m->code) return;
    if (!points || points->kind != TREE_LIST || points->n == 0) {
        mistakes_add(r->m,
                     points       ? points->place
                     : r->section ? r->section->place
                                  : place_of(r, "design.kind"),
                     "design.points", "found %s, expected a list of points such as ( (1, 2), (3, 4) )",
                     points ? points->text : "none");
        return;
    }
    for (size_t k = 0; k < points->n; k++)
        read_list_point(r, &points->items[k]);
}

static void read_record(struct reader *r, const struct csv *c)
{
    struct design *d = r->d;
    char what[KEY_MAX];
    if (c->n != d->n_axes) {
        snprintf(what, sizeof what, "found %u fields, expected %" PRIu32 ", one for each column", c->n, d->n_axes);
        csv_complain(c, c->line[0], NULL, what);
        return;
    }
    double *point = add_point(r);
    for (uint32_t axis = 0; point && axis < d->n_axes; axis++) {
        struct design_axis *a = &d->axes[axis];
        struct place place = {c->path, c->line[axis]};
        if (a->param->type == PARAM_REAL || a->param->type == PARAM_TIME)
            point[axis] = csv_number(c, axis, a->param, a->param->path);
        else
            axes_value(a, c->field[axis], place, a->param->path, &point[axis], r->m);
    }
}

static void read_table(struct reader *r)
{
    struct csv c;
    if (csv_open(&c, r->d->params.file.text, TABLE_BYTES_MAX, "a design", r->m)) {
        c.has_comments = true;
        bool good = csv_header(&c);
        for (unsigned f = 0; good && f < c.n; f++)
            axes_add_bare(r->d, c.field[f], r->model, (struct place){c.path, c.line[f]}, NULL, r->m);
        good = good && !r->m->code;
        while (good && csv_next(&c))
            read_record(r, &c);
        if (!r->m->code && r->d->n_points == 0) csv_complain(&c, 0, NULL, "found no point, expected at least one");
    }
    csv_close(&c);
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------- */

/* What --set says stands over the design. */
static void find_fixed(struct design *d, const struct scenario_list *list, struct mistakes *m)
{
    char text[TEXT_MAX];
    d->n_scenarios = (uint32_t)list->n;
    d->fixed = calloc(list->n * d->n_axes + 1, sizeof *d->fixed);
    bool good = d->fixed != NULL;
    for (size_t k = 0; good && k < list->n * d->n_axes; k++) {
        const struct settings *s = &list->all[k / d->n_axes].settings;
        const struct param *p = d->axes[k % d->n_axes].param;
        if (settings_layer(s, p) != SETTINGS_OVERRIDE) continue;
        param_print(p, s->values, text, sizeof text);
        d->fixed[k] = strdup(text);
        good = d->fixed[k] != NULL;
    }
    if (!good) mistakes_no_memory(m, "a design");
}

/* Is any of its settings set? */
static bool is_asked_for(const struct settings *s)
{
    for (size_t k = 0; k < s->table->n; k++)
        if (settings_layer(s, &s->table->rows[k]) != SETTINGS_DEFAULT) return true;
    return false;
}

void design_read(struct design *d, const struct tree *section, const struct settings *settings,
                 const struct scenario_list *list, struct mistakes *m)
{
    struct reader r = {d, section, settings, list->model, m, 0};
    memset(d, 0, sizeof *d);
    d->params = *(const struct design_params *)settings->values;
    if (m->code) return;
    if (section || is_asked_for(settings)) {
        d->kind = find_kind(&r);
        if (!m->code) check_kind(&r);
        if (m->code) goto out;
        if (d->kind == DESIGN_CSV)
            read_table(&r);
        else if (d->kind == DESIGN_LIST)
            read_list(&r);
        else
            generate(&r);
    } else
        d->n_points = 1;
    if (!m->code) find_fixed(d, list, m);
out:
    if (m->code) design_free(d);
}

void design_free(struct design *d)
{
    for (size_t k = 0; d->fixed && k < (size_t)d->n_scenarios * d->n_axes; k++)
        free(d->fixed[k]);
    axes_free(d);
    free(d->values);
    free(d->fixed);
    memset(d, 0, sizeof *d);
}

/* ---- values into parameters ---------------------------------------------------------------------------------------------------- */

/* A number is printed as its row prints it, so that the same bits are read back. */
static void print_value(const struct design_axis *a, double value, char *buffer, size_t size)
{
    struct param row = *a->param;
    int64_t whole = (int64_t)value;
    row.offset = 0;
    if (a->n_choices)
        snprintf(buffer, size, "%s", a->choices[(uint32_t)value]);
    else
        param_print(&row, row.type == PARAM_INTEGER ? (const void *)&whole : (const void *)&value, buffer, size);
}

static double value_of(const struct design *d, uint32_t point, uint32_t axis)
{
    return d->values[(size_t)point * d->n_axes + axis];
}

int design_override(const struct design *d, uint32_t point, uint32_t axis, char *buffer, size_t size)
{
    char text[TEXT_MAX];
    print_value(&d->axes[axis], value_of(d, point, axis), text, sizeof text);
    return snprintf(buffer, size, "%s=%s", d->axes[axis].param->path, text);
}

int design_text(const struct design *d, uint32_t scenario, uint32_t point, uint32_t axis, char *buffer, size_t size)
{
    const char *fixed = d->fixed[(size_t)scenario * d->n_axes + axis];
    char text[TEXT_MAX];
    if (!fixed) print_value(&d->axes[axis], value_of(d, point, axis), text, sizeof text);
    return snprintf(buffer, size, "%s", fixed ? fixed : text);
}

double design_number(const struct design *d, uint32_t scenario, uint32_t point, uint32_t axis)
{
    const struct design_axis *a = &d->axes[axis];
    char text[TEXT_MAX];
    double number = NAN;
    if (!a->n_choices && !d->fixed[(size_t)scenario * d->n_axes + axis]) return value_of(d, point, axis);
    design_text(d, scenario, point, axis, text, sizeof text);
    return axes_number(a, text, &number) ? number : NAN;
}

static int set_value(const struct design_axis *a, double value, void *params, struct error *why)
{
    if (!a->n_choices) return param_set_number(a->param, params, value, why);
    return param_parse(a->param, params, a->choices[(uint32_t)value], why);
}

static void free_case(const struct model *model, struct ensemble_case *c)
{
    if (c->derived && model->release) model->release(c->derived);
    free(c->derived);
    free(c->params);
    memset(c, 0, sizeof *c);
}

void design_case_free(const struct ensemble_plan *plan, struct ensemble_case *c) { free_case(plan->model, c); }

int design_case(const struct design *d, const struct ensemble_plan *plan, uint32_t scenario, uint32_t point,
                struct ensemble_case *c, struct error *err)
{
    const struct ensemble_case *base = &plan->cases[scenario];
    struct error why = {0};
    *c = (struct ensemble_case){.params = malloc(plan->model->params.size + 1), .roster = base->roster};
    if (!c->params) return error_set(err, ERROR_RUN, "no memory for the parameters of point %" PRIu32, point);
    memcpy(c->params, base->params, plan->model->params.size);
    int code = ERROR_NONE;
    for (uint32_t axis = 0; axis < d->n_axes && !code; axis++)
        if (!d->fixed[(size_t)scenario * d->n_axes + axis])
            code = set_value(&d->axes[axis], value_of(d, point, axis), c->params, &why);
    if (!code) code = scenario_derive(plan, c, &why);
    if (!code) return ERROR_NONE;
    free_case(plan->model, c);
    return error_set(err, code, "scenario %s: point %" PRIu32 ": %.2000s", plan->scenario_name[scenario], point,
                     why.text);
}

int design_expand(const struct design *d, struct ensemble_plan *plan, struct error *err)
{
    if (d->kind == DESIGN_NONE) return ERROR_NONE;
    uint64_t all = (uint64_t)plan->n_scenarios * d->n_points;
    if (all >= UINT32_MAX)
        return error_set(err, ERROR_CONFIG, "%" PRIu64 " cases are more than one file can hold: use `klynge sweep`",
                         all);
    uint32_t n = (uint32_t)all;
    struct ensemble_case *cases = calloc(n + 1u, sizeof *cases);
    int code = cases ? ERROR_NONE : error_set(err, ERROR_RUN, "no memory for %" PRIu32 " cases", n);
    for (uint32_t c = 0; c < n && !code; c++)
        code = design_case(d, plan, c / d->n_points, c % d->n_points, &cases[c], err);
    for (uint32_t c = 0; c < n && code && cases; c++)
        free_case(plan->model, &cases[c]);
    for (uint32_t s = 0; s < plan->n_scenarios && !code; s++)
        free_case(plan->model, &plan->cases[s]);
    free(code ? cases : plan->cases);
    if (code) return code;
    plan->cases = cases;
    plan->n_points = d->n_points;
    return ERROR_NONE;
}
