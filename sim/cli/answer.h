/* answer.h - what goes to stdout: JSON on one line, and the check that it arrived. */
#ifndef KLYNGE_CLI_ANSWER_H
#define KLYNGE_CLI_ANSWER_H

#include <jansson.h>
#include <stdint.h>

#include "core/error.h"

/* JSON of a number; null where it is NaN or infinite. NULL, here and below, when memory runs out. */
json_t *answer_real(double x);
/* JSON of a text; null where it is NULL or not UTF-8. */
json_t *answer_text(const char *text);

/* Put `value` (which it takes over) under `key`. When memory runs out, *object becomes NULL. */
void answer_put(json_t **object, const char *key, json_t *value);
/* Append `value` (which it takes over). When memory runs out, *array becomes NULL. */
void answer_append(json_t **array, json_t *value);

/* What `run`, `sweep` and `merge` answer. digest NULL: not known yet. */
struct answer_runs {
    const char *output;
    uint64_t runs, done, failed;
    double wall_seconds, cpu_seconds;
    const char *digest;
};
int answer_of_runs(const struct answer_runs *a, struct error *err);

/* Print on one line, and let go of it. ERROR_IO when it is NULL (no memory) or cannot be written. */
int answer_json(json_t *value, struct error *err);

/* Has all of stdout been written? ERROR_IO with the reason when not. */
int answer_flush(struct error *err);

#endif
