#include "io/targets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/mistakes.h"
#include "io/tree.h"

enum { KEY_MAX = 200 };

/* Rows that judge the parts of a target. */
static const struct param time_row = {.type = PARAM_TIME, .low = 1900, .high = 2200, .unit = "year"};
static const struct param value_row = {.type = PARAM_REAL, .low = -INFINITY, .high = INFINITY};
static const struct param tolerance_row = {.type = PARAM_REAL, .low = 0x1p-1022, .high = INFINITY};

static const struct {
    const char *key;
    const struct param *row;
} parts[] = {
    {"time", &time_row}, {"from", &time_row}, {"to", &time_row}, {"value", &value_row}, {"tolerance", &tolerance_row}};
enum { TIME, FROM, TO, VALUE, TOLERANCE, N_PARTS };

static void unknown_key(const struct tree *t, struct mistakes *m)
{
    struct param_nearest near = {0};
    for (int k = 0; k < N_PARTS; k++)
        param_consider(&near, t->key, parts[k].key);
    param_consider(&near, t->key, "observable");
    mistakes_add(m, t->place, "targets",
                 "found the key %s, expected one of observable, time, from, to, value, tolerance%s%s%s", t->key,
                 near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static void read_observable(struct target *to, const struct tree *t, const struct layout *l, struct mistakes *m)
{
    struct param_nearest near = {0};
    for (uint32_t k = 0; t->bare && k < l->n_series; k++) {
        if (l->series[k].grouping) continue;
        if (strcmp(l->series[k].name, t->bare) == 0) {
            snprintf(to->observable, sizeof to->observable, "%s", t->bare);
            return;
        }
        param_consider(&near, t->bare, l->series[k].name);
    }
    mistakes_add(m, t->place, "targets: observable", "found %s, expected an observable that is kept%s%s%s", t->text,
                 near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

/* One of them into x[part]. */
static void read_part(double x[N_PARTS], const struct tree *t, struct mistakes *m)
{
    for (int k = 0; k < N_PARTS; k++) {
        if (strcmp(t->key, parts[k].key) != 0) continue;
        struct error why = {0};
        char key[KEY_MAX];
        snprintf(key, sizeof key, "targets: %s", parts[k].key);
        if (param_parse(parts[k].row, &x[k], t->text, &why)) mistakes_add(m, t->place, key, "%s", why.text);
        return;
    }
    unknown_key(t, m);
}

/* Either a time or a window, inside of the run. */
static void check_times(const double x[N_PARTS], const struct tree *t, const struct ensemble_plan *plan,
                        struct mistakes *m)
{
    bool window = !isnan(x[FROM]) && !isnan(x[TO]), single = !isnan(x[TIME]) && isnan(x[FROM]) && isnan(x[TO]);
    double from = single ? x[TIME] : x[FROM], to = single ? x[TIME] : x[TO];
    if (single == window || (window && !isnan(x[TIME])))
        mistakes_add(m, t->place, "targets", "found no time to compare at, expected either time or both from and to");
    else if (window && !(from < to))
        mistakes_add(m, t->place, "targets", "found from %g to %g, expected from before to", from, to);
    else if (from < plan->run.start || to > plan->run.end + 1e-6)
        mistakes_add(m, t->place, "targets", "found %g to %g, expected times of the run (%g to %g)", from, to,
                     plan->run.start, plan->run.end);
}

static void read_target(struct target *to, const struct tree *t, const struct ensemble_plan *plan, struct mistakes *m)
{
    double x[N_PARTS] = {NAN, NAN, NAN, NAN, NAN};
    unsigned before = m->n;
    if (t->kind != TREE_GROUP) {
        mistakes_add(m, t->place, "targets", "found %s, expected a group { observable = \"...\"; value = ...; }",
                     t->text);
        return;
    }
    for (size_t k = 0; k < t->n; k++)
        if (strcmp(t->items[k].key, "observable") == 0)
            read_observable(to, &t->items[k], &plan->layout, m);
        else
            read_part(x, &t->items[k], m);
    if (m->n > before) return;
    if (!*to->observable || isnan(x[VALUE]) || isnan(x[TOLERANCE]))
        mistakes_add(m, t->place, "targets", "found no %s, expected observable, value and tolerance",
                     !*to->observable  ? "observable"
                     : isnan(x[VALUE]) ? "value"
                                       : "tolerance");
    check_times(x, t, plan, m);
    to->from = isnan(x[TIME]) ? x[FROM] : x[TIME];
    to->to = isnan(x[TIME]) ? x[TO] : x[TIME];
    to->value = x[VALUE];
    to->tolerance = x[TOLERANCE];
}

void targets_read(struct targets *targets, const struct tree *t, const struct ensemble_plan *plan, struct mistakes *m)
{
    memset(targets, 0, sizeof *targets);
    if (!t || m->code) return;
    if (t->kind != TREE_LIST || t->n == 0 || t->n > TARGETS_MAX) {
        mistakes_add(m, t->place, "targets", "found %s, expected a list of 1 to %d groups",
                     t->kind == TREE_LIST ? t->n ? "too many" : "none" : "no list", TARGETS_MAX);
        return;
    }
    targets->all = calloc(t->n, sizeof *targets->all);
    if (!targets->all) mistakes_no_memory(m, "targets");
    for (size_t k = 0; targets->all && k < t->n; k++)
        read_target(&targets->all[targets->n++], &t->items[k], plan, m);
    if (m->code) targets_free(targets);
}

void targets_free(struct targets *targets)
{
    free(targets->all);
    memset(targets, 0, sizeof *targets);
}
