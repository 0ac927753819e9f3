/* scan.h - what is checked in a config's text before libconfig may see it.
 *
 * libconfig 1.5 (all measured): 3000000000 becomes negative, 1e999 infinite; an unterminated comment drops the rest
 * silently; @include of a directory ends the process and of a FIFO hangs; deep nesting takes the stack. Duplicate keys
 * it refuses without saying where the first one is, and it finds an unclosed bracket at the end of the file only.
 */
#ifndef KLYNGE_IO_SCAN_H
#define KLYNGE_IO_SCAN_H

#include "io/mistakes.h"

enum { SCAN_DEPTH_MAX = 32, SCAN_KEYS_MAX = 16384 };

/* The text as libconfig can safely parse it, line for line: whole numbers carry an L (64 bits) and are decimal, [ ] are
 * ( ). NULL, and mistakes added, when it has any. The caller frees it. */
char *scan_config(const char *file, const char *text, struct mistakes *m);

#endif
