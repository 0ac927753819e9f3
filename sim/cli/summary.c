#include "cli/summary.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double same_time = 1e-6; /* years */

struct summary_estimate summary_estimate(const double *values, uint32_t n)
{
    struct summary_estimate e = {NAN, NAN, NAN, 0};
    double sum = 0.0, squares = 0.0;
    for (uint32_t k = 0; k < n; k++) {
        if (isnan(values[k])) continue;
        sum += values[k];
        e.n++;
    }
    if (e.n) e.mean = sum / e.n;
    if (e.n < 2) return e;
    for (uint32_t k = 0; k < n; k++)
        if (!isnan(values[k])) squares += (values[k] - e.mean) * (values[k] - e.mean);
    double half = gsl_cdf_tdist_Pinv(0.975, e.n - 1.0) * sqrt(squares / (e.n - 1.0) / e.n);
    e.low = e.mean - half;
    e.high = e.mean + half;
    return e;
}

int summary_last(const double *times, uint32_t n, double time)
{
    int last = -1;
    for (uint32_t k = 0; k < n && times[k] <= time + same_time; k++)
        last = (int)k;
    return last;
}

int summary_year_start(const double *times, int last)
{
    int first = last;
    while (first > 0 && times[first - 1] > times[last] - 1.0 + same_time)
        first--;
    return first;
}

/* ---- cells ---------------------------------------------------------------------------------------------------------------- */

static double mean_of(const double *x, int first, int last)
{
    double sum = 0.0;
    int n = 0;
    for (int t = first; t <= last; t++) {
        if (isnan(x[t])) continue;
        sum += x[t];
        n++;
    }
    return n ? sum / n : NAN;
}

/* Over the replicates of a case: values (n_replicates, n_times), each averaged over first..last. */
static struct summary_estimate over(const double *values, uint32_t n_replicates, uint32_t n_times, int first, int last,
                                    double *scratch)
{
    for (uint32_t r = 0; r < n_replicates; r++)
        scratch[r] = mean_of(values + (size_t)r * n_times, first, last);
    return summary_estimate(scratch, n_replicates);
}

static struct summary_cell make_cell(const struct result_observable *o, const double *values, uint32_t n_replicates,
                                     double moment, double *scratch)
{
    struct summary_estimate none = {NAN, NAN, NAN, 0};
    int last = summary_last(o->times, o->n_times, moment);
    if (last < 0) return (struct summary_cell){NAN, none, none};
    int first = summary_year_start(o->times, last);
    return (struct summary_cell){o->times[last], over(values, n_replicates, o->n_times, last, last, scratch),
                                 over(values, n_replicates, o->n_times, first, last, scratch)};
}

static int fill_row(struct summary *s, const struct result *r, uint32_t row, double *scratch, struct error *err)
{
    const struct result_about *a = s->about;
    const struct result_observable *o = &a->observables[s->rows[row]];
    double *values = malloc(result_count(r, s->rows[row]) * sizeof *values);
    if (!values) return error_set(err, ERROR_IO, "no memory for %s", o->name);
    int code = result_read(r, s->rows[row], values, err);
    for (uint32_t c = 0; !code && c < a->n_scenarios * a->n_points; c++)
        for (uint32_t m = 0; m < s->n_moments; m++)
            s->cells[((size_t)c * s->n_rows + row) * s->n_moments + m] = make_cell(
                o, values + (size_t)c * a->n_replicates * o->n_times, a->n_replicates, s->moments[m], scratch);
    free(values);
    return code;
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------- */

/* Whole observables of the root group that have values. */
static void choose_rows(struct summary *s)
{
    for (uint32_t k = 0; k < s->about->n_observables; k++) {
        const struct result_observable *o = &s->about->observables[k];
        if (o->n_times && strcmp(o->folder, "/") == 0) s->rows[s->n_rows++] = k;
    }
}

/* Each turn of the year that the file reaches, then its end if that is none. `moments` may be NULL, to count. */
static uint32_t list_moments(const struct result_about *a, double *moments)
{
    uint32_t n = 0;
    if (!a->n_times) return 0;
    double end = a->times[a->n_times - 1], year = ceil(a->times[0] - same_time);
    for (; year < end - same_time; year += 1.0, n++)
        if (moments) moments[n] = year;
    if (moments) moments[n] = end;
    return n + 1;
}

int summary_make(struct summary *s, const struct result *r, struct error *err)
{
    const struct result_about *a = result_about(r);
    *s = (struct summary){.about = a};
    s->n_moments = list_moments(a, NULL);
    s->moments = calloc(s->n_moments + 1u, sizeof *s->moments);
    s->rows = calloc(a->n_observables + 1u, sizeof *s->rows);
    double *scratch = calloc(a->n_replicates + 1u, sizeof *scratch);
    int code = ERROR_NONE;
    if (!s->moments || !s->rows || !scratch) goto no_memory;
    list_moments(a, s->moments);
    choose_rows(s);
    s->cells = calloc((size_t)a->n_scenarios * a->n_points * s->n_rows * s->n_moments + 1, sizeof *s->cells);
    if (!s->cells) goto no_memory;
    for (uint32_t row = 0; !code && row < s->n_rows; row++)
        code = fill_row(s, r, row, scratch, err);
    goto out;
no_memory:
    code = error_set(err, ERROR_IO, "no memory for the summary");
out:
    free(scratch);
    if (code) summary_free(s);
    return code;
}

void summary_free(struct summary *s)
{
    free(s->moments);
    free(s->rows);
    free(s->cells);
    *s = (struct summary){0};
}
