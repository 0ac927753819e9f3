/* names.h - /roster of a result file: which firm has which uid, for files that hold firms or ties one by one. */
#ifndef KLYNGE_IO_NAMES_H
#define KLYNGE_IO_NAMES_H

#include "core/ensemble.h"
#include "io/store.h"

/* A row for each scenario and firm of its roster: scenario_index, uid, firm_name. No group where no firm would be in it, or where
 * neither /panel nor /ties is kept. */
int names_write(struct store *s, const struct ensemble_plan *plan, struct error *err);

#endif
