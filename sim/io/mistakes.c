#include "io/mistakes.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1200, LAST_LINE_ROOM = 48 };

void mistakes_begin(struct mistakes *m, struct error *err)
{
    memset(m, 0, sizeof *m);
    m->err = err;
    if (!err) return;
    err->code = ERROR_NONE;
    err->text[0] = '\0';
}

static void add_line(struct mistakes *m, const char *line)
{
    size_t used = m->err ? strlen(m->err->text) : 0;
    m->n++;
    if (m->n > MISTAKES_SHOWN_MAX || used + strlen(line) + LAST_LINE_ROOM > ERROR_TEXT_MAX)
        m->hidden++;
    else
        error_add(m->err, m->code, "%s", line);
}

void mistakes_add(struct mistakes *m, struct place place, const char *key, const char *format, ...)
{
    char what[LINE_MAX_BYTES], number[16] = "", line[2 * LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (place.line) snprintf(number, sizeof number, ":%u", place.line);
    snprintf(line, sizeof line, "%.600s%s%s%.400s%s%s", place.file ? place.file : "", number, place.file ? ": " : "",
             key ? key : "", key ? ": " : "", what);
    if (!m->code) m->code = ERROR_CONFIG;
    add_line(m, line);
}

void mistakes_no_memory(struct mistakes *m, const char *what)
{
    m->code = error_set(m->err, ERROR_RUN, "no memory for %s", what);
    m->n = 1;
    m->hidden = 0;
}

void mistakes_note_code(struct mistakes *m, int code)
{
    if (code && code != ERROR_CONFIG) m->code = code;
}

int mistakes_end(struct mistakes *m)
{
    if (m->hidden) error_add(m->err, m->code, "and %u more", m->hidden);
    m->hidden = 0;
    if (m->err && m->code) m->err->code = m->code;
    return m->code;
}
