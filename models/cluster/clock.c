/* clock.c - rare events of a firm, one after another: leaving, a new representative, a call by management, a request,
 * a candidate for an idea, a chance meeting.
 *
 *   the k-th waiting time of a kind is exponential, drawn under the key of the firm and k; the clock runs by rate x time, and rings
 *   when that has passed; events at a rate below that of the clock are taken by chance, by the event's own uniform
 *
 * The law is that of an event with probability 1 - exp(-rate dt) in each tick. But the draw belongs to the event and not to the tick:
 * a firm's events are the same, at the same times, whatever the length of the tick and whatever else differs between two scenarios as
 * long as their rates do not. So paired differences are narrower, and nothing is drawn in the many ticks in which nothing comes.
 */
#include "cluster/cluster.h"

static const enum cluster_stream streams[N_CLOCKS] = {
    [CLOCK_leaving] = STREAM_leaving, [CLOCK_turnover] = STREAM_turnover, [CLOCK_outreach] = STREAM_outreach,
    [CLOCK_request] = STREAM_request, [CLOCK_idea] = STREAM_idea,         [CLOCK_chance] = STREAM_chance};

static struct rng event_draws(const struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    return rng_open(w->seed, streams[clock], block, f->uid[i], RNG_NOBODY, f->rung[i * N_CLOCKS + clock]);
}

void cluster_wind(struct world *w, uint32_t block, uint32_t i)
{
    for (uint32_t k = 0; k < N_CLOCKS; k++) {
        struct rng r = event_draws(w, block, (enum cluster_clock)k, i);
        cluster_firms(w)->clock[i * N_CLOCKS + k] = rng_exponential(&r);
    }
}

/* The clock has run out. */
bool cluster_ring(struct world *w, uint32_t block, enum cluster_clock clock, uint32_t i, struct rng *event)
{
    struct cluster_firms *f = cluster_firms(w);
    *event = event_draws(w, block, clock, i);
    rng_word(event); /* it made the waiting time that is over */
    f->rung[i * N_CLOCKS + clock]++;
    struct rng next = event_draws(w, block, clock, i);
    f->clock[i * N_CLOCKS + clock] += rng_exponential(&next);
    return true;
}
