#include "cli/answer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

json_t *answer_real(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *answer_text(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

void answer_put(json_t **object, const char *key, json_t *value)
{
    if (!*object)
        json_decref(value);
    else if (json_object_set_new(*object, key, value)) {
        json_decref(*object);
        *object = NULL;
    }
}

void answer_append(json_t **array, json_t *value)
{
    if (!*array)
        json_decref(value);
    else if (json_array_append_new(*array, value)) {
        json_decref(*array);
        *array = NULL;
    }
}

int answer_json(json_t *value, struct error *err)
{
    if (!value) return error_set(err, ERROR_IO, "no memory for the JSON");
    int code = json_dumpf(value, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(value);
    putchar('\n');
    return code ? error_set(err, ERROR_IO, "cannot write the JSON to standard output") : answer_flush(err);
}

int answer_flush(struct error *err)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return ERROR_NONE;
    return error_set(err, ERROR_IO, "cannot write to standard output%s%s", errno ? ": " : "",
                     errno ? strerror(errno) : "");
}
