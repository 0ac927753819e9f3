#include "io/result.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/frame.h"
#include "io/store.h"

struct result {
    struct store *store;
    char *path;
    struct result_about about;
    store_id *ids; /* (n_observables) datasets */
    uint32_t room; /* of ids and about.observables */
};

static int no_memory(const struct result *r, struct error *err)
{
    return error_set(err, ERROR_IO, "%s: no memory to read it", r->path);
}

/* ---- is it a result file? ---- */

static int check_signature(const char *path, int file, struct error *err)
{
    static const unsigned char wanted[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char found[8];
    ssize_t n = read(file, found, sizeof found);
    if (n < 0) return error_set(err, ERROR_IO, "%s: cannot read the file: %s", path, strerror(errno));
    if (n == 0) return error_set(err, ERROR_CONFIG, "%s: the file is empty, expected a result of klynge", path);
    if (n < (ssize_t)sizeof found || memcmp(found, wanted, sizeof wanted) != 0)
        return error_set(err, ERROR_CONFIG, "%s: not an HDF5 file, expected a result of klynge", path);
    return ERROR_NONE;
}

static int check_file(const char *path, struct error *err)
{
    struct stat about;
    if (stat(path, &about)) {
        int code = errno == ENOENT || errno == ENOTDIR ? ERROR_CONFIG : ERROR_IO;
        return error_set(err, code, "%s: cannot find the file: %s", path, strerror(errno));
    }
    if (!S_ISREG(about.st_mode))
        return error_set(err, ERROR_CONFIG, "%s: found something that is no regular file, expected a result of klynge",
                         path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return error_set(err, ERROR_IO, "%s: cannot open the file: %s", path, strerror(errno));
    int code = check_signature(path, file, err);
    close(file);
    return code;
}

static int check_schema(struct result *r, struct error *err)
{
    double schema = 0;
    uint64_t n = 0;
    int code = store_noted_numbers(r->store, store_root(r->store), "klynge_schema", 1, &schema, &n, err);
    if (code) return code;
    if (n == 0) return error_set(err, ERROR_CONFIG, "%s: an HDF5 file that klynge did not write", r->path);
    if (schema == FRAME_SCHEMA) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG, "%s: found file schema %g, expected %d: written by %s version of klynge",
                     r->path, schema, FRAME_SCHEMA, schema < FRAME_SCHEMA ? "an older" : "a newer");
}

/* ---- coordinates ---- */

/* A dataset of that rank, and its size; another rank is an error. */
static int find(struct result *r, const char *path, uint32_t rank, store_id *id, uint64_t size[STORE_MAX_RANK],
                struct error *err)
{
    uint32_t found = 0;
    int code = store_find(r->store, path, id, err);
    if (!code) code = store_shape(r->store, *id, &found, size, err);
    if (code || found == rank) return code;
    return error_set(err, ERROR_IO, "%s: %s has %u dimensions, expected %u", r->path, path, found, rank);
}

/* All values of a dataset of rank 1, in memory of the caller's. */
static int read_list(struct result *r, const char *path, enum store_type type, size_t item, void **values, uint32_t *n,
                     struct error *err)
{
    store_id id;
    uint64_t size[STORE_MAX_RANK] = {0};
    int code = find(r, path, 1, &id, size, err);
    if (code) return code;
    if (size[0] > UINT32_MAX) return error_set(err, ERROR_IO, "%s: %s is too long", r->path, path);
    *values = calloc(size[0] + 1, item);
    if (!*values) return no_memory(r, err);
    *n = (uint32_t)size[0];
    return size[0] ? store_read(r->store, id, type, NULL, NULL, *values, err) : ERROR_NONE;
}

static int read_texts(struct result *r, const char *path, char ***texts, uint32_t *n, struct error *err)
{
    void *list = NULL;
    int code = read_list(r, path, STORE_TEXT, sizeof(char *), &list, n, err);
    *texts = list;
    return code;
}

static int read_times(struct result *r, const char *path, double **times, uint32_t *n, struct error *err)
{
    void *list = NULL;
    int code = read_list(r, path, STORE_DOUBLE, sizeof(double), &list, n, err);
    *times = list;
    return code;
}

static int read_seeds(struct result *r, struct error *err)
{
    void *list = NULL;
    int code = read_list(r, "/seed", STORE_INT64, sizeof(int64_t), &list, &r->about.n_replicates, err);
    r->about.seeds = list; /* below 2^53: the same bits signed and unsigned */
    return code;
}

static int read_status(struct result *r, struct error *err)
{
    struct result_about *a = &r->about;
    store_id id;
    uint64_t size[STORE_MAX_RANK];
    int code = find(r, "/status", 3, &id, size, err);
    if (code) return code;
    if (size[0] != a->n_scenarios || size[2] != a->n_replicates || size[1] == 0 || size[1] > UINT32_MAX)
        return error_set(err, ERROR_IO, "%s: /status does not fit the file's scenarios and replicates", r->path);
    a->n_points = (uint32_t)size[1];
    a->status = calloc(size[0] * size[1], size[2] + 1);
    if (!a->status) return no_memory(r, err);
    return size[0] && size[2] ? store_read(r->store, id, STORE_INT8, NULL, NULL, a->status, err) : ERROR_NONE;
}

static int read_coordinates(struct result *r, struct error *err)
{
    struct result_about *a = &r->about;
    uint32_t n_questions = 0;
    int code = read_texts(r, "/scenario", &a->scenarios, &a->n_scenarios, err);
    if (!code) code = read_texts(r, "/question", &a->questions, &n_questions, err);
    if (n_questions != a->n_scenarios) {
        store_free_texts(a->questions, n_questions);
        a->questions = NULL;
        if (!code) code = error_set(err, ERROR_IO, "%s: /question does not fit the file's scenarios", r->path);
    }
    if (!code) code = read_times(r, "/time", &a->times, &a->n_times, err);
    if (!code && store_has(r->store, "/time_network"))
        code = read_times(r, "/time_network", &a->slow_times, &a->n_slow_times, err);
    if (!code) code = read_seeds(r, err);
    if (!code) code = read_status(r, err);
    if (!code) code = store_noted(r->store, store_root(r->store), "title", &a->title, err);
    if (!code) code = store_noted(r->store, store_root(r->store), "model", &a->model, err);
    if (!code) code = store_noted(r->store, store_root(r->store), "digest", &a->digest, err);
    return code;
}

/* ---- observables ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Is it (scenario, point, replicate, time or time_network)? Then *n_times is the length of its time, else 0. */
static int measure(struct result *r, store_id id, uint32_t *n_times, bool *slow, struct error *err)
{
    const struct result_about *a = &r->about;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK];
    char *axis = NULL;
    *n_times = 0;
    if (!store_is_double(r->store, id)) return ERROR_NONE;
    int code = store_shape(r->store, id, &rank, size, err);
    if (code || rank != 4) return code;
    code = store_axis_path(r->store, id, 3, &axis, err);
    if (code) return code;
    *slow = strcmp(last_part(axis), "time_network") == 0;
    bool time = *slow || strcmp(last_part(axis), "time") == 0;
    free(axis);
    uint32_t wanted = *slow ? a->n_slow_times : a->n_times;
    if (!time) return ERROR_NONE;
    if (size[0] != a->n_scenarios || size[1] != a->n_points || size[2] != a->n_replicates || size[3] != wanted)
        return error_set(err, ERROR_IO, "%s: an observable does not fit the file's axes", r->path);
    *n_times = wanted;
    return ERROR_NONE;
}

/* valid_range, or one side of it. */
static int read_range(struct result *r, store_id id, struct result_observable *o, struct error *err)
{
    double range[2] = {-INFINITY, INFINITY}, low, high;
    uint64_t n = 0;
    int code = store_noted_numbers(r->store, id, "valid_range", 2, range, &n, err);
    o->low = range[0];
    o->high = range[1];
    if (!code && !n) code = store_noted_numbers(r->store, id, "valid_min", 1, &low, &n, err);
    if (n == 1) o->low = low;
    n = 0;
    if (!code) code = store_noted_numbers(r->store, id, "valid_max", 1, &high, &n, err);
    if (n == 1) o->high = high;
    return code;
}

static int describe(struct result *r, store_id id, const char *folder, const char *name, struct result_observable *o,
                    struct error *err)
{
    o->name = strdup(name);
    o->folder = strdup(folder);
    if (!o->name || !o->folder) return no_memory(r, err);
    int code = store_noted(r->store, id, "units", &o->unit, err);
    if (!code) code = store_noted(r->store, id, "long_name", &o->long_name, err);
    if (!code) code = store_noted(r->store, id, "cell_methods", &o->cell_methods, err);
    return code ? code : read_range(r, id, o, err);
}

static bool make_room(struct result *r)
{
    if (r->about.n_observables < r->room) return true;
    uint32_t room = r->room ? 2 * r->room : 64;
    struct result_observable *observables = realloc(r->about.observables, room * sizeof *observables);
    if (observables) r->about.observables = observables;
    store_id *ids = realloc(r->ids, room * sizeof *ids);
    if (ids) r->ids = ids;
    if (!observables || !ids) return false;
    r->room = room;
    return true;
}

static int add_member(struct result *r, const char *folder, const char *name, struct error *err)
{
    char path[FRAME_PATH];
    store_id id;
    uint32_t n_times = 0;
    bool slow = false;
    int code = store_find(r->store, frame_path(path, folder, name), &id, err);
    if (!code) code = measure(r, id, &n_times, &slow, err);
    if (code || !n_times) return code;
    if (!make_room(r)) return no_memory(r, err);
    struct result_observable *o = &r->about.observables[r->about.n_observables];
    memset(o, 0, sizeof *o);
    o->n_times = n_times;
    o->times = slow ? r->about.slow_times : r->about.times;
    r->ids[r->about.n_observables++] = id;
    return describe(r, id, folder, name, o, err);
}

static int add_folder(struct result *r, const char *folder, struct error *err)
{
    store_id group;
    uint64_t n = 0;
    int code = store_find(r->store, folder, &group, err);
    if (!code) code = store_count(r->store, group, &n, err);
    for (uint64_t k = 0; k < n && !code; k++) {
        char *name = NULL;
        code = store_member(r->store, group, k, &name, err);
        if (!code) code = add_member(r, folder, name, err);
        free(name);
    }
    return code;
}

/* ---- the interface ---- */

int result_open(struct result **out, const char *path, struct error *err)
{
    *out = NULL;
    int code = check_file(path, err);
    if (code) return code;
    struct result *r = calloc(1, sizeof *r);
    if (r) r->path = strdup(path);
    if (!r || !r->path) {
        free(r);
        return error_set(err, ERROR_IO, "%s: no memory to read it", path);
    }
    code = store_open(&r->store, path, path, err);
    if (!code) code = check_schema(r, err);
    if (!code) code = read_coordinates(r, err);
    if (!code) code = add_folder(r, "/", err);
    if (!code && store_has(r->store, "/cost")) code = add_folder(r, "/cost", err);
    if (code)
        result_close(&r);
    else
        *out = r;
    return code;
}

static void free_observables(struct result_about *a)
{
    for (uint32_t k = 0; k < a->n_observables; k++) {
        struct result_observable *o = &a->observables[k];
        free(o->name);
        free(o->folder);
        free(o->unit);
        free(o->long_name);
        free(o->cell_methods);
    }
    free(a->observables);
}

void result_close(struct result **out)
{
    struct result *r = *out;
    if (!r) return;
    struct result_about *a = &r->about;
    store_abandon(&r->store);
    free_observables(a);
    store_free_texts(a->scenarios, a->n_scenarios);
    store_free_texts(a->questions, a->n_scenarios);
    free(a->times);
    free(a->slow_times);
    free(a->seeds);
    free(a->status);
    free(a->title);
    free(a->model);
    free(a->digest);
    free(r->ids);
    free(r->path);
    free(r);
    *out = NULL;
}

const struct result_about *result_about(const struct result *r) { return &r->about; }

uint64_t result_count(const struct result *r, uint32_t index)
{
    const struct result_about *a = &r->about;
    return (uint64_t)a->n_scenarios * a->n_points * a->n_replicates * a->observables[index].n_times;
}

int result_read(const struct result *r, uint32_t index, double *values, struct error *err)
{
    return store_read(r->store, r->ids[index], STORE_DOUBLE, NULL, NULL, values, err);
}

int result_find(const struct result *r, const char *name)
{
    for (uint32_t k = 0; k < r->about.n_observables; k++)
        if (strcmp(r->about.observables[k].name, name) == 0) return (int)k;
    return -1;
}
