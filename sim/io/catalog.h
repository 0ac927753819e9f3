/* catalog.h - which runs of a sweep are finished: what the segments in its folder say. They are the only truth. */
#ifndef KLYNGE_IO_CATALOG_H
#define KLYNGE_IO_CATALOG_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "io/manifest.h"
#include "io/segment.h"

enum catalog_scan {
    CATALOG_READ,   /* believe what opens */
    CATALOG_VERIFY, /* the digest of each file too; damaged ones are left out */
    CATALOG_MEND    /* and renamed, so that their runs are done again; what dead processes left is removed */
};

struct catalog_file {
    char name[SEGMENT_NAME];
    uint64_t bytes;
    uint32_t n; /* rows */
};

struct catalog_run {
    int8_t status;            /* enum run_status */
    char digest[DIGEST_SIZE]; /* "" unless done */
    uint32_t file, row;       /* where it is, unless not run */
};

struct catalog {
    char *folder;
    uint64_t n_runs, done, failed;
    struct catalog_run *run;    /* (n_runs) by (scenario, point, replicate) */
    struct catalog_file *files; /* (n_files) */
    uint32_t n_files, room;
    uint32_t n_damaged;
    char **reason; /* (n_runs) of failed runs, else NULL; NULL until one failed */
};

/* Every segment in the folder; *stop ends it with ERROR_INTERRUPTED. ERROR_IO where the folder cannot be read, or where two segments hold different results of one run. */
int catalog_read(struct catalog *c, const char *folder, const struct manifest *m, enum catalog_scan how,
                 const volatile sig_atomic_t *stop, struct error *err);
void catalog_free(struct catalog *c);

/* "FOLDER/NAME"; the caller frees. NULL: no memory. */
char *catalog_path(const char *folder, const char *name);

/* The file system's time, that of a file made now: clocks of hosts differ. */
bool catalog_time(const char *folder, time_t *now);

/* Of all runs: their digests in order, as in a result file. */
int catalog_digest(const struct catalog *c, char hex[DIGEST_SIZE], struct error *err);

/* Small segments of those named (n) into fewer large ones, which replace them: so many files at most are left in a folder by one
 * process. names and *n become what is left. */
int catalog_compact(const char *folder, const struct segment_frame *f, char (*names)[SEGMENT_NAME], size_t *n,
                    struct error *err);

#endif
