/* trigger.c - conditions on the cluster that start a policy: "phase growth", "programme gce", "members > 60", "overview < 0.25". */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"

enum measure {
    PHASE,
    PROGRAMME,
    MEMBERS,
    GROWTH_RATE,
    EXITS,
    ACTIVITY,
    PRESTIGE,
    REQUESTS_WAITING,
    OVERVIEW,
    SENSE_OF_COMMUNITY,
    TRUST,
    UNDERSTANDING,
    ANCHORING,
    UTILISATION
};
static const char *const measures[] = {"phase",     "programme",          "members",  "growth",
                                       "exits",     "activity",           "prestige", "requests_waiting",
                                       "overview",  "sense_of_community", "trust",    "understanding",
                                       "anchoring", "utilisation",        NULL};
static const char *const phases[] = {"emerging", "growth", "mature", "decline", "renewal", NULL};
static const char *const programmes[] = {"none", "arena", "arena_pro", "gce", NULL};

/* The word at *at; moves on to the next. */
static void next_word(const char **at, char *word, size_t size)
{
    size_t n = 0;
    while (isspace((unsigned char)**at))
        (*at)++;
    for (; **at && !isspace((unsigned char)**at) && **at != '<' && **at != '>'; (*at)++)
        if (n + 1 < size) word[n++] = **at;
    word[n] = '\0';
    while (isspace((unsigned char)**at))
        (*at)++;
}

static int parse_name(const char *at, const char *const *names, struct cluster_trigger *t, struct error *err)
{
    char word[64];
    int which;
    next_word(&at, word, sizeof word);
    int code = cluster_choose(word, "a trigger", names, &which, err);
    if (!code && *at) code = error_set(err, ERROR_CONFIG, "found more than one name, expected one");
    t->level = which;
    return code;
}

static int parse_level(const char *at, struct cluster_trigger *t, struct error *err)
{
    char *end;
    if (*at != '<' && *at != '>') return error_set(err, ERROR_CONFIG, "found \"%s\", expected < or > and a number", at);
    t->below = *at == '<';
    t->level = strtod(at + 1, &end);
    if (end == at + 1 || *end || !isfinite(t->level))
        return error_set(err, ERROR_CONFIG, "found \"%s\", expected a number after < or >", at + 1);
    return ERROR_NONE;
}

int cluster_trigger_parse(const char *text, struct cluster_trigger *trigger, struct error *err)
{
    char word[64];
    struct cluster_trigger t = {.measure = -1};
    *trigger = t;
    if (!*text) return ERROR_NONE;
    next_word(&text, word, sizeof word);
    int code = cluster_choose(word, "a trigger", measures, &t.measure, err);
    if (!code && t.measure <= PROGRAMME) code = parse_name(text, t.measure == PHASE ? phases : programmes, &t, err);
    if (!code && t.measure > PROGRAMME) code = parse_level(text, &t, err);
    if (!code) *trigger = t;
    return code;
}

/* Mean over members of what they were at the end of the last tick. */
static double mean_of(const struct world *w, uint32_t block, int measure)
{
    const struct cluster_firms *f = cluster_firms(w);
    double sum = 0.0, n = cluster_block(w, block)->n, others = fmax(1.0, n - 1.0);
    const double *column = measure == SENSE_OF_COMMUNITY ? f->belonging
                           : measure == TRUST            ? f->trust
                           : measure == UNDERSTANDING    ? f->understanding
                           : measure == ANCHORING        ? f->anchoring
                                                         : f->utilisation;
    EACH_MEMBER(w, block, i)
    sum += measure == OVERVIEW ? f->known[i] / others : column[i];
    return sum / fmax(1.0, n);
}

static double measure_now(const struct world *w, uint32_t block, int measure)
{
    const struct cluster_block *c = cluster_block(w, block);
    switch (measure) {
    case MEMBERS: return c->n;
    case GROWTH_RATE: return c->life.growth;
    case EXITS: return c->life.exits;
    case ACTIVITY: return c->life.activity;
    case PRESTIGE: return c->life.prestige;
    case REQUESTS_WAITING: return c->n_requests;
    default: return mean_of(w, block, measure);
    }
}

bool cluster_trigger_holds(const struct world *w, uint32_t block, const struct cluster_trigger *trigger)
{
    const struct cluster_block *c = cluster_block(w, block);
    if (trigger->measure == PHASE) return (int)c->life.phase == (int)trigger->level;
    if (trigger->measure == PROGRAMME) return c->level == (int)trigger->level;
    bool averaged = trigger->measure >= GROWTH_RATE && trigger->measure <= PRESTIGE;
    double known_from = averaged ? cluster_params(w)->phase_memory : w->dt;
    if (trigger->measure > MEMBERS && w->time < w->setup.run->start + known_from - 1e-9)
        return false; /* not measured yet */
    double now = measure_now(w, block, trigger->measure);
    return trigger->below ? now < trigger->level : now > trigger->level;
}
