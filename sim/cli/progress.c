#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/page.h"

enum { COLUMNS_UNKNOWN = 80, COLUMNS_MOST = 160, BAR_MOST = 40, BAR_LEAST = 5 };
static const double bar_every = 0.1, line_every = 10.0; /* seconds */

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double progress_now(void) { return seconds_of(CLOCK_MONOTONIC); }
double progress_cpu(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

enum progress_style progress_style_of(FILE *to, bool quiet)
{
    const char *terminal = getenv("TERM");
    if (quiet) return PROGRESS_NONE;
    if (!isatty(fileno(to)) || !terminal || strcmp(terminal, "dumb") == 0) return PROGRESS_LINES;
    return PROGRESS_BAR;
}

/* ---- text ------------------------------------------------------------------------------------------------------------- */

/* "7.1 runs/s" from one run a second on, else "14 s/run"; nothing before the first run has ended. */
static void rate_text(char *text, size_t size, uint64_t done, double seconds)
{
    double rate = seconds > 0.0 ? (double)done / seconds : 0.0;
    if (!(rate > 0.0))
        snprintf(text, size, "- runs/s");
    else if (rate >= 1.0)
        snprintf(text, size, rate < 99.5 ? "%.1f runs/s" : "%.0f runs/s", rate);
    else
        snprintf(text, size, "%.1f s/run", 1.0 / rate);
}

static double seconds_left(uint64_t done, uint64_t total, double seconds)
{
    return done ? seconds * (double)(total - done) / (double)done : NAN;
}

void progress_line_text(char *text, size_t size, uint64_t done, uint64_t total, double seconds)
{
    char rate[40], clock[PAGE_NUMBER];
    bool all = done >= total;
    rate_text(rate, sizeof rate, done, seconds);
    page_clock(all ? seconds : seconds_left(done, total, seconds), clock);
    snprintf(text, size, "%" PRIu64 "/%" PRIu64 " runs, %s, %s %s", done, total, rate, all ? "took" : "ETA", clock);
}

static void draw_bar(char *bar, int width, double share)
{
    int full = (int)(share * width);
    for (int k = 0; k < width; k++)
        bar[k] = k < full ? '=' : ' ';
    if (full < width) bar[full] = '>';
    bar[width] = '\0';
}

void progress_bar_text(char *text, size_t size, unsigned columns, uint64_t done, uint64_t total, double seconds)
{
    char rate[40], clock[PAGE_NUMBER], words[160], bar[BAR_MOST + 1];
    rate_text(rate, sizeof rate, done, seconds);
    page_clock(seconds_left(done, total, seconds), clock);
    int n = snprintf(words, sizeof words, "%" PRIu64 "/%" PRIu64 " runs  %s  ETA %s", done, total, rate, clock);
    int room = (int)columns - 1 - 3 - n; /* brackets and a space */
    if (room < BAR_LEAST) {
        snprintf(text, size, "%.*s", columns ? (int)columns - 1 : 0, words);
        return;
    }
    draw_bar(bar, room < BAR_MOST ? room : BAR_MOST, total ? (double)done / (double)total : 0.0);
    snprintf(text, size, "[%s] %s", bar, words);
}

/* ---- showing ------------------------------------------------------------------------------------------------------------ */

static unsigned columns_of(FILE *to)
{
    struct winsize size;
    if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return COLUMNS_UNKNOWN;
    return size.ws_col < COLUMNS_MOST ? size.ws_col : COLUMNS_MOST;
}

static void show(struct progress *p)
{
    char text[COLUMNS_MOST + 40];
    p->shown = p->now();
    double seconds = p->shown - p->started;
    if (p->style == PROGRESS_BAR) {
        progress_bar_text(text, sizeof text, columns_of(p->to), p->done, p->total, seconds);
        fprintf(p->to, "\r%s\033[K", text);
    } else {
        progress_line_text(text, sizeof text, p->done, p->total, seconds);
        fprintf(p->to, "%s\n", text);
    }
    fflush(p->to);
}

void progress_begin(struct progress *p, FILE *to, enum progress_style style, double (*now)(void), uint64_t total)
{
    double start = now();
    *p = (struct progress){to, style, now, start, start, 0, total};
    if (style == PROGRESS_BAR) show(p);
}

void progress_step(struct progress *p, uint64_t done, uint64_t total)
{
    p->done = done;
    p->total = total;
    if (p->style == PROGRESS_NONE) return;
    if (p->now() - p->shown >= (p->style == PROGRESS_BAR ? bar_every : line_every)) show(p);
}

void progress_end(struct progress *p)
{
    if (p->style == PROGRESS_LINES) show(p);
    if (p->style != PROGRESS_BAR) return;
    fputs("\r\033[K", p->to);
    fflush(p->to);
}
