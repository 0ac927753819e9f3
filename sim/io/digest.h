/* digest.h - xxh3-128 of arrays, as 32 hex digits: what "identical" means between two results. */
#ifndef KLYNGE_IO_DIGEST_H
#define KLYNGE_IO_DIGEST_H

#include <stddef.h>

#include "core/error.h"

enum { DIGEST_SIZE = 33 };

struct digest; /* being fed */

int digest_open(struct digest **d, struct error *err);
void digest_close(struct digest **d);

/* Start anew; add doubles (as little-endian bytes), bytes as they are, text; the digits of all that was added. */
void digest_reset(struct digest *d);
void digest_doubles(struct digest *d, const double *values, size_t n);
void digest_bytes(struct digest *d, const void *bytes, size_t n);
void digest_text(struct digest *d, const char *text);
void digest_hex(const struct digest *d, char hex[DIGEST_SIZE]);

/* Of one text. */
void digest_of_text(const char *text, char hex[DIGEST_SIZE]);

/* Of a file's bytes; ERROR_IO where they cannot be read. */
int digest_file(const char *path, char hex[DIGEST_SIZE], struct error *err);
/* ERROR_RUN where they have another digest than the 32 digits that `hex` begins with: a file may be called by what it holds. */
int digest_check_file(const char *path, const char *hex, struct error *err);

#endif
