/* targets.h - what a calibration aims at, from a config's list `targets`; `klynge calibrate` reads it from the resolved config.
 *
 *   targets = (
 *     { observable = "members"; time = "2020-11"; value = 83; tolerance = 3; },                        // a state then, a rate over the 12 months before
 *     { observable = "exits"; from = "2020-11"; to = "2022-11"; value = 5.5; tolerance = 2.5; } );     // the mean over the ticks in it
 */
#ifndef KLYNGE_IO_TARGETS_H
#define KLYNGE_IO_TARGETS_H

#include <stdint.h>

#include "core/ensemble.h"

struct mistakes;
struct tree;

enum { TARGETS_MAX = 64 };

struct target {
    char observable[96];
    double from, to; /* decimal years; equal: that time */
    double value, tolerance;
};

struct targets {
    uint32_t n;
    struct target *all; /* (n); owned */
};

/* t NULL: none. The plan says which observables and times there are. After a mistake it is empty. */
void targets_read(struct targets *targets, const struct tree *t, const struct ensemble_plan *plan, struct mistakes *m);
void targets_free(struct targets *targets);

#endif
