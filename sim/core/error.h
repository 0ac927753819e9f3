/* error.h - one list of error codes, and the message that travels with a code.
 *
 * Every fallible function returns 0 (ERROR_NONE) or one of these codes and leaves a sentence in `err`.
 * The numeric value is the exit code of the program (design.md section 2).
 */
#ifndef KLYNGE_CORE_ERROR_H
#define KLYNGE_CORE_ERROR_H

#include <stdarg.h>

/* name, exit code, meaning */
#define ERROR_LIST(X)                                                                                                  \
    X(NONE, 0, "done")                                                                                                 \
    X(CONFIG, 2, "usage or configuration error")                                                                       \
    X(RUN, 3, "some runs failed")                                                                                      \
    X(IO, 4, "input or output error")                                                                                  \
    X(VERDICT, 5, "a validation verdict differs from the recorded one")                                                \
    X(STOPPED, 75, "stopped; the same command continues")                                                              \
    X(INTERRUPTED, 130, "interrupted")

enum error_code {
#define ERROR_ENUM(name, code, doc) ERROR_##name = code,
    ERROR_LIST(ERROR_ENUM)
#undef ERROR_ENUM
};

enum { ERROR_TEXT_MAX = 4096 };

struct error {
    int code;
    char text[ERROR_TEXT_MAX]; /* one message, or several lines where a file has several mistakes */
};

/* Store code and message; returns code, so that `return error_set(...)` reads well. err may be NULL. */
int error_set(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As error_set, but keeps what is there and adds a line. The first code stays. */
int error_add(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The meaning of a code, from ERROR_LIST; "unknown" for any other number. */
const char *error_meaning(int code);

#endif
