#include "io/checksum.h"

#include <string.h>

/* Words of 16 bits are added in LANES columns at once, and each column's running sum is summed too. After STEPS rows of the
 * largest words (65535 * STEPS * (STEPS + 1) / 2) that is still below 2^32. */
enum { LANES = 32, STEPS = 256, WORDS = LANES * STEPS };

struct sums {
    uint64_t plain, weighted; /* of words w[0..n-1], modulo 65535: sum of w[i], sum of (n - i) w[i] */
};

/* Both modulo 65535, where 65535 stands for what is not zero. */
static uint64_t fold(uint64_t x)
{
    while (x >> 16)
        x = (x & 0xffff) + (x >> 16);
    return x;
}

/* What `s` becomes when n more words follow, which have those sums. */
static void follow(struct sums *s, uint64_t n, uint64_t plain, uint64_t weighted)
{
    s->weighted = fold(s->weighted + fold(n) * s->plain + fold(weighted));
    s->plain = fold(s->plain + fold(plain));
}

/* steps * LANES words. Lane l of the last row has weight LANES - l, each row before it LANES more. */
static void add_rows(struct sums *s, const unsigned char *at, uint32_t steps)
{
    uint32_t plain[LANES] = {0}, running[LANES] = {0};
    uint64_t sum = 0, weighted = 0;
    for (uint32_t k = 0; k < steps; k++) {
        uint16_t word[LANES];
        memcpy(word, at + k * sizeof word, sizeof word);
        for (int l = 0; l < LANES; l++) {
            plain[l] += word[l];
            running[l] += plain[l];
        }
    }
    for (uint64_t l = 0; l < LANES; l++) {
        sum += plain[l];
        weighted += LANES * (uint64_t)running[l] - l * plain[l];
    }
    follow(s, (uint64_t)steps * LANES, sum, weighted);
}

/* The filter reads words most significant byte first. Changing the order of bytes is multiplying by 256 modulo 65535, so words are
 * read as they stand here, and the sums turned round where that is the other order. */
static uint32_t turn(uint64_t sum)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    sum = (sum << 8 | sum >> 8) & 0xffff;
#endif
    return (uint32_t)sum;
}

uint32_t checksum_fletcher32(const void *data, size_t bytes)
{
    const unsigned char *at = data;
    size_t n = bytes / 2;
    struct sums s = {0, 0};
    for (; n >= WORDS; n -= WORDS, at += 2 * WORDS)
        add_rows(&s, at, STEPS);
    uint32_t rows = (uint32_t)(n / LANES);
    add_rows(&s, at, rows);
    at += 2 * (size_t)rows * LANES;
    for (n %= LANES; n > 0; n--, at += 2) {
        uint16_t word;
        memcpy(&word, at, sizeof word);
        follow(&s, 1, word, word);
    }
    return turn(s.weighted) << 16 | turn(s.plain);
}
