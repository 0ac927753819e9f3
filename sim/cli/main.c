/* main.c - finds the verb and does it; every error ends here as one message on stderr and an exit code. */
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/stop.h"
#include "cli/verb.h"

/* A standard file that the caller has closed would be reused by the next open, and results mixed with messages. */
static void hold_standard_files(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1) _exit(ERROR_IO);
}

/* Results and HDF5's buffers come and go by the megabyte. What is freed stays with the process: to take it from the system
 * again costs more than to fill it. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that it can be */
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

static int do_verb(const struct verb *verb, int argc, char **argv, struct error *err)
{
    struct options o;
    int code = options_parse(&o, verb, argc, argv, err);
    if (!code && o.help && o.json)
        code = help_verb_json(verb, err);
    else if (!code && o.help)
        help_verb(stdout, verb);
    else if (!code && o.version)
        help_version(stdout);
    else if (!code)
        code = verb->run(&o, err);
    options_free(&o);
    return code;
}

static int tell_unknown(const char *name, struct error *err)
{
    if (*name == '-')
        return error_set(err, ERROR_CONFIG, "the verb comes first, options after it: klynge VERB %s ...", name);
    const char *nearest = verb_nearest(name);
    return error_set(err, ERROR_CONFIG, "unknown verb %s%s%s%s", name, nearest ? "; did you mean " : "",
                     nearest ? nearest : "", nearest ? "?" : "; `klynge --help` lists the verbs");
}

static int dispatch(int argc, char **argv, struct error *err)
{
    const char *name = argv[1];
    const struct verb *verb = verb_find(name);
    if (verb) return do_verb(verb, argc, argv, err);
    int code = verb_become(name, argv + 1, err);
    return code ? code : tell_unknown(name, err);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static bool asks_for_help(const char *word) { return is_one_of(word, "--help", "-h") || strcmp(word, "help") == 0; }

static int begin(int argc, char **argv, struct error *err)
{
    static char help[] = "--help";
    if (argc < 2) {
        help_program(stderr);
        return error_set(err, ERROR_CONFIG, "no verb is given");
    }
    if (asks_for_help(argv[1]) && argc > 2 && strcmp(argv[2], "--json") == 0) return help_program_json(err);
    if (strcmp(argv[1], "help") == 0 && argc > 2) {
        char *asked[] = {argv[0], argv[2], help, NULL};
        return dispatch(3, asked, err);
    }
    if (asks_for_help(argv[1]))
        help_program(stdout);
    else if (is_one_of(argv[1], "--version", "-V"))
        help_version(stdout);
    else
        return dispatch(argc, argv, err);
    return ERROR_NONE;
}

/* "act.cfg:12: ..." stands as it is, and so do several lines, so that editors find the places. */
static bool names_places(const char *text)
{
    const char *colon = strchr(text, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    return strchr(text, '\n') || (digits && colon[1 + digits] == ':');
}

static void tell(const struct error *err, const char *verb)
{
    if (names_places(err->text))
        fprintf(stderr, "%s\n", err->text);
    else
        fprintf(stderr, "klynge%s%s: %s\n", verb ? " " : "", verb ? verb : "", err->text);
}

int main(int argc, char **argv)
{
    struct error err = {0};
    gsl_set_error_handler_off();
    keep_memory();
    hold_standard_files();
    stop_never_silently();
    int code = begin(argc, argv, &err);
    int written = answer_flush(code ? NULL : &err);
    if (!code) code = written;
    if (code) tell(&err, argc > 1 && verb_find(argv[1]) ? argv[1] : NULL);
    return code;
}
