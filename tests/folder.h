/* folder.h - a folder of a test's own, and files in it. */
#ifndef KLYNGE_TESTS_FOLDER_H
#define KLYNGE_TESTS_FOLDER_H

#include <stddef.h>

enum { FOLDER_NAME = 64 };

/* Below TMPDIR. Fails the test if it cannot be made. */
void folder_make(char name[FOLDER_NAME]);
/* With all that is in it. */
void folder_remove(const char *name);
/* How many files and folders stand in it. */
int folder_count(const char *name);

/* As .init and .fini of a suite: each test works inside a folder of its own. */
void folder_enter(void);
void folder_leave(void);

/* Files that are written anew. */
void write_file(const char *name, const char *text);
void write_bytes(const char *name, const void *bytes, size_t n);

#endif
