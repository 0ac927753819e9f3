/* provenance.h - where a result comes from: software, parameters, environment. All that may differ between two runs of
 * the same config stands in /provenance and nowhere else.
 */
#ifndef KLYNGE_IO_PROVENANCE_H
#define KLYNGE_IO_PROVENANCE_H

#include <stdbool.h>
#include <time.h>

#include "core/ensemble.h"
#include "io/config.h"
#include "io/store.h"

/* How this program was built. "unknown" where the build did not say. */
struct provenance_build {
    const char *version, *commit, *compiler, *flags;
    bool dirty;
};
struct provenance_build provenance_build(void);

/* Libraries in use and their versions, asked at run time where the library can tell. */
struct provenance_library {
    const char *name;
    char version[32];
};
enum { PROVENANCE_LIBRARIES = 7 };
void provenance_libraries(struct provenance_library list[PROVENANCE_LIBRARIES]);

struct provenance {
    const struct ensemble_plan *plan;
    const struct config_texts *texts;
    int threads; /* resolved, 1 or more */
    int argc;
    char *const *argv;
    time_t started;
};

/* One JSON object with the keys software, parameters, environment. The caller frees. NULL without memory. */
char *provenance_json(const struct provenance *p, const struct ensemble_outcome *outcome);

/* The group /provenance. */
int provenance_write(const struct provenance *p, struct store *s, const struct ensemble_outcome *outcome,
                     struct error *err);

#endif
