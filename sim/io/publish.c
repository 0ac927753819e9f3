#include "io/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_SHOWN = 100, TRIES = 16 };

/* ---- names ---- */

static uint64_t nonce(void)
{
    uint64_t bits;
    if (getrandom(&bits, sizeof bits, 0) == (ssize_t)sizeof bits) return bits;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000007) ^ (uint64_t)now.tv_nsec;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void publish_host(char host[PUBLISH_HOST])
{
    *host = '\0';
    if (gethostname(host, PUBLISH_HOST - 1) || !*host) snprintf(host, PUBLISH_HOST, "unknown");
    host[PUBLISH_HOST - 1] = '\0';
    for (char *c = host; *c; c++)
        if (*c == '/') *c = '_';
}

/* FOLDER/NAME.HOST.PID.NONCE.tmp */
static char *temporary_name(const char *final)
{
    char host[PUBLISH_HOST], *name = NULL;
    publish_host(host);
    int folder = (int)(last_part(final) - final);
    if (asprintf(&name, "%.*s%.*s.%s.%ld.%016llx.tmp", folder, final, NAME_SHOWN, last_part(final), host,
                 (long)getpid(), (unsigned long long)nonce()) < 0)
        return NULL;
    return name;
}

bool publish_is_temporary(const char *name, pid_t *pid)
{
    enum { NONCE = 16, END = sizeof ".tmp" - 1 };
    char host[PUBLISH_HOST], start[PUBLISH_HOST + 2];
    size_t n = strlen(name);
    if (n < NONCE + END + 2 || strcmp(name + n - END, ".tmp") != 0) return false;
    const char *nonce_at = name + n - END - NONCE, *at = nonce_at - 1;
    if (*at != '.' || strspn(nonce_at, "0123456789abcdef") != NONCE) return false;
    while (at > name && at[-1] >= '0' && at[-1] <= '9')
        at--;
    if (at == nonce_at - 1 || at == name || at[-1] != '.' || strchr(name, '.') == at - 1)
        return false; /* a name and a host */
    publish_host(host);
    int length = snprintf(start, sizeof start, ".%s.", host);
    bool here = at - name > length && strncmp(at - length, start, (size_t)length) == 0;
    *pid = here ? (pid_t)strtol(at, NULL, 10) : 0;
    return true;
}

/* A temporary file is written for seconds. One of a process of this host that is dead is removed after the first age, any after the
 * second. */
enum { DEAD_SECONDS = 60, OLD_SECONDS = 3600 };

static bool is_dead(pid_t pid) { return pid > 0 && kill(pid, 0) != 0 && errno == ESRCH; }

void publish_remove_left(const char *path, pid_t pid, time_t now)
{
    struct stat about;
    if (stat(path, &about)) return;
    double age = difftime(now, about.st_mtime);
    if (age > OLD_SECONDS || (age > DEAD_SECONDS && is_dead(pid))) unlink(path);
}

/* The name itself, or what it points at when it is a symbolic link. NULL and an error when that leads nowhere. */
static char *resolve(const char *path, struct error *err)
{
    struct stat about;
    char *name = NULL;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode)) {
        name = realpath(path, NULL);
        if (!name) error_set(err, ERROR_CONFIG, "%s: a symbolic link that leads nowhere: %s", path, strerror(errno));
    } else {
        name = strdup(path);
        if (!name) error_set(err, ERROR_IO, "no memory for a file's name");
    }
    return name;
}

static char *folder_of(const char *path)
{
    size_t length = (size_t)(last_part(path) - path);
    if (length == 0) return strdup(".");
    return strndup(path, length > 1 ? length - 1 : 1);
}

/* ---- checks ---- */

static int check_final(const char *path, bool force, struct error *err)
{
    struct stat about;
    if (!last_part(path)[0])
        return error_set(err, ERROR_CONFIG, "output: found \"%s\", expected the name of a file", path);
    if (stat(path, &about)) {
        if (errno == ENAMETOOLONG) return error_set(err, ERROR_CONFIG, "%s: the name is too long", path);
        return ERROR_NONE; /* not there, or the folder's check says why */
    }
    if (S_ISDIR(about.st_mode))
        return error_set(err, ERROR_CONFIG, "%s: found a folder, expected the name of a file to write", path);
    if (!S_ISREG(about.st_mode))
        return error_set(err, ERROR_CONFIG, "%s: found something that is no regular file, expected a name to write",
                         path);
    if (!force) return error_set(err, ERROR_CONFIG, "%s: the file exists already; --force replaces it", path);
    return ERROR_NONE;
}

static int check_folder(const char *path, const char *folder, struct error *err)
{
    struct stat about;
    if (stat(folder, &about)) {
        int code = errno == ENOENT || errno == ENOTDIR ? ERROR_CONFIG : ERROR_IO;
        return error_set(err, code, "%s: the folder %s cannot be used: %s", path, folder, strerror(errno));
    }
    if (!S_ISDIR(about.st_mode)) return error_set(err, ERROR_CONFIG, "%s: %s is no folder", path, folder);
    return ERROR_NONE;
}

static int claim(struct publish *p, struct error *err)
{
    for (int k = 0; k < TRIES; k++) {
        free(p->temporary);
        p->temporary = temporary_name(p->final);
        if (!p->temporary) return error_set(err, ERROR_IO, "no memory for a file's name");
        int file = open(p->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (file >= 0 && close(file) == 0) return ERROR_NONE;
        if (file >= 0) unlink(p->temporary);
        if (file < 0 && errno == EEXIST) continue;
        break;
    }
    int why = errno;
    free(p->temporary);
    p->temporary = NULL;
    return error_set(err, ERROR_IO, "%s: cannot write in the folder %s: %s", p->final, p->folder, strerror(why));
}

/* ---- the three steps ---- */

static void release(struct publish *p)
{
    free(p->final);
    free(p->temporary);
    free(p->folder);
    memset(p, 0, sizeof *p);
}

int publish_begin(struct publish *p, const char *path, bool force, struct error *err)
{
    memset(p, 0, sizeof *p);
    p->force = force;
    p->final = resolve(path, err);
    if (!p->final) return err && err->code ? err->code : ERROR_IO;
    int code = check_final(p->final, force, err);
    if (!code) {
        p->folder = folder_of(p->final);
        code = p->folder ? check_folder(p->final, p->folder, err)
                         : error_set(err, ERROR_IO, "no memory for a file's name");
    }
    if (!code) code = claim(p, err);
    if (code) release(p);
    return code;
}

static int sync_path(const char *path, int flags)
{
    int file = open(path, flags | O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    int why = fsync(file) ? errno : 0;
    if (close(file) && !why) why = errno;
    return why;
}

int publish_sync(const struct publish *p, struct error *err)
{
    int why = sync_path(p->temporary, 0);
    if (why) return error_set(err, ERROR_IO, "%s: cannot bring it to the disk: %s", p->final, strerror(why));
    return ERROR_NONE;
}

int publish_call(struct publish *p, const char *name, struct error *err)
{
    char *final = NULL;
    if (asprintf(&final, "%.*s%s", (int)(last_part(p->final) - p->final), p->final, name) < 0)
        return error_set(err, ERROR_IO, "no memory for a file's name");
    free(p->final);
    p->final = final;
    return ERROR_NONE;
}

/* Give `to` to the file `from` unless `to` is taken; for file systems that cannot do it in one step too. */
static int rename_if_free(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (link(from, to) == 0) return unlink(from) ? errno : 0;
    if (errno == EEXIST) return EEXIST;
    if (access(to, F_OK) == 0) return EEXIST;
    return rename(from, to) ? errno : 0;
}

int publish_commit(struct publish *p, struct error *err)
{
    int why = p->force ? (rename(p->temporary, p->final) ? errno : 0) : rename_if_free(p->temporary, p->final);
    if (why) {
        int code = error_set(err, ERROR_IO, "%s: the results are whole but cannot have that name: %s; they are in %s",
                             p->final, strerror(why), p->temporary);
        release(p);
        return code;
    }
    why = sync_path(p->folder, O_DIRECTORY);
    int code = ERROR_NONE;
    if (why && why != EINVAL) /* EINVAL: a file system whose folders need no fsync */
        code = error_set(err, ERROR_IO, "%s is written, but its folder cannot be brought to the disk: %s", p->final,
                         strerror(why));
    release(p);
    return code;
}

void publish_abandon(struct publish *p)
{
    if (p->temporary) unlink(p->temporary);
    release(p);
}
