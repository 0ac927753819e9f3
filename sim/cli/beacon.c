#include "cli/beacon.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "cli/progress.h"
#include "io/catalog.h"
#include "io/publish.h"

static const double every = 2.0, stale = 30.0; /* seconds */
static const char prefix[] = "working-", suffix[] = ".json";

bool beacon_is_name(const char *name)
{
    size_t n = strlen(name);
    return n > sizeof prefix + sizeof suffix && strncmp(name, prefix, sizeof prefix - 1) == 0 &&
           strcmp(name + n - sizeof suffix + 1, suffix) == 0;
}

void beacon_begin(struct beacon *b, const char *folder)
{
    char host[PUBLISH_HOST];
    publish_host(host);
    b->shown = -every;
    if (asprintf(&b->path, "%s/%s%s-%ld%s", folder, prefix, host, (long)getpid(), suffix) < 0) b->path = NULL;
}

/* In place of the last one at once, so that a reader never finds half of it. */
static void replace(const char *path, json_t *value)
{
    char *next = NULL;
    if (asprintf(&next, "%s.tmp", path) < 0) return;
    if (json_dump_file(value, next, JSON_COMPACT) || rename(next, path)) unlink(next);
    free(next);
}

void beacon_show(struct beacon *b, const struct beacon_state *s)
{
    double now = progress_now();
    if (!b->path || now - b->shown < every) return;
    b->shown = now;
    json_t *value =
        json_pack("{s:I, s:I, s:I, s:I, s:f}", "ranks", (json_int_t)s->ranks, "threads", (json_int_t)s->threads,
                  "ended", (json_int_t)s->ended, "left", (json_int_t)s->left, "seconds", s->seconds);
    if (value) replace(b->path, value);
    json_decref(value);
}

void beacon_end(struct beacon *b)
{
    if (b->path) unlink(b->path);
    free(b->path);
    b->path = NULL;
}

static bool read_one(const char *path, struct beacon_state *s)
{
    json_t *value = json_load_file(path, 0, NULL);
    json_int_t ranks = 0, threads = 0, ended = 0, left = 0;
    bool good = value && json_unpack(value, "{s:I, s:I, s:I, s:I, s:F}", "ranks", &ranks, "threads", &threads, "ended",
                                     &ended, "left", &left, "seconds", &s->seconds) == 0;
    s->ranks = (uint64_t)ranks;
    s->threads = (uint64_t)threads;
    s->ended = (uint64_t)ended;
    s->left = (uint64_t)left;
    json_decref(value);
    return good;
}

uint64_t beacon_read(const char *folder, struct beacon_state *sum, double *rate)
{
    DIR *d = opendir(folder);
    uint64_t n = 0;
    time_t now;
    if (!catalog_time(folder, &now)) now = time(NULL); /* a folder that may not be written */
    *sum = (struct beacon_state){0};
    *rate = 0.0;
    for (struct dirent *e; d && (e = readdir(d));) {
        struct beacon_state one;
        struct stat about;
        char *path = NULL;
        if (!beacon_is_name(e->d_name) || asprintf(&path, "%s/%s", folder, e->d_name) < 0) continue;
        bool live = stat(path, &about) == 0 && fabs(difftime(now, about.st_mtime)) < stale && read_one(path, &one);
        free(path);
        if (!live) continue;
        n++;
        sum->ranks += one.ranks;
        sum->threads += one.threads;
        sum->ended += one.ended;
        sum->left += one.left;
        if (one.seconds > 0.0) *rate += (double)one.ended / one.seconds;
    }
    if (d) closedir(d);
    return n;
}
