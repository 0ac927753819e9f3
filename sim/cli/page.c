#include "cli/page.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

int page_width(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

void page_wrap(FILE *to, int column, int indent, const char *text)
{
    bool first = true;
    while (*(text += strspn(text, " "))) {
        int bytes = (int)strcspn(text, " ");
        int width = 0;
        for (int k = 0; k < bytes; k++)
            width += (text[k] & 0xC0) != 0x80;
        if (!first && column + 1 + width > PAGE_COLUMNS) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        } else if (!first) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, (size_t)bytes, to);
        column += width;
        text += bytes;
        first = false;
    }
    fputc('\n', to);
}

void page_tab(FILE *to, int from, int column) { fprintf(to, "%*s", from < column - 1 ? column - from : 2, ""); }

const char *page_number(double x, int figures, char *buffer)
{
    double size = fabs(x);
    if (isnan(x))
        strcpy(buffer, "-");
    else if (size == 0.0)
        strcpy(buffer, "0");
    else if (size < 1e-3 || size >= 1e7)
        snprintf(buffer, PAGE_NUMBER, "%.1e", x);
    else if (size >= pow(10.0, figures - 1))
        snprintf(buffer, PAGE_NUMBER, "%.0f", x);
    else
        snprintf(buffer, PAGE_NUMBER, "%#.*g", figures, x);
    return buffer;
}

const char *page_bytes(double x, char *buffer)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    size_t k = 0;
    if (isnan(x)) return strcpy(buffer, "-");
    for (; x >= 999.5 && k + 1 < sizeof unit / sizeof *unit; k++)
        x /= 1000.0;
    snprintf(buffer, PAGE_NUMBER, k && x < 99.95 ? "%.1f %s" : "%.0f %s", x, unit[k]);
    return buffer;
}

const char *page_seconds(double x, char *buffer)
{
    if (isnan(x)) return strcpy(buffer, "-");
    double whole = floor(x + 0.5), minutes = floor(x / 60.0 + 0.5);
    if (x < 10.0)
        snprintf(buffer, PAGE_NUMBER, "%.2g s", x);
    else if (whole < 60.0)
        snprintf(buffer, PAGE_NUMBER, "%.0f s", whole);
    else if (whole < 3600.0)
        snprintf(buffer, PAGE_NUMBER, "%.0f min %02.0f s", floor(whole / 60.0), fmod(whole, 60.0));
    else if (minutes < 2880.0)
        snprintf(buffer, PAGE_NUMBER, "%.0f h %02.0f min", floor(minutes / 60.0), fmod(minutes, 60.0));
    else
        snprintf(buffer, PAGE_NUMBER, "%.3g days", x / 86400.0);
    return buffer;
}

const char *page_date(double years, char *buffer)
{
    double months = floor(years * 12.0 + 0.5);
    if (isnan(years)) return strcpy(buffer, "-");
    if (fabs(years * 12.0 - months) < 1e-5)
        snprintf(buffer, PAGE_NUMBER, "%.0f-%02.0f", floor(months / 12.0), fmod(months, 12.0) + 1.0);
    else
        snprintf(buffer, PAGE_NUMBER, "%.2f", years);
    return buffer;
}

const char *page_clock(double x, char *buffer)
{
    if (!(x >= 0.0) || x > 1e9) return strcpy(buffer, "-:--");
    long s = (long)(x + 0.5);
    if (s < 3600)
        snprintf(buffer, PAGE_NUMBER, "%ld:%02ld", s / 60, s % 60);
    else
        snprintf(buffer, PAGE_NUMBER, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    return buffer;
}
