/* textfile.h - a whole text file into memory, from a path that may name anything: a directory, a FIFO, a disk image. */
#ifndef KLYNGE_IO_TEXTFILE_H
#define KLYNGE_IO_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/error.h"

struct textfile {
    char *text; /* UTF-8 without a byte order mark, ends with '\0', holds no other one; owned */
    size_t length;
    dev_t device; /* with inode: which file it was */
    ino_t inode;
};

/* What a file may be written in. A table made in a spreadsheet is often Windows-1252 (Latin-1 with typographic signs); bytes are
 * read as that only where the file holds no character of UTF-8 beside them: a UTF-8 text with a broken byte is refused. */
enum textfile_encoding { TEXTFILE_UTF8, TEXTFILE_UTF8_OR_1252 };

/* Only a regular file of at most `most` bytes, never waits. On error `why` says what without naming the path, *line is the
 * line it is about or 0, and nothing is allocated. */
int textfile_read(const char *path, size_t most, enum textfile_encoding encoding, struct textfile *file, unsigned *line,
                  struct error *why);
void textfile_free(struct textfile *file);

/* `path` as the file `named_in` means it: relative to that file. To free; NULL: no memory. */
char *textfile_beside(const char *named_in, const char *path);

bool textfile_is_utf8(const char *text);

#endif
