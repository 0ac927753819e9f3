#include "io/swept.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256, TEXT_MAX = 16384 };

/* Also a flag, as 0 or 1. */
static bool is_number(const struct design_axis *a)
{
    enum param_type type = a->param->type;
    return type == PARAM_REAL || type == PARAM_INTEGER || type == PARAM_TIME || type == PARAM_FLAG;
}

/* "/param_model_trust_hours" */
static const char *name_of(const struct design_axis *a, char name[NAME_MAX_BYTES])
{
    snprintf(name, NAME_MAX_BYTES, "/param_%.200s", a->param->path);
    for (char *c = name; *c; c++)
        if (*c == '.') *c = '_';
    return name;
}

/* What it takes, in order, one a line: of choices. */
static int note_choices(struct store *s, store_id id, const struct design_axis *a, struct error *err)
{
    char *text = NULL;
    size_t size;
    FILE *out = a->n_choices ? open_memstream(&text, &size) : NULL;
    if (!a->n_choices) return ERROR_NONE;
    if (!out) return error_set(err, ERROR_IO, "no memory for the values of %s", a->param->path);
    for (uint32_t k = 0; k < a->n_choices; k++)
        fprintf(out, "%s%s", k ? "\n" : "", a->choices[k]);
    int code = fclose(out) == 0 ? store_note(s, id, "design_values", text, err)
                                : error_set(err, ERROR_IO, "no memory for the values of %s", a->param->path);
    free(text);
    return code;
}

static int note_axis(struct store *s, store_id id, const struct design_axis *a, struct error *err)
{
    double range[2] = {a->low, a->high};
    int code = store_note(s, id, "parameter", a->param->path, err);
    if (!code) code = store_note(s, id, "parameter_type", param_type_name(a->param->type), err);
    if (!code) code = store_note(s, id, "units", a->param->unit, err);
    if (!code) code = store_note(s, id, "long_name", a->param->doc, err);
    if (!code && is_number(a) && !a->n_choices && isfinite(a->low) && isfinite(a->high))
        code = store_note_numbers(s, id, "design_range", STORE_DOUBLE, 2, range, err);
    if (!code) code = note_choices(s, id, a, err);
    return code;
}

static int write_numbers(struct store *s, store_id id, const struct design *d, uint32_t axis, size_t n,
                         struct error *err)
{
    double *values = malloc((n + 1) * sizeof *values);
    if (!values) return error_set(err, ERROR_IO, "no memory for %zu values of an axis", n);
    for (size_t k = 0; k < n; k++)
        values[k] = design_number(d, (uint32_t)(k / d->n_points), (uint32_t)(k % d->n_points), axis);
    int code = store_write(s, id, STORE_DOUBLE, NULL, NULL, values, err);
    free(values);
    return code;
}

static int write_texts(struct store *s, store_id id, const struct design *d, uint32_t axis, size_t n, struct error *err)
{
    char text[TEXT_MAX], **values = calloc(n + 1, sizeof *values);
    bool good = values != NULL;
    for (size_t k = 0; k < n && good; k++) {
        design_text(d, (uint32_t)(k / d->n_points), (uint32_t)(k % d->n_points), axis, text, sizeof text);
        values[k] = strdup(text);
        good = values[k] != NULL;
    }
    int code = good ? store_write(s, id, STORE_TEXT, NULL, NULL, values, err)
                    : error_set(err, ERROR_IO, "no memory for %zu values of an axis", n);
    if (values) store_free_texts(values, n);
    return code;
}

static int write_axis(struct store *s, const struct design *d, uint32_t axis, const struct store_axis *scenario,
                      const struct store_axis *point, struct error *err)
{
    const struct design_axis *a = &d->axes[axis];
    char name[NAME_MAX_BYTES];
    store_id id;
    struct store_spec spec = {.path = name_of(a, name),
                              .type = is_number(a) ? STORE_DOUBLE : STORE_TEXT,
                              .rank = 2,
                              .axis = {scenario, point}};
    size_t n = (size_t)scenario->size * d->n_points;
    int code = store_add(s, &spec, &id, err);
    if (!code) code = note_axis(s, id, a, err);
    if (!code) code = (is_number(a) ? write_numbers : write_texts)(s, id, d, axis, n, err);
    return code;
}

static int note_axes(struct store *s, const struct design *d, struct error *err)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return error_set(err, ERROR_IO, "no memory for the names of axes");
    for (uint32_t axis = 0; axis < d->n_axes; axis++)
        fprintf(out, "%s%s", axis ? "\n" : "", d->axes[axis].param->path);
    int code = fclose(out) == 0 ? store_note(s, store_root(s), "design_axes", text, err)
                                : error_set(err, ERROR_IO, "no memory for the names of axes");
    free(text);
    return code;
}

static int note_number(struct store *s, const char *name, int64_t number, struct error *err)
{
    return store_note_numbers(s, store_root(s), name, STORE_INT64, 1, &number, err);
}

int swept_write(struct store *s, const struct design *d, const struct store_axis *scenario,
                const struct store_axis *point, struct error *err)
{
    if (d->kind == DESIGN_NONE) return ERROR_NONE;
    int code = store_note(s, store_root(s), "design_kind", design_kind_name(d->kind), err);
    if (!code) code = note_number(s, "design_n", d->params.n, err);
    if (!code) code = note_number(s, "design_levels", d->params.levels, err);
    if (!code) code = note_number(s, "design_seed", d->params.seed, err);
    if (!code) code = note_axes(s, d, err);
    for (uint32_t axis = 0; axis < d->n_axes && !code; axis++)
        code = write_axis(s, d, axis, scenario, point, err);
    return code;
}
