/* progress.h - how far a run is, on stderr: a line with a bar that is redrawn on a terminal, plain lines elsewhere. */
#ifndef KLYNGE_CLI_PROGRESS_H
#define KLYNGE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum progress_style { PROGRESS_NONE, PROGRESS_BAR, PROGRESS_LINES };

struct progress {
    FILE *to;
    enum progress_style style;
    double (*now)(void); /* seconds of a clock that only goes forward */
    double started, shown;
    uint64_t done, total;
};

/* A bar when `to` is a terminal that can redraw a line, else plain lines; nothing when quiet. */
enum progress_style progress_style_of(FILE *to, bool quiet);

void progress_begin(struct progress *p, FILE *to, enum progress_style style, double (*now)(void), uint64_t total);
/* Shows something at most 10 times a second on a terminal, every 10 s elsewhere. Called by one thread at a time. */
void progress_step(struct progress *p, uint64_t done, uint64_t total);
/* Clears the bar; writes the last plain line. */
void progress_end(struct progress *p);

/* The monotonic clock, and the CPU time of the process. */
double progress_now(void);
double progress_cpu(void);

/* What is shown, at most columns - 1 wide: "[=====>    ] 45/90 runs  7.1 runs/s  ETA 0:06". */
void progress_bar_text(char *text, size_t size, unsigned columns, uint64_t done, uint64_t total, double seconds);
/* "45/90 runs, 7.1 runs/s, ETA 0:06". */
void progress_line_text(char *text, size_t size, uint64_t done, uint64_t total, double seconds);

#endif
