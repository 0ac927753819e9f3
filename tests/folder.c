#include "folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void folder_make(char name[FOLDER_NAME])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(name, FOLDER_NAME, "%s/klynge-unit.XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    cr_assert_not_null(mkdtemp(name));
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *at)
{
    (void)about, (void)type, (void)at;
    return remove(path);
}

void folder_remove(const char *name) { cr_assert_eq(nftw(name, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0); }

int folder_count(const char *name)
{
    int n = -2; /* itself and what it is in */
    DIR *d = opendir(name);
    cr_assert(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static char entered[FOLDER_NAME];

void folder_enter(void)
{
    folder_make(entered);
    cr_assert_eq(chdir(entered), 0);
}

void folder_leave(void)
{
    cr_assert_eq(chdir("/"), 0);
    folder_remove(entered);
}

void write_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(name, "wb");
    cr_assert_not_null(f, "%s cannot be written", name);
    cr_assert_eq(fwrite(bytes, 1, n, f), n);
    cr_assert_eq(fclose(f), 0);
}

void write_file(const char *name, const char *text) { write_bytes(name, text, strlen(text)); }
