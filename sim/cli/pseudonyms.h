/* pseudonyms.h - firms without their names in a result (--pseudonyms), and the file that says who is who (--mapping).
 *
 * A firm is called by its row in the roster, F001 the first: what hides is the name, not the row, its size or its sector.
 */
#ifndef KLYNGE_CLI_PSEUDONYMS_H
#define KLYNGE_CLI_PSEUDONYMS_H

#include "core/ensemble.h"
#include "core/error.h"
#include "io/publish.h"

struct options;

struct pseudonyms {
    struct publish file; /* the mapping; unused without one */
    char *text;          /* what it will hold, or NULL */
};

/* Before results are opened: claims the mapping's file and renames the firms of the plan's rosters. Abandon in any case. */
int pseudonyms_begin(struct pseudonyms *p, const struct options *o, const struct ensemble_plan *plan,
                     struct error *err);
/* Once the results stand. */
int pseudonyms_publish(struct pseudonyms *p, struct error *err);
void pseudonyms_abandon(struct pseudonyms *p);

#endif
