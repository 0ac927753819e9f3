/* csv.h - records of a CSV (RFC 4180), also as spreadsheets write it: a header line, then a line a record. Several mistakes are
 * told at once, as `file:line: column: found X, expected Y`.
 *
 * Accepted: UTF-8 with or without a byte order mark, or Windows-1252 (textfile.h); any line ends; fields separated by commas,
 * semicolons or tabs, as the header line tells, or a line `sep=;` before it; empty records, such as a spreadsheet's `;;;`, are
 * left out; a number may have a decimal comma. */
#ifndef KLYNGE_IO_CSV_H
#define KLYNGE_IO_CSV_H

#include <stdbool.h>

#include "core/param.h"
#include "io/mistakes.h"
#include "io/textfile.h"

enum { CSV_FIELDS_MAX = 512, CSV_SHOWN_MAX = 60 /* bytes of a field that a message shows */ };

struct csv {
    const char *path;  /* not owned */
    bool has_comments; /* lines that start with # are left out; a caller's to set, before it reads */
    char separator;    /* told from the header */
    struct mistakes *mistakes;
    struct textfile file;
    char *at;
    unsigned at_line;
    bool stop; /* no further record: where fields end cannot be told any more, or the caller gives up */
    /* The record that was read: one line of the file, or several where a quoted field holds line ends. Fields point into
     * the file's text, which is decoded where it stands: a decoded field is never longer. */
    unsigned n;                  /* may be more than are kept */
    char *field[CSV_FIELDS_MAX]; /* (n, at most CSV_FIELDS_MAX) */
    unsigned line[CSV_FIELDS_MAX];
};

/* The whole file, of at most `most` bytes. False after a mistake; `what` names the file where memory ran out. Close it
 * in any case. */
bool csv_open(struct csv *c, const char *path, size_t most, const char *what, struct mistakes *mistakes);
void csv_close(struct csv *c);

/* The next record that holds anything. False at the end, and when `stop` is set. */
bool csv_next(struct csv *c);

/* The first record, which names the columns: at most CSV_FIELDS_MAX. False after a mistake. */
bool csv_header(struct csv *c);

/* A field of the record by the rules of parameter `row`, so that a number is here what it is in a config; beside that 0,5 is 0.5
 * and a time can be 31.01.2020. Where commas do not have to be decimal ones, since semicolons separate, 1,200 is refused: it
 * may be a thousand. NaN after a mistake. */
double csv_number(const struct csv *c, unsigned field, const struct param *row, const char *column);

/* column may be NULL, line 0. */
void csv_complain(const struct csv *c, unsigned line, const char *column, const char *what);

#endif
