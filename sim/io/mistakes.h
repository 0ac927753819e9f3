/* mistakes.h - the mistakes of a user's files, several at once: one line each in an error, `file:line: key: what`. */
#ifndef KLYNGE_IO_MISTAKES_H
#define KLYNGE_IO_MISTAKES_H

#include <stdbool.h>

#include "core/error.h"

enum { MISTAKES_SHOWN_MAX = 20 };

/* Where a value was set. file NULL: nowhere, it is the default. */
struct place {
    const char *file; /* as named from the working directory, or "--set", "--seed", "--replicates"; not owned */
    unsigned line;    /* from 1; 0: has none */
};

struct mistakes {
    struct error *err; /* may be NULL */
    int code;          /* ERROR_NONE until the first */
    unsigned n, hidden;
};

void mistakes_begin(struct mistakes *m, struct error *err);
/* key may be NULL. From the 21st on, or when the error's text is full, they are only counted. */
void mistakes_add(struct mistakes *m, struct place place, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Not the user's: memory ran out. The code becomes ERROR_RUN. */
void mistakes_no_memory(struct mistakes *m, const char *what);
/* The code of something that failed and was added: when it was not the user's doing it is what mistakes_end returns. */
void mistakes_note_code(struct mistakes *m, int code);
/* Says how many were not shown; returns the code. */
int mistakes_end(struct mistakes *m);

#endif
