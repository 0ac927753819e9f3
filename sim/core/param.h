/* param.h - parameters, each declared once in a `.def` table.
 *
 * A table row feeds the struct, its defaults, parsing, validation, `klynge params`, the reference and
 * provenance. A row is
 *
 *   PARAM(type, name, "section.path", default, low, high, "unit", "symbol", "grade", "source", "doc")
 *
 * where type is one of PARAM_TYPES' names. Times are decimal years (2020-03 is read as 2020 + 2/12).
 */
#ifndef KLYNGE_CORE_PARAM_H
#define KLYNGE_CORE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum { PARAM_MAX_PAIRS = 256, PARAM_MAX_TEXT = 512 };

/* A list of pairs: spans [first, second) of time, or points (time, value) of a path. Sorted by `first`. */
struct pairs {
    uint32_t n;
    double first[PARAM_MAX_PAIRS];
    double second[PARAM_MAX_PAIRS];
};

struct param_text {
    char text[PARAM_MAX_TEXT];
};

/* type name, C type, what a reader is told is expected */
#define PARAM_TYPES(X)                                                                                                 \
    X(REAL, double, "a number")                                                                                        \
    X(INTEGER, int64_t, "a whole number")                                                                              \
    X(FLAG, bool, "true or false")                                                                                     \
    X(TIME, double, "a time such as \"2020-03\" or 2020.25")                                                           \
    X(SPANS, struct pairs, "a list of spans such as ((\"2020-03\", \"2021-10\"))")                                     \
    X(PATH, struct pairs, "a list of points such as ((\"2017-09\", 40), (\"2020-11\", 83))")                           \
    X(TEXT, struct param_text, "a text in quotes")

enum param_type {
#define PARAM_ENUM(type, ctype, expected) PARAM_##type,
    PARAM_TYPES(PARAM_ENUM)
#undef PARAM_ENUM
};

#define PARAM_ENUM(type, ctype, expected) typedef ctype param_ctype_##type;
PARAM_TYPES(PARAM_ENUM)
#undef PARAM_ENUM

struct param {
    const char *path; /* as in the config file and --set: "model.trust.hours" */
    enum param_type type;
    size_t offset;        /* in the table's struct */
    const char *fallback; /* default, as text */
    double low, high;     /* inclusive range of a REAL, INTEGER or TIME, and of a PATH's values; infinite: none */
    const char *unit, *symbol, *grade, *source, *doc;
};

struct param_table {
    const struct param *rows; /* (n) */
    size_t n;
    size_t size; /* bytes of the struct that rows describe */
};

/* For use by a .def's including file: PARAM_FIELD inside the struct; inside the table
 * `#define PARAM(type, name, ...) PARAM_ROW(struct owner, type, name, __VA_ARGS__)`. */
#define PARAM_FIELD(type, name, ...) param_ctype_##type name;
#define PARAM_ROW(owner, type, name, path, fallback, ...)                                                              \
    {path, PARAM_##type, offsetof(owner, name), #fallback, __VA_ARGS__},

/* The row with that path, or NULL. */
const struct param *param_find(const struct param_table *table, const char *path);

/* The candidate nearest to `word` by edit distance if near enough to be meant (at most a third of its length), else
 * NULL. Call once per candidate with the same `best`, starting from {0}. */
struct param_nearest {
    const char *name;
    unsigned distance;
};
void param_consider(struct param_nearest *best, const char *word, const char *candidate);

/* Fill the struct with the table's defaults. */
int param_reset(const struct param_table *table, void *values, struct error *err);

/* Setters. On error: code ERROR_CONFIG and "found X, expected Y (unit, low to high)", without file, line or key,
 * which the caller knows. */
int param_set_number(const struct param *p, void *values, double number, struct error *err);
int param_set_flag(const struct param *p, void *values, bool flag, struct error *err);
int param_set_text(const struct param *p, void *values, const char *text, struct error *err);
int param_set_pairs(const struct param *p, void *values, const struct pairs *pairs, struct error *err);

/* Parse the text of any type, as written after `--set path=` or in a .def: 0.5, true, 2020-03, ((2020-03, 2021-10)),
 * ("a","b") quotes are optional. */
int param_parse(const struct param *p, void *values, const char *text, struct error *err);

/* "2020-03", "2020-03-15" (the day adds (d - 1) / 365.25) or "2020.25" -> decimal years; false when it is none of them. */
bool param_parse_time(const char *text, double *years);

/* The value as config text that param_parse reads back to the same bits. Returns the length as snprintf does. */
int param_print(const struct param *p, const void *values, char *buffer, size_t size);

/* "a number (hours, 30 to 120)": what the row expects. Returns buffer. */
const char *param_expected(const struct param *p, char *buffer, size_t size);

const char *param_type_name(enum param_type type);

/* Value of a path at a time: linear between points, constant outside them; NaN without points. */
double param_path_at(const struct pairs *path, double time);
/* Is the time inside one of the spans? */
bool param_spans_hold(const struct pairs *spans, double time);

#endif
