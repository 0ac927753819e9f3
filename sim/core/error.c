#include "core/error.h"

#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int code, const char *format, ...)
{
    if (!err) return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return code;
}

int error_add(struct error *err, int code, const char *format, ...)
{
    if (!err) return code;
    if (err->code == ERROR_NONE) {
        err->code = code;
        err->text[0] = '\0';
    }
    size_t used = strlen(err->text);
    if (used && used + 1 < sizeof err->text) err->text[used++] = '\n';
    va_list args;
    va_start(args, format);
    vsnprintf(err->text + used, sizeof err->text - used, format, args);
    va_end(args);
    return err->code;
}

const char *error_meaning(int code)
{
    switch (code) {
#define ERROR_CASE(name, value, doc)                                                                                   \
    case value: return doc;
        ERROR_LIST(ERROR_CASE)
#undef ERROR_CASE
    default: return "unknown";
    }
}
