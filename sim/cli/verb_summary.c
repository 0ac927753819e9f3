#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/summary.h"
#include "cli/verb.h"
#include "core/ensemble.h"

/* ---- JSON ------------------------------------------------------------------------------------------------------------------- */

static json_t *entry(const char *name, const char *scenario, uint32_t point, double time,
                     const struct summary_estimate *e)
{
    json_t *object = json_object();
    answer_put(&object, "name", answer_text(name));
    answer_put(&object, "scenario", answer_text(scenario));
    answer_put(&object, "point", json_integer(point));
    answer_put(&object, "time", answer_real(time));
    answer_put(&object, "mean", answer_real(e->mean));
    answer_put(&object, "low", answer_real(e->low));
    answer_put(&object, "high", answer_real(e->high));
    answer_put(&object, "n", json_integer(e->n));
    return object;
}

/* A row's values at its times, then its means over the 12 months before; a time only once. */
static void append_row(json_t **list, const struct summary *s, uint32_t one, uint32_t row)
{
    const struct result_about *a = s->about;
    const char *name = a->observables[s->rows[row]].name, *scenario = a->scenarios[one / a->n_points];
    char year_name[256];
    snprintf(year_name, sizeof year_name, "%s_last_year", name);
    for (int year = 0; year <= 1; year++) {
        double before = NAN;
        for (uint32_t m = 0; m < s->n_moments; m++) {
            const struct summary_cell *c = summary_at(s, one, row, m);
            if (isnan(c->time) || c->time == before) continue;
            before = c->time;
            answer_append(
                list, entry(year ? year_name : name, scenario, one % a->n_points, c->time, year ? &c->year : &c->at));
        }
    }
}

static int print_json(const struct summary *s, struct error *err)
{
    json_t *list = json_array(), *answer = json_object();
    for (uint32_t one = 0; one < s->about->n_scenarios * s->about->n_points; one++)
        for (uint32_t row = 0; row < s->n_rows; row++)
            append_row(&list, s, one, row);
    if (!list) {
        json_decref(answer);
        answer = NULL;
    } else {
        answer_put(&answer, "observables", list);
    }
    return answer_json(answer, err);
}

/* ---- text ------------------------------------------------------------------------------------------------------------------- */

enum { NAME_WIDTH = 26, UNIT_WIDTH = 8, VALUE_WIDTH = 9, N_WIDTH = 6, YEAR_WIDTH = 8, MOST_YEARS = 9 };

static void print_estimate(const struct summary_estimate *e)
{
    char mean[PAGE_NUMBER], low[PAGE_NUMBER], high[PAGE_NUMBER];
    printf("%*s%*s%*s%*" PRIu32, VALUE_WIDTH, page_number(e->mean, 4, mean), VALUE_WIDTH, page_number(e->low, 4, low),
           VALUE_WIDTH, page_number(e->high, 4, high), N_WIDTH, e->n);
}

static void print_end(const struct summary *s, uint32_t one)
{
    int block = 3 * VALUE_WIDTH + N_WIDTH;
    char end[PAGE_NUMBER + 8], date[PAGE_NUMBER];
    snprintf(end, sizeof end, "end (%s)", page_date(s->moments[s->n_moments - 1], date));
    printf("\n%*s%*s%*s\n", NAME_WIDTH + UNIT_WIDTH, "", block, end, block, "last 12 months");
    printf("%-*s%-*s", NAME_WIDTH, "", UNIT_WIDTH, "unit");
    for (int k = 0; k < 2; k++)
        printf("%*s%*s%*s%*s", VALUE_WIDTH, "mean", VALUE_WIDTH, "low", VALUE_WIDTH, "high", N_WIDTH, "n");
    putchar('\n');
    for (uint32_t row = 0; row < s->n_rows; row++) {
        const struct result_observable *o = &s->about->observables[s->rows[row]];
        const struct summary_cell *c = summary_at(s, one, row, s->n_moments - 1);
        printf("%-*s%-*s", NAME_WIDTH, o->name, UNIT_WIDTH, o->unit);
        print_estimate(&c->at);
        print_estimate(&c->year);
        putchar('\n');
    }
}

/* Every how many moments are shown so that they fit; counted back from the last. */
static uint32_t stride_of(const struct summary *s) { return (s->n_moments + MOST_YEARS - 1) / MOST_YEARS; }

static bool is_shown(const struct summary *s, uint32_t m) { return (s->n_moments - 1 - m) % stride_of(s) == 0; }

static void print_years(const struct summary *s, uint32_t one)
{
    char text[PAGE_NUMBER];
    printf("\n%-*s", NAME_WIDTH, "means");
    for (uint32_t m = 0; m < s->n_moments; m++) {
        bool turn = fabs(s->moments[m] - round(s->moments[m])) < 0.005;
        if (is_shown(s, m)) printf("%*.*f", YEAR_WIDTH, turn ? 0 : 2, s->moments[m]);
    }
    putchar('\n');
    for (uint32_t row = 0; row < s->n_rows; row++) {
        const struct result_observable *o = &s->about->observables[s->rows[row]];
        bool rate = strcmp(o->cell_methods, "time: mean") == 0;
        printf("%-*s", NAME_WIDTH, o->name);
        for (uint32_t m = 0; m < s->n_moments; m++) {
            const struct summary_cell *c = summary_at(s, one, row, m);
            if (is_shown(s, m)) printf("%*s", YEAR_WIDTH, page_number(rate ? c->year.mean : c->at.mean, 3, text));
        }
        putchar('\n');
    }
}

static void print_case(const struct summary *s, uint32_t one)
{
    const struct result_about *a = s->about;
    uint32_t scenario = one / a->n_points, done = 0;
    for (uint32_t r = 0; r < a->n_replicates; r++)
        done += a->status[(size_t)one * a->n_replicates + r] == RUN_DONE;
    printf("%s%s", one ? "\n" : "", a->scenarios[scenario]);
    if (a->n_points > 1) printf(", point %" PRIu32, one % a->n_points);
    printf(": %" PRIu32 " of %" PRIu32 " replicates\n", done, a->n_replicates);
    if (*a->questions[scenario]) page_wrap(stdout, 0, 0, a->questions[scenario]);
    print_end(s, one);
    print_years(s, one);
}

static int print_text(const struct summary *s, struct error *err)
{
    for (uint32_t one = 0; one < s->about->n_scenarios * s->about->n_points && s->n_moments; one++)
        print_case(s, one);
    putchar('\n');
    page_wrap(
        stdout, 0, 0,
        "low and high: 95 % interval of the mean, by Student's t over n replicates. Means are those at each turn of "
        "the year; of what is counted over a tick, such as a rate, those over the 12 months before it.");
    return answer_flush(err);
}

int verb_summary(const struct options *o, struct error *err)
{
    struct result *r = NULL;
    struct summary s;
    int code = result_open(&r, o->operands[0], err);
    if (code) return code;
    code = summary_make(&s, r, err);
    if (!code) {
        code = o->json ? print_json(&s, err) : print_text(&s, err);
        summary_free(&s);
    }
    result_close(&r);
    return code;
}
