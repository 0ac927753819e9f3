#include "io/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/world.h"

static bool allocate(struct settings *s, const struct param_table *table)
{
    s->table = table;
    s->values = calloc(1, table->size ? table->size : 1);
    s->places = calloc(table->n ? table->n : 1, sizeof *s->places);
    s->layers = calloc(table->n ? table->n : 1, sizeof *s->layers);
    if (s->values && s->places && s->layers) return true;
    settings_free(s);
    return false;
}

int settings_init(struct settings *s, const struct param_table *table, struct error *err)
{
    if (!allocate(s, table)) return error_set(err, ERROR_RUN, "no memory for %zu parameters", table->n);
    int code = param_reset(table, s->values, err);
    if (code) settings_free(s);
    return code;
}

bool settings_copy(struct settings *to, const struct settings *from)
{
    if (!allocate(to, from->table)) return false;
    memcpy(to->values, from->values, from->table->size);
    memcpy(to->places, from->places, from->table->n * sizeof *from->places);
    memcpy(to->layers, from->layers, from->table->n * sizeof *from->layers);
    to->layer = from->layer;
    return true;
}

void settings_free(struct settings *s)
{
    free(s->values);
    free(s->places);
    free(s->layers);
    memset(s, 0, sizeof *s);
}

bool settings_parse(struct settings *s, const struct param *p, const char *text, struct place place, const char *key,
                    struct mistakes *m)
{
    struct error why = {0};
    int code = param_parse(p, s->values, text, &why);
    if (code) {
        mistakes_add(m, place, key, "%s", why.text);
        mistakes_note_code(m, code);
        return false;
    }
    s->places[p - s->table->rows] = place;
    s->layers[p - s->table->rows] = s->layer;
    return true;
}

struct place settings_place(const struct settings *s, const struct param *p) { return s->places[p - s->table->rows]; }
unsigned settings_layer(const struct settings *s, const struct param *p) { return s->layers[p - s->table->rows]; }

static bool starts_section(const char *path, const char *section, size_t length)
{
    return strncmp(path, section, length) == 0 && path[length] == '.';
}

bool settings_is_section(const struct param_table *table, const char *path)
{
    for (size_t k = 0; k < table->n; k++)
        if (starts_section(table->rows[k].path, path, strlen(path))) return true;
    return false;
}

bool settings_names_file(const struct model *m, const struct param *p)
{
    if (!m || p->type != PARAM_TEXT) return false;
    return (m->roster_path && strcmp(p->path, m->roster_path) == 0) ||
           (m->ties_path && strcmp(p->path, m->ties_path) == 0) || (m->path_file && strcmp(p->path, m->path_file) == 0);
}

/* Setters leave the bytes that a value does not use at 0, so that equal values have equal bytes. */
bool settings_same(const struct settings *a, const struct settings *b, const struct param *p)
{
    static const size_t bytes[] = {
#define TYPE_BYTES(type, ctype, expected) sizeof(param_ctype_##type),
        PARAM_TYPES(TYPE_BYTES)
#undef TYPE_BYTES
    };
    return memcmp((char *)a->values + p->offset, (char *)b->values + p->offset, bytes[p->type]) == 0;
}

enum { PATH_EDITS_MAX = 2 };

/* ---- did you mean ---------------------------------------------------------------------------------------------- */

struct search {
    const char *path;
    size_t section; /* bytes of the path before its last dot, 0 at the top */
    const char *last;
    char found[SETTINGS_PATH_MAX];
};

static void take(struct search *s, const char *path, size_t length)
{
    snprintf(s->found, sizeof s->found, "%.*s", (int)(length < SETTINGS_PATH_MAX ? length : SETTINGS_PATH_MAX - 1),
             path);
}

/* The nearest key, or section, that stands beside the unknown one. */
static void nearest_sibling(struct search *s, const struct param_table *table, unsigned *distance)
{
    for (size_t k = 0; k < table->n; k++) {
        const char *path = table->rows[k].path;
        char name[SETTINGS_PATH_MAX];
        if (s->section && !starts_section(path, s->path, s->section)) continue;
        const char *sibling = path + (s->section ? s->section + 1 : 0);
        size_t length = strcspn(sibling, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, sibling);
        struct param_nearest near = {0};
        param_consider(&near, s->last, name);
        if (!near.name || near.distance >= *distance) continue;
        *distance = near.distance;
        take(s, path, (size_t)(sibling - path) + length);
    }
}

/* A key of that name in another section: the one whose path is nearest, else the first. */
static void same_name_elsewhere(struct search *s, const struct param_table *table)
{
    struct param_nearest near = {0};
    const char *first = NULL;
    for (size_t k = 0; k < table->n; k++) {
        const char *path = table->rows[k].path, *dot = strrchr(path, '.');
        if (!dot || strcmp(dot + 1, s->last) != 0) continue;
        if (!first) first = path;
        param_consider(&near, s->path, path);
    }
    if (first) take(s, near.name ? near.name : first, strlen(near.name ? near.name : first));
}

/* Paths share their beginnings, so that near means nearer than for a name. */
static void nearest_path(struct search *s, const struct param_table *table, unsigned *distance)
{
    struct param_nearest near = {0};
    for (size_t k = 0; k < table->n; k++)
        param_consider(&near, s->path, table->rows[k].path);
    if (!near.name || near.distance >= *distance || near.distance > PATH_EDITS_MAX) return;
    *distance = near.distance;
    take(s, near.name, strlen(near.name));
}

const char *settings_suggest(const struct model *model, const char *path, char *buffer, size_t size)
{
    const struct param_table *tables[2] = {&world_run_table, model ? &model->params : NULL};
    size_t n = model ? 2 : 1;
    const char *dot = strrchr(path, '.');
    struct search s = {.path = path, .section = dot ? (size_t)(dot - path) : 0, .last = dot ? dot + 1 : path};
    unsigned distance = UINT_MAX;
    for (size_t t = 0; t < n; t++)
        nearest_sibling(&s, tables[t], &distance);
    bool has_sibling = *s.found != '\0';
    for (size_t t = 0; t < n && !has_sibling; t++)
        nearest_path(&s, tables[t], &distance);
    for (size_t t = 0; t < n && !*s.found; t++)
        same_name_elsewhere(&s, tables[t]);
    snprintf(buffer, size, "%s%s%s", *s.found ? "; did you mean " : "", s.found, *s.found ? "?" : "");
    return buffer;
}

void settings_add_unknown(const struct model *model, const char *path, struct place place, const char *key,
                          struct mistakes *m)
{
    char hint[SETTINGS_PATH_MAX + 32];
    if (settings_is_section(&world_run_table, path) || (model && settings_is_section(&model->params, path))) {
        mistakes_add(m, place, key, "found a section, expected the path of one of its parameters");
        return;
    }
    settings_suggest(model, path, hint, sizeof hint);
    mistakes_add(m, place, key, "found an unknown key, expected one that `klynge params` lists%s", hint);
}
