#include "io/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/state.h"
#include "io/catalog.h"
#include "io/digest.h"
#include "io/publish.h"
#include "io/store.h"

enum { SCHEMA = 1, CHUNK = 1 << 20, HEX = DIGEST_SIZE - 1, MOST_NAME = 96 };
static const char middle[] = ".checkpoint", suffix[] = ".h5";

static int no_memory(struct error *err) { return error_set(err, ERROR_IO, "no memory for a checkpoint"); }

/* ---- pieces of a state ------------------------------------------------------------------------------------------------ */

struct pieces {
    char **name; /* (n) */
    int64_t *bytes;
    uint64_t n, room;
};

static void free_pieces(struct pieces *p)
{
    store_free_texts(p->name, p->name ? p->n : 0);
    free(p->bytes);
    *p = (struct pieces){0};
}

static bool add_piece(struct pieces *p, const char *name)
{
    if (p->n == p->room) {
        uint64_t room = p->room ? 2 * p->room : 128;
        char **names = realloc(p->name, room * sizeof *names);
        if (names) p->name = names;
        int64_t *bytes = realloc(p->bytes, room * sizeof *bytes);
        if (bytes) p->bytes = bytes;
        if (!names || !bytes) return false;
        p->room = room;
    }
    p->name[p->n] = strdup(name);
    if (!p->name[p->n]) return false;
    p->bytes[p->n++] = 0;
    return true;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------ */

struct writer {
    struct store *store;
    store_id state;
    struct pieces pieces;
    char *chunk;
    size_t n; /* in the chunk */
};

static int flush(struct writer *w, struct error *err)
{
    int code = store_append(w->store, w->state, STORE_INT8, w->n, w->chunk, err);
    w->n = 0;
    return code;
}

static int take(void *context, const char *piece, void *bytes, size_t n, struct error *err)
{
    struct writer *w = context;
    struct pieces *p = &w->pieces;
    bool begins = p->n == 0 || strcmp(p->name[p->n - 1], piece) != 0;
    if (begins && !add_piece(p, piece)) return no_memory(err);
    p->bytes[p->n - 1] += (int64_t)n;
    int code = ERROR_NONE;
    for (const char *from = bytes; n > 0 && !code;) {
        size_t part = n < CHUNK - w->n ? n : CHUNK - w->n;
        memcpy(w->chunk + w->n, from, part);
        w->n += part;
        from += part;
        n -= part;
        if (w->n == CHUNK) code = flush(w, err);
    }
    return code;
}

static int write_state(struct writer *w, struct world *world, struct error *err)
{
    struct state_walk walk = {false, w, take};
    struct store_axis byte = {.path = "/byte", .size = 0, .chunk = CHUNK, .grows = true};
    struct store_spec spec = {.path = "/state", .type = STORE_INT8, .rank = 1, .axis = {&byte}, .unchecked = true};
    w->chunk = malloc(CHUNK);
    int code = w->chunk ? store_add_axis(w->store, &byte, STORE_FLOAT, true, err) : no_memory(err);
    if (!code) code = store_add(w->store, &spec, &w->state, err);
    if (!code) code = world_pass(world, &walk, err);
    return code ? code : flush(w, err);
}

static int write_pieces(struct writer *w, struct error *err)
{
    struct store_axis piece = {.path = "/piece", .size = w->pieces.n, .chunk = w->pieces.n};
    struct store_spec name = {.path = "/name", .type = STORE_TEXT, .rank = 1, .axis = {&piece}},
                      bytes = {.path = "/bytes", .type = STORE_INT64, .rank = 1, .axis = {&piece}};
    store_id id;
    int code = store_add_axis(w->store, &piece, STORE_FLOAT, true, err);
    if (!code) code = store_add(w->store, &name, &id, err);
    if (!code) code = store_write(w->store, id, STORE_TEXT, NULL, NULL, w->pieces.name, err);
    if (!code) code = store_add(w->store, &bytes, &id, err);
    return code ? code : store_write(w->store, id, STORE_INT64, NULL, NULL, w->pieces.bytes, err);
}

static int write_file(const struct checkpoints *c, uint64_t run, struct world *world, const struct publish *p,
                      struct store_sums **sums, struct error *err)
{
    static const int32_t schema = SCHEMA;
    struct writer w = {.store = NULL};
    int64_t number = (int64_t)run;
    int code = store_create(&w.store, p->temporary, p->final, err);
    if (!code)
        code = store_note_numbers(w.store, store_root(w.store), "klynge_checkpoint", STORE_INT32, 1, &schema, err);
    if (!code) code = store_note_numbers(w.store, store_root(w.store), "run", STORE_INT64, 1, &number, err);
    if (!code) code = manifest_add_texts(c->manifest, w.store, err);
    if (!code) code = write_state(&w, world, err);
    if (!code) code = write_pieces(&w, err);
    if (!code) code = store_take_sums(w.store, sums, err);
    if (!code) code = store_close(&w.store, err);
    store_abandon(&w.store);
    free_pieces(&w.pieces);
    free(w.chunk);
    return code;
}

static int verify(const struct publish *p, const struct store_sums *sums, struct error *err)
{
    struct store *s = NULL;
    int code = store_open(&s, p->temporary, p->final, err);
    if (!code) code = store_check(s, sums, err);
    if (!code) code = store_close(&s, err);
    store_abandon(&s);
    return code;
}

/* ---- the list ----------------------------------------------------------------------------------------------------------- */

static void drop(struct checkpoints *c, size_t k)
{
    free(c->files[k].path);
    free(c->files[k].why);
    c->files[k] = c->files[--c->n];
}

static struct checkpoint_file *add_file(struct checkpoints *c, const char *path, uint64_t run, uint32_t tick)
{
    struct checkpoint_file *grown = realloc(c->files, (c->n + 1) * sizeof *grown);
    if (!grown) return NULL;
    c->files = grown;
    grown[c->n] = (struct checkpoint_file){.path = strdup(path), .run = run, .tick = tick, .usable = true};
    return grown[c->n].path ? &grown[c->n++] : NULL;
}

struct checkpoint_file *checkpoint_newest(const struct checkpoints *c, uint64_t run)
{
    struct checkpoint_file *newest = NULL;
    for (size_t k = 0; k < c->n; k++) {
        struct checkpoint_file *f = &c->files[k];
        if (f->usable && f->run == run && (!newest || f->tick > newest->tick)) newest = f;
    }
    return newest;
}

/* Of a run that goes on the newest two are left, of one that has ended the newest. */
static void remove_older(struct checkpoints *c, uint64_t run, bool ended)
{
    const struct checkpoint_file *newest = checkpoint_newest(c, run), *second = NULL;
    for (size_t k = 0; k < c->n && !ended; k++) {
        const struct checkpoint_file *f = &c->files[k];
        if (f->run == run && f->usable && f != newest && (!second || f->tick > second->tick)) second = f;
    }
    const char *kept = newest ? newest->path : NULL, *other = second ? second->path : NULL;
    for (size_t k = c->n; k-- > 0;) {
        const struct checkpoint_file *f = &c->files[k];
        if (f->run != run || f == newest || f == second) continue;
        if (!(kept && strcmp(f->path, kept) == 0) && !(other && strcmp(f->path, other) == 0)) unlink(f->path);
        drop(c, k);
    }
}

int checkpoint_write(struct checkpoints *c, uint64_t run, struct world *w, struct error *err)
{
    struct publish p = {0};
    struct store_sums *sums = NULL;
    const char *slash = strrchr(c->out, '/');
    char *stem = NULL, *name = NULL, *path = NULL, hex[DIGEST_SIZE];
    int code = asprintf(&stem, "%s%s", c->out, middle) < 0 ? no_memory(err) : ERROR_NONE;
    if (!code) code = publish_begin(&p, stem, true, err);
    if (!code) code = write_file(c, run, w, &p, &sums, err);
    if (!code) code = publish_sync(&p, err);
    if (!code) code = verify(&p, sums, err);
    if (!code) code = digest_file(p.temporary, hex, err);
    if (!code && asprintf(&name, "%s%s-%" PRIu64 "-%" PRIu32 "-%s%s", slash ? slash + 1 : c->out, middle, run, w->tick,
                          hex, suffix) < 0)
        code = no_memory(err);
    if (!code) code = publish_call(&p, name, err);
    if (!code && !(path = strdup(p.final))) code = no_memory(err);
    if (!code) code = publish_commit(&p, err);
    if (code)
        publish_abandon(&p);
    else if (!add_file(c, path, run, w->tick))
        code = no_memory(err);
    else
        remove_older(c, run, w->tick == w->n_ticks);
    store_free_sums(&sums);
    free(stem);
    free(name);
    free(path);
    return code;
}

/* ---- putting back --------------------------------------------------------------------------------------------------------- */

struct reader {
    struct store *store;
    store_id state;
    struct pieces pieces;
    uint64_t piece; /* that is being read */
    int64_t left;   /* of it */
    uint64_t at, size;
    char *chunk; /* the bytes from `at` on: */
    size_t first, n;
};

static int refill(struct reader *r, struct error *err)
{
    uint64_t count = r->size - r->at < CHUNK ? r->size - r->at : CHUNK;
    int code = store_read(r->store, r->state, STORE_INT8, &r->at, &count, r->chunk, err);
    r->at += count;
    r->first = 0;
    r->n = count;
    return code;
}

static int give(void *context, const char *piece, void *bytes, size_t n, struct error *err)
{
    struct reader *r = context;
    int code = ERROR_NONE;
    if (r->left == 0 && r->piece < r->pieces.n) r->left = r->pieces.bytes[r->piece++];
    if (r->piece == 0 || strcmp(r->pieces.name[r->piece - 1], piece) != 0 || r->left < (int64_t)n)
        return error_set(err, ERROR_IO, "found %s, expected %zu bytes of %s",
                         r->piece ? r->pieces.name[r->piece - 1] : "nothing", n, piece);
    r->left -= (int64_t)n;
    for (char *to = bytes; n > 0 && !code;) {
        if (r->first == r->n) code = refill(r, err);
        size_t part = n < r->n - r->first ? n : r->n - r->first;
        if (code || part == 0) break;
        memcpy(to, r->chunk + r->first, part);
        r->first += part;
        to += part;
        n -= part;
    }
    return code || !n ? code : error_set(err, ERROR_IO, "it ends in %s", piece);
}

static int read_pieces(struct reader *r, struct error *err)
{
    store_id name, bytes;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0}, other[STORE_MAX_RANK] = {0};
    int code = store_find(r->store, "/state", &r->state, err);
    if (!code) code = store_shape(r->store, r->state, &rank, size, err);
    r->size = size[0];
    if (!code) code = store_find(r->store, "/name", &name, err);
    if (!code) code = store_find(r->store, "/bytes", &bytes, err);
    if (!code) code = store_shape(r->store, name, &rank, size, err);
    if (!code) code = store_shape(r->store, bytes, &rank, other, err);
    if (!code && size[0] != other[0]) code = error_set(err, ERROR_IO, "/bytes has another shape");
    if (code) return code;
    r->pieces.name = calloc(size[0] + 1, sizeof *r->pieces.name);
    r->pieces.bytes = calloc(size[0] + 1, sizeof *r->pieces.bytes);
    r->chunk = malloc(CHUNK);
    if (!r->pieces.name || !r->pieces.bytes || !r->chunk) return no_memory(err);
    r->pieces.n = size[0];
    code = store_read(r->store, name, STORE_TEXT, NULL, NULL, r->pieces.name, err);
    return code ? code : store_read(r->store, bytes, STORE_INT64, NULL, NULL, r->pieces.bytes, err);
}

int checkpoint_restore(struct checkpoint_file *f, struct world *w, struct error *err)
{
    struct reader r = {.store = NULL};
    struct state_walk walk = {true, &r, give};
    struct error why = {0};
    int code = store_open(&r.store, f->path, f->path, &why);
    if (!code) code = read_pieces(&r, &why);
    if (!code) code = world_pass(w, &walk, &why);
    if (!code && (r.left || r.piece != r.pieces.n || r.at != r.size || r.first != r.n))
        code = error_set(&why, ERROR_IO, "it holds more than the state");
    if (!code && w->tick < w->n_ticks) code = network_verify(&w->ties, &why);
    store_abandon(&r.store);
    free_pieces(&r.pieces);
    free(r.chunk);
    if (!code) return ERROR_NONE;
    f->usable = false;
    return error_set(err, code, "%s: cannot go on from it: %s", f->path, why.text);
}

/* ---- finding -------------------------------------------------------------------------------------------------------------- */

/* "-RUN-TICK-DIGEST.h5" */
static bool read_name(const char *tail, uint64_t *run, uint64_t *tick, const char **hex)
{
    char *end;
    if (*tail++ != '-' || *tail < '0' || *tail > '9') return false;
    *run = strtoull(tail, &end, 10);
    if (*end++ != '-' || *end < '0' || *end > '9') return false;
    *tick = strtoull(end, &end, 10);
    *hex = end + 1;
    return *end == '-' && *tick <= UINT32_MAX && strlen(*hex) == HEX + sizeof suffix - 1 &&
           strspn(*hex, "0123456789abcdef") == HEX && strcmp(*hex + HEX, suffix) == 0;
}

/* Of which command, and of which of its runs? */
static int read_about(const char *path, struct manifest *theirs, uint64_t run, struct error *err)
{
    struct store *s = NULL;
    double schema = 0.0, number = -1.0;
    uint64_t n = 0;
    int code = store_open(&s, path, path, err);
    if (!code) code = store_noted_numbers(s, store_root(s), "klynge_checkpoint", 1, &schema, &n, err);
    if (!code) code = store_noted_numbers(s, store_root(s), "run", 1, &number, &n, err);
    if (!code && (schema != SCHEMA || n == 0 || number != (double)run))
        code =
            error_set(err, ERROR_CONFIG, "%s: no checkpoint of that name was written by this version of klynge", path);
    if (!code) code = manifest_read_texts(theirs, s, err);
    store_abandon(&s);
    return code;
}

static int check_command(const struct checkpoints *c, const struct checkpoint_file *f, struct error *err)
{
    struct manifest theirs = {.borrowed = true};
    char how[MANIFEST_DIFFERENCE];
    int code = read_about(f->path, &theirs, f->run, err);
    if (!code && manifest_differs(c->manifest, &theirs, how))
        code = error_set(err, ERROR_CONFIG,
                         "%s belongs to another run: %s; write to another name, remove the checkpoint, or give the "
                         "command that it was begun with: %s",
                         f->path, how, theirs.text[MANIFEST_command]);
    manifest_free(&theirs);
    return code;
}

static int look_at(struct checkpoints *c, struct checkpoint_file *f, const char *hex, struct error *err)
{
    struct error why = {0};
    int code = digest_check_file(f->path, hex, &why);
    if (!code) return check_command(c, f, err);
    f->usable = false;
    if (code == ERROR_RUN) unlink(f->path);
    return asprintf(&f->why, "%s%s", why.text, code == ERROR_RUN ? "; it is removed" : "") < 0
               ? (f->why = NULL, no_memory(err))
               : ERROR_NONE;
}

/* What stands in the folder under a name that begins with ours. A temporary result file is left alone: a run of days writes it at its
 * end. */
static int look_at_entry(struct checkpoints *c, const char *entry, size_t folder, time_t now, struct error *err)
{
    uint64_t run, tick;
    const char *name = c->out + folder, *hex, *tail = entry + strlen(name);
    char *path = NULL;
    pid_t pid;
    if (strncmp(entry, name, strlen(name)) != 0 || strncmp(tail, middle, sizeof middle - 1) != 0) return ERROR_NONE;
    tail += sizeof middle - 1;
    bool left = *tail == '.' && publish_is_temporary(entry, &pid);
    if (!left && !read_name(tail, &run, &tick, &hex)) return ERROR_NONE;
    if (asprintf(&path, "%.*s%s", (int)folder, c->out, entry) < 0) return no_memory(err);
    int code = ERROR_NONE;
    if (left) {
        publish_remove_left(path, pid, now);
    } else {
        struct checkpoint_file *f = add_file(c, path, run, (uint32_t)tick);
        code = f ? look_at(c, f, hex, err) : no_memory(err);
    }
    free(path);
    return code;
}

int checkpoint_find(struct checkpoints *c, const char *out, const struct manifest *m, struct error *err)
{
    *c = (struct checkpoints){.out = out, .manifest = m};
    const char *slash = strrchr(out, '/');
    size_t folder = slash ? (size_t)(slash - out) + 1 : 0;
    if (strlen(out + folder) > NAME_MAX - MOST_NAME)
        return error_set(err, ERROR_CONFIG, "%s: the name is too long for checkpoints: expected at most %d bytes", out,
                         NAME_MAX - MOST_NAME);
    char *path = folder ? strndup(out, folder) : strdup(".");
    time_t now = 0;
    DIR *d = path && catalog_time(path, &now) ? opendir(path) : NULL;
    int code = d ? ERROR_NONE : error_set(err, ERROR_IO, "%s: cannot use its folder: %s", out, strerror(errno));
    for (struct dirent *e; !code && (e = readdir(d));)
        code = look_at_entry(c, e->d_name, folder, now, err);
    if (d) closedir(d);
    free(path);
    if (code) checkpoint_free(c);
    return code;
}

void checkpoint_remove(struct checkpoints *c)
{
    while (c->n) {
        unlink(c->files[0].path);
        drop(c, 0);
    }
}

void checkpoint_free(struct checkpoints *c)
{
    while (c->n)
        drop(c, 0);
    free(c->files);
    c->files = NULL;
}
