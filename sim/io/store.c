#include "io/store.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "io/checksum.h"
#include "io/digest.h"

_Static_assert(sizeof(store_id) == sizeof(hid_t), "a store_id holds an HDF5 identifier");

enum {
    PATH_ROOM = 512,
    PIECE = 1 << 17, /* values of a dataset that are verified at once */
    BLOCKS = 32,     /* at most so many chunks, and half as many at least, are verified of all */
    CONVERTED =
        16 * 1024 /* bytes of text converted at once: the library clears as much every time, and 1 MB if not told */
};

/* A dataset's use of an axis, laid out as the entries of REFERENCE_LIST. */
struct use {
    hobj_ref_t dataset;
    int axis;
};

/* An axis and the datasets that use it. */
struct scale {
    hid_t id;
    struct use *uses; /* (n_uses) */
    size_t n_uses, room;
};

/* A chunked dataset of a file being written. `direct`: its chunks stand in the file as in memory, with a checksum behind them if
 * anything, so that they can be handed over whole, past the library's copies, conversions and filters. */
struct chunks {
    hid_t id;
    bool direct, checked, fill_nan;
    enum store_type type;
    uint32_t rank;
    uint64_t rows;     /* of a chunk, along the first axis */
    size_t row, bytes; /* of one of them; of a chunk */
    uint64_t size;     /* rows appended */
    char *waiting;     /* (bytes + STORE_CHECKSUM) rows that do not fill a chunk yet; NULL: none */
};

/* What was written to a dataset, as a digest: kept for datasets that are written whole or by appending, and for some blocks of
 * those that are written a chunk at a time. */
struct sum {
    hid_t id;
    char *path;
    enum store_type type;
    struct digest *digest;
    bool block;
    uint64_t start[STORE_MAX_RANK], count[STORE_MAX_RANK]; /* of a block */
};

struct store_sums {
    struct sum *list; /* (n) */
    size_t n, room;
    uint64_t blocks, every; /* written so far; of them every so manyth is kept, the first too */
    size_t n_blocks;        /* kept */
};

struct store {
    hid_t file, text; /* the type of variable-length UTF-8 text */
    hid_t transfer;   /* how text is read and converted */
    char *label;
    hid_t *open; /* (n_open) root group, datasets and groups, closed with the store */
    size_t n_open, room;
    struct scale *scales; /* (n_scales) made by store_add_axis */
    size_t n_scales;
    struct chunks *chunked; /* (n_chunked) made by store_add and store_add_axis */
    size_t n_chunked, chunked_room;
    struct store_sums *sums; /* of a file being written */
    bool broken;             /* writing failed: no more calls of the library for this file */
    int handle;              /* the system's, of a file being written; -1: none */
};

/* ---- errors ---- */

static _Thread_local char reason[PATH_ROOM]; /* of the library's last failure in this thread */

static herr_t take_deepest(unsigned n, const H5E_error2_t *e, void *unused)
{
    (void)n;
    (void)unused;
    if (e->desc && e->desc[0]) snprintf(reason, sizeof reason, "%s", e->desc);
    return 1; /* stop at the first, which is the deepest */
}

/* The library calls this in place of printing its stack. What it failed to do is kept; the system's words where a call
 * of the system failed. */
static herr_t keep_reason(hid_t stack, void *unused)
{
    static const char mark[] = "error message = '";
    (void)H5Ewalk2(stack, H5E_WALK_UPWARD, take_deepest, unused);
    char *start = strstr(reason, mark), *end = start ? strchr(start + sizeof mark - 1, '\'') : NULL;
    if (!end) return 0;
    *end = '\0';
    memmove(reason, start + sizeof mark - 1, strlen(start + sizeof mark - 1) + 1);
    return 0;
}

static int fail(struct store *s, struct error *err, const char *what, const char *name)
{
    s->broken = s->handle >= 0;
    return error_set(err, ERROR_IO, "%s: cannot %s %s: %s", s->label, what, name,
                     reason[0] ? reason : "the HDF5 library gives no reason");
}

/* The path of an object; the file's name for it where it has none. */
static const char *name_of(hid_t id, char name[PATH_ROOM])
{
    if (H5Iget_name(id, name, PATH_ROOM) <= 0) snprintf(name, PATH_ROOM, "the file");
    return name;
}

static int fail_id(struct store *s, struct error *err, const char *what, hid_t id)
{
    char name[PATH_ROOM];
    return fail(s, err, what, name_of(id, name));
}

static int no_memory(struct error *err) { return error_set(err, ERROR_IO, "no memory to read or write a result file"); }

static bool started;

/* Once, before any other call: no cleaning up at exit, where a file that could not be closed crashes the library. */
static void start(void) { started = H5dont_atexit() >= 0 && H5open() >= 0; }

/* Error stacks, and what is done with them, belong to threads. */
static int quiet(struct error *err)
{
    static once_flag once = ONCE_FLAG_INIT;
    static _Thread_local bool done;
    if (done) return ERROR_NONE;
    call_once(&once, start);
    if (!started || H5Eset_auto2(H5E_DEFAULT, keep_reason, NULL) < 0)
        return error_set(err, ERROR_IO, "the HDF5 library does not start");
    done = true;
    return ERROR_NONE;
}

static bool shut(hid_t id) { return id < 0 || H5Idec_ref(id) >= 0; }

/* ---- axes of datasets ----
 *
 * What H5DSattach_scale writes (the library's "Dimension Scale Specification": DIMENSION_LIST of a dataset,
 * REFERENCE_LIST of a scale), each attribute once: attaching one by one writes them anew every time, which took two
 * thirds of the time to make a file of 80 datasets.
 */

static const char axes_of_a_dataset[] = "DIMENSION_LIST";

static bool add_use(struct scale *scale, hobj_ref_t dataset, uint32_t axis)
{
    if (scale->n_uses == scale->room) {
        size_t room = scale->room ? 2 * scale->room : 16;
        struct use *grown = realloc(scale->uses, room * sizeof *grown);
        if (!grown) return false;
        scale->uses = grown;
        scale->room = room;
    }
    memset(&scale->uses[scale->n_uses], 0, sizeof *scale->uses); /* with its padding */
    scale->uses[scale->n_uses].dataset = dataset;
    scale->uses[scale->n_uses++].axis = (int)axis;
    return true;
}

static struct scale *scale_of(const struct store *s, hid_t id)
{
    for (size_t k = 0; k < s->n_scales; k++)
        if (s->scales[k].id == id) return &s->scales[k];
    return NULL;
}

static bool write_list(hid_t id, const char *name, hid_t type, hsize_t n, const void *list)
{
    hid_t space = H5Screate_simple(1, &n, NULL), attribute = H5I_INVALID_HID;
    if (type >= 0 && space >= 0) attribute = H5Acreate2(id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool good = attribute >= 0 && H5Awrite(attribute, type, list) >= 0;
    good = shut(attribute) && good;
    shut(space);
    return good;
}

static int attach(struct store *s, hid_t id, const struct store_spec *spec, struct error *err)
{
    hobj_ref_t self, scale[STORE_MAX_RANK];
    hvl_t list[STORE_MAX_RANK];
    bool good = H5Rcreate(&self, id, ".", H5R_OBJECT, -1) >= 0;
    for (uint32_t k = 0; k < spec->rank && good; k++) {
        struct scale *used = scale_of(s, spec->axis[k]->id);
        list[k] = (hvl_t){1, &scale[k]};
        good = used && H5Rcreate(&scale[k], used->id, ".", H5R_OBJECT, -1) >= 0 && add_use(used, self, k);
    }
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    good = good && write_list(id, axes_of_a_dataset, type, spec->rank, list);
    shut(type);
    return good ? ERROR_NONE : fail(s, err, "attach axes to", spec->path);
}

static int write_uses(struct store *s, const struct scale *scale, struct error *err)
{
    if (!scale->n_uses) return ERROR_NONE;
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct use));
    bool good = type >= 0 && H5Tinsert(type, "dataset", HOFFSET(struct use, dataset), H5T_STD_REF_OBJ) >= 0 &&
                H5Tinsert(type, "dimension", HOFFSET(struct use, axis), H5T_NATIVE_INT) >= 0 &&
                write_list(scale->id, "REFERENCE_LIST", type, scale->n_uses, scale->uses);
    shut(type);
    return good ? ERROR_NONE : fail_id(s, err, "attach datasets to", scale->id);
}

/* ---- files ---- */

static int keep_open(struct store *s, hid_t id, struct error *err)
{
    if (s->n_open == s->room) {
        size_t room = s->room ? 2 * s->room : 64;
        hid_t *grown = realloc(s->open, room * sizeof *grown);
        if (!grown) {
            shut(id);
            return no_memory(err);
        }
        s->open = grown;
        s->room = room;
    }
    s->open[s->n_open++] = id;
    return ERROR_NONE;
}

static void release(struct store **s)
{
    for (size_t k = 0; k < (*s)->n_scales; k++)
        free((*s)->scales[k].uses);
    free((*s)->scales);
    for (size_t k = 0; k < (*s)->n_chunked; k++)
        free((*s)->chunked[k].waiting);
    free((*s)->chunked);
    store_free_sums(&(*s)->sums);
    free((*s)->open);
    free((*s)->label);
    free(*s);
    *s = NULL;
}

static hid_t make_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
    shut(type);
    return H5I_INVALID_HID;
}

static void *allocate_text(size_t size, void *unused)
{
    (void)unused;
    return malloc(size);
}

static void free_text(void *text, void *unused)
{
    (void)unused;
    free(text);
}

/* How the library allocates text that it reads, so that callers can free it. */
static hid_t make_transfer(void)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (transfer >= 0 && H5Pset_vlen_mem_manager(transfer, allocate_text, NULL, free_text, NULL) >= 0 &&
        H5Pset_buffer(transfer, CONVERTED, NULL, NULL) >= 0)
        return transfer;
    shut(transfer);
    return H5I_INVALID_HID;
}

/* No locks: a file is written under a name of its own and never changed once it has its final one. */
static hid_t make_access(H5F_libver_t low, H5F_libver_t high)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    if (H5Pset_fclose_degree(access, H5F_CLOSE_SEMI) >= 0 && H5Pset_libver_bounds(access, low, high) >= 0 &&
        H5Pset_file_locking(access, false, true) >= 0)
        return access;
    shut(access);
    return H5I_INVALID_HID;
}

/* netCDF numbers variables in the order in which they were added. */
static bool set_order(hid_t plist)
{
    return H5Pset_link_creation_order(plist, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
           H5Pset_obj_track_times(plist, false) >= 0;
}

static hid_t create_file(const char *path, hid_t access)
{
    hid_t create = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = H5I_INVALID_HID;
    if (create >= 0 && set_order(create)) file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
    shut(create);
    return file;
}

static int find_handle(struct store *s, struct error *err)
{
    void *handle = NULL;
    if (H5Fget_vfd_handle(s->file, H5P_DEFAULT, &handle) < 0 || !handle) return fail(s, err, "open", "the file");
    s->handle = *(const int *)handle;
    return ERROR_NONE;
}

static int begin(struct store **out, const char *path, const char *label, bool create, H5F_libver_t format,
                 struct error *err)
{
    *out = NULL;
    int code = quiet(err);
    if (code) return code;
    struct store *s = calloc(1, sizeof *s);
    if (s) s->label = strdup(label ? label : path);
    if (s && create) s->sums = calloc(1, sizeof *s->sums);
    if (!s || !s->label || (create && !s->sums)) {
        if (s) release(&s);
        return no_memory(err);
    }
    s->file = H5I_INVALID_HID;
    s->handle = -1;
    s->text = make_text_type();
    s->transfer = make_transfer();
    hid_t access = make_access(create ? format : H5F_LIBVER_V18, format);
    if (access >= 0 && s->text >= 0 && s->transfer >= 0)
        s->file = create ? create_file(path, access) : H5Fopen(path, H5F_ACC_RDONLY, access);
    if (s->file < 0) code = fail(s, err, create ? "create" : "open", "the file");
    shut(access);
    if (!code && create) code = find_handle(s, err);
    if (!code) {
        hid_t root = H5Gopen2(s->file, "/", H5P_DEFAULT);
        code = root < 0 ? fail(s, err, "open", "/") : keep_open(s, root, err);
    }
    if (code)
        store_abandon(&s);
    else
        *out = s;
    return code;
}

int store_create(struct store **s, const char *path, const char *label, struct error *err)
{
    return begin(s, path, label, true, H5F_LIBVER_V18, err);
}

int store_create_virtual(struct store **s, const char *path, const char *label, struct error *err)
{
    return begin(s, path, label, true, H5F_LIBVER_V110, err);
}

int store_open(struct store **s, const char *path, const char *label, struct error *err)
{
    return begin(s, path, label, false, H5F_LIBVER_V110, err);
}

/* Closing what the library failed to write can crash it (a dataset whose close failed, closed again). Such a file is
 * left open, emptied so that the disk is free again: were its handle closed, another file could be given its inode,
 * which the library would take for this one. */
void store_abandon(struct store **out)
{
    struct store *s = *out;
    if (!s) return;
    while (!s->broken && s->n_open > 0)
        shut(s->open[--s->n_open]);
    if (!s->broken) shut(s->file);
    if (s->broken && s->handle >= 0 && ftruncate(s->handle, 0)) s->handle = -1; /* then it stays large until exit */
    shut(s->text);
    shut(s->transfer);
    release(out);
}

store_id store_root(const struct store *s) { return s->open[0]; }

void store_version(char text[32])
{
    unsigned major = 0, minor = 0, release_number = 0;
    snprintf(text, 32, "unknown");
    if (quiet(NULL) == ERROR_NONE && H5get_libversion(&major, &minor, &release_number) >= 0)
        snprintf(text, 32, "%u.%u.%u", major, minor, release_number);
}

/* ---- making datasets ---- */

static hid_t memory_type(const struct store *s, enum store_type type)
{
    switch (type) {
    case STORE_INT8: return H5T_NATIVE_INT8;
    case STORE_INT32: return H5T_NATIVE_INT32;
    case STORE_UINT32: return H5T_NATIVE_UINT32;
    case STORE_INT64: return H5T_NATIVE_INT64;
    case STORE_FLOAT: return H5T_NATIVE_FLOAT;
    case STORE_DOUBLE: return H5T_NATIVE_DOUBLE;
    case STORE_TEXT: return s->text;
    }
    return H5I_INVALID_HID;
}

static hid_t file_type(const struct store *s, enum store_type type)
{
    switch (type) {
    case STORE_INT8: return H5T_STD_I8LE;
    case STORE_INT32: return H5T_STD_I32LE;
    case STORE_UINT32: return H5T_STD_U32LE;
    case STORE_INT64: return H5T_STD_I64LE;
    case STORE_FLOAT: return H5T_IEEE_F32LE;
    case STORE_DOUBLE: return H5T_IEEE_F64LE;
    case STORE_TEXT: return s->text;
    }
    return H5I_INVALID_HID;
}

static size_t item_size(enum store_type type)
{
    static const size_t size[] = {
#define STORE_SIZE(name, ctype) sizeof(ctype),
        STORE_TYPES(STORE_SIZE)
#undef STORE_SIZE
    };
    return size[type];
}

bool store_has(const struct store *s, const char *path)
{
    if (strcmp(path, "/") == 0) return true;
    char part[PATH_ROOM]; /* H5Lexists wants every folder on the way to exist */
    for (const char *end = path; *end; end++) {
        if (end == path || (end[1] != '/' && end[1] != '\0')) continue;
        snprintf(part, sizeof part, "%.*s", (int)(end - path + 1), path);
        if (H5Lexists(s->file, part, H5P_DEFAULT) <= 0) return false;
    }
    return true;
}

int store_add_group(struct store *s, const char *path, store_id *id, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    hid_t create = H5Pcreate(H5P_GROUP_CREATE);
    *id = H5I_INVALID_HID;
    if (create >= 0 && set_order(create)) *id = H5Gcreate2(s->file, path, H5P_DEFAULT, create, H5P_DEFAULT);
    if (*id < 0) code = fail(s, err, "create", path);
    shut(create);
    return code ? code : keep_open(s, *id, err);
}

static bool is_chunked(const struct store_spec *spec)
{
    bool chunked = spec->fill_nan;
    for (uint32_t k = 0; k < spec->rank; k++)
        chunked = chunked || spec->axis[k]->grows;
    return chunked && spec->rank > 0 && !spec->pieces;
}

static hid_t make_space(const struct store_spec *spec)
{
    hsize_t size[STORE_MAX_RANK], most[STORE_MAX_RANK];
    for (uint32_t k = 0; k < spec->rank; k++) {
        size[k] = spec->axis[k]->size;
        most[k] = spec->axis[k]->grows && !spec->pieces ? H5S_UNLIMITED : size[k];
    }
    return spec->rank ? H5Screate_simple((int)spec->rank, size, most) : H5Screate(H5S_SCALAR);
}

static bool is_checked(const struct store_spec *spec) { return spec->type != STORE_TEXT && !spec->unchecked; }

static bool set_chunks(hid_t create, hid_t access, const struct store_spec *spec, size_t item)
{
    hsize_t chunk[STORE_MAX_RANK];
    for (uint32_t k = 0; k < spec->rank; k++) {
        chunk[k] = spec->axis[k]->chunk;
        item *= chunk[k];
    }
    if (H5Pset_chunk(create, (int)spec->rank, chunk) < 0) return false;
    if (H5Pset_chunk_cache(access, 1, item, 1.0) < 0) return false; /* one chunk: batches are written once, whole */
    if (spec->compression > 0 &&
        (H5Pset_shuffle(create) < 0 || H5Pset_deflate(create, (unsigned)spec->compression) < 0))
        return false;
    return !is_checked(spec) || H5Pset_fletcher32(create) >= 0;
}

static bool set_fill(hid_t create, enum store_type type)
{
    double nan_double = NAN;
    float nan_float = NAN;
    return type == STORE_DOUBLE ? H5Pset_fill_value(create, H5T_NATIVE_DOUBLE, &nan_double) >= 0
                                : H5Pset_fill_value(create, H5T_NATIVE_FLOAT, &nan_float) >= 0;
}

static bool select_slab(hid_t space, uint32_t rank, const uint64_t *start, const uint64_t *count)
{
    hsize_t from[STORE_MAX_RANK], n[STORE_MAX_RANK];
    for (uint32_t k = 0; k < rank; k++) {
        from[k] = start[k];
        n[k] = count[k];
    }
    return H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, n, NULL) >= 0;
}

static bool set_pieces(hid_t create, hid_t space, const struct store_spec *spec)
{
    bool good = true;
    for (size_t k = 0; k < spec->n_pieces && good; k++) {
        const struct store_piece *p = &spec->pieces[k];
        hsize_t size[2] = {p->from_size[0], p->from_size[1]};
        hid_t source = H5Screate_simple(2, size, NULL);
        good = source >= 0 && select_slab(source, 2, p->from, p->from_count) &&
               select_slab(space, spec->rank, p->start, p->count) &&
               H5Pset_virtual(create, space, p->file, "/results", source) >= 0;
        shut(source);
    }
    return good && H5Sselect_all(space) >= 0;
}

static hid_t make_dataset(const struct store *s, const struct store_spec *spec)
{
    hid_t id = H5I_INVALID_HID, type = file_type(s, spec->type);
    hid_t space = make_space(spec), create = H5Pcreate(H5P_DATASET_CREATE), access = H5Pcreate(H5P_DATASET_ACCESS);
    bool good = space >= 0 && create >= 0 && access >= 0 && H5Pset_obj_track_times(create, false) >= 0;
    if (good && is_chunked(spec)) good = set_chunks(create, access, spec, H5Tget_size(type));
    if (good && spec->fill_nan) good = set_fill(create, spec->type);
    if (good && spec->pieces) good = set_pieces(create, space, spec);
    if (good) id = H5Dcreate2(s->file, spec->path, type, space, H5P_DEFAULT, create, access);
    shut(space);
    shut(create);
    shut(access);
    return id;
}

/* CF and netCDF want _FillValue as an array of one. */
static int note_fill(struct store *s, store_id id, enum store_type type, struct error *err)
{
    double nan_double = NAN;
    float nan_float = NAN;
    return store_note_numbers(s, id, "_FillValue", type, 1,
                              type == STORE_DOUBLE ? (const void *)&nan_double : (const void *)&nan_float, err);
}

/* Keep in mind how the dataset's chunks are to be written. */
static int note_chunks(struct store *s, hid_t id, const struct store_spec *spec, struct error *err)
{
    if (!is_chunked(spec)) return ERROR_NONE;
    if (s->n_chunked == s->chunked_room) {
        size_t room = s->chunked_room ? 2 * s->chunked_room : 64;
        struct chunks *grown = realloc(s->chunked, room * sizeof *grown);
        if (!grown) return no_memory(err);
        s->chunked = grown;
        s->chunked_room = room;
    }
    struct chunks c = {
        .id = id, .checked = is_checked(spec), .fill_nan = spec->fill_nan, .type = spec->type, .rank = spec->rank};
    c.direct = spec->type != STORE_TEXT && !spec->compression &&
               H5Tequal(memory_type(s, spec->type), file_type(s, spec->type)) > 0;
    c.rows = spec->axis[0]->chunk;
    c.row = item_size(spec->type);
    for (uint32_t k = 1; k < spec->rank; k++)
        c.row *= spec->axis[k]->chunk;
    c.bytes = c.rows * c.row;
    s->chunked[s->n_chunked++] = c;
    return ERROR_NONE;
}

int store_add(struct store *s, const struct store_spec *spec, store_id *id, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    *id = make_dataset(s, spec);
    if (*id < 0) return fail(s, err, "create", spec->path);
    code = keep_open(s, *id, err);
    if (!code) code = note_chunks(s, *id, spec, err);
    if (!code && spec->rank) code = attach(s, *id, spec, err);
    if (!code && spec->fill_nan) code = note_fill(s, *id, spec->type, err);
    return code;
}

int store_add_axis(struct store *s, struct store_axis *axis, enum store_type type, bool bare, struct error *err)
{
    struct store_spec spec = {.path = axis->path, .type = bare ? STORE_FLOAT : type, .rank = 1, .axis = {axis}};
    int code = quiet(err);
    if (code) return code;
    axis->id = make_dataset(s, &spec);
    if (axis->id < 0) return fail(s, err, "create", axis->path);
    code = keep_open(s, axis->id, err);
    if (!code) code = note_chunks(s, axis->id, &spec, err);
    struct scale *grown = code ? NULL : realloc(s->scales, (s->n_scales + 1) * sizeof *grown);
    if (!grown) return code ? code : no_memory(err);
    s->scales = grown;
    s->scales[s->n_scales++] = (struct scale){.id = axis->id};
    char name[96];
    if (bare)
        snprintf(name, sizeof name, "This is a netCDF dimension but not a netCDF variable.%10llu",
                 (unsigned long long)axis->size);
    else
        snprintf(name, sizeof name, "%s", strrchr(axis->path, '/') + 1);
    return H5DSset_scale(axis->id, name) < 0 ? fail(s, err, "make an axis of", axis->path) : ERROR_NONE;
}

/* ---- attributes ---- */

static int note(struct store *s, store_id id, const char *name, hid_t type, hid_t memory, hid_t space,
                const void *value, struct error *err)
{
    int code = ERROR_NONE;
    hid_t attribute = H5I_INVALID_HID;
    if (type >= 0 && space >= 0) attribute = H5Acreate2(id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, memory, value) < 0) code = fail_id(s, err, "write an attribute of", id);
    if (!shut(attribute) && !code) code = fail_id(s, err, "write an attribute of", id);
    return code;
}

int store_note(struct store *s, store_id id, const char *name, const char *text, struct error *err)
{
    int code = quiet(err);
    if (code || !text || !text[0]) return code;
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    if (type >= 0 && (H5Tset_size(type, strlen(text)) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
                      H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        shut(type);
        type = H5I_INVALID_HID;
    }
    code = note(s, id, name, type, type, space, text, err);
    shut(type);
    shut(space);
    return code;
}

int store_note_numbers(struct store *s, store_id id, const char *name, enum store_type type, uint64_t n,
                       const void *values, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    hsize_t size = n;
    hid_t space = H5Screate_simple(1, &size, NULL);
    code = note(s, id, name, file_type(s, type), memory_type(s, type), space, values, err);
    shut(space);
    return code;
}

/* ---- digests of what was written ---- */

static void add_values(struct digest *d, enum store_type type, uint64_t n, const void *values)
{
    if (type != STORE_TEXT) {
        digest_bytes(d, values, n * item_size(type));
        return;
    }
    for (uint64_t k = 0; k < n; k++) {
        digest_text(d, ((char *const *)values)[k]);
        digest_bytes(d, "", 1);
    }
}

static struct sum *sum_of(struct store_sums *sums, hid_t id)
{
    for (size_t k = 0; k < sums->n; k++)
        if (sums->list[k].id == id && !sums->list[k].block) return &sums->list[k];
    return NULL;
}

static struct sum *new_sum(struct store_sums *sums, hid_t id, enum store_type type)
{
    if (sums->n == sums->room) {
        size_t room = sums->room ? 2 * sums->room : 64;
        struct sum *grown = realloc(sums->list, room * sizeof *grown);
        if (!grown) return NULL;
        sums->list = grown;
        sums->room = room;
    }
    char name[PATH_ROOM];
    struct sum *sum = &sums->list[sums->n];
    *sum = (struct sum){.id = id, .type = type, .path = strdup(name_of(id, name))};
    if (!sum->path || digest_open(&sum->digest, NULL)) {
        free(sum->path);
        return NULL;
    }
    sums->n++;
    return sum;
}

static int note_values(struct store *s, hid_t id, enum store_type type, uint64_t n, const void *values,
                       struct error *err)
{
    struct sum *sum = sum_of(s->sums, id);
    if (!sum) sum = new_sum(s->sums, id, type);
    if (!sum) return no_memory(err);
    add_values(sum->digest, type, n, values);
    return ERROR_NONE;
}

static void free_sum(struct sum *sum)
{
    free(sum->path);
    digest_close(&sum->digest);
}

/* Keep every second of the blocks. */
static void thin_blocks(struct store_sums *sums)
{
    size_t n = 0, block = 0;
    for (size_t k = 0; k < sums->n; k++) {
        if (sums->list[k].block && block++ % 2)
            free_sum(&sums->list[k]);
        else
            sums->list[n++] = sums->list[k];
    }
    sums->n = n;
    sums->n_blocks = (sums->n_blocks + 1) / 2;
    sums->every *= 2;
}

/* A block of a dataset that is written a chunk at a time: kept for some that are spread evenly over all. */
static int note_block(struct store *s, const struct chunks *c, const uint64_t *start, const uint64_t *count,
                      const void *values, uint64_t n, struct error *err)
{
    struct store_sums *sums = s->sums;
    if (sums->every == 0) sums->every = 1;
    if (sums->blocks++ % sums->every) return ERROR_NONE;
    struct sum *sum = new_sum(sums, c->id, c->type);
    if (!sum) return no_memory(err);
    sum->block = true;
    memcpy(sum->start, start, c->rank * sizeof *start);
    memcpy(sum->count, count, c->rank * sizeof *count);
    add_values(sum->digest, c->type, n, values);
    if (++sums->n_blocks == BLOCKS) thin_blocks(sums);
    return ERROR_NONE;
}

int store_take_sums(struct store *s, struct store_sums **sums, struct error *err)
{
    *sums = s->sums;
    s->sums = calloc(1, sizeof *s->sums);
    return s->sums ? ERROR_NONE : no_memory(err);
}

void store_free_sums(struct store_sums **sums)
{
    for (size_t k = 0; *sums && k < (*sums)->n; k++)
        free_sum(&(*sums)->list[k]);
    if (*sums) free((*sums)->list);
    free(*sums);
    *sums = NULL;
}

/* ---- blocks ---- */

/* Spaces of a block in the file and in memory; start NULL: all. */
static bool select_block(store_id id, const uint64_t *start, const uint64_t *count, hid_t *in_file, hid_t *in_memory)
{
    *in_memory = H5I_INVALID_HID;
    *in_file = H5Dget_space(id);
    if (*in_file < 0) return false;
    if (!start) {
        *in_memory = H5Scopy(*in_file);
        return *in_memory >= 0;
    }
    hsize_t from[STORE_MAX_RANK], n[STORE_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(*in_file);
    if (rank < 1 || rank > STORE_MAX_RANK) return false;
    for (int k = 0; k < rank; k++) {
        from[k] = start[k];
        n[k] = count[k];
    }
    *in_memory = H5Screate_simple(rank, n, NULL);
    return *in_memory >= 0 && H5Sselect_hyperslab(*in_file, H5S_SELECT_SET, from, NULL, n, NULL) >= 0;
}

static int write_block(struct store *s, hid_t id, enum store_type type, const uint64_t *start, const uint64_t *count,
                       const void *data, uint64_t *n, struct error *err)
{
    int code = ERROR_NONE;
    hid_t in_file, in_memory;
    if (!select_block(id, start, count, &in_file, &in_memory) ||
        H5Dwrite(id, memory_type(s, type), in_memory, in_file, s->transfer, data) < 0)
        code = fail_id(s, err, "write", id);
    hssize_t points = code ? 0 : H5Sget_simple_extent_npoints(in_memory);
    *n = points > 0 ? (uint64_t)points : 0;
    shut(in_file);
    shut(in_memory);
    return code;
}

int store_write(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
                const void *data, struct error *err)
{
    uint64_t n;
    int code = quiet(err);
    if (!code) code = write_block(s, id, type, start, count, data, &n, err);
    return code || start ? code : note_values(s, id, type, n, data, err);
}

/* Text that was never written reads as NULL. */
static int fill_texts(char **texts, uint64_t n, struct error *err)
{
    for (uint64_t k = 0; k < n; k++)
        if (!texts[k] && !(texts[k] = strdup(""))) return no_memory(err);
    return ERROR_NONE;
}

int store_read(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
               void *data, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    hid_t in_file, in_memory = H5I_INVALID_HID;
    if (!select_block(id, start, count, &in_file, &in_memory) ||
        H5Dread(id, memory_type(s, type), in_memory, in_file, s->transfer, data) < 0)
        code = fail_id(s, err, "read", id);
    hssize_t n = in_memory < 0 ? 0 : H5Sget_simple_extent_npoints(in_memory);
    if (!code && type == STORE_TEXT) code = fill_texts(data, n > 0 ? (uint64_t)n : 0, err);
    shut(in_file);
    shut(in_memory);
    return code;
}

/* ---- chunks ---- */

static struct chunks *chunks_of(struct store *s, hid_t id)
{
    for (size_t k = 0; k < s->n_chunked; k++)
        if (s->chunked[k].id == id) return &s->chunked[k];
    return NULL;
}

/* What the library fills a chunk with where nothing was written. */
static void pad(const struct chunks *c, char *at, size_t bytes)
{
    if (!c->fill_nan)
        memset(at, 0, bytes);
    else if (c->type == STORE_DOUBLE)
        for (size_t k = 0; k < bytes / sizeof(double); k++)
            ((double *)(void *)at)[k] = NAN;
    else
        for (size_t k = 0; k < bytes / sizeof(float); k++)
            ((float *)(void *)at)[k] = NAN;
}

/* As it is; with STORE_CHECKSUM bytes of room behind it where the dataset has checksums. */
static int write_chunk(struct store *s, const struct chunks *c, const uint64_t *start, void *chunk, struct error *err)
{
    hsize_t from[STORE_MAX_RANK];
    size_t bytes = c->bytes;
    for (uint32_t k = 0; k < c->rank; k++)
        from[k] = start[k];
    if (c->checked) {
        uint32_t sum = checksum_fletcher32(chunk, bytes);
        memcpy((char *)chunk + bytes, &sum, sizeof sum); /* least byte first: c->direct */
        bytes += sizeof sum;
    }
    return H5Dwrite_chunk(c->id, H5P_DEFAULT, 0, from, bytes, chunk) < 0 ? fail_id(s, err, "write", c->id) : ERROR_NONE;
}

int store_write_chunk(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
                      void *data, struct error *err)
{
    const struct chunks *c = chunks_of(s, id);
    uint64_t n = 1, written;
    int code = quiet(err);
    if (code) return code;
    if (!c || c->type != type) return fail_id(s, err, "write", id);
    for (uint32_t k = 0; k < c->rank; k++)
        n *= count[k];
    size_t bytes = n * item_size(type);
    code = note_block(s, c, start, count, data, n, err);
    if (code) return code;
    if (!c->direct) return write_block(s, id, type, start, count, data, &written, err);
    pad(c, (char *)data + bytes, c->bytes - bytes);
    return write_chunk(s, c, start, data, err);
}

/* The last n of the rows that were appended, n of a chunk or all that there are of it: to the file. */
static int write_rows(struct store *s, const struct chunks *c, uint64_t n, char *rows, struct error *err)
{
    uint32_t rank = 0;
    uint64_t start[STORE_MAX_RANK] = {c->size - n}, count[STORE_MAX_RANK], unused;
    hsize_t size[STORE_MAX_RANK];
    int code = store_shape(s, c->id, &rank, count, err);
    if (code) return code;
    for (uint32_t k = 0; k < rank; k++)
        size[k] = k ? count[k] : c->size;
    count[0] = n;
    if (H5Dset_extent(c->id, size) < 0) return fail_id(s, err, "extend", c->id);
    if (!rows) return ERROR_NONE;
    if (!c->direct) return write_block(s, c->id, c->type, start, count, rows, &unused, err);
    pad(c, rows + n * c->row, (c->rows - n) * c->row);
    return write_chunk(s, c, start, rows, err);
}

/* Rows wait until they fill a chunk; a whole chunk with no room for its checksum needed does not. */
static int add_rows(struct store *s, struct chunks *c, uint64_t n, const char *data, struct error *err)
{
    int code = ERROR_NONE;
    if (!c->waiting) c->waiting = malloc(c->bytes + STORE_CHECKSUM);
    if (!c->waiting) return no_memory(err);
    while (n > 0 && !code) {
        uint64_t filled = c->size % c->rows, taken = n < c->rows - filled ? n : c->rows - filled;
        bool whole = taken == c->rows && !c->checked;
        if (!whole) memcpy(c->waiting + filled * c->row, data, taken * c->row);
        c->size += taken;
        if (filled + taken == c->rows)
            code = write_rows(s, c, c->rows, whole ? (char *)(uintptr_t)data : c->waiting, err);
        data += taken * c->row;
        n -= taken;
    }
    return code;
}

int store_append(struct store *s, store_id id, enum store_type type, uint64_t n, const void *data, struct error *err)
{
    struct chunks *c = chunks_of(s, id);
    if (n == 0) return ERROR_NONE;
    int code = quiet(err);
    if (code) return code;
    if (!c || c->type != type || type == STORE_TEXT) return fail_id(s, err, "extend", id);
    if (!data) {
        c->size += n;
        return ERROR_NONE;
    }
    code = add_rows(s, c, n, data, err);
    return code ? code : note_values(s, id, type, n * (c->row / item_size(type)), data, err);
}

/* What still waits, and the size of an axis that has no values. */
static int end_appending(struct store *s, const struct chunks *c, struct error *err)
{
    uint64_t waiting = c->size % c->rows;
    if (c->size == 0 || (c->waiting && !waiting)) return ERROR_NONE;
    return write_rows(s, c, waiting, c->waiting, err);
}

void store_start_disk(const struct store *s)
{
    if (s->handle >= 0) (void)sync_file_range(s->handle, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/* ---- closing ---- */

int store_close(struct store **out, struct error *err)
{
    struct store *s = *out;
    int code = ERROR_NONE;
    for (size_t k = 0; k < s->n_chunked && !code; k++)
        code = end_appending(s, &s->chunked[k], err);
    for (size_t k = 0; k < s->n_scales && !code; k++)
        code = write_uses(s, &s->scales[k], err);
    while (s->n_open > 0 && !code) {
        char name[PATH_ROOM];
        hid_t id = s->open[--s->n_open];
        name_of(id, name); /* not after a failure: what is left of it may crash the library */
        code = shut(id) ? ERROR_NONE : fail(s, err, "write", name);
    }
    if (!code && H5Fget_obj_count(s->file, H5F_OBJ_ALL | H5F_OBJ_LOCAL) != 1)
        code = error_set(err, ERROR_IO, "%s: something in the file was left open", s->label);
    if (!code && H5Fflush(s->file, H5F_SCOPE_GLOBAL) < 0) code = fail(s, err, "write", "the file");
    if (!code && H5Fclose(s->file) < 0) code = fail(s, err, "close", "the file");
    if (code) {
        store_abandon(out);
        return code;
    }
    shut(s->text);
    shut(s->transfer);
    release(out);
    return ERROR_NONE;
}

/* ---- looking around ---- */

int store_find(struct store *s, const char *path, store_id *id, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    *id = store_has(s, path) ? H5Oopen(s->file, path, H5P_DEFAULT) : H5I_INVALID_HID;
    if (*id < 0) return error_set(err, ERROR_IO, "%s: %s is missing", s->label, path);
    return keep_open(s, *id, err);
}

int store_shape(struct store *s, store_id id, uint32_t *rank, uint64_t size[STORE_MAX_RANK], struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    hsize_t now[H5S_MAX_RANK];
    hid_t space = H5Iget_type(id) == H5I_DATASET ? H5Dget_space(id) : H5I_INVALID_HID;
    int n = space < 0 ? -1 : H5Sget_simple_extent_dims(space, now, NULL);
    if (n < 0 || n > STORE_MAX_RANK) code = fail_id(s, err, "read the shape of", id);
    shut(space);
    if (code) return code;
    *rank = (uint32_t)n;
    for (int k = 0; k < n; k++)
        size[k] = now[k];
    return ERROR_NONE;
}

bool store_is_double(const struct store *s, store_id id)
{
    (void)s;
    if (H5Iget_type(id) != H5I_DATASET) return false;
    hid_t type = H5Dget_type(id);
    bool yes = type >= 0 && H5Tequal(type, H5T_IEEE_F64LE) > 0;
    shut(type);
    return yes;
}

static herr_t take_name(hid_t dataset, unsigned axis, hid_t scale, void *text)
{
    (void)dataset;
    (void)axis;
    return H5Iget_name(scale, text, PATH_ROOM) > 0 ? 1 : -1;
}

int store_axis_path(struct store *s, store_id id, uint32_t axis, char **path, struct error *err)
{
    char text[PATH_ROOM] = "";
    int code = quiet(err);
    if (code) return code;
    if (H5DSiterate_scales(id, axis, NULL, take_name, text) < 0) return fail_id(s, err, "read the axes of", id);
    *path = strdup(text);
    return *path ? ERROR_NONE : no_memory(err);
}

/* The text in an open attribute of a text type, or NULL. */
static char *text_of(hid_t attribute, hid_t type)
{
    htri_t variable = H5Tis_variable_str(type);
    size_t size = H5Tget_size(type);
    char *text = NULL;
    if (variable > 0 && H5Aread(attribute, type, &text) < 0) text = NULL;
    if (variable == 0 && (text = calloc(size + 1, 1)) && H5Aread(attribute, type, text) < 0) {
        free(text);
        text = NULL;
    }
    return text;
}

int store_noted(struct store *s, store_id id, const char *name, char **text, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    htri_t there = H5Aexists(id, name);
    if (there == 0) {
        *text = strdup("");
        return *text ? ERROR_NONE : no_memory(err);
    }
    hid_t attribute = there < 0 ? H5I_INVALID_HID : H5Aopen(id, name, H5P_DEFAULT);
    hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    hid_t space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    *text = NULL;
    if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1)
        *text = text_of(attribute, type);
    if (!*text) code = fail_id(s, err, "read an attribute of", id);
    shut(space);
    shut(type);
    shut(attribute);
    return code;
}

int store_noted_numbers(struct store *s, store_id id, const char *name, uint64_t room, double *values, uint64_t *n,
                        struct error *err)
{
    *n = 0;
    int code = quiet(err);
    if (code) return code;
    htri_t there = H5Aexists(id, name);
    if (there == 0) return ERROR_NONE;
    hid_t attribute = there < 0 ? H5I_INVALID_HID : H5Aopen(id, name, H5P_DEFAULT);
    hid_t space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    hssize_t found = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (found < 0 || (uint64_t)found > room || H5Aread(attribute, H5T_NATIVE_DOUBLE, values) < 0)
        code = fail_id(s, err, "read an attribute of", id);
    else
        *n = (uint64_t)found;
    shut(space);
    shut(attribute);
    return code;
}

int store_count(struct store *s, store_id group, uint64_t *n, struct error *err)
{
    H5G_info_t info;
    int code = quiet(err);
    if (code) return code;
    if (H5Gget_info(group, &info) < 0) return fail_id(s, err, "list", group);
    *n = info.nlinks;
    return ERROR_NONE;
}

int store_member(struct store *s, store_id group, uint64_t index, char **name, struct error *err)
{
    int code = quiet(err);
    if (code) return code;
    char text[PATH_ROOM];
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, text, sizeof text, H5P_DEFAULT) <= 0)
        return fail_id(s, err, "list", group);
    *name = strdup(text);
    return *name ? ERROR_NONE : no_memory(err);
}

/* ---- verifying ---- */

/* To be listed, attributes are read with their values, under the checksum of the header or heap in which they stand. Of the axes,
 * that is no more than the places in another heap at which they stand: these are read too, and forgotten. */
static herr_t try_attribute(hid_t id, const char *name, const H5A_info_t *info, void *unused)
{
    (void)info;
    (void)unused;
    if (strcmp(name, axes_of_a_dataset) != 0) return 0;
    hid_t attribute = H5Aopen(id, name, H5P_DEFAULT);
    hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    hid_t space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    hvl_t list[STORE_MAX_RANK];
    bool good = type >= 0 && n > 0 && n <= STORE_MAX_RANK && H5Tget_size(type) == sizeof *list &&
                H5Aread(attribute, type, list) >= 0 && H5Dvlen_reclaim(type, space, H5P_DEFAULT, list) >= 0;
    shut(type);
    shut(space);
    shut(attribute);
    return good ? 0 : -1;
}

static bool try_object(hid_t file, const char *path, H5I_type_t *type)
{
    hid_t id = H5Oopen(file, path, H5P_DEFAULT);
    *type = id < 0 ? H5I_BADID : H5Iget_type(id);
    H5O_info_t info; /* with the sizes of the object's heaps, which other readers ask for too */
    bool good = id >= 0 && H5Oget_info2(id, &info, H5O_INFO_ALL) >= 0 &&
                H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, try_attribute, NULL) >= 0;
    shut(id);
    return good;
}

/* Every object below a group: found by the order of creation, opened by its name, as each order has an index of its own.
 * H5Ovisit would do it in one call, and frees what it never had when a read fails. */
static int try_group(struct store *s, const char *group, struct error *err)
{
    uint64_t n = 0;
    char path[PATH_ROOM], *member = NULL;
    H5I_type_t type;
    hid_t id = H5Gopen2(s->file, group, H5P_DEFAULT);
    int code = id < 0 ? fail(s, err, "read", group) : store_count(s, id, &n, err);
    if (!code && !try_object(s->file, group, &type)) code = fail(s, err, "read", group);
    for (uint64_t k = 0; k < n && !code; k++) {
        code = store_member(s, id, k, &member, err);
        if (code) break;
        snprintf(path, sizeof path, "%s/%s", strcmp(group, "/") == 0 ? "" : group, member);
        free(member);
        if (!try_object(s->file, path, &type))
            code = fail(s, err, "read", path);
        else if (type == H5I_GROUP)
            code = try_group(s, path, err);
    }
    shut(id);
    return code;
}

/* A block of n values of a dataset, or all of it (start NULL): added to the digest. */
static int add_piece(struct store *s, hid_t id, enum store_type type, const uint64_t *start, const uint64_t *count,
                     uint64_t n, struct digest *d, struct error *err)
{
    void *values = calloc(n + 1, item_size(type));
    int code = values ? store_read(s, id, type, start, count, values, err) : no_memory(err);
    if (!code) add_values(d, type, n, values);
    for (uint64_t k = 0; values && type == STORE_TEXT && k < n; k++)
        free(((char **)values)[k]);
    free(values);
    return code;
}

static int digest_dataset(struct store *s, hid_t id, enum store_type type, struct digest *d, struct error *err)
{
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK], n = 1;
    int code = store_shape(s, id, &rank, size, err);
    for (uint32_t k = 0; k < rank && !code; k++)
        n *= size[k];
    if (code || rank != 1) return code ? code : add_piece(s, id, type, NULL, NULL, n, d, err);
    for (uint64_t start = 0; start < n && !code; start += PIECE) {
        uint64_t count = n - start < PIECE ? n - start : PIECE;
        code = add_piece(s, id, type, &start, &count, count, d, err);
    }
    return code;
}

static int digest_block(struct store *s, hid_t id, const struct sum *sum, struct digest *d, struct error *err)
{
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK], n = 1;
    int code = store_shape(s, id, &rank, size, err);
    for (uint32_t k = 0; k < rank && !code; k++) {
        n *= sum->count[k];
        if (sum->start[k] + sum->count[k] > size[k]) code = fail(s, err, "read", sum->path);
    }
    return code ? code : add_piece(s, id, sum->type, sum->start, sum->count, n, d, err);
}

static int check_sum(struct store *s, const struct sum *sum, struct error *err)
{
    store_id id;
    char written[DIGEST_SIZE], found[DIGEST_SIZE];
    struct digest *d;
    int code = digest_open(&d, err);
    if (!code) code = store_find(s, sum->path, &id, err);
    if (!code) code = sum->block ? digest_block(s, id, sum, d, err) : digest_dataset(s, id, sum->type, d, err);
    if (code) goto out;
    digest_hex(sum->digest, written);
    digest_hex(d, found);
    if (strcmp(written, found) != 0)
        code = error_set(err, ERROR_IO, "%s: %s read back differs from what was written", s->label, sum->path);
out:
    digest_close(&d);
    return code;
}

int store_check(struct store *s, const struct store_sums *sums, struct error *err)
{
    int code = quiet(err);
    if (!code) code = try_group(s, "/", err);
    for (size_t k = 0; k < sums->n && !code; k++)
        code = check_sum(s, &sums->list[k], err);
    return code;
}

void store_free_texts(char **texts, uint64_t n)
{
    for (uint64_t k = 0; texts && k < n; k++)
        free(texts[k]);
    free(texts);
}
