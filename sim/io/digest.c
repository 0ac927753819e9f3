#include "io/digest.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
