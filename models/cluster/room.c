/* room.c - memory of a cluster's record: allocated with the world, kept from run to run, grown when a tick needs more. */
#include <stdlib.h>

#include "cluster/cluster.h"

/* Room for what clusters of the presets need in nearly every tick. Contacts, requests, projects and ideas grow when they must; the oldest
 * applicant gives way. */
static struct cluster_room needed(const struct model_scale *scale)
{
    uint32_t n = scale->firms_per_block;
    struct cluster_room room = {
        .waiting = 256, .requests = n / 16 + 8, .contacts = 3 * n, .projects = n / 4 + 8, .ideas = n / 16 + 8};
    return room;
}

size_t cluster_block_bytes(const struct model_scale *scale)
{
    struct cluster_room room = needed(scale);
    return room.waiting * (sizeof *room.queue + sizeof *room.queued_at) + room.requests * sizeof *room.request +
           room.contacts * sizeof *room.contact + room.projects * sizeof *room.project +
           room.ideas * sizeof *room.idea +
           scale->firms_per_block *
               (cluster_words(scale->firms_per_block) * sizeof *room.known + sizeof *room.slot + 2 * sizeof *room.key);
}

int cluster_block_init(struct world *w, uint32_t block, struct error *err)
{
    const struct model_scale *scale = &w->setup.scale;
    struct cluster_room *room = &cluster_block(w, block)->room;
    *room = needed(scale);
    room->queue = calloc(room->waiting, sizeof *room->queue);
    room->queued_at = calloc(room->waiting, sizeof *room->queued_at);
    room->request = calloc(room->requests, sizeof *room->request);
    room->contact = calloc(room->contacts, sizeof *room->contact);
    room->project = calloc(room->projects, sizeof *room->project);
    room->idea = calloc(room->ideas, sizeof *room->idea);
    room->known = calloc((size_t)scale->firms_per_block * cluster_words(scale->firms_per_block), sizeof *room->known);
    room->slot = calloc(scale->firms_per_block, sizeof *room->slot);
    room->key = calloc(scale->firms_per_block, sizeof *room->key);
    room->more = calloc(scale->firms_per_block, sizeof *room->more);
    if (room->queue && room->queued_at && room->request && room->contact && room->project && room->idea &&
        room->known && room->slot && room->key && room->more)
        return ERROR_NONE;
    return error_set(err, ERROR_RUN, "no memory for a cluster of %u firms", scale->firms_per_block);
}

void cluster_block_free(struct world *w, uint32_t block)
{
    struct cluster_room *room = &cluster_block(w, block)->room;
    free(room->queue);
    free(room->queued_at);
    free(room->request);
    free(room->contact);
    free(room->project);
    free(room->idea);
    free(room->known);
    free(room->slot);
    free(room->key);
    free(room->more);
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
