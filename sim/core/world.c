#include "core/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/parallel.h"
#include "core/snapshot.h"
#include "core/state.h"

static const struct param run_rows[] = {
#define PARAM(type, name, ...) PARAM_ROW(struct run_params, type, name, __VA_ARGS__)
#include "core/run.def"
#undef PARAM
};
const struct param_table world_run_table = {run_rows, sizeof run_rows / sizeof *run_rows, sizeof(struct run_params)};

int world_count_ticks(const struct run_params *run, uint32_t *n_ticks, struct error *err)
{
    *n_ticks = 0;
    double ticks = (run->end - run->start) * (double)run->ticks_per_year;
    if (!(ticks > 0.5))
        return error_set(err, ERROR_CONFIG, "run.end: found %.10g, expected a time after run.start (%.10g)", run->end,
                         run->start);
    if (fabs(ticks - floor(ticks + 0.5)) > 1e-6)
        return error_set(err, ERROR_CONFIG,
                         "run.end: found %.10g, expected a whole number of ticks (1/%lld year) after run.start (%.10g)",
                         run->end, (long long)run->ticks_per_year, run->start);
    if (ticks > NETWORK_MAX_TICKS)
        return error_set(err, ERROR_CONFIG, "run.end: found %.0f ticks, expected at most %d", ticks, NETWORK_MAX_TICKS);
    *n_ticks = (uint32_t)(ticks + 0.5);
    return ERROR_NONE;
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static size_t column_bytes(const struct field *f, uint32_t n_firms)
{
    return ((size_t)n_firms * f->size * f->width + 63) & ~(size_t)63;
}

static size_t columns_bytes(const struct model *m, uint32_t n_firms)
{
    size_t bytes = 0;
    for (uint32_t k = 0; k < m->n_fields; k++)
        bytes += column_bytes(&m->fields[k], n_firms);
    return bytes;
}

static void *column_of(const struct world *w, const struct field *f)
{
    void *column;
    memcpy(&column, (char *)w->columns + f->offset, sizeof column);
    return column;
}

static void place_columns(struct world *w)
{
    char *next = w->memory;
    const struct model *m = w->setup.model;
    for (uint32_t k = 0; k < m->n_fields; k++) {
        memcpy((char *)w->columns + m->fields[k].offset, &next, sizeof next);
        next += column_bytes(&m->fields[k], w->n_firms);
    }
}

struct world_bytes world_bytes(const struct world_setup *setup)
{
    const struct model *m = setup->model;
    const struct model_scale *scale = &setup->scale;
    uint32_t n_firms = scale->n_blocks * scale->firms_per_block;
    struct world_bytes b;
    b.per_tie = network_bytes_per_tie(m->n_tie_values);
    size_t blocks = m->block_size + (m->block_bytes ? m->block_bytes(scale) : 0);
    size_t observed = setup->layout->n_slots * sizeof(double);
    size_t without_ties =
        columns_bytes(m, n_firms) + n_firms * sizeof(struct tie_row) + scale->n_blocks * (blocks + observed);
    b.per_firm = n_firms ? without_ties / n_firms : 0;
    size_t ties = (size_t)n_firms * scale->ties_per_firm * b.per_tie;
    b.total = without_ties + ties;
    b.state = columns_bytes(m, n_firms) + n_firms * sizeof(uint32_t) + ties + scale->n_blocks * m->block_size;
    return b;
}

static int allocate(struct world *w, struct error *err)
{
    const struct model *m = w->setup.model;
    size_t bytes = columns_bytes(m, w->n_firms);
    w->memory = memory_open(bytes);
    w->columns = calloc(1, m->columns_size ? m->columns_size : 1);
    w->blocks = calloc(w->n_blocks, m->block_size ? m->block_size : 1);
    w->observed = calloc((size_t)w->n_blocks * w->setup.layout->n_slots, sizeof *w->observed);
    w->enabled = calloc(m->n_processes, sizeof *w->enabled);
    if (w->threads > 1) w->team = parallel_open(w->threads);
    if (!w->memory || !w->columns || !w->blocks || !w->observed || !w->enabled || (w->threads > 1 && !w->team))
        return error_set(err, ERROR_RUN, "no memory for a world of %u firms", w->n_firms);
    place_columns(w);
    return network_init(&w->ties, w->n_firms, m->n_tie_values, w->setup.scale.ties_per_firm, err);
}

int world_init(struct world *w, const struct world_setup *setup, int threads, struct error *err)
{
    memset(w, 0, sizeof *w);
    w->setup = *setup;
    w->threads = threads;
    w->n_blocks = setup->scale.n_blocks;
    w->firms_per_block = setup->scale.firms_per_block;
    w->n_firms = w->n_blocks * w->firms_per_block;
    int code = allocate(w, err);
    for (uint32_t b = 0; !code && setup->model->block_init && b < w->n_blocks; b++)
        code = setup->model->block_init(w, b, err);
    if (code) world_free(w);
    return code;
}

void world_free(struct world *w)
{
    const struct model *m = w->setup.model;
    for (uint32_t b = 0; w->blocks && m->block_free && b < w->n_blocks; b++)
        m->block_free(w, b);
    parallel_close(w->team);
    network_free(&w->ties);
    memory_close(w->memory, columns_bytes(m, w->n_firms));
    free(w->columns);
    free(w->blocks);
    free(w->observed);
    free(w->enabled);
    memset(w, 0, sizeof *w);
}

/* ---- observation ---------------------------------------------------------------------------------------------------- */

static void forget_observed(struct world *w, uint32_t block)
{
    double *x = w->observed + (size_t)block * w->setup.layout->n_slots;
    for (uint32_t k = 0; k < w->setup.layout->n_slots; k++)
        x[k] = NAN;
}

/* Several blocks' values of one slot as one value, in the order of the blocks; NaN where no block has one. */
static double combine(const struct world *w, const struct series *s, uint32_t level)
{
    const struct layout *l = w->setup.layout;
    const double *x = w->observed;
    uint32_t slot = s->slot + level;
    uint32_t weigher = s->weight_slot + s->weight_step * level;
    double sum = 0.0, weight = 0.0;
    for (uint32_t b = 0; b < w->n_blocks; b++, x += l->n_slots) {
        if (isnan(x[slot])) continue;
        double share = s->observable->combine == OBSERVE_SUM ? 1.0 : x[weigher];
        sum += share * x[slot];
        weight += share;
    }
    if (!(weight > 0.0)) return NAN;
    return s->observable->combine == OBSERVE_SUM ? sum : sum / weight;
}

static void record(struct world *w)
{
    const struct layout *l = w->setup.layout;
    bool slow = layout_slow_tick(l, w->tick);
    for (uint32_t k = 0; k < l->n_series; k++) {
        const struct series *s = &l->series[k];
        if (s->observable->cadence == OBSERVE_SLOWLY && !slow) continue;
        uint32_t t = s->observable->cadence == OBSERVE_TICK ? w->tick : (w->tick + 1) / l->slow_every - 1;
        uint32_t times = series_times(l, s);
        double *to = w->results + l->offset[k] + t;
        for (uint32_t level = 0; level < s->levels; level++)
            to[(size_t)level * times] = w->n_blocks == 1 ? w->observed[s->slot + level] : combine(w, s, level);
    }
}

/* ---- time ------------------------------------------------------------------------------------------------------------ */

static void read_switches(struct world *w)
{
    const struct model *m = w->setup.model;
    for (uint32_t p = 0; p < m->n_processes; p++) {
        const char *path = m->schedule[p].switch_path;
        const struct param *row = path ? param_find(&m->params, path) : NULL;
        w->enabled[p] = true;
        if (row) memcpy(&w->enabled[p], (const char *)w->setup.params + row->offset, sizeof(bool));
    }
}

static void begin_block(void *world, uint32_t block)
{
    struct world *w = world;
    w->setup.model->begin(w, block);
}

void world_prepare(struct world *w, const struct world_setup *setup, uint64_t seed, double *results)
{
    w->setup = *setup;
    w->seed = seed;
    w->results = results;
    w->tick = 0;
    w->out_of_memory = false;
    w->n_ticks = setup->layout->n_ticks;
    w->dt = 1.0 / (double)setup->run->ticks_per_year;
    w->time = setup->run->start;
    memset(w->memory, 0, columns_bytes(setup->model, w->n_firms));
    network_clear(&w->ties);
    for (size_t k = 0; k < setup->layout->n_doubles; k++)
        results[k] = NAN;
    read_switches(w);
}

void world_begin(struct world *w, const struct world_setup *setup, uint64_t seed, double *results)
{
    world_prepare(w, setup, seed, results);
    parallel_for(w->team, w->n_blocks, begin_block, w);
}

/* Processes first .. last - 1 of the schedule. */
struct stretch {
    struct world *world;
    uint32_t first, last;
};

static void run_block(void *stretch, uint32_t block)
{
    const struct stretch *s = stretch;
    struct world *w = s->world;
    for (uint32_t p = s->first; p < s->last; p++)
        if (w->enabled[p]) w->setup.model->schedule[p].run(w, block);
}

/* Block after block, so that a block stays in cache. */
static void run_processes(struct world *w, uint32_t first, uint32_t last)
{
    struct stretch s = {w, first, last};
    parallel_for(w->team, w->n_blocks, run_block, &s);
}

static void set_tick(struct world *w, uint32_t tick)
{
    w->tick = tick;
    w->time = w->setup.run->start + (double)tick * w->dt;
}

static void end_tick(struct world *w)
{
    record(w);
    struct snapshots *s = w->snapshots;
    if (s && (w->tick + 1) % s->every == 0) snapshot_take(s, w);
    set_tick(w, w->tick + 1);
}

void world_step(struct world *w)
{
    const struct model *m = w->setup.model;
    for (uint32_t b = 0; b < w->n_blocks; b++)
        forget_observed(w, b);
    for (uint32_t first = 0, last; first < m->n_processes; first = last) {
        last = first + 1;
        if (m->schedule[first].scope == PROCESS_LOCAL)
            while (last < m->n_processes && m->schedule[last].scope == PROCESS_LOCAL)
                last++;
        run_processes(w, first, last);
    }
    end_tick(w);
}

/* A debug build audits every step. */
static int step(struct world *w, struct error *err)
{
#ifdef KLYNGE_DEBUG
    return world_step_audited(w, err);
#else
    (void)err;
    world_step(w);
    return ERROR_NONE;
#endif
}

/* One tick, if there is memory for it. */
static int advance(struct world *w, struct error *err)
{
    int code = step(w, err);
    if (!code && (w->ties.out_of_memory || w->out_of_memory))
        code = error_set(err, ERROR_RUN, "no memory in tick %u", w->tick);
    if (!code && w->snapshots && w->snapshots->out_of_memory)
        code = error_set(err, ERROR_RUN, "no memory for snapshots");
    return code;
}

int world_run(struct world *w, const struct world_setup *setup, uint64_t seed, double *results,
              const volatile sig_atomic_t *stop, struct error *err)
{
    struct world_keeper *keeper = w->keeper;
    if (keeper) world_prepare(w, setup, seed, results);
    if (!keeper || !keeper->resume(keeper->context, w)) world_begin(w, setup, seed, results);
    bool stopping = stop && *stop; /* asked once a tick: what ends the run has been told to the keeper */
    while (!stopping && w->tick < w->n_ticks) {
        int code = advance(w, err);
        if (code) return code;
        stopping = stop && *stop;
        if (keeper) keeper->keep(keeper->context, w, stopping);
    }
    return w->tick < w->n_ticks ? error_set(err, ERROR_INTERRUPTED, "interrupted") : ERROR_NONE;
}

/* ---- state ------------------------------------------------------------------------------------------------------------ */

static void *part_of(void *record, size_t offset) { return (char *)record + offset; }

static uint32_t number_at(void *record, size_t offset)
{
    uint32_t n;
    memcpy(&n, part_of(record, offset), sizeof n);
    return n;
}

/* Pointers and room are the block's own: from one record to another. */
static void copy_own(const struct model *m, void *to, const void *from)
{
    for (uint32_t a = 0; a < m->n_block_arrays; a++) {
        size_t pointer = m->block_arrays[a].pointer, room = m->block_arrays[a].room;
        memcpy(part_of(to, pointer), (const char *)from + pointer, sizeof(void *));
        memcpy(part_of(to, room), (const char *)from + room, sizeof(uint32_t));
    }
}

/* Without what is a block's own: the same state is the same bytes. */
static int pass_records(struct world *w, struct state_walk *s, struct error *err)
{
    const struct model *m = w->setup.model;
    char *copy = malloc(m->block_size + 1), *none = calloc(1, m->block_size + 1);
    int code = copy && none ? ERROR_NONE : error_set(err, ERROR_RUN, "no memory for a block's record");
    for (uint32_t b = 0; b < w->n_blocks && !code; b++) {
        void *record = world_block(w, b);
        memcpy(copy, record, m->block_size);
        copy_own(m, copy, none);
        code = state_pass(s, "blocks", copy, m->block_size, err);
        if (!s->restores || code) continue;
        copy_own(m, copy, record);
        memcpy(record, copy, m->block_size);
    }
    free(copy);
    free(none);
    return code;
}

/* Room for what is put back; all arrays that share a room are asked before it is widened. */
static int make_room(const struct model *m, void *record, struct error *err)
{
    for (uint32_t a = 0; a < m->n_block_arrays; a++) {
        const struct block_array *array = &m->block_arrays[a];
        if (array->used == BLOCK_SCRATCH || number_at(record, array->used) <= number_at(record, array->room)) continue;
        void *pointer, *more;
        memcpy(&pointer, part_of(record, array->pointer), sizeof pointer);
        more = realloc(pointer, number_at(record, array->used) * array->size);
        if (!more) return error_set(err, ERROR_RUN, "no memory for %s", array->name);
        memcpy(part_of(record, array->pointer), &more, sizeof more);
    }
    for (uint32_t a = 0; a < m->n_block_arrays; a++) {
        const struct block_array *array = &m->block_arrays[a];
        if (array->used != BLOCK_SCRATCH && number_at(record, array->used) > number_at(record, array->room))
            memcpy(part_of(record, array->room), part_of(record, array->used), sizeof(uint32_t));
    }
    return ERROR_NONE;
}

static int pass_blocks(struct world *w, struct state_walk *s, struct error *err)
{
    const struct model *m = w->setup.model;
    int code = pass_records(w, s, err);
    for (uint32_t b = 0; s->restores && b < w->n_blocks && !code; b++)
        code = make_room(m, world_block(w, b), err);
    for (uint32_t a = 0; a < m->n_block_arrays; a++) {
        const struct block_array *array = &m->block_arrays[a];
        for (uint32_t b = 0; array->used != BLOCK_SCRATCH && b < w->n_blocks && !code; b++) {
            void *record = world_block(w, b), *pointer;
            memcpy(&pointer, part_of(record, array->pointer), sizeof pointer);
            code = state_pass(s, array->name, pointer, number_at(record, array->used) * array->size, err);
        }
    }
    return code;
}

static int pass_place(struct world *w, struct state_walk *s, struct error *err)
{
    uint32_t tick = w->tick;
    uint64_t seed = w->seed;
    int code = state_pass(s, "tick", &tick, sizeof tick, err);
    if (!code) code = state_pass(s, "seed", &seed, sizeof seed, err);
    if (code) return code;
    if (seed != w->seed || tick > w->n_ticks) return error_set(err, ERROR_IO, "the state is of another run");
    set_tick(w, tick);
    return ERROR_NONE;
}

static int pass_all(struct world *w, struct state_walk *s, struct error *err)
{
    const struct model *m = w->setup.model;
    int code = pass_place(w, s, err);
    if (!code) code = state_pass(s, "results", w->results, w->setup.layout->n_doubles * sizeof *w->results, err);
    if (!code && w->snapshots) code = snapshot_pass(w, s, err);
    if (code || w->tick == w->n_ticks) return code;
    for (uint32_t f = 0; f < m->n_fields && !code; f++) {
        size_t bytes = (size_t)w->n_firms * m->fields[f].size * m->fields[f].width;
        code = state_pass(s, m->fields[f].name, column_of(w, &m->fields[f]), bytes, err);
    }
    if (!code) code = pass_blocks(w, s, err);
    return code ? code : network_pass(&w->ties, s, err);
}

int world_pass(struct world *w, struct state_walk *s, struct error *err)
{
    int code = pass_all(w, s, err);
    if (code && s->restores && w->snapshots) snapshot_clear(w->snapshots);
    return code;
}

/* ---- audit: do the processes read and write what they declare? ------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    for (size_t k = 0; k < n; k++)
        hash = (hash ^ ((const unsigned char *)bytes)[k]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t ties_hash(const struct network *g)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (uint32_t i = 0; i < g->n_rows; i++) {
        uint32_t n = g->rows[i].n;
        h = mix(h, network_to(g, i), n * sizeof(uint32_t));
        for (uint32_t v = 0; v < g->n_values; v++)
            h = mix(h, network_value(g, i, v), n * sizeof(float));
        h = mix(h, network_touched(g, i), n * sizeof(uint16_t));
        h = mix(h, network_kind(g, i), n);
    }
    return h;
}

static uint64_t blocks_hash(const struct world *w)
{
    return mix(1, w->blocks, (size_t)w->n_blocks * w->setup.model->block_size);
}

static int audit_process(struct world *w, const struct process *p, const char *before, char *after, struct error *err)
{
    const struct model *m = w->setup.model;
    uint64_t ties = ties_hash(&w->ties), blocks = blocks_hash(w);
    for (uint32_t f = 0; f < m->n_fields; f++)
        if (!((p->reads | p->writes) & PROCESS_FIELD(f)))
            memset(column_of(w, &m->fields[f]), 0xA5, column_bytes(&m->fields[f], w->n_firms));
    memcpy(after, w->memory, columns_bytes(m, w->n_firms));
    for (uint32_t b = 0; b < w->n_blocks; b++)
        p->run(w, b);
    for (uint32_t f = 0; f < m->n_fields; f++) {
        char *column = column_of(w, &m->fields[f]);
        size_t at = (size_t)(column - (char *)w->memory), bytes = column_bytes(&m->fields[f], w->n_firms);
        if (p->writes & PROCESS_FIELD(f)) continue;
        if (memcmp(column, after + at, bytes))
            return error_set(err, ERROR_RUN, "%s writes %s, which it does not declare", p->name, m->fields[f].name);
        memcpy(column, before + at, bytes);
    }
    if (!(p->writes & PROCESS_TIES) && ties != ties_hash(&w->ties))
        return error_set(err, ERROR_RUN, "%s writes ties, which it does not declare", p->name);
    if (!(p->writes & PROCESS_BLOCK) && blocks != blocks_hash(w))
        return error_set(err, ERROR_RUN, "%s writes its block, which it does not declare", p->name);
    return network_verify(&w->ties, err);
}

int world_step_audited(struct world *w, struct error *err)
{
    const struct model *m = w->setup.model;
    size_t bytes = columns_bytes(m, w->n_firms);
    char *before = malloc(bytes + 1), *after = malloc(bytes + 1);
    int code = before && after ? ERROR_NONE : error_set(err, ERROR_RUN, "no memory for an audit");
    for (uint32_t b = 0; b < w->n_blocks; b++)
        forget_observed(w, b);
    for (uint32_t p = 0; !code && p < m->n_processes; p++) {
        if (!w->enabled[p]) continue;
        memcpy(before, w->memory, bytes);
        code = audit_process(w, &m->schedule[p], before, after, err);
        for (uint32_t b = 0; !code && b < w->n_blocks; b++)
            code = m->verify(w, b, err);
        if (code) error_add(err, code, "after process %s of tick %u", m->schedule[p].name, w->tick);
    }
    if (!code) end_tick(w);
    free(before);
    free(after);
    return code;
}
