#include "io/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int unreadable(struct error *why, int number)
{
    return error_set(why, ERROR_CONFIG, "cannot be read: %s", strerror(number));
}

static int check_kind(int fd, size_t most, struct stat *status, struct error *why)
{
    if (fstat(fd, status) != 0) return unreadable(why, errno);
    if (S_ISDIR(status->st_mode)) return unreadable(why, EISDIR);
    if (!S_ISREG(status->st_mode))
        return error_set(why, ERROR_CONFIG, "cannot be read: found a pipe or a device, expected a regular file");
    if ((unsigned long long)status->st_size > most)
        return error_set(why, ERROR_CONFIG, "found %lld bytes, expected at most %zu", (long long)status->st_size, most);
    return ERROR_NONE;
}

/* Read to the end or one byte past `most`: a file can grow while it is read, and those of /proc say they are empty. */
static int read_all(int fd, size_t most, struct textfile *file, struct error *why)
{
    size_t room = 0;
    for (;;) {
        if (file->length == room) {
            room = room ? 2 * room : 16384;
            char *larger = realloc(file->text, room + 1);
            if (!larger) return error_set(why, ERROR_RUN, "no memory for %zu bytes of text", room);
            file->text = larger;
        }
        ssize_t n = read(fd, file->text + file->length, room - file->length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return unreadable(why, errno);
        file->length += (size_t)n;
        file->text[file->length] = '\0';
        if (n == 0) return ERROR_NONE;
        if (file->length > most) return error_set(why, ERROR_CONFIG, "found more than %zu bytes, expected fewer", most);
    }
}

/* Bytes of the UTF-8 character at `c` (Unicode 15, table 3-7), or 0 when it is none. */
static size_t character_bytes(const unsigned char *c, size_t left)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t bytes;
    } forms[] = {{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        size_t bytes = forms[f].bytes;
        if (c[0] < forms[f].first_low || c[0] > forms[f].first_high) continue;
        if (bytes > left || (bytes > 1 && (c[1] < forms[f].second_low || c[1] > forms[f].second_high))) return 0;
        for (size_t k = 2; k < bytes; k++)
            if ((c[k] & 0xc0) != 0x80) return 0;
        return bytes;
    }
    return 0;
}

/* The first byte that is no UTF-8, or NULL. *wide: did a character of several bytes stand anywhere? */
static const unsigned char *first_bad(const char *text, size_t length, bool *wide)
{
    const unsigned char *c = (const unsigned char *)text, *end = c + length, *bad = NULL;
    for (size_t bytes; c < end; c += bytes ? bytes : 1) {
        bytes = character_bytes(c, (size_t)(end - c));
        if (bytes == 0 && !bad) bad = c;
        if (bytes > 1) *wide = true;
        if (bad && *wide) break;
    }
    return bad;
}

bool textfile_is_utf8(const char *text)
{
    bool wide = false;
    return !first_bad(text, strlen(text), &wide);
}

/* ---- Windows-1252 ----------------------------------------------------------------------------------------------- */

/* Characters of 0x80 to 0x9f; 0: none. Those above are Latin-1's own numbers. */
static const unsigned upper[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                   0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static unsigned character_1252(unsigned char c) { return c >= 0x80 && c < 0xa0 ? upper[c - 0x80] : c; }

/* The first byte that stands for nothing, or NULL. */
static const unsigned char *first_bad_1252(const struct textfile *file)
{
    for (size_t k = 0; k < file->length; k++)
        if (!character_1252((unsigned char)file->text[k])) return (const unsigned char *)file->text + k;
    return NULL;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

static int convert_1252(struct textfile *file, struct error *why)
{
    char *text = malloc(3 * file->length + 1), *to = text;
    if (!text) return error_set(why, ERROR_RUN, "no memory for %zu bytes of text", 3 * file->length);
    for (size_t k = 0; k < file->length; k++)
        to = put_utf8(to, character_1252((unsigned char)file->text[k]));
    *to = '\0';
    free(file->text);
    file->text = text;
    file->length = (size_t)(to - text);
    return ERROR_NONE;
}

/* ---- the whole file --------------------------------------------------------------------------------------------- */

static bool starts_as_utf16(const struct textfile *file)
{
    return file->length >= 2 && (memcmp(file->text, "\xff\xfe", 2) == 0 || memcmp(file->text, "\xfe\xff", 2) == 0);
}

static int check_characters(struct textfile *file, enum textfile_encoding encoding, unsigned *line, struct error *why)
{
    bool wide = false, both = encoding == TEXTFILE_UTF8_OR_1252;
    const char *expected = both ? "text in UTF-8 or Windows-1252" : "text in UTF-8";
    const unsigned char *bad = first_bad(file->text, file->length, &wide);
    if (!bad) return ERROR_NONE;
    if (both && !wide) {
        if (starts_as_utf16(file)) return error_set(why, ERROR_CONFIG, "found UTF-16, expected %s", expected);
        bad = first_bad_1252(file);
        if (!bad) return convert_1252(file, why);
    }
    *line = 1;
    for (const char *c = file->text; c < (const char *)bad; c++)
        *line += *c == '\n';
    if (!*bad) return error_set(why, ERROR_CONFIG, "found a NUL byte, expected %s", expected);
    return error_set(why, ERROR_CONFIG, "found the byte 0x%02x%s, expected %s", *bad,
                     both && wide ? " in a text that is UTF-8 elsewhere" : "", expected);
}

static void drop_byte_order_mark(struct textfile *file)
{
    if (strncmp(file->text, "\xef\xbb\xbf", 3) != 0) return;
    file->length -= 3;
    memmove(file->text, file->text + 3, file->length + 1);
}

int textfile_read(const char *path, size_t most, enum textfile_encoding encoding, struct textfile *file, unsigned *line,
                  struct error *why)
{
    memset(file, 0, sizeof *file);
    *line = 0;
    int fd =
        open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); /* non-blocking: a FIFO would wait for a writer */
    if (fd < 0) return unreadable(why, errno);
    struct stat status;
    int code = check_kind(fd, most, &status, why);
    if (!code) code = read_all(fd, most, file, why);
    if (!code) code = check_characters(file, encoding, line, why);
    if (code) goto out;
    drop_byte_order_mark(file);
    file->device = status.st_dev;
    file->inode = status.st_ino;
out:
    close(fd);
    if (code) textfile_free(file);
    return code;
}

void textfile_free(struct textfile *file)
{
    free(file->text);
    memset(file, 0, sizeof *file);
}

char *textfile_beside(const char *named_in, const char *path)
{
    const char *slash = strrchr(named_in, '/');
    char *joined = NULL;
    if (*path == '/' || !slash) return strdup(path);
    return asprintf(&joined, "%.*s/%s", (int)(slash - named_in), named_in, path) < 0 ? NULL : joined;
}
