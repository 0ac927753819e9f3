# tests/tally.sh - what the tests of a command line share. A script sets `klynge`, `out` and `err` (files for what a command prints) and
# sources this; its last line is `end`. `only_failures=1`: what holds is counted, not shown. A function `details` shows what a failure needs.
passed=0 failed=0

verdict() { # verdict STATUS SENTENCE
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        [ -n "${only_failures:-}" ] || echo "  ok    $2"
    else
        failed=$((failed + 1))
        echo "  FAIL  $2"
        ! declare -F details >/dev/null || details | sed 's/^/        /'
    fi
}
end() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}

printed() { # what the last command printed
    head -c 600 "$out" | sed 's/^/stdout: /'
    head -c 900 "$err" | sed 's/^/stderr: /'
}
ends() { # ends CODE COMMAND...: the command ends in that code; what it prints is in $out and $err
    local wanted=$1 code
    shift
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
    [ "$code" = "$wanted" ] || { echo "        exit code $code instead of $wanted: $*"; return 1; }
}
k() { ends "$1" "$klynge" "${@:2}"; }
says() { grep -qF -- "$1" "$err" || { echo "        stderr does not say: $1"; return 1; }; }
prints() { grep -qF -- "$1" "$out" || { echo "        stdout does not say: $1"; return 1; }; }
