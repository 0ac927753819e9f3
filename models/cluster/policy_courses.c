/* policy_courses.c - courses and webinars: members learn how cluster work functions (thesis 5.2.2.3; evidence.md
 * section 8, P30).
 *
 *   dates       began + (k + 1/2) / (per_year x intensity); a course that management cannot pay for is dropped. Courses are
 *               digital: no travel, and they go on while physical meetings are closed
 *   attends     with probability want (w0 + w_U U) x participation, if the account for gatherings holds the hours
 *   learns      P <- P + gain x (learning factor of onboarding, while in hand) (1 - P); wariness x (1 - loss), as at a
 *               gathering
 *   encounters  an attendee starts Poisson(talks / 2) talks with another attendee, anyone alike
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_courses(const struct cluster_params *p, double n, double joining)
{
    double want = p->courses_want * (p->want_base + 0.5 * p->want_understanding);
    struct cluster_cost cost = {p->courses_rate * p->courses_hours,
                                p->courses_rate * n * real_clamp(want, 0.0, 1.0) * p->courses_length,
                                p->courses_rate * p->courses_cost};
    (void)joining;
    return cost;
}

/* Does firm i come? Pays for it. */
static bool attend(struct world *w, uint32_t block, uint32_t i, uint32_t number, double date)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_course, block, f->uid[i], number, 0);
    double want = p->courses_want * (p->want_base + p->want_understanding * f->understanding[i]);
    if (rng_uniform(&r) >= want * cluster_participation(w, i) || cluster_hours_at(w, i, date) < p->courses_length)
        return false;
    double paid = cluster_spend(f, i, f->hours_events, p->courses_length);
    cluster_block(w, block)->tally.member_hours[POLICY_courses] += paid;
    f->event_hours_total[i] += paid;
    return true;
}

static void learn(struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double gain = p->courses_gain * (cluster_in_hand(w, block, i) ? p->onboarding_learning : 1.0);
    f->practice[i] += gain * (1.0 - f->practice[i]);
    if (p->has_wariness) f->wariness[i] *= 1.0 - p->wary_loss;
}

/* Talks that attendee `a` of the n there starts. */
static void talk(struct world *w, uint32_t block, const uint32_t *there, uint32_t n, uint32_t a, uint32_t number)
{
    const struct cluster_params *p = cluster_params(w);
    uint32_t i = there[a];
    struct rng r = rng_open(w->seed, STREAM_course, block, cluster_firms(w)->uid[i], number, 1);
    uint32_t talks = rng_poisson(&r, 0.5 * p->courses_talks);
    for (uint32_t k = 0; k < talks; k++) {
        uint32_t other = rng_below(&r, n - 1);
        cluster_meet(w, block, i, there[other + (other >= a)], p->talk_hours, CONTACT_COURSE, 16 * number + k % 16);
    }
}

static void hold(struct world *w, uint32_t block, uint32_t number, double date)
{
    uint32_t *there = cluster_block(w, block)->room.slot, n = 0;
    EACH_MEMBER(w, block, i)
    if (attend(w, block, i, number, date)) there[n++] = i;
    for (uint32_t a = 0; a < n; a++) {
        learn(w, block, there[a]);
        if (n > 1) talk(w, block, there, n, a, number);
    }
}

void cluster_courses(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_courses);
    if (!(intensity > 0.0)) return;
    double began = cluster_began(w, block, POLICY_courses), rate = p->courses_rate * intensity;
    uint32_t dates = cluster_dates_now(w, began, rate);
    for (uint32_t k = 0; k < dates; k++) {
        uint32_t number = c->policy[POLICY_courses].dealt++;
        if (cluster_pay(c, POLICY_courses, p->courses_hours, p->courses_cost))
            hold(w, block, number, real_clamp(began + (number + 0.5) / rate, w->time, w->time + w->dt));
        else
            c->tally.dropped_hours[POLICY_courses] += p->courses_hours;
    }
}
