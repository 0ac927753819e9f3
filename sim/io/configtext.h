/* configtext.h - config files written by the program: what a run was made from, and a template to start from. */
#ifndef KLYNGE_IO_CONFIGTEXT_H
#define KLYNGE_IO_CONFIGTEXT_H

#include "io/config.h"
#include "io/scenario.h"

/* All of these return a text to free, or NULL when memory runs out. */

/* The files as they were read, each under a line "# file: NAME", then a line for each override. */
char *configtext_given(const char *const *names, const char *const *texts, size_t n,
                       const struct config_overrides *overrides);
/* Every parameter of both tables, the design with its axes one by one, targets, and the scenarios with what differs from that. */
char *configtext_resolved(const struct scenario_list *list, const struct design *design, const struct targets *targets);
/* Every parameter of both tables at its default, with what it means. */
char *configtext_template(const struct model *model);

#endif
