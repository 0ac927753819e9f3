/* clock.c - rare events of a firm, one after another: leaving, a new representative, a call by management, a request,
 * a candidate for an idea, a chance meeting.
 *
 *   the k-th waiting time of a kind is exponential, drawn under the key of the firm and k, and so is all that the event before it
 *   draws; the clock runs by rate x time, and rings when that has passed; events at a rate below that of the clock are taken by
 *   chance, by the event's own uniform
 *
 * The law is that of an event with probability 1 - exp(-rate dt) in each tick. But the draw belongs to the event and not to the tick:
 * a firm's events are the same, at the same times, whatever the length of the tick and whatever else differs between two scenarios as
 * long as their rates do not. So paired differences are narrower, and nothing is drawn in the many ticks in which nothing comes.
 */
#include "cluster/cluster.h"

static const enum cluster_stream streams[N_CLOCKS] = {
    [CLOCK_leaving] = STREAM_leaving, [CLOCK_turnover] = STREAM_turnover, [CLOCK_outreach] = STREAM_outreach,
    [CLOCK_request] = STREAM_request, [CLOCK_idea] = STREAM_idea,         [CLOCK_chance] = STREAM_chance};

/* The wait until the next event; the draws that follow belong to the event now. */
static struct rng wait_for_next(struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i)
{
    struct cluster_firms *f = cluster_firms(w);
    uint32_t k = i * N_CLOCKS + clock;
    struct rng r = rng_open(w->seed, streams[clock], block, f->uid[i], RNG_NOBODY, f->rung[k]++);
    f->clock[k] += rng_exponential(&r);
    return r;
}

void cluster_wind(struct world *w, uint32_t block, uint32_t i)
{
    for (uint32_t k = 0; k < N_CLOCKS; k++)
        wait_for_next(w, block, (enum cluster_clock)k, i);
}

/* The clock has run out. */
bool cluster_ring(struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i, struct rng *event)
{
    *event = wait_for_next(w, block, clock, i);
    return true;
}
