#!/usr/bin/env bash
# A sweep under a real Slurm of one node, which this test starts as root without systemd and stops again: tests/slurm.sh
# PATH/TO/klynge. Preempted, at its time limit, as an array and over ranks: each run is done once and the results are those of `klynge
# run`. Takes some minutes, most of them Slurm's waiting before a requeued job starts. The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
: "${PYTHON:=/usr/bin/python3}"
for program in slurmctld slurmd munged sbatch mpirun; do
    PATH=$PATH:/usr/sbin command -v $program >/dev/null || { echo "skipped: no $program"; echo '0 passed, 0 failed'; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo 'skipped: needs root'; echo '0 passed, 0 failed'; exit 0; }
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
D=$(mktemp -d "${TMPDIR:-/tmp}/klynge-slurm.XXXXXX")
chmod 755 "$D"
munge_is_ours=

details() {
    squeue 2>/dev/null
    tail -n 5 "$D"/*.log "$D"/jobs/*.log 2>/dev/null
}
stop_by() { # stop_by PID-FILE: what this test started
    [ -s "$1" ] || return 0
    kill "$(cat "$1")" 2>/dev/null
    local n
    for n in $(seq 50); do kill -0 "$(cat "$1" 2>/dev/null || echo 0)" 2>/dev/null || return 0; sleep 0.1; done
}
cleanup() {
    scancel --user=root >/dev/null 2>&1
    sleep 1
    stop_by "$D/slurmd.pid"
    stop_by "$D/slurmctld.pid"
    [ -z "$munge_is_ours" ] || stop_by /run/munge/munged.pid
    rm -rf "$D"
}
trap cleanup EXIT

mkdir -p "$D/state" "$D/spool" "$D/log" "$D/jobs" /run/munge
host=$(hostname -s)
cat >"$D/slurm.conf" <<END
ClusterName=solo
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,sched_interval=5,preempt_youngest_first
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=5
InactiveLimit=0
MinJobAge=300
ReturnToService=2
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool
SlurmctldPidFile=$D/slurmctld.pid
SlurmdPidFile=$D/slurmd.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.log
SlurmctldPort=26817
SlurmdPort=26818
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=2000 State=UNKNOWN
PartitionName=low Nodes=$host Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=4 MaxTime=INFINITE State=UP OverSubscribe=NO
PartitionName=high Nodes=$host PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP OverSubscribe=NO
END
export SLURM_CONF=$D/slurm.conf
if ! [ -S /run/munge/munge.socket.2 ] || ! munge -n >/dev/null 2>&1; then
    chown munge:munge /run/munge && chmod 755 /run/munge
    runuser -u munge -- munged && munge_is_ours=yes
fi
slurmctld -c && sleep 2 && slurmd -c
for n in $(seq 60); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 1; done
sinfo -h -o %T 2>/dev/null | grep -q idle
verdict $? 'Slurm of one node is up' || exit 1
[ "$failed" = 0 ] || { end; exit 1; }

cd "$D/jobs" || exit 1
cat >long.cfg <<'END'
run = { end = "2018-09"; replicates = 1000; seed = 5; };
world = { clusters = 40; members = (("2017-09", 20), ("2018-09", 30)); };
design = { kind = "grid"; axes = ( { path = "model.trust.hours"; values = (40.0, 50.0, 60.0); } ); };
END
json() { "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
wanted=$("$klynge" run long.cfg -o long.h5 -q --json | json digest)
rm -f long.h5
runs=3000
done_in() { "$klynge" status "$1" --json 2>/dev/null | json done 2>/dev/null || echo 0; }
wait_for() { # wait_for SECONDS COMMAND...
    local n
    for n in $(seq "$1"); do "${@:2}" && return; sleep 1; done
    return 1
}
begun() { [ "$(done_in "$1")" -gt 0 ]; }
gone() { [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]; }
state() { scontrol show job "$1" 2>/dev/null | grep -o "$2=[^ ]*" | head -n 1 | cut -d= -f2; }
ended() { [[ "$(state "$1" JobState)" =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
complete() { # complete FOLDER: all there, each run once, the digest of an undisturbed run
    local digest once
    digest=$("$klynge" sweep long.cfg -o "$1" -q --json | json digest)
    once=$("$PYTHON" -c 'import glob, sys, h5py, numpy as np
runs = np.concatenate([h5py.File(f, "r")["run"][()] for f in glob.glob(sys.argv[1] + "/segment-*.h5")])
print(len(runs) == len(set(runs)))' "$1")
    [ "$digest" = "$wanted" ] && [ "$once" = True ]
}
script() { "$klynge" sweep long.cfg -o "$1" --threads 1 --publish-every 2 -q --slurm "${@:2}"; }

# ---- preempted ---------------------------------------------------------------------------------------------------------
script mpi mpi --tasks 2 >mpi.sh
job=$(sbatch --parsable -p low --time=30 mpi.sh)
wait_for 120 begun mpi
verdict $? 'a job of two ranks begins'
high=$(sbatch --parsable -p high -n2 --time=5 --output=/dev/null --wrap 'sleep 3')
preempted() { [ "$(state "$job" Restarts)" -gt 0 ]; }
wait_for 120 preempted
verdict $? 'a job of higher priority preempts it, and it is back in the queue'
kept=$(done_in mpi)
wait_for 400 ended "$job" && [ "$(state "$job" JobState)" = COMPLETED ] && [ "$(done_in mpi)" = $runs ] && [ "$kept" -gt 0 ]
verdict $? "it starts again by itself and completes ($kept of $runs runs were kept)"
complete mpi
verdict $? 'each run was done once, with the results of an undisturbed run'

# ---- an array, at its time limit ------------------------------------------------------------------------------------------
# A limit of one minute and a signal so long before it that each task is asked at once to stop, and puts itself into the queue again.
sed -i 's/replicates = 1000/replicates = 2000/' long.cfg
runs=6000
wanted=$("$klynge" run long.cfg -o long.h5 -q --json | json digest)
rm -f long.h5
script array array --tasks 2 >array.sh
job=$(sbatch --parsable -p low --time=1 --signal=B:USR1@50 array.sh)
wait_for 120 begun array
verdict $? 'an array of two tasks begins'
limited() { [ "$(state "${job}_0" Restarts)" -gt 0 ] || [ "$(done_in array)" = $runs ]; }
wait_for 180 limited && [ "$(state "${job}_0" Restarts)" -gt 0 ]
verdict $? 'near its time limit a task puts itself back into the queue'
scontrol update JobId="$job" TimeLimit=30 2>/dev/null
wait_for 600 gone "$job" || wait_for 1 ended "$job"
[ "$(done_in array)" = $runs ]
verdict $? 'its tasks complete the sweep'
complete array
verdict $? 'each run was done once, with the results of an undisturbed run'

# ---- cancelled ------------------------------------------------------------------------------------------------------------
script cancelled array --tasks 1 >cancelled.sh
job=$(sbatch --parsable -p low --time=30 cancelled.sh)
wait_for 120 begun cancelled
scancel --signal=TERM --full "${job}_0"
wait_for 60 gone "$job" || wait_for 30 ended "${job}_0"
verdict $? 'a job that is cancelled ends, and does not come back'
before=$(done_in cancelled)
[ "$before" -gt 0 ] && [ "$before" -lt $runs ] && complete cancelled
verdict $? "what it had finished was kept ($before runs), and the same command completes it"

end
