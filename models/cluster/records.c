/* records.c - each project as a row of /projects, where the run's panel is kept: written at its start, its outcome at its end.
 * Nothing is drawn and nothing of the state changes.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"
#include "core/record.h"

enum outcome { RUNNING, FAILED, SUCCEEDED, BREACHED, SUCCEEDED_BREACHED };

double cluster_trust_before(const struct world *w, const uint32_t *team)
{
    if (!record_wanted(w)) return 0.0;
    return 0.5 * (tie_trust_of(w, team[0], team[1]) + tie_trust_of(w, team[1], team[0]));
}

size_t cluster_record_start(struct world *w, uint32_t block, const struct cluster_project *project, double trust)
{
    if (!record_wanted(w)) return RECORD_NONE;
    struct cluster_record row = {.start = project->start,
                                 .end = project->end,
                                 .level = (int8_t)(project->level + 1),
                                 .origin = (int8_t)project->origin,
                                 .n = (int8_t)project->n,
                                 .trust = trust};
    for (uint32_t a = 0; a < TEAM_MAX; a++) {
        row.team[a] = a < project->n ? (int32_t)project->uid[a] : -1;
        if (a < project->n) row.match += project->match[a] / project->n;
    }
    return record_add(w, block, RECORD_PROJECTS, &row);
}

void cluster_record_end(const struct world *w, uint32_t block, const struct cluster_project *project, bool success,
                        bool breach)
{
    struct cluster_record *row = record_at(w, block, RECORD_PROJECTS, project->record);
    if (!row) return;
    enum outcome outcome = success ? breach ? SUCCEEDED_BREACHED : SUCCEEDED : breach ? BREACHED : FAILED;
    row->outcome = (int8_t)outcome;
    row->ended = 1;
}
