/* store.h - HDF5, checked: the only place that knows it (store.c includes hdf5.h).
 *
 * A store is one open file. Every return of HDF5 is checked; messages start with the store's label (the name the user
 * gave) and name the dataset. Datasets follow the netCDF-4 conventions: each axis is a dimension scale, text is
 * variable-length UTF-8 (fixed lengths corrupt netCDF 4.9), objects carry no times. Calls on one store come from one
 * thread at a time.
 */
#ifndef KLYNGE_IO_STORE_H
#define KLYNGE_IO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct store;
typedef int64_t store_id; /* an open dataset or group; closed with the store */

/* name, C type in memory */
#define STORE_TYPES(X)                                                                                                 \
    X(INT8, int8_t)                                                                                                    \
    X(INT32, int32_t)                                                                                                  \
    X(UINT32, uint32_t)                                                                                                \
    X(INT64, int64_t)                                                                                                  \
    X(FLOAT, float)                                                                                                    \
    X(DOUBLE, double)                                                                                                  \
    X(TEXT, char *)

enum store_type {
#define STORE_ENUM(name, ctype) STORE_##name,
    STORE_TYPES(STORE_ENUM)
#undef STORE_ENUM
};

enum { STORE_MAX_RANK = 6 };

/* Create (the file must not be open elsewhere; what is there is lost) or open for reading. label: as messages call it,
 * copied; NULL: the path. */
int store_create(struct store **s, const char *path, const char *label, struct error *err);
/* May hold virtual datasets: of a newer format, which not every reader opens. */
int store_create_virtual(struct store **s, const char *path, const char *label, struct error *err);
int store_open(struct store **s, const char *path, const char *label, struct error *err);

/* Close all and make sure that nothing was left open. Either way *s is NULL afterwards. */
int store_close(struct store **s, struct error *err);
/* Let go of it without a word, after an error. *s may be NULL. */
void store_abandon(struct store **s);

/* Is there an object of that path? */
bool store_has(const struct store *s, const char *path);
int store_add_group(struct store *s, const char *path, store_id *id, struct error *err);

/* An axis. Its dimension scale is a dataset: coordinates, or bare where the axis has none. */
struct store_axis {
    const char *path; /* "/time"; its last part names the axis */
    uint64_t size, chunk;
    bool grows;  /* unlimited */
    store_id id; /* of the scale: set by store_add_axis */
};

/* bare: the axis has no coordinate values (type is then ignored). */
int store_add_axis(struct store *s, struct store_axis *axis, enum store_type type, bool bare, struct error *err);

/* A block of a virtual dataset, and where it stands: a block of rank 2 of /results in another file. Both hold as many values. */
struct store_piece {
    const char *file;
    uint64_t start[STORE_MAX_RANK], count[STORE_MAX_RANK];
    uint64_t from_size[2], from[2], from_count[2];
};

struct store_spec {
    const char *path; /* "/cost/hours" */
    enum store_type type;
    uint32_t rank; /* 0: one value */
    const struct store_axis *axis[STORE_MAX_RANK];
    int compression;                  /* deflate level, with shuffle; 0: none */
    bool fill_nan;                    /* what is not written reads as NaN */
    const struct store_piece *pieces; /* (n_pieces) of a virtual dataset, in a store_create_virtual; NULL: of its own */
    size_t n_pieces;
    bool unchecked; /* no checksum of each chunk: what checks the file stands elsewhere */
};

/* Chunked by its axes' chunks, with checksums (not for text), when an axis grows or fill_nan; else contiguous. */
int store_add(struct store *s, const struct store_spec *spec, store_id *id, struct error *err);

/* Attributes. A NULL or empty text is not written. */
int store_note(struct store *s, store_id id, const char *name, const char *text, struct error *err);
int store_note_numbers(struct store *s, store_id id, const char *name, enum store_type type, uint64_t n,
                       const void *values, struct error *err);

/* A block (start, count: one number an axis) from memory of the dataset's type, row-major. start NULL: all of it. */
int store_write(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
                const void *data, struct error *err);
/* As store_write, of a block that begins where a chunk of the dataset begins, and is all of it that the dataset has: past the
 * library's copies and filters where the dataset allows it. `data` has room for the whole chunk and STORE_CHECKSUM bytes behind
 * it, all of which may be written to. */
enum { STORE_CHECKSUM = 4 };
int store_write_chunk(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
                      void *data, struct error *err);
/* n more along the first axis: n rows, row-major, of numbers. They reach the file a chunk at a time, and at the end when it is closed.
 * data NULL: the axis gets longer, and has no values. */
int store_append(struct store *s, store_id id, enum store_type type, uint64_t n, const void *data, struct error *err);

/* Let the disk begin with what was written, while other work is done. A wish: nothing is waited for, nothing can fail. */
void store_start_disk(const struct store *s);

/* ---- reading ---- */
int store_find(struct store *s, const char *path, store_id *id, struct error *err);
int store_shape(struct store *s, store_id id, uint32_t *rank, uint64_t size[STORE_MAX_RANK], struct error *err);
bool store_is_double(const struct store *s, store_id id);
/* The path of the dimension scale of an axis; owned by the caller. "" when there is none. */
int store_axis_path(struct store *s, store_id id, uint32_t axis, char **path, struct error *err);
/* As store_write. Text: `count` char pointers, each owned by the caller. */
int store_read(struct store *s, store_id id, enum store_type type, const uint64_t *start, const uint64_t *count,
               void *data, struct error *err);
/* Attributes that are missing give "" (owned by the caller), and *n = 0. */
int store_noted(struct store *s, store_id id, const char *name, char **text, struct error *err);
int store_noted_numbers(struct store *s, store_id id, const char *name, uint64_t room, double *values, uint64_t *n,
                        struct error *err);
/* Names of a group's members in the order they were added. */
int store_count(struct store *s, store_id group, uint64_t *n, struct error *err);
int store_member(struct store *s, store_id group, uint64_t index, char **name, struct error *err);

/* ---- verifying ---- */

/* Digests of all datasets that were written whole or by appending, and of some chunks of those that were written by
 * store_write_chunk, spread evenly. Take them before the store is closed. */
struct store_sums;
int store_take_sums(struct store *s, struct store_sums **sums, struct error *err);
void store_free_sums(struct store_sums **sums);
/* In the file as opened again: every object and attribute can be read, and what those digests are of has them. */
int store_check(struct store *s, const struct store_sums *sums, struct error *err);

store_id store_root(const struct store *s);
/* "1.10.8", of the library in use. */
void store_version(char text[32]);
/* Free n texts and the array that holds them. */
void store_free_texts(char **texts, uint64_t n);

#endif
