/* stop.h - signals that ask to stop. They only set a flag, however many come. */
#ifndef KLYNGE_CLI_STOP_H
#define KLYNGE_CLI_STOP_H

#include <signal.h>

/* The number of a signal that asked to stop, else 0. */
extern volatile sig_atomic_t stop_asked;

/* From now on SIGINT, SIGTERM and SIGUSR1 set stop_asked. For verbs that look at it. */
void stop_listen(void);

/* SIGPIPE and SIGXFSZ no longer end the process: writing fails with an error that is told. */
void stop_never_silently(void);

#endif
