#include "io/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/publish.h"

char *catalog_path(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int no_memory(struct error *err) { return error_set(err, ERROR_IO, "no memory for the runs of a sweep"); }

/* ---- one segment ------------------------------------------------------------------------------------------------------ */

static int take_row(struct catalog *c, const struct segment_about *a, uint32_t row, uint32_t file, struct error *err)
{
    if (a->run[row] < 0 || (uint64_t)a->run[row] >= c->n_runs)
        return error_set(err, ERROR_IO, "%s/%s: it holds a run that the sweep has not", c->folder, c->files[file].name);
    struct catalog_run *r = &c->run[a->run[row]];
    if (r->status == RUN_DONE) {
        if (a->status[row] != RUN_DONE || strcmp(r->digest, a->digest[row]) == 0) return ERROR_NONE;
        return error_set(err, ERROR_IO, "%s/%s: run %lld has another result there than in %s", c->folder,
                         c->files[file].name, (long long)a->run[row], c->files[r->file].name);
    }
    if (r->status == RUN_FAILED) c->failed--;
    r->status = a->status[row] == RUN_DONE ? RUN_DONE : RUN_FAILED;
    r->file = file;
    r->row = row;
    c->done += r->status == RUN_DONE;
    c->failed += r->status == RUN_FAILED;
    if (r->status == RUN_DONE) {
        snprintf(r->digest, sizeof r->digest, "%s", a->digest[row]);
        return ERROR_NONE;
    }
    if (!c->reason) c->reason = calloc(c->n_runs, sizeof *c->reason);
    if (!c->reason) return no_memory(err);
    free(c->reason[a->run[row]]);
    c->reason[a->run[row]] = strdup(a->reason[row]);
    return ERROR_NONE;
}

static struct catalog_file *add_file(struct catalog *c, const char *name, uint64_t bytes, uint32_t n)
{
    if (c->n_files == c->room) {
        uint32_t room = c->room ? 2 * c->room : 64;
        struct catalog_file *grown = realloc(c->files, room * sizeof *grown);
        if (!grown) return NULL;
        c->files = grown;
        c->room = room;
    }
    struct catalog_file *f = &c->files[c->n_files++];
    snprintf(f->name, sizeof f->name, "%s", name);
    f->bytes = bytes;
    f->n = n;
    return f;
}

static void set_aside(struct catalog *c, const char *path, enum catalog_scan how)
{
    char *aside = NULL;
    c->n_damaged++;
    if (how == CATALOG_MEND && asprintf(&aside, "%s.damaged", path) >= 0) {
        (void)!rename(path, aside); /* if it cannot be, it stays and is found again */
        free(aside);
    }
}

static int read_segment(struct catalog *c, const char *name, const char *path, const struct manifest *m,
                        enum catalog_scan how, int checked, bool *gone, struct error *err)
{
    struct stat about;
    struct segment *s = NULL;
    const struct segment_about *a = NULL;
    struct error why = {0};
    *gone = stat(path, &about) != 0 && errno == ENOENT;
    if (*gone) return ERROR_NONE;
    int code = checked == ERROR_IO ? segment_check(path, &why) : checked; /* once more, for what it says */
    bool damaged = code == ERROR_RUN;
    if (!code) code = segment_open(&s, path, m->digest, &why);
    if (!code) code = segment_about(s, &a, &why);
    if (code && code != ERROR_CONFIG && access(path, F_OK) != 0) {
        *gone = true;
        code = ERROR_NONE;
    } else if (damaged || (code == ERROR_IO && how == CATALOG_READ)) {
        set_aside(c, path, how);
        code = ERROR_NONE;
    } else if (code) /* another sweep's, or cannot be read: it may be whole */
        error_set(err, code, "%s", why.text);
    else if (!add_file(c, name, (uint64_t)about.st_size, a->n))
        code = no_memory(err);
    for (uint32_t row = 0; a && row < a->n && !code; row++)
        code = take_row(c, a, row, c->n_files - 1, err);
    segment_close(&s);
    return code;
}

/* ---- the folder ------------------------------------------------------------------------------------------------------- */

struct names {
    char (*list)[SEGMENT_NAME]; /* (n) */
    size_t n, room;
};

static bool add_name(struct names *l, const char *name)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        void *grown = realloc(l->list, room * sizeof *l->list);
        if (!grown) return false;
        l->list = grown;
        l->room = room;
    }
    snprintf(l->list[l->n++], SEGMENT_NAME, "%.*s", SEGMENT_NAME - 1, name);
    return true;
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static int list_folder(const char *folder, struct names *l, struct error *err)
{
    DIR *d = opendir(folder);
    if (!d) return error_set(err, ERROR_IO, "%s: cannot read the folder: %s", folder, strerror(errno));
    int code = ERROR_NONE;
    l->n = 0;
    for (struct dirent *e; !code && (e = readdir(d));)
        if (segment_is_name(e->d_name) && !add_name(l, e->d_name)) code = no_memory(err);
    closedir(d);
    if (l->n) qsort(l->list, l->n, sizeof *l->list, by_name);
    return code;
}

bool catalog_time(const char *folder, time_t *now)
{
    struct stat about;
    char *path = catalog_path(folder, "clock.XXXXXX.tmp");
    int file = path ? mkstemps(path, 4) : -1;
    bool good = file >= 0 && fstat(file, &about) == 0;
    if (good) *now = about.st_mtime;
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    free(path);
    return good;
}

/* Temporary files, and signs of processes at work; what else stands in the folder is not ours. *pid: the process of this host that made it, 0 where that is not known. */
static bool is_left(const char *name, pid_t *pid)
{
    *pid = 0;
    return publish_is_temporary(name, pid) || fnmatch("clock.??????.tmp", name, 0) == 0 ||
           fnmatch("working-*-*.json", name, 0) == 0 || fnmatch("working-*-*.json.tmp", name, 0) == 0;
}

static void remove_left(const char *folder)
{
    time_t now;
    DIR *d = catalog_time(folder, &now) ? opendir(folder) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        pid_t pid;
        char *path = is_left(e->d_name, &pid) ? catalog_path(folder, e->d_name) : NULL;
        if (path) publish_remove_left(path, pid, now);
        free(path);
    }
    if (d) closedir(d);
}

/* Are their bytes those that their names say? By all threads: it is what takes long in a large folder. */
static int *check_names(const struct catalog *c, const struct names *l, enum catalog_scan how,
                        const volatile sig_atomic_t *stop)
{
    int *codes = calloc(l->n + 1, sizeof *codes);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t k = 0; k < l->n; k++) {
        if (!codes || *stop || how == CATALOG_READ) continue;
        char *path = catalog_path(c->folder, l->list[k]);
        codes[k] = path ? segment_check(path, NULL) : ERROR_IO;
        free(path);
    }
    return codes;
}

static int read_names(struct catalog *c, const struct names *l, const struct manifest *m, enum catalog_scan how,
                      const volatile sig_atomic_t *stop, bool *vanished, struct error *err)
{
    int *checked = check_names(c, l, how, stop);
    int code = checked ? ERROR_NONE : no_memory(err);
    for (size_t k = 0; k < l->n && !code; k++) {
        char *path = catalog_path(c->folder, l->list[k]);
        bool gone = false;
        if (*stop)
            code = error_set(err, ERROR_INTERRUPTED, "interrupted");
        else
            code = path ? read_segment(c, l->list[k], path, m, how, checked[k], &gone, err) : no_memory(err);
        *vanished = *vanished || gone;
        free(path);
    }
    free(checked);
    return code;
}

static int prepare(struct catalog *c, const char *folder, const struct manifest *m, struct error *err)
{
    const struct ensemble_plan *p = &m->plan;
    memset(c, 0, sizeof *c);
    c->n_runs = (uint64_t)p->n_scenarios * p->n_points * p->n_replicates;
    c->folder = strdup(folder);
    c->run = calloc(c->n_runs + 1, sizeof *c->run);
    if (!c->folder || !c->run) return no_memory(err);
    for (uint64_t r = 0; r < c->n_runs; r++)
        c->run[r].status = RUN_NOT_RUN;
    return ERROR_NONE;
}

int catalog_read(struct catalog *c, const char *folder, const struct manifest *m, enum catalog_scan how,
                 const volatile sig_atomic_t *stop, struct error *err)
{
    struct names l = {0};
    int code = ERROR_NONE;
    /* A segment that goes while others are read has gone into a larger one, which may have come after they were listed. */
    for (int tries = 0; tries < 10; tries++) {
        bool vanished = false;
        code = prepare(c, folder, m, err);
        if (!code && how == CATALOG_MEND) remove_left(folder);
        if (!code) code = list_folder(folder, &l, err);
        if (!code) code = read_names(c, &l, m, how, stop, &vanished, err);
        if (code || !vanished || tries == 9) break; /* what is missing still is done once more, with the same result */
        catalog_free(c);
    }
    free(l.list);
    if (code) catalog_free(c);
    return code;
}

void catalog_free(struct catalog *c)
{
    for (uint64_t r = 0; c->reason && r < c->n_runs; r++)
        free(c->reason[r]);
    free(c->reason);
    free(c->folder);
    free(c->run);
    free(c->files);
    memset(c, 0, sizeof *c);
}

int catalog_digest(const struct catalog *c, char hex[DIGEST_SIZE], struct error *err)
{
    struct digest *d;
    int code = digest_open(&d, err);
    if (code) return code;
    for (uint64_t r = 0; r < c->n_runs; r++) {
        digest_text(d, c->run[r].digest);
        digest_text(d, "\n");
    }
    digest_hex(d, hex);
    digest_close(&d);
    return ERROR_NONE;
}

/* ---- fewer files ------------------------------------------------------------------------------------------------------ */

/* Rows of one segment, appended; results are read into memory of their own. */
static int gather(const char *folder, const char *name, const struct segment_frame *f, struct segment_row **rows,
                  size_t *n, struct error *err)
{
    struct segment *s = NULL;
    const struct segment_about *a = NULL;
    char *path = catalog_path(folder, name);
    if (path && access(path, F_OK) != 0 && errno == ENOENT) { /* another process has joined it into a larger one */
        free(path);
        return ERROR_NONE;
    }
    int code = path ? segment_check(path, err) : no_memory(err);
    if (!code) code = segment_open(&s, path, f->sweep, err);
    if (!code) code = segment_about(s, &a, err);
    struct segment_row *grown = a ? realloc(*rows, (*n + a->n + 1) * sizeof *grown) : NULL;
    if (grown) *rows = grown;
    if (a && !grown) code = no_memory(err);
    for (uint32_t k = 0; a && k < a->n && !code; k++) {
        struct segment_row *r = &(*rows)[(*n)++];
        *r = (struct segment_row){.run = (uint64_t)a->run[k], .status = a->status[k], .reason = strdup(a->reason[k])};
        snprintf(r->digest, sizeof r->digest, "%s", a->digest[k]);
        if (r->status != RUN_DONE) continue;
        r->results = malloc(f->layout->n_doubles * sizeof(double) + 1);
        code = r->results ? segment_read(s, k, f->layout->n_doubles, r->results, err) : no_memory(err);
    }
    segment_close(&s);
    free(path);
    return code;
}

int catalog_compact(const char *folder, const struct segment_frame *f, char (*names)[SEGMENT_NAME], size_t *n,
                    struct error *err)
{
    struct segment_row *rows = NULL;
    size_t n_rows = 0;
    char whole[SEGMENT_NAME] = "";
    int code = ERROR_NONE;
    for (size_t k = 0; k < *n && !code; k++)
        code = gather(folder, names[k], f, &rows, &n_rows, err);
    if (!code && !n_rows) *n = 0;
    if (!code && n_rows) code = segment_publish(folder, f, rows, n_rows, whole, err);
    for (size_t k = 0; k < *n && !code; k++) {
        char *path = strcmp(names[k], whole) == 0 ? NULL : catalog_path(folder, names[k]);
        if (path) unlink(path);
        free(path);
    }
    if (!code && n_rows) {
        memcpy(names[0], whole, sizeof whole);
        *n = 1;
    }
    for (size_t k = 0; k < n_rows; k++) {
        free(rows[k].results);
        free(rows[k].reason);
    }
    free(rows);
    return code;
}
