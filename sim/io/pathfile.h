/* pathfile.h - the points of a path from a CSV, for a model with a parameter that names one (model.h, path_file): a header
 * `time,members` with the last part of the path's name, then a point a line. Empty lines and lines that start with # are
 * left out.
 *
 * File and path are two ways to say one thing. The later of two layers holds, whichever way it says it; both in one layer
 * is a contradiction.
 */
#ifndef KLYNGE_IO_PATHFILE_H
#define KLYNGE_IO_PATHFILE_H

#include "io/scenario.h"

/* Once everything is set: refuse contradictions, and forget files that a later layer's points replace. */
void pathfile_settle(struct scenario_list *list, struct mistakes *m);

/* Read the files into the paths and forget the names, so that what is printed of these settings needs no file. Mistakes:
 * `file:line: column: found X, expected Y`. */
void pathfile_read(struct scenario_list *list, struct mistakes *m);

#endif
