#include "io/endvalues.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"
#include "io/publish.h"

enum { VALUE_MAX = 16384 };

struct endvalues {
    const struct manifest *m;
    struct publish publish;
    FILE *file;
};

/* An observable as a whole, not by groups. */
static bool is_column(const struct layout *l, uint32_t k) { return !l->series[k].grouping && frame_has(l, k); }

/* Quotes where a comma, a quote or a line's end would part the text. */
static void print_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, to);
    fputc('"', to);
}

static void print_head(const struct endvalues *e)
{
    const struct layout *l = &e->m->plan.layout;
    fputs("scenario,point,replicate,seed", e->file);
    for (uint32_t k = 0; k < e->m->design.n_axes; k++) {
        fputc(',', e->file);
        print_text(e->file, e->m->design.axes[k].param->path);
    }
    for (uint32_t k = 0; k < l->n_series; k++) {
        const struct series *s = &l->series[k];
        if (is_column(l, k))
            fprintf(e->file, ",%s%s%s", strcmp(s->observable->folder, "/") ? s->observable->folder + 1 : "",
                    strcmp(s->observable->folder, "/") ? "_" : "", s->name);
    }
    fputc('\n', e->file);
}

int endvalues_open(struct endvalues **out, const char *path, bool force, const struct manifest *m, struct error *err)
{
    struct endvalues *e = *out = calloc(1, sizeof *e);
    if (!e) return error_set(err, ERROR_IO, "no memory for %s", path);
    e->m = m;
    int code = publish_begin(&e->publish, path, force, err);
    if (!code && !(e->file = fopen(e->publish.temporary, "w")))
        code = error_set(err, ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
    if (code)
        endvalues_discard(out);
    else
        print_head(e);
    return code;
}

static int failed(const struct endvalues *e, struct error *err)
{
    return error_set(err, ERROR_IO, "%s: cannot write: %s", e->publish.final, strerror(errno));
}

int endvalues_add(struct endvalues *e, uint32_t scenario, uint32_t point, uint32_t replicate, const double *results,
                  struct error *err)
{
    const struct ensemble_plan *p = &e->m->plan;
    const struct layout *l = &p->layout;
    char text[VALUE_MAX];
    print_text(e->file, p->scenario_name[scenario]);
    fprintf(e->file, ",%u,%u,%llu", point, replicate, (unsigned long long)p->seeds[replicate]);
    for (uint32_t k = 0; k < e->m->design.n_axes; k++) {
        design_text(&e->m->design, scenario, point, k, text, sizeof text);
        fputc(',', e->file);
        print_text(e->file, text);
    }
    for (uint32_t k = 0; k < l->n_series; k++) {
        if (!is_column(l, k)) continue;
        double x = results[l->offset[k] + series_times(l, &l->series[k]) - 1];
        if (isnan(x))
            fputc(',', e->file);
        else
            fprintf(e->file, ",%.17g", x);
    }
    return fputc('\n', e->file) == EOF ? failed(e, err) : ERROR_NONE;
}

int endvalues_publish(struct endvalues **out, struct error *err)
{
    struct endvalues *e = *out;
    bool bad = ferror(e->file) != 0;
    bad = fclose(e->file) != 0 || bad;
    e->file = NULL;
    int code = bad ? failed(e, err) : publish_sync(&e->publish, err);
    if (!code) code = publish_commit(&e->publish, err);
    endvalues_discard(out);
    return code;
}

void endvalues_discard(struct endvalues **out)
{
    struct endvalues *e = *out;
    if (!e) return;
    if (e->file) fclose(e->file);
    publish_abandon(&e->publish);
    free(e);
    *out = NULL;
}
