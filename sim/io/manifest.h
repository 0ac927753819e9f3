/* manifest.h - DIR/sweep.h5: what a sweep is, written once at its start. Folders, segments and processes belong together when
 * their digest of it is the same: the config as resolved, files it names, the design, the program. It holds all that `status` and
 * `merge` need, so that they work without the config.
 */
#ifndef KLYNGE_IO_MANIFEST_H
#define KLYNGE_IO_MANIFEST_H

#include <stdio.h>

#include "io/config.h"
#include "io/design.h"
#include "io/digest.h"

/* name in the file, whether it is part of the digest, what messages call it */
#define MANIFEST_TEXTS(X)                                                                                              \
    X(version, true, "version of klynge")                                                                              \
    X(commit, true, "commit of klynge")                                                                                \
    X(executable, true, "klynge of a changed working tree")                                                            \
    X(config_resolved, true, "config")                                                                                 \
    X(inputs, true, "content of a file that the config names")                                                         \
    X(layout, true, "list of observables")                                                                             \
    X(values, true, "design")                                                                                          \
    X(model, false, "model")                                                                                           \
    X(run, false, "settings of the run")                                                                               \
    X(design, false, "settings of the design")                                                                         \
    X(config_given, false, "config as given")                                                                          \
    X(command, false, "command")

enum manifest_text {
#define MANIFEST_ENUM(name, counts, what) MANIFEST_##name,
    MANIFEST_TEXTS(MANIFEST_ENUM)
#undef MANIFEST_ENUM
        MANIFEST_N_TEXTS
};

struct manifest {
    char *text[MANIFEST_N_TEXTS]; /* owned */
    char digest[DIGEST_SIZE];     /* of what tells one sweep from another */
    char content[DIGEST_SIZE];    /* of all texts */
    struct ensemble_plan plan;    /* the whole sweep's, with no cases */
    struct design design;         /* axes and values */
    bool borrowed;                /* plan and design are those it was made from */
};

/* Of a plan (with one point) and its design, which it borrows; free it before them. */
int manifest_make(struct manifest *m, const struct ensemble_plan *plan, const struct design *design,
                  const struct config_texts *texts, int argc, char *const *argv, struct error *err);
/* Into a folder that has none; and one that another process has just written is as good if it is the same. */
int manifest_publish(const struct manifest *m, const char *folder, struct error *err);

bool manifest_is_name(const char *name); /* of a folder's file */
/* A word of a command, as a shell reads it. */
void manifest_print_word(FILE *out, const char *word);
bool manifest_exists(const char *folder);
/* ERROR_CONFIG where the folder is no sweep's, ERROR_IO where its manifest cannot be read. */
int manifest_read(struct manifest *m, const char *folder, struct error *err);
/* ERROR_CONFIG and what differs, when the folder's is another sweep than mine. */
int manifest_compare(const struct manifest *mine, const struct manifest *folders, const char *folder,
                     struct error *err);
/* How what tells one from another differs, as a clause. */
enum { MANIFEST_DIFFERENCE = 320 };
bool manifest_differs(const struct manifest *mine, const struct manifest *theirs, char how[MANIFEST_DIFFERENCE]);
/* The texts alone, as the group /about of another file, and of such a file. */
struct store;
int manifest_add_texts(const struct manifest *m, struct store *s, struct error *err);
int manifest_read_texts(struct manifest *m, struct store *s, struct error *err);
void manifest_free(struct manifest *m);

#endif
