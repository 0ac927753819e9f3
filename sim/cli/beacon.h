/* beacon.h - DIR/working-HOST-PID.json: that a process is at a sweep, and how fast. A hint for `status`, never the truth. */
#ifndef KLYNGE_CLI_BEACON_H
#define KLYNGE_CLI_BEACON_H

#include <stdbool.h>
#include <stdint.h>

struct beacon {
    char *path;
    double shown; /* when it was last written */
};

struct beacon_state {
    uint64_t ranks, threads;
    uint64_t ended, left; /* runs since the start, and of its part still to do */
    double seconds;       /* since the start */
};

bool beacon_is_name(const char *name);
void beacon_begin(struct beacon *b, const char *folder);
/* At most every two seconds. What fails is left undone. */
void beacon_show(struct beacon *b, const struct beacon_state *s);
void beacon_end(struct beacon *b);

/* Processes that are at work in a folder now, summed; their number. */
uint64_t beacon_read(const char *folder, struct beacon_state *sum, double *rate);

#endif
