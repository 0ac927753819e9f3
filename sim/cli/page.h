/* page.h - plain text for a terminal of 100 columns: wrapping, and numbers that people read. */
#ifndef KLYNGE_CLI_PAGE_H
#define KLYNGE_CLI_PAGE_H

#include <stdio.h>

enum { PAGE_COLUMNS = 100, PAGE_NUMBER = 32 };

/* Print words, wrapped, then a line end. The cursor stands in `column`; lines after the first start at `indent`. */
void page_wrap(FILE *to, int column, int indent, const char *text);

/* Spaces up to `column`, or two when the cursor stands beyond it. */
void page_tab(FILE *to, int from, int column);

/* Columns that a UTF-8 text takes: its characters. */
int page_width(const char *text);

/* Each writes into a buffer of PAGE_NUMBER and returns it; "-" when not known (NaN). */
const char *page_number(double x, int figures, char *buffer); /* three figures: 0.421, 12.3, 12345, 5.2e+09 */
const char *page_bytes(double x, char *buffer);               /* 512 B, 1.2 MB */
const char *page_seconds(double x, char *buffer);             /* 0.52 s, 4 min 10 s, 2 h 05 min */
const char *page_date(double years, char *buffer);            /* 2020-03 where a month begins, else 2020.23 */
const char *page_clock(double x, char *buffer);               /* 0:07, 12:05, 3:04:05 */

#endif
