#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/checksum.h"

/* As HDF5's specification has it: words of 16 bits, most significant byte first; sums fold their carry, so that a sum that is a
 * multiple of 65535 is 65535, and 0 only where all words are. */
static uint32_t naive(const unsigned char *at, size_t bytes)
{
    uint32_t plain = 0, weighted = 0;
    for (size_t k = 0; k < bytes; k += 2) {
        plain += (uint32_t)at[k] << 8 | at[k + 1];
        plain = (plain & 0xffff) + (plain >> 16);
        weighted += plain;
        weighted = (weighted & 0xffff) + (weighted >> 16);
    }
    return weighted << 16 | plain;
}

enum { ROOM = 200000 };

static void compare(const unsigned char *bytes)
{
    static const size_t lengths[] = {0, 2, 4, 62, 64, 66, 960, 1024, 16382, 16384, 16386, 32768, 61440, 100002, 199998};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
        cr_assert_eq(checksum_fletcher32(bytes, lengths[k]), naive(bytes, lengths[k]), "%zu bytes", lengths[k]);
}

Test(checksum, is_that_of_the_plain_loop_for_any_length)
{
    static unsigned char bytes[ROOM];
    srand(7);
    for (size_t k = 0; k < ROOM; k++)
        bytes[k] = (unsigned char)(rand() >> 7);
    compare(bytes);
    compare(bytes + 1);
}

Test(checksum, holds_the_largest_words_and_none)
{
    static unsigned char bytes[ROOM];
    compare(bytes);
    memset(bytes, 0xff, ROOM);
    compare(bytes);
}

Test(checksum, tells_words_that_changed_places)
{
    const unsigned char one[] = {1, 2, 3, 4}, other[] = {3, 4, 1, 2};
    cr_assert_neq(checksum_fletcher32(one, 4), checksum_fletcher32(other, 4));
}
