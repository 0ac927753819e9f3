/* help.h - what the program says about itself. */
#ifndef KLYNGE_CLI_HELP_H
#define KLYNGE_CLI_HELP_H

#include <stdio.h>

struct verb;

/* What the program is for, the verbs, examples. */
void help_program(FILE *to);
/* Usage, what it does, options, examples, exit codes. */
void help_verb(FILE *to, const struct verb *verb);
/* Version, commit, compiler, libraries. */
void help_version(FILE *to);

#endif
