/* room.c - memory of a cluster's record: allocated with the world, kept from run to run, grown when a tick needs more. */
#include <stdlib.h>

#include "cluster/cluster.h"

/* Room for what clusters of the presets need in nearly every tick. Contacts, requests, projects and ideas grow when they must; the oldest
 * applicant gives way. */
static struct cluster_room needed(const struct model_scale *scale)
{
    uint32_t n = scale->firms_per_block;
    struct cluster_room room = {.waiting = 256,
                                .requests = n / 16 + 8,
                                .contacts = 3 * n,
                                .projects = n / 4 + 8,
                                .ideas = n / 16 + 8,
                                .words = n * cluster_words(n),
                                .firms = n};
    return room;
}

#define SCRATCH(ctype, name, items, doc) ROOM(ctype, name, items, none, doc)

size_t cluster_block_bytes(const struct model_scale *scale)
{
    struct cluster_room room = needed(scale);
    size_t bytes = 0;
#define ROOM(ctype, name, items, used, doc) bytes += room.items * sizeof *room.name;
#include "cluster/room.def"
#undef ROOM
    return bytes;
}

int cluster_block_init(struct world *w, uint32_t block, struct error *err)
{
    struct cluster_room *room = &cluster_block(w, block)->room;
    bool good = true;
    *room = needed(&w->setup.scale);
#define ROOM(ctype, name, items, used, doc)                                                                            \
    room->name = calloc(room->items, sizeof *room->name);                                                              \
    good = good && room->name;
#include "cluster/room.def"
#undef ROOM
    if (good) return ERROR_NONE;
    return error_set(err, ERROR_RUN, "no memory for a cluster of %u firms", w->setup.scale.firms_per_block);
}

void cluster_block_free(struct world *w, uint32_t block)
{
    struct cluster_room *room = &cluster_block(w, block)->room;
#define ROOM(ctype, name, items, used, doc) free(room->name);
#include "cluster/room.def"
#undef ROOM
}

void *cluster_grow(struct world *w, void *array, uint32_t *capacity, size_t size)
{
    void *more = realloc(array, 2 * (size_t)*capacity * size);
    if (more)
        *capacity *= 2;
    else
        world_fail(w);
    return more;
}
