#!/usr/bin/env bash
# Nothing is lost, nothing is half: tests/faults.sh PATH/TO/klynge [--short|--long].
# Kills at every system call that matters and at random moments, failed calls, full disks, files that may not grow, folders
# that cannot be written, signals. Whatever happens, OUT.h5 is missing, or as it was, or whole. The short form takes every
# n-th write, the long one all. The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
form=${2:---short}
case $form in --short | --long) ;; *) echo "usage: tests/faults.sh PATH/TO/klynge [--short|--long]" >&2; exit 2 ;; esac
: "${PYTHON:=/usr/bin/python3}"
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-faults.XXXXXX")
mounted=
cleanup() { [ -z "$mounted" ] || umount "$mounted"; rm -rf "$work"; }
trap cleanup EXIT
cd "$work" || exit 1
only_failures=1
export LC_ALL=C

is() { # is SENTENCE FOUND EXPECTED
    [ "$2" = "$3" ]
    verdict $? "$1: found $2, expected $3"
}

cat >run.cfg <<'END'
run: { end = "2018-09"; replicates = 2; };
output: { panel_runs = 1; tie_runs = 1; };
scenarios: ( { name = "one"; question = "One?"; }, { name = "two"; question = "Two?"; } );
END
mkdir out kept
arguments=(run run.cfg -o out/OUT.h5 --quiet --threads 1)
"$klynge" run run.cfg -o new.h5 --quiet --threads 1 && "$klynge" run run.cfg -o old.h5 --quiet --seed 77 || {
    echo 'the undisturbed run does not work'
    echo '0 passed, 1 failed'
    exit 1
}
old=$(sha256sum <old.h5)
count=0

temporary() { find "$1" -name '*.tmp' | wc -l; }

# After a kill: OUT.h5 is missing (or the old one, when there was one), or is put aside to be compared.
after_kill() { # after_kill SENTENCE WITH_OLD
    if [ ! -e out/OUT.h5 ]; then
        is "$1: OUT.h5 is gone" "$2" no
    elif [ "$2" = yes ] && [ "$(sha256sum <out/OUT.h5)" = "$old" ]; then
        passed=$((passed + 1))
    else
        count=$((count + 1))
        mv out/OUT.h5 "kept/$count.h5"
        echo "$1" >"kept/$count.txt"
    fi
    rm -rf out
    mkdir out
}

prepare() { # prepare WITH_OLD: sets force
    force=()
    [ "$1" = no ] || { cp old.h5 out/OUT.h5; force=(--force); }
}

# Whole files: all datasets but /provenance equal those of the undisturbed run. One test for each file.
compare_kept() {
    local name verdicts
    compgen -G 'kept/*.h5' >/dev/null || return 0 # every kill came before there was a file
    verdicts=$("$PYTHON" - new.h5 kept/*.h5 <<'END'
import sys
import h5py

def contents(path):
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset)
                        and not name.startswith("provenance") else None)
        assert "provenance/json" in file
    return {n: v.tolist() if v.dtype == object else v.tobytes() for n, v in found.items()}

expected = contents(sys.argv[1])
for path in sys.argv[2:]:
    try:
        print(path, "same" if contents(path) == expected else "different")
    except Exception as e:
        print(path, "unreadable", e)
END
    )
    while read -r name found; do
        is "$(cat "${name%.h5}.txt"): OUT.h5" "$found" same
    done <<<"$verdicts"
    rm -rf kept
    mkdir kept
}

calls_of() { # calls_of SYSCALL: how many an undisturbed run makes
    prepare no
    strace -f -qq -e trace="$1" -e signal=none -o calls "$klynge" "${arguments[@]}"
    rm -f out/*
    grep -c "$1(" calls
}

steps() { # steps N EVERY: 1 .. N, every so many in the short form, always the last two
    if [ "$form" = --long ]; then seq 1 "$1"; else { seq 1 "$2" "$1"; seq $(($1 > 1 ? $1 - 1 : 1)) "$1"; } | sort -nu; fi
}

# ---- killed before the k-th call of each kind -----------------------------------------------------------------------
kill_at_calls() {
    local call every n k with_old
    for call in pwrite64:6 fsync:1 ftruncate:1 rename:1 renameat2:1 close:9 openat:9; do
        every=${call#*:} call=${call%:*}
        n=$(calls_of "$call")
        for with_old in no yes; do
            [ "$with_old" = no ] || [ "$form" = --long ] || every=$((every * 3))
            for k in $(steps "$n" "$every"); do
                prepare "$with_old"
                { strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$k" \
                    "$klynge" "${arguments[@]}" "${force[@]}"; } 2>/dev/null
                after_kill "killed at $call $k of $n (old file: $with_old)" "$with_old"
            done
        done
    done
    compare_kept
}

# ---- killed at any moment -------------------------------------------------------------------------------------------
# Moments are spread over a quarter more than an undisturbed run takes here, so that some files are whole on any machine.
kill_at_random() {
    local k runs=12 pid with_old begun microseconds
    [ "$form" = --short ] || runs=200
    begun=${EPOCHREALTIME/[.,]/}
    "$klynge" "${arguments[@]}" --threads 2
    microseconds=$(((${EPOCHREALTIME/[.,]/} - begun) * 5 / 4))
    rm -f out/*
    for k in $(seq $runs); do
        with_old=$([ $((k % 2)) = 0 ] && echo yes || echo no)
        prepare "$with_old"
        "$klynge" "${arguments[@]}" "${force[@]}" --threads 2 &
        pid=$!
        sleep "$(printf '%d.%06d' $((k * microseconds / runs / 1000000)) $((k * microseconds / runs % 1000000)))"
        { kill -9 $pid; wait $pid; } 2>/dev/null
        after_kill "killed at a random moment ($k)" "$with_old"
    done
    compare_kept
}

# ---- calls that fail ------------------------------------------------------------------------------------------------
# The code is 4, there is a message, the old file is as it was, and no temporary file is left - but when only the name
# could not be given: then the message tells where the results are.
fail_calls() {
    local what call error every n k code left
    for what in pwrite64:ENOSPC:9 pwrite64:EIO:25 pread64:EIO:60 fsync:EIO:1 ftruncate:EIO:1 rename:EIO:1 renameat2:EACCES:1; do
        IFS=: read -r call error every <<<"$what"
        n=$(calls_of "$call")
        [ "$call" != rename ] || n=1 # with --force
        for k in $(steps "$n" "$every"); do
            force=()
            [ "$call" != rename ] || prepare yes
            strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:error=$error:when=$k" \
                "$klynge" "${arguments[@]}" "${force[@]}" 2>message
            code=$?
            [ "$code" != 127 ] || continue # the loader's call, not ours
            is "$call $k of $n gives $error: exit code" "$code" 4
            [ -s message ]
            verdict $? "$call $k of $n gives $error: there is no message"
            left=$(temporary out)
            if grep -q 'they are in ' message; then
                is "$call $k gives $error: temporary files kept" "$left" 1
                mv out/*.tmp out/OUT.h5
            else
                is "$call $k of $n gives $error: temporary files left" "$left" 0
            fi
            after_kill "$call $k of $n gives $error" no
        done
    done
    compare_kept
}

# ---- writes that are lost -------------------------------------------------------------------------------------------
# The k-th write is not made, but said to be. Either the file is not published, or the write did not matter. (Reading what
# was lost can crash the HDF5 library: the file is then not published either.)
lose_writes() {
    local n k code size
    n=$(calls_of pwrite64)
    cp calls writes
    for k in $(steps "$n" 12); do
        size=$(sed -n "${k}s/.*= //p" writes)
        { strace -f -qq -o /dev/null -e trace=pwrite64 -e inject="pwrite64:retval=$size:when=$k" \
            "$klynge" "${arguments[@]}" 2>message; } 2>/dev/null
        code=$?
        [ -e out/OUT.h5 ] || { case $code in 4 | 134 | 139) true ;; *) false ;; esac; }
        verdict $? "write $k of $n ($size bytes) is lost: exit code $code"
        after_kill "write $k of $n ($size bytes) is lost" no
    done
    compare_kept
}

# ---- no room --------------------------------------------------------------------------------------------------------
expect_no_room() { # expect_no_room FOLDER SENTENCE CODE
    is "$2: exit code" "$3" 4
    grep -qiE 'no space left|file too large|read-only' message
    verdict $? "$2: the message is \"$(head -c 300 message)\""
    is "$2: files left" "$(find "$1" -type f ! -name filler | wc -l)" 0
}

limit_file_size() {
    local most
    for most in 1 40 100 400 700 900; do
        (ulimit -f "$most" && exec "$klynge" "${arguments[@]}" 2>message)
        expect_no_room out "a file may have $most KiB" $?
    done
}

full_disk() {
    local size left
    mkdir disk
    if ! mount -t tmpfs -o size=1200k tmpfs disk 2>/dev/null; then
        echo '  skipped: full disks, as nothing can be mounted here'
        return
    fi
    mounted=$work/disk
    for size in 1200 1196 1000 700 300; do
        left=$((1200 - size))
        head -c $((size * 1024)) /dev/zero >disk/filler
        "$klynge" run run.cfg -o disk/OUT.h5 --quiet 2>message
        expect_no_room disk "a disk with $left KiB left" $?
    done
    rm -f disk/filler
    mount -o remount,ro disk
    "$klynge" run run.cfg -o disk/OUT.h5 --quiet 2>message
    expect_no_room disk 'a disk that is read-only' $?
    umount disk && mounted=
}

# ---- what was asked wrongly -----------------------------------------------------------------------------------------
refuse() { # refuse CODE PATH SENTENCE OPTIONS...
    "$klynge" run run.cfg -o "$2" --quiet "${@:4}" 2>message
    is "$3: exit code" $? "$1"
    [ -s message ]
    verdict $? "$3: there is no message"
    is "$3: temporary files left" "$(temporary .)" 0
}

refuse_outputs() {
    cp old.h5 out/OUT.h5
    refuse 2 out/OUT.h5 'the output exists'
    is 'the output exists: it is as it was' "$(sha256sum <out/OUT.h5)" "$old"
    refuse 2 out 'the output is a folder'
    refuse 2 out 'the output is a folder, forced' --force
    refuse 2 /dev/full 'the output is a device' --force
    refuse 2 missing/OUT.h5 'the folder does not exist'
    refuse 2 old.h5/OUT.h5 'the folder is a file'
    refuse 4 /proc/self/OUT.h5 'the folder cannot be written'
    rm -f out/OUT.h5
}

# ---- signals, and two at once ---------------------------------------------------------------------------------------
stop_by_signal() {
    local name code
    for name in INT TERM; do
        "$klynge" run run.cfg -o out/OUT.h5 --quiet --replicates 20000 2>message &
        sleep 0.4
        kill -"$name" $!
        wait $!
        code=$?
        is "SIG$name: exit code" "$code" 130
        is "SIG$name: files left" "$(find out -type f | wc -l)" 0
    done
}

two_at_once() {
    local first code
    "$klynge" "${arguments[@]}" --force &
    first=$!
    "$klynge" "${arguments[@]}" --force
    code=$?
    wait $first
    is 'two at once, forced: exit codes' "$? $code" '0 0'
    is 'two at once, forced: temporary files left' "$(temporary out)" 0
    after_kill 'two at once, forced' no
    compare_kept
}

kill_at_calls
kill_at_random
fail_calls
lose_writes
limit_file_size
full_disk
refuse_outputs
stop_by_signal
two_at_once
end
