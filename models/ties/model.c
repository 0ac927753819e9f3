/* model.c - the tie kernel as the core sees it: the tables, put together. */
#include "ties/model.h"

#include <math.h>

#include "ties/ties.h"

static const struct param params[] = {
#define PARAM(type, name, ...) PARAM_ROW(struct ties_params, type, name, __VA_ARGS__)
#include "ties/params.def"
#undef PARAM
};

static const struct field fields[] = {
#define FIELD(ctype, letter, width, name, in_panel, unit, low, high, doc)                                              \
    {#name, sizeof(ctype), width, offsetof(struct ties_firms, name), letter, in_panel, unit, low, high, doc},
#include "ties/fields.def"
#undef FIELD
};

static const struct stream streams[] = {
#define STREAM(name, doc) {#name, doc},
#include "ties/streams.def"
#undef STREAM
};

static const struct observable observables[] = {
#define OBSERVABLE(name, unit, methods, low, high, combine, long_name, doc)                                            \
    {#name, unit, methods, low, high, OBSERVE_##combine, OBSERVE_TICK, "/", -1, 0, long_name, doc},
#include "ties/observables.def"
#undef OBSERVABLE
};

#define R(name) PROCESS_FIELD(FIELD_##name)
#define TIES    PROCESS_TIES
#define BLOCK   PROCESS_BLOCK
static const struct process schedule[] = {
#define PROCESS(name, scope, reads, writes, doc) {#name, ties_##name, PROCESS_##scope, reads, writes, NULL, doc},
#include "ties/schedule.def"
#undef PROCESS
};

static const struct tie_value tie_values[] = {{"strength", "1", "strength w of the tie today"}};

static const struct model_bench bench = {"world.firms", "world.ties", "world.numbering", "model.rate",
                                         "collaborations"};

static uint32_t ties_uid(const struct world *w, uint32_t slot)
{
    return slot < ties_derived(w)->firms ? slot : RNG_NOBODY;
}

static float ties_today(const struct world *w, uint32_t i, uint32_t k, uint32_t v)
{
    (void)v;
    return ties_end(w, i, k);
}

#define COUNT(table) (sizeof(table) / sizeof *(table))
const struct model ties_model = {
    .name = "ties",
    .doc = "the tie kernel of the bench: weighted ties that collaborate or fade",
    .params = {params, COUNT(params), sizeof(struct ties_params)},
    .fields = fields,
    .n_fields = COUNT(fields),
    .columns_size = sizeof(struct ties_firms),
    .tie_values = tie_values,
    .n_tie_values = COUNT(tie_values),
    .observables = observables,
    .n_observables = COUNT(observables),
    .streams = streams,
    .n_streams = COUNT(streams),
    .schedule = schedule,
    .n_processes = COUNT(schedule),
    .derived_size = sizeof(struct ties_derived),
    .block_size = sizeof(struct ties_block),
    .derive = ties_derive,
    .release = ties_release,
    .begin = ties_begin,
    .verify = ties_verify,
    .uid = ties_uid,
    .tie_today = ties_today,
    .bench = &bench,
};
