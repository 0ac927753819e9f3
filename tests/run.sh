#!/usr/bin/env bash
# Run groups of tests: tests/run.sh BUILD GROUP... (called by `make test` and `make torture`). One group runs here; several run
# side by side, one on each processor, and are shown in the order given. All tests of a group run; after a group with a
# failure no other is started. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
klynge=$build/klynge
: "${MAKE:=make}" "${CC:=cc}" "${PYTHON:=/usr/bin/python3}"
export CC PYTHON C_FILES="${C_FILES:-}" C_FLAGS="${C_FLAGS:-}"
exec </dev/null
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
only= # what Criterion is to filter by

heading() { printf '\n==== %s\n' "$*"; }
pass() { passed=$((passed + $1)); }
fail() { failed=$((failed + $1)); }
# verdict "WHAT" STATUS: one test that a command is.
verdict() { if [ "$2" = 0 ]; then echo "  ok    $1"; pass 1; else echo "  FAIL  $1"; fail 1; fi; }

# tally WHAT STATUS LOG: a test script says "N passed, N failed" in its last line, or is one test by its exit code.
tally() {
    local p=0 f=0
    if [[ $(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$3" | tail -n 1) =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]}
    elif [ "$2" = 0 ]; then
        p=1
    fi
    [ "$2" = 0 ] || [ "$f" != 0 ] || { echo "  FAIL  $1 ended with exit code $2"; f=1; }
    pass "$p"
    fail "$f"
}

script() {
    "$@" 2>&1 | tee "$work/log"
    tally "$1" "${PIPESTATUS[0]}" "$work/log"
}

programs() { find "$1"/tests -maxdepth 1 -name 'test_*' -type f -executable | sort; } # programs BUILD

# unit PROGRAM [WRAPPER...]: one Criterion program. Whatever a sanitizer or valgrind leaves in $work/found is a failure,
# as Criterion's child processes can fail there and still end in 0.
unit() {
    local program=$1 status good bad
    shift
    rm -f "$work"/found*
    "$@" "$program" ${only:+--filter "$only"} >"$work/log" 2>&1
    status=$?
    good=$(sed -n 's/.*Synthesis: .*Passing: [^0-9]*\([0-9]*\).*/\1/p' "$work/log" | tail -n 1)
    bad=$(sed -n 's/.*Synthesis: .*Failing: [^0-9]*\([0-9]*\) .*Crashing: [^0-9]*\([0-9]*\).*/\1+\2/p' "$work/log" | tail -n 1)
    good=${good:-0} bad=$((${bad:-1}))
    for f in "$work"/found*; do
        if [ -s "$f" ]; then cat "$f" >>"$work/log"; bad=$((bad + 1)); fi
    done
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$bad" != 0 ]; then cat "$work/log"; fi
    printf '  %-5s %-28s %3d passed, %d failed \n' "$([ "$bad" = 0 ] && echo ok || echo FAIL)" "$(basename "$program")" "$good" "$bad"
    pass "$good"
    fail "$bad"
}

export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:log_path=$work/found"
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:log_path=$work/found"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1:halt_on_error=1:log_path=$work/found"

# sanitized NAME PROGRAM ARGUMENTS...: a run of the program that must leave no report.
sanitized() {
    local what=$1 status
    shift
    rm -f "$work"/found*
    "$@" >"$work/log" 2>&1
    status=$?
    for f in "$work"/found*; do if [ -s "$f" ]; then head -n 60 "$f"; status=1; fi; done
    if [ "$status" != 0 ]; then tail -n 20 "$work/log"; fi
    verdict "$what" "$status"
}

build_with() { # build_with MODE TARGETS...
    local mode=$1
    shift
    local cc=$CC
    [ "$mode" != tsan ] || cc=clang # gcc's libgomp is not instrumented and gives false warnings
    # An OPT of the caller must not stand in for the sanitizer's flags.
    if $MAKE MODE="$mode" CC="$cc" BUILD="$build/$mode" OPT="\$(FLAGS_$mode)" "$@" >"$work/log" 2>&1; then
        nm "$build/$mode/klynge" | grep "__${mode}_init" >/dev/null
        verdict "MODE=$mode builds with its sanitizer in it" $?
        return
    fi
    tail -n 40 "$work/log"
    verdict "build with MODE=$mode" 1
    return 1
}

short_run() { # short_run MODE REPLICATES THREADS [OPTIONS...]
    local mode=$1 replicates=$2 threads=$3
    shift 3
    sanitized "$mode: run configs/act.cfg with $replicates replicates, $threads threads $*" "$build/$mode/klynge" run \
        configs/act.cfg --replicates "$replicates" --threads "$threads" --quiet --force -o "$work/$mode.h5" "$@"
}

file_to_read() { # $work/act.h5, with firms and ties
    "$klynge" run configs/act.cfg --replicates 3 --quiet --force -o "$work/act.h5" --set output.panel_runs=1 \
        --set output.tie_runs=1 || { verdict 'write a file to read' 1; return 1; }
}

short_sweep() { # short_sweep MODE THREADS
    local mode=$1 folder=$work/$1.sweep again
    for again in begun continued; do # the second finds all there
        sanitized "$mode: sweep with $2 threads, $again" "$build/$mode/klynge" sweep configs/sweeps/growth-by-facilitation.cfg \
            --replicates 1 --set run.end=2018-12 --publish-every 0.05 --threads "$2" --quiet -o "$folder"
    done
    sanitized "$mode: merge" "$build/$mode/klynge" merge "$folder" --csv "$folder.csv" --quiet -o "$folder.h5"
    rm -rf "$folder" "$folder".*
}

group_check() { heading 'check: format, layering, symbols, warnings'; script tests/check.sh "$build"; }

group_unit() {
    heading 'unit tests'
    for t in $(programs "$build"); do unit "$t"; done
}

group_cli() {
    heading 'command line: every verb, option and exit code'
    [ ! -e tests/cli.sh ] || script tests/cli.sh "$klynge"
}

group_compare() {
    heading 'compare: numbers, false alarms, coverage, errors'
    script "$PYTHON" tests/compare.py "$klynge"
}

group_sensitivity() {
    heading 'sensitivity: known functions, luck taken out, coverage, errors'
    script "$PYTHON" tests/test_sensitivity.py "$build"
}
group_calibrate() {
    heading 'calibrate: known posteriors, uniform ranks, resuming, errors'
    script "$PYTHON" tests/test_calibrate.py "$build"
}
group_report() {
    heading 'report: numbers of the page, both languages, errors'
    script "$PYTHON" tests/test_report.py "$build"
}

group_package() {
    heading 'klynge_analysis as a library: numbers, figures, the study, klynge draw, GEXF'
    script "$PYTHON" tests/test_package.py "$build"
}

group_insight() {
    heading 'report in Chromium: console, network, slider, hover, click, keys, language, print'
    script "$PYTHON" tests/report.py "$build"
    heading 'damaged and foreign files, given to every verb that reads one'
    script "$PYTHON" tests/bad_files.py "$build"
    heading 'R: the page of analysis/R.md, ncdf4 and hdf5r against h5py'
    script "$PYTHON" tests/r_page.py "$build"
    file_to_read && script Rscript --vanilla tests/readers.R "$work/act.h5"
}

group_bad_inputs() {
    heading 'bad inputs, each with its message'
    [ ! -e tests/bad_inputs.sh ] || script tests/bad_inputs.sh "$klynge"
}

group_faults() {
    heading 'faults: kills, full disks, failed calls (short form; the long one is in make torture)'
    [ ! -e tests/faults.sh ] || script tests/faults.sh "$klynge" --short
}
group_faults_long() {
    heading 'faults: kills, full disks, failed calls (long form)'
    [ ! -e tests/faults.sh ] || script tests/faults.sh "$klynge" --long
}

group_checkpoint() {
    heading 'checkpoints: stopped, killed, damaged, of something else (short form; the long one is in make torture)'
    script tests/checkpoint.sh "$klynge" --short
}
group_checkpoint_long() {
    heading 'checkpoints: stopped, killed over and over, damaged, of something else'
    script tests/checkpoint.sh "$klynge" --long
}

group_sweep() {
    heading 'sweeps: resumed, killed, damaged, over ranks (short form; the long one is in make torture)'
    script tests/sweep.sh "$klynge" --short
}
group_slurm() {
    heading 'a sweep under a real Slurm of one node'
    script tests/slurm.sh "$klynge"
}
group_sweep_long() {
    heading 'sweeps: resumed, killed more than 200 times, damaged, over ranks'
    script tests/sweep.sh "$klynge" --long
}

group_readers() {
    heading 'readers: xarray, h5py, ncdump, R'
    file_to_read || return
    [ ! -e tests/readers.py ] || script "$PYTHON" tests/readers.py "$work/act.h5"
    if ! command -v Rscript >/dev/null; then
        echo 'skipped: R is not installed'
    elif ! Rscript -e 'quit(status = !requireNamespace("ncdf4", quietly = TRUE))' >/dev/null 2>&1; then
        echo 'skipped: ncdf4 is not installed in R'
    elif [ -e tests/readers.R ]; then
        script Rscript --vanilla tests/readers.R "$work/act.h5"
    fi
}

group_bring() {
    heading 'your own cluster: init, names and pseudonyms, export read back, man pages, completion, install'
    script "$PYTHON" tests/bring.py "$build"
}

group_identity() { heading 'bit-identity'; script tests/identity.sh "$klynge"; }

group_validation() {
    heading 'validation: the rules of the verdicts, and the quick table against its record'
    script "$PYTHON" tests/test_validation.py "$build"
    heading 'decompose: a 2 x 2 whose effects are known'
    script "$PYTHON" tests/test_decompose.py "$build"
    heading 'survey: interviews of populations whose answer is known'
    script "$PYTHON" tests/test_survey.py "$build"
    heading 'phase: surfaces whose break-even is known'
    script "$PYTHON" tests/test_phase.py "$build"
    heading 'the best mix under a budget: selection on a known Pareto set, and the verb'
    script "$PYTHON" tests/test_mix.py "$build"
}

# Left out here: tests whose many replicates judge means, on code that other tests go through too. All are in the long form.
group_sanitizers() {
    local only='!(cluster_policies/cost_*|cluster_ticks/@(half_a_tick|the_same_comparison|members_leave|representatives_change)*)'
    heading 'sanitizers, short form (the long one is in make torture)'
    build_with asan all unit-tests || return
    for t in $(programs "$build/asan"); do unit "$t"; done
    short_run asan 2 2 --set output.panel_runs=1 --set output.tie_runs=1
    short_sweep asan 2
    build_with tsan all || return
    short_run tsan 4 2
    short_sweep tsan 3
    short_run tsan 1 2 --set world.clusters=500 --set run.end=2017-12
}
group_sanitizers_long() {
    heading 'address and undefined behaviour sanitizers (gcc)'
    build_with asan all unit-tests || return
    for t in $(programs "$build/asan"); do unit "$t"; done
    short_sweep asan 3
    short_run asan 20 3 --set output.panel_runs=3 --set output.tie_runs=3
    short_run asan 2 2 --set world.clusters=5 --set run.ticks_per_year=52 --set run.end=2019-09
    heading 'thread sanitizer (clang)'
    # The program only: Criterion cannot start here, its fixed addresses are the ones that the thread sanitizer keeps.
    build_with tsan all || return
    short_sweep tsan 4
    short_run tsan 40 4
    short_run tsan 1 4 --set world.clusters=420 --set run.end=2018-09 --checkpoint-every 1s
    sanitized 'tsan: bench ties with 4 threads' "$build/tsan/klynge" bench ties --firms 20000 --ties 20 --ticks 20 --threads 4
    sanitized 'tsan: bench ties, rare events, with 3 threads' "$build/tsan/klynge" bench ties --firms 20000 --ties 20 --ticks 20 \
        --rate 0.001 --threads 3
}

group_valgrind() {
    heading 'unit tests under valgrind'
    for t in $(programs "$build"); do
        unit "$t" valgrind --quiet --trace-children=yes --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect --log-file="$work/found.%p"
    done
}

# Print what each group says, as it says it, in the order given.
show() {
    local group
    for group in "$@"; do
        until [ -s "$work/$group.pid" ]; do [ -e "$work" ] && [ ! -e "$work/ended" ] || return; sleep 0.2; done
        tail -n +1 -s 0.2 -f --pid="$(cat "$work/$group.pid")" "$work/$group.out"
    done
}

# A group that fails ends in 255, on which xargs starts no other; one that was killed leaves no exit code.
side_by_side() {
    local group status
    show "$@" &
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I {} bash -c 'exec >"$0/{}.out" 2>&1; echo $$ >"$0/{}.pid"
        tests/run.sh "$1" {}; status=$?; echo $status >"$0/{}.status"; [ $status = 0 ] || exit 255' "$work" "$build" 2>/dev/null
    touch "$work/ended"
    wait
    for group in "$@"; do
        [ -e "$work/$group.out" ] || { echo "not started: $group"; continue; }
        status=$(cat "$work/$group.status" 2>/dev/null || echo none)
        tally "group $group" "$status" "$work/$group.out"
    done
}

if [ $# -gt 1 ]; then
    side_by_side "$@"
else
    "group_$1"
    [ "$failed" = 0 ] || echo "failed: $1"
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
