/* policy_votes.c - members vote projects forth and commit to them (thesis 6.1, 7.5; evidence.md P17).
 *
 *   a round     per_year x intensity of them, evenly spaced; each takes management hours. A member with the hours votes with
 *               probability U x participation, for the domain of one of its needs
 *   winners     the domains with most votes become projects (L2, or as easy_wins sets), each for management hours more: of those who
 *               voted, who needs or holds a competence of the domain commits with probability `commit` if it says yes as to a small project
 *   committing  has an owner and a goal: A <- A + gain (1 - A), G <- G + gain (1 - G); the project starts on trust lent for clear roles
 */
#include "cluster/cluster.h"

struct cluster_cost cluster_plan_votes(const struct cluster_params *p, double n, double joining)
{
    /* about two of those concerned have the capacity */
    double own = p->hours_2 * p->months_2 * (1.0 - p->funded), teams = p->votes_rate * (double)p->votes_winners;
    struct cluster_cost cost = {p->votes_rate * p->votes_staff + teams * p->votes_project,
                                p->votes_rate * 0.5 * n * p->votes_member + teams * 2.0 * own, 0.0};
    (void)joining;
    return cost;
}

/* Who voted: room.slot (n), and votes by domain. */
static uint32_t count_votes(struct world *w, uint32_t block, uint32_t round, uint32_t votes[DOMAINS])
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t n = 0;
    EACH_MEMBER(w, block, i)
    {
        struct rng r = rng_open(w->seed, STREAM_vote, block, f->uid[i], round, 0);
        if (rng_uniform(&r) >= f->understanding[i] * cluster_participation(w, i)) continue;
        if (f->hours_calls[i] < p->votes_member) continue;
        c->tally.member_hours[POLICY_votes] += cluster_spend(f, i, f->hours_calls, p->votes_member);
        votes[f->need[i * NEEDS + rng_below(&r, NEEDS)] / SPECIALTIES]++;
        f->initiated[i] += 1.0;
        c->room.slot[n++] = i;
    }
    return n;
}

static bool concerned(const struct cluster_firms *f, uint32_t i, uint32_t domain)
{
    for (uint32_t a = 0; a < NEEDS; a++)
        if (f->need[i * NEEDS + a] / SPECIALTIES == domain) return true;
    return f->profile[i * DOMAINS + domain] > 0.3f;
}

static void commit(struct cluster_firms *f, const struct cluster_params *p, uint32_t i)
{
    f->anchoring[i] += p->votes_gain * (1.0 - f->anchoring[i]);
    f->goals[i] += p->votes_gain * (1.0 - f->goals[i]);
}

/* The voters from a random one on, so that nobody is always first. */
static uint32_t gather_team(struct world *w, uint32_t block, uint32_t round, uint32_t domain, uint32_t voters,
                            enum cluster_level level, uint32_t team[TEAM_MAX])
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    const uint32_t *slot = cluster_block(w, block)->room.slot;
    struct rng turn = rng_open(w->seed, STREAM_vote, block, RNG_NOBODY, round, domain);
    uint32_t from = rng_below(&turn, voters), n = 0;
    for (uint32_t k = 0; k < voters && n < TEAM_MAX; k++) {
        uint32_t i = slot[(from + k) % voters];
        struct rng r = rng_open(w->seed, STREAM_vote, block, f->uid[i], round, 1 + domain);
        if (!concerned(f, i, domain) || rng_uniform(&r) >= p->votes_commit) continue;
        if (cluster_says_yes(w, i, level, team, n, rng_uniform(&r))) team[n++] = i;
    }
    return n;
}

static void start(struct world *w, uint32_t block, uint32_t round, uint32_t domain, uint32_t voters)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    enum cluster_level level = L2;
    uint32_t team[TEAM_MAX];
    double success = cluster_derived(w)->success[L2];
    if (!cluster_pay(c, POLICY_votes, p->votes_project, 0.0)) {
        c->tally.dropped_hours[POLICY_votes] += p->votes_project;
        return;
    }
    cluster_choose_ambition(w, block, &level, &success);
    uint32_t n = gather_team(w, block, round, domain, voters, level, team);
    struct cluster_project *project =
        n < 2 ? NULL : cluster_start_project(w, block, level, team, n, FROM_VOTE, cluster_middle(w));
    if (!project) return;
    project->success = fmin(1.0, success + p->votes_success);
    c->tally.voted++;
    for (uint32_t a = 0; a < n; a++)
        commit(cluster_firms(w), p, team[a]);
}

static void hold_round(struct world *w, uint32_t block, uint32_t round)
{
    uint32_t votes[DOMAINS] = {0}, voters = count_votes(w, block, round, votes);
    for (int64_t won = 0; won < cluster_params(w)->votes_winners && voters > 1; won++) {
        uint32_t best = 0;
        for (uint32_t d = 1; d < DOMAINS; d++)
            if (votes[d] > votes[best]) best = d;
        if (votes[best] == 0) return;
        votes[best] = 0;
        start(w, block, round, best, voters);
    }
}

void cluster_votes(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    double intensity = cluster_intensity(w, block, POLICY_votes);
    if (!(intensity > 0.0)) return;
    uint32_t dates = cluster_dates_now(w, cluster_began(w, block, POLICY_votes), p->votes_rate * intensity);
    for (; dates > 0; dates--) {
        uint32_t round = c->policy[POLICY_votes].dealt++;
        if (cluster_pay(c, POLICY_votes, p->votes_staff, 0.0))
            hold_round(w, block, round);
        else
            c->tally.dropped_hours[POLICY_votes] += p->votes_staff;
    }
}
