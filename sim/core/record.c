#include "core/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"
#include "core/world.h"

enum { FIRST_ROOM = 64 };

struct records *record_open(uint32_t n_blocks, uint32_t n_kinds)
{
    struct records *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->n_blocks = n_blocks;
    r->n_kinds = n_kinds;
    r->list = calloc((size_t)n_blocks * n_kinds + 1, sizeof *r->list);
    if (r->list) return r;
    free(r);
    return NULL;
}

void record_close(struct records *r)
{
    if (!r) return;
    for (size_t k = 0; k < (size_t)r->n_blocks * r->n_kinds; k++)
        free(r->list[k].row);
    free(r->list);
    free(r);
}

void record_clear(struct records *r)
{
    for (size_t k = 0; k < (size_t)r->n_blocks * r->n_kinds; k++)
        r->list[k].n = 0;
}

int record_pass(const struct world *w, struct state_walk *s, struct error *err)
{
    struct records *r = w->snapshots->records;
    int code = ERROR_NONE;
    for (size_t k = 0; k < (size_t)r->n_blocks * r->n_kinds && !code; k++) {
        struct record_list *list = &r->list[k];
        size_t n = list->n;
        code = state_pass(s, "records", &n, sizeof n, err);
        if (s->restores) list->n = list->room = 0;
        if (!code)
            code =
                state_pass_array(s, "records", &list->row, n, w->setup.model->record_kinds[k % r->n_kinds].size, err);
        if (s->restores && !code) list->n = list->room = n;
    }
    return code;
}

bool record_wanted(const struct world *w) { return w->snapshots && w->snapshots->records; }

static struct record_list *list_of(const struct world *w, uint32_t block, uint32_t kind)
{
    struct records *r = w->snapshots->records;
    return &r->list[(size_t)block * r->n_kinds + kind];
}

size_t record_add(struct world *w, uint32_t block, uint32_t kind, const void *row)
{
    if (!record_wanted(w)) return RECORD_NONE;
    struct record_list *list = list_of(w, block, kind);
    size_t size = w->setup.model->record_kinds[kind].size;
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : FIRST_ROOM;
        char *grown = realloc(list->row, room * size);
        if (!grown) {
            world_fail(w);
            return RECORD_NONE;
        }
        list->row = grown;
        list->room = room;
    }
    memcpy(list->row + list->n * size, row, size);
    return list->n++;
}

void *record_at(const struct world *w, uint32_t block, uint32_t kind, size_t place)
{
    if (place == RECORD_NONE || !record_wanted(w)) return NULL;
    return list_of(w, block, kind)->row + place * w->setup.model->record_kinds[kind].size;
}
