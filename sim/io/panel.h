/* panel.h - firms and ties at chosen times: /panel one row a firm and snapshot, /ties CF contiguous ragged arrays.
 *
 * Rows stand in the order (scenario, point, replicate, time, cluster, uid), however the runs arrive: a run is written
 * when all before it are, and kept in memory until then.
 */
#ifndef KLYNGE_IO_PANEL_H
#define KLYNGE_IO_PANEL_H

#include "core/ensemble.h"
#include "io/store.h"

struct panel;

/* Makes the groups asked for by output.panel_runs and output.tie_runs; *p is NULL when none is. */
int panel_open(struct panel **p, struct store *s, const struct ensemble_plan *plan, struct error *err);

/* Takes over the batch's snapshots: what is left in them is empty. p may be NULL. */
int panel_batch(struct panel *p, const struct ensemble_batch *batch, struct error *err);

/* Write what still waits for runs that never came. */
int panel_finish(struct panel *p, struct error *err);

void panel_close(struct panel **p);

#endif
