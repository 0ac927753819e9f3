#include "cli/stop.h"

#include <stddef.h>
#include <string.h>

volatile sig_atomic_t stop_asked = 0;

static void ask(int number) { stop_asked = number; }

static void handle(int number, void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void stop_listen(void)
{
    handle(SIGINT, ask);
    handle(SIGTERM, ask);
    handle(SIGUSR1, ask);
}

void stop_never_silently(void)
{
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
}
