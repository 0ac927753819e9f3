/* help.h - what the program says about itself. */
#ifndef KLYNGE_CLI_HELP_H
#define KLYNGE_CLI_HELP_H

#include <stdio.h>

#include "core/error.h"

struct verb;

/* What the program is for, the verbs, examples. */
void help_program(FILE *to);
/* Usage, what it does, options, examples, exit codes. */
void help_verb(FILE *to, const struct verb *verb);
/* The same for a program that writes man pages and shell completion, as JSON on one line of stdout: {verbs: [{name, line}]}; {name,
 * line, usage, text, options: [{name, letter, argument, help}], examples: [[command, shows]], codes: [[code, meaning]]}. */
int help_program_json(struct error *err);
int help_verb_json(const struct verb *verb, struct error *err);
/* Version, commit, compiler, libraries. */
void help_version(FILE *to);

#endif
