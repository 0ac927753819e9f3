#include "cli/answer.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

json_t *answer_real(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* Bytes of the UTF-8 character at `c`; 0 when it is none. */
static size_t utf8_length(const unsigned char *c)
{
    size_t n = c[0] < 0x80 ? 1 : c[0] < 0xC2 ? 0 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : c[0] < 0xF5 ? 4 : 0;
    bool overlong = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xF0 && c[1] < 0x90);
    bool beyond = (c[0] == 0xED && c[1] > 0x9F) || (c[0] == 0xF4 && c[1] > 0x8F);
    for (size_t k = 1; k < n; k++)
        if ((c[k] & 0xC0) != 0x80) return 0;
    return overlong || beyond ? 0 : n;
}

json_t *answer_text(const char *text)
{
    if (!text) return json_null();
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t n = utf8_length(c);
        if (!n) return json_null();
        c += n;
    }
    return json_string(text);
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

int answer_of_runs(const struct answer_runs *a, struct error *err)
{
    json_t *answer = json_object();
    answer_put(&answer, "output", answer_text(a->output));
    answer_put(&answer, "runs", json_integer((json_int_t)a->runs));
    answer_put(&answer, "done", json_integer((json_int_t)a->done));
    answer_put(&answer, "failed", json_integer((json_int_t)a->failed));
    answer_put(&answer, "wall_seconds", answer_real(a->wall_seconds));
    answer_put(&answer, "cpu_seconds", answer_real(a->cpu_seconds));
    answer_put(&answer, "digest", answer_text(a->digest));
    return answer_json(answer, err);
}
