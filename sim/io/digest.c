#include "io/digest.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

struct digest {
    XXH3_state_t *state;
};

int digest_open(struct digest **d, struct error *err)
{
    *d = calloc(1, sizeof **d);
    if (*d) (*d)->state = XXH3_createState();
    if (!*d || !(*d)->state) {
        digest_close(d);
        return error_set(err, ERROR_IO, "no memory for a digest");
    }
    digest_reset(*d);
    return ERROR_NONE;
}

void digest_close(struct digest **d)
{
    if (*d) XXH3_freeState((*d)->state);
    free(*d);
    *d = NULL;
}

/* The calls of XXH3 below fail only for a NULL state. */
void digest_reset(struct digest *d) { (void)XXH3_128bits_reset(d->state); }

void digest_bytes(struct digest *d, const void *bytes, size_t n) { (void)XXH3_128bits_update(d->state, bytes, n); }

void digest_doubles(struct digest *d, const double *values, size_t n)
{
#if __BYTE_ORDER == __LITTLE_ENDIAN
    digest_bytes(d, values, n * sizeof *values);
#else
    for (size_t k = 0; k < n; k++) {
        uint64_t bits;
        memcpy(&bits, &values[k], sizeof bits);
        bits = htole64(bits);
        digest_bytes(d, &bits, sizeof bits);
    }
#endif
}

void digest_text(struct digest *d, const char *text) { digest_bytes(d, text, strlen(text)); }

static void print(XXH128_hash_t hash, char hex[DIGEST_SIZE])
{
    XXH128_canonical_t bytes;
    XXH128_canonicalFromHash(&bytes, hash);
    for (size_t k = 0; k < sizeof bytes.digest; k++) {
        hex[2 * k] = "0123456789abcdef"[bytes.digest[k] >> 4];
        hex[2 * k + 1] = "0123456789abcdef"[bytes.digest[k] & 15];
    }
    hex[2 * sizeof bytes.digest] = '\0';
}

void digest_hex(const struct digest *d, char hex[DIGEST_SIZE]) { print(XXH3_128bits_digest(d->state), hex); }

void digest_of_text(const char *text, char hex[DIGEST_SIZE]) { print(XXH3_128bits(text, strlen(text)), hex); }

/* ---- files ------------------------------------------------------------------------------------------------------------- */

enum { PIECE = 1 << 20 };

static int digest_pieces(struct digest *d, int file, void *piece)
{
    for (;;) {
        ssize_t n = read(file, piece, PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return 0;
        digest_bytes(d, piece, (size_t)n);
    }
}

int digest_file(const char *path, char hex[DIGEST_SIZE], struct error *err)
{
    struct digest *d = NULL;
    void *piece = malloc(PIECE);
    int code = piece ? digest_open(&d, err) : error_set(err, ERROR_IO, "no memory to read %s", path);
    int file = code ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    int why = code || file >= 0 ? 0 : errno;
    if (file >= 0) {
        why = digest_pieces(d, file, piece);
        close(file);
        digest_hex(d, hex);
    }
    if (why) code = error_set(err, ERROR_IO, "%s: cannot read the file: %s", path, strerror(why));
    digest_close(&d);
    free(piece);
    return code;
}

int digest_check_file(const char *path, const char *hex, struct error *err)
{
    char found[DIGEST_SIZE];
    int code = digest_file(path, found, err);
    if (code || strncmp(hex, found, DIGEST_SIZE - 1) == 0) return code;
    return error_set(err, ERROR_RUN, "%s: its bytes are not those that were written", path);
}
