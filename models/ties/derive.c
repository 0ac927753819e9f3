/* derive.c - what follows from the parameters alone: blocks, constants, and the form of the tick. */
#include <stdlib.h>
#include <string.h>

#include "core/real.h"
#include "ties/ties.h"

/* Up to this rate only the ties that may collaborate are looked at. Chosen, not measured: at 0.02 the form `every` was the faster one
 * (20,000 firms, a busy machine), and `events` at 0.004 beat what `every` does at 0.0201. Where they cross is not known. */
static const double rate_of_events = 0.01;

/* Which of the choices a text names. */
static int choose(const char *text, const char *path, const char *const *choices, int *which, struct error *err)
{
    struct param_nearest best = {0};
    for (int k = 0; choices[k]; k++) {
        param_consider(&best, text, choices[k]);
        if (strcmp(text, choices[k])) continue;
        *which = k;
        return ERROR_NONE;
    }
    return error_set(err, ERROR_CONFIG, "%s: found \"%s\", expected %s or %s%s%s%s", path, text, choices[0], choices[1],
                     best.name ? "; did you mean " : "", best.name ? best.name : "", best.name ? "?" : "");
}

static int check_room(const struct ties_params *p, const struct ties_derived *d, struct error *err)
{
    uint32_t rest = d->firms % d->cluster, smallest = rest ? rest : d->cluster;
    if (d->ties < smallest) return ERROR_NONE;
    if (d->cluster == d->firms)
        return error_set(err, ERROR_CONFIG, "world.ties: found %lld, expected fewer than world.firms (%lld)",
                         (long long)p->ties, (long long)p->firms);
    return error_set(err, ERROR_CONFIG,
                     "world.ties: found %lld, expected fewer than the firms of the smallest cluster (%u: %u firms in "
                     "clusters of %u)",
                     (long long)p->ties, smallest, d->firms, d->cluster);
}

static int choose_form(const struct ties_params *p, struct ties_derived *d, struct error *err)
{
    static const char *const forms[] = {"every", "events", NULL};
    int form = p->rate <= rate_of_events;
    int code = *p->form.text ? choose(p->form.text, "model.form", forms, &form, err) : ERROR_NONE;
    if (!code && form && !(p->rate < 1.0))
        return error_set(err, ERROR_CONFIG,
                         "model.form: found events, expected every: at model.rate = 1 no tie is skipped");
    d->by_events = form;
    return code;
}

static int derive_events(const struct run_params *run, const struct ties_params *p, struct ties_derived *d,
                         struct error *err)
{
    uint32_t n_ticks;
    int code = world_count_ticks(run, &n_ticks, err);
    if (code) return code;
    d->kept = malloc((n_ticks + 2) * sizeof *d->kept);
    if (!d->kept) return error_set(err, ERROR_RUN, "no memory for %u ticks", n_ticks);
    double kept = 1.0;
    for (uint32_t t = 0; t < n_ticks + 2; t++, kept *= p->keep)
        d->kept[t] = (float)kept;
    d->skip = p->rate > 0.0 ? 1.0 / real_log1p(-p->rate) : 0.0;
    return ERROR_NONE;
}

/* What this processor can pass at a time. */
static uint32_t most_lanes(void)
{
#if defined(__x86_64__)
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return wide ? 16 : __builtin_cpu_supports("avx2") ? 8 : 1;
#else
    return 1;
#endif
}

static void derive_lanes(struct ties_derived *d)
{
    d->lanes = most_lanes();
    for (uint32_t mask = 0; mask < 256; mask++)
        for (uint32_t bit = 0, n = 0; bit < 8; bit++)
            if (mask >> bit & 1u) d->squeeze[mask] |= (uint64_t)bit << (8 * n++);
}

int ties_derive(const struct run_params *run, const void *params, const struct roster *roster, void *derived,
                struct model_scale *scale, struct error *err)
{
    static const char *const numberings[] = {"random", "clustered", NULL};
    const struct ties_params *p = params;
    struct ties_derived *d = derived;
    int clustered = 0;
    (void)roster;
    memset(d, 0, sizeof *d);
    int code = choose(p->numbering.text, "world.numbering", numberings, &clustered, err);
    if (code) return code;
    d->firms = (uint32_t)p->firms;
    d->ties = (uint32_t)p->ties;
    d->cluster = clustered && p->cluster < p->firms ? (uint32_t)p->cluster : d->firms;
    d->rate = (float)p->rate;
    d->base = (float)p->base;
    d->slope = 1.0f - d->base;
    d->gain = (float)p->gain;
    d->keep = (float)p->keep;
    d->follow = (float)p->follow;
    scale->n_blocks = (d->firms + BLOCK_FIRMS - 1) / BLOCK_FIRMS;
    scale->firms_per_block = (d->firms + scale->n_blocks - 1) / scale->n_blocks;
    scale->ties_per_firm = d->ties;
    derive_lanes(d);
    code = check_room(p, d, err);
    if (!code) code = choose_form(p, d, err);
    return !code && d->by_events ? derive_events(run, p, d, err) : code;
}

void ties_release(void *derived) { free(((struct ties_derived *)derived)->kept); }
