/* publish.h - a file appears under its name whole, or not at all.
 *
 * It is written under a unique temporary name beside the final one (host, process and a nonce in it, so that two starts
 * of one job never meet), synced, renamed, and the folder is synced. Only then is it reported done.
 */
#ifndef KLYNGE_IO_PUBLISH_H
#define KLYNGE_IO_PUBLISH_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "core/error.h"

struct publish {
    char *final;     /* where the file will be; a symbolic link that exists is followed */
    char *temporary; /* where it is written; empty after publish_begin. NULL: nothing to remove */
    char *folder;    /* of both */
    bool force;      /* replace what stands at `final` */
};

enum { PUBLISH_HOST = 65 };
/* This host, as names of files have it. */
void publish_host(char host[PUBLISH_HOST]);
/* Is that the last part of a name that publish_begin gives to a temporary file? *pid: its process, 0 where that is of another host. */
bool publish_is_temporary(const char *name, pid_t *pid);

/* Remove it if it is old at time `now` of its file system: if nobody writes it any more. */
void publish_remove_left(const char *path, pid_t pid, time_t now);

/* Check the name and claim a temporary file. ERROR_CONFIG for what was asked wrongly (file exists and no force, a folder
 * that does not exist, a path that is no regular file), ERROR_IO for the rest. */
int publish_begin(struct publish *p, const char *path, bool force, struct error *err);

/* fsync the temporary file: call after it is closed, before it is verified. */
int publish_sync(const struct publish *p, struct error *err);

/* Another last part of the final name, known only now: a file that is called by what it holds. */
int publish_call(struct publish *p, const char *name, struct error *err);

/* Rename and fsync the folder. Without force it refuses a file that has appeared meanwhile, and keeps the temporary
 * file, which the message names. Frees p's texts on success. */
int publish_commit(struct publish *p, struct error *err);

/* Remove the temporary file, if there is one, and nothing else; free p's texts. */
void publish_abandon(struct publish *p);

#endif
