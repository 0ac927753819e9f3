#!/usr/bin/env bash
# Bad inputs as a user meets them: tests/bad_inputs.sh PATH/TO/klynge. Each case of tests/bad/cases.txt is run in a folder
# of its own; the program has to end in 2, say exactly what is expected, and leave no file. The last line is
# "N passed, N failed".
set -uo pipefail
klynge=$(readlink -f "$1")
cases=$(dirname "$(readlink -f "$0")")/bad/cases.txt
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-bad.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # another user enters it below
here=$work/here
passed=0 failed=0

# A user who may not read everything: root can.
as_user=()
if [ "$(id -u)" = 0 ]; then as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi

repeat() { # repeat TEXT N
    local text
    printf -v text '%*s' "$2" ''
    printf '%s' "${text// /$1}"
}

make_file() { # make_file KIND NAME [NUMBER or TEXT]: what cannot be written down in a table
    case $1 in
    fifo) mkfifo "$2" ;;
    folder) mkdir -p "$2" ;;
    link) ln -s "$3" "$2" ;;
    unreadable) echo 'run = { };' >"$2" && chmod 000 "$2" && restricted=1 ;;
    blanks) head -c "$3" /dev/zero | tr '\0' ' ' >"$2" ;;
    nul) printf 'run = {\n seed = 1;\0\n};\n' >"$2" ;;
    latin1) printf 'run = { };\n# bod\370\n' >"$2" ;;
    printf) printf "$3" >"$2" ;;
    nested) { printf 'run = '; repeat '(' "$3"; repeat ')' "$3"; echo ';'; } >"$2" ;;
    groups) { repeat 'a={' "$3"; repeat '}' "$3"; echo ';'; } >"$2" ;;
    keys) seq "$3" | sed 's/.*/k&=1;/' >"$2" ;;
    points) { echo 'world = { members = ('; seq "$3" | sed 's/.*/(19&, 5),/;$s/,$//'; echo '); };'; } >"$2" ;;
    rows) { echo 'time,members'; seq "$3" | sed 's/.*/19&,5/'; } >"$2" ;;
    *) echo "cases.txt: no such kind: $1" >&2 && exit 1 ;;
    esac
}

begin_case() {
    name=$1 config=my.cfg arguments=() target=/dev/null restricted=0
    rm -rf "$here" && mkdir "$here" && cd "$here" || exit 1
    : >"$work/expected"
}

run_case() {
    local command=("$klynge" run "$config" -o out.h5 "${arguments[@]}") code problem=''
    if [ $restricted = 1 ] && [ ${#as_user[@]} -gt 0 ]; then
        "${as_user[@]}" test -x "$klynge" || { echo "  skip  $name: another user cannot start $klynge"; return; }
        chmod 777 .
        command=("${as_user[@]}" "${command[@]}")
    fi
    ls -A >"$work/before"
    timeout -s KILL 20 "${command[@]}" >"$work/stdout" 2>"$work/stderr" </dev/null
    code=$?
    sed -i 's/^klynge run: //' "$work/stderr"
    [ $code = 2 ] || problem="ended in $code instead of 2"
    [ ! -s "$work/stdout" ] || problem+='; wrote to stdout'
    ls -A | cmp -s - "$work/before" || problem+="; left $(ls -A | diff "$work/before" - | grep '^>')"
    said_as_expected || problem+='; said something else:'
    if [ -z "$problem" ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "  FAIL  $name: ${problem#; }"
    diff "$work/expected" "$work/stderr" | sed 's/^/        /'
}

said_as_expected() { # each line as expected; <...> in an expected line is any text
    local said wanted k
    mapfile -t said <"$work/stderr"
    mapfile -t wanted <"$work/expected"
    [ ${#said[@]} = ${#wanted[@]} ] && [ ${#wanted[@]} -gt 0 ] || return 1
    for k in "${!wanted[@]}"; do
        case ${wanted[k]} in
        *'<...>'*) [[ ${said[k]} == "${wanted[k]%%'<...>'*}"*"${wanted[k]#*'<...>'}" ]] || return 1 ;;
        *) [ "${said[k]}" = "${wanted[k]}" ] || return 1 ;;
        esac
    done
}

finish_case() { [ -z "$name" ] || run_case; }

name=''
while IFS= read -r line <&3; do
    case $line in
    '== '*) finish_case; begin_case "${line#== }" ;;
    '@file '*) target=${line#@file }; mkdir -p "$(dirname "$target")"; : >"$target" ;;
    '@make '*) read -r kind path rest <<<"${line#@make }"; make_file "$kind" "$path" "$rest" ;;
    '@config '*) config=${line#@config } ;;
    '@set '*) arguments+=(--set "${line#@set }") ;;
    '@argument '*) arguments+=("${line#@argument }") ;;
    @expect) target=$work/expected ;;
    '## '*) ;;
    *) if [ -n "$line" ] && [ -n "$name" ]; then printf '%s\n' "$line" >>"$target"; fi ;;
    esac
done 3<"$cases"
finish_case
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
