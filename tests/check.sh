#!/usr/bin/env bash
# The house rules that a machine can check: tests/check.sh BUILD (called by `make check`, which builds first and sets
# C_FILES and C_FLAGS). The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1
read -ra files <<<"${C_FILES:-}"
read -ra flags <<<"${C_FLAGS:-}"
[ ${#files[@]} -gt 0 ] && [ ${#flags[@]} -gt 0 ] || { echo 'C_FILES and C_FLAGS are set by `make check`' >&2; exit 2; }
passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-check.XXXXXX")
trap 'rm -rf "$work"' EXIT

# rule "SENTENCE" COMMAND...: holds when the command says nothing and ends in 0.
rule() {
    local sentence=$1
    shift
    if "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ]; then
        echo "  ok    $sentence"
        passed=$((passed + 1))
    else
        echo "  FAIL  $sentence"
        sed 's/^/        /' "$work/log" | cut -c1-200 | head -n 20
        failed=$((failed + 1))
    fi
}

# none PATTERN FILE...: no line of the files matches; missing files are fine.
none() {
    local pattern=$1
    shift
    ! grep -nEH -- "$pattern" "$@" 2>/dev/null
}
quoted='^[[:space:]]*#[[:space:]]*include[[:space:]]*"'
either='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]'
shopt -s nullglob

# includes_only "FOLDERS" FILE...: a quoted include starts with one of the folders, or is a file beside it.
includes_only() {
    local folders=$1 file name bad=0
    shift
    for file in "$@"; do
        while read -r name; do
            case " $folders " in *" ${name%%/*} "*) [ "$name" != "${name%%/*}" ] && continue ;; esac
            if [ "$name" = "${name##*/}" ] && [ -e "${file%/*}/$name" ]; then continue; fi
            echo "$file includes \"$name\""
            bad=1
        done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]*)".*/\1/p' "$file")
    done
    return $bad
}

models_keep_to_themselves() {
    local folder bad=0
    for folder in models/*/; do
        folder=$(basename "$folder")
        includes_only "core $folder" models/"$folder"/*.[ch] models/"$folder"/*.def || bad=1
    done
    local all
    all=$(cd models && echo */ | tr -d /)
    includes_only "core $all" models/*.[ch] || bad=1
    return $bad
}

sim_names_no_model() {
    local folder bad=0
    for folder in models/*/; do
        folder=$(basename "$folder")
        none "${either}([^\">]*/)?${folder}[/.]" sim/*/*.[ch] sim/*/*.def || bad=1
    done
    none "${either}(\\.\\./)*models/" sim/*/*.[ch] || bad=1
    local called
    called=$(comm -12 <(nm -u $(objects sim) | awk 'NF {print $NF}' | sort -u) \
        <(nm -g --defined-only $(objects 'models/[^/]*') | awk 'NF == 3 {print $3}' | sort -u))
    [ -z "$called" ] || { echo "sim uses what a model defines: $called"; bad=1; }
    return $bad
}

included_once() { # included_once HEADER MOST
    local found
    found=$(grep -lE "${either}$1[\">]" "${files[@]}")
    [ "$(printf '%s' "$found" | grep -c .)" -le 1 ] || printf '%s is included by:\n%s\n' "$1" "$found"
}

python_files() { find analysis -name '*.py' -o -name 'klynge-*' -type f; }
# One file runs the program, and calibrate.py: by its command line, as a user would.
analysis_reads_files_only() {
    none '\b(ctypes|cffi)\b|os\.system|(\.\./|["'\''])(sim|models)/' $(python_files) /dev/null &&
        none '\bsubprocess\b' $(python_files | grep -vE '/(calibrate|program)\.py$') /dev/null
}

# ---- compilers ------------------------------------------------------------------------------------------------------
in_parallel() { # each argument to "${command[@]}", as many at once as there are processors
    printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" "${command[@]}"
}

headers_alone() { # headers_alone COMPILER
    cat >"$work/alone" <<END
#!/bin/sh
for header; do :; done
name=\${header#sim/}; name=\${name#models/}; name=\${name#tests/}
printf '#include "%s"\n' "\$name" | "\$1" ${flags[*]} -Werror -fsyntax-only -x c - || {
    echo "\$header does not compile alone with \$1"
    exit 1
}
END
    chmod +x "$work/alone"
    command=("$work/alone" "$1")
    in_parallel $(printf '%s\n' "${files[@]}" | grep '\.h$')
}

clean_with() { # clean_with "FILES" COMPILER FLAGS...: no warning in any of them
    command=("${@:2}" "${flags[@]}" -Werror)
    [ -z "$1" ] || in_parallel $1
}
c_files=$(printf '%s\n' "${files[@]}" | grep '\.c$')

# The build compiled with gcc already and left what it said beside each object; only what it did not compile is compiled here.
gcc_said_nothing() {
    local file said rest= bad=0
    for file in $c_files; do
        said=$build/${file%.c}.said
        if ! $by_gcc || ! [ "$said" -nt "$file" ]; then rest+=" $file"; elif [ -s "$said" ]; then cat "$said"; bad=1; fi
    done
    clean_with "$rest" gcc -O2 -c -o /dev/null || bad=1
    return $bad
}
by_gcc=false
if "${CC:-cc}" --version 2>/dev/null | grep 'Free Software' >/dev/null; then by_gcc=true; fi

no_cppcheck() { # legacyUninitvar does not follow `code || ...`; uninitvar, gcc and valgrind stay
    cppcheck --quiet --error-exitcode=1 -j "$(nproc)" --std=c11 --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem --suppress=legacyUninitvar --suppress='*:/usr/*' -D__GNUC__ -D_OPENMP=201511 \
        -Isim -Imodels -Itests --template='{file}:{line}: {id}: {message}' sim models bench
}

# ---- symbols --------------------------------------------------------------------------------------------------------
# Objects of the sources under a folder that there are now (the build folder may hold older ones).
objects() { printf '%s\n' "${files[@]}" | sed -nE "s#^($1/.*)\.c\$#$build/\1.o#p"; }
exported() { nm -g --defined-only "$1" | awk '$2 ~ /^[TDBRVWCG]$/ && $3 !~ /^\./ {print $3}'; }

# What a file exports starts with its own name, a model's file with the model's name.
prefixes() {
    local object source name wanted symbol bad=0
    for source in $(printf '%s\n' "${files[@]}" | grep -E '^(sim|models)/.*\.c$'); do
        object=$build/${source%.c}.o
        name=$(basename "$source" .c)
        case $source in
        sim/cli/main.c) wanted='main$' ;;
        sim/core/observe.c) wanted='(observe|layout)_' ;;
        sim/core/error.c) wanted='error_' ;;
        models/*/*) wanted="$(basename "$(dirname "$source")")(_|\$)" ;;
        *) wanted="${name}(_|\$)" ;;
        esac
        [ -e "$object" ] || { echo "$object is missing"; bad=1; continue; }
        for symbol in $(exported "$object"); do
            [[ $symbol =~ ^$wanted ]] || { echo "$source exports $symbol, which does not start with ${wanted%(*}"; bad=1; }
        done
    done
    return $bad
}

# libm's transcendental functions differ between processors; GSL's distributions call them.
no_libm() {
    local object symbol bad=0
    local libm='(exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sincos|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot|tgamma|lgamma|gamma|erf|erfc|j0|j1|jn|y0|y1|yn)(f|l|_r|f_r)?'
    for object in $(objects '(sim/core|models)'); do
        for symbol in $(nm -u "$object" | awk '{sub(/@.*/, "", $NF); print $NF}'); do
            if [[ $symbol =~ ^(__)?${libm}(_finite)?$ || $symbol =~ ^gsl_(ran|cdf|sf)_ ]]; then
                echo "$object calls $symbol"
                bad=1
            fi
        done
    done
    return $bad
}

# ---- the house ------------------------------------------------------------------------------------------------------
top_level() {
    local listed
    if [ -e .git ] && command -v git >/dev/null; then
        listed=$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u)
    else
        listed=$(ls | grep -vE '^(build.*|out)$')
    fi
    ! grep -vxE 'sim|models|configs|analysis|tests|bench|Makefile|README\.md|LICENSE|CHANGELOG\.md|CITATION\.cff|\..*' <<<"$listed"
}

reference_is_new() {
    "$build"/klynge params --markdown | diff - models/cluster/PARAMETERS.md >"$work/diff" && return
    echo 'models/cluster/PARAMETERS.md differs from the tables: run `make reference`'
    head -n 10 "$work/diff"
}

pages_are_new() {
    local page bad=0
    "${PYTHON:-python3}" sim/cli/pages.py "$build" || return
    while read -r page; do
        cmp -s "$build/pages/$page" "$page" || { echo "$page differs from the table of its verb's --help: run \`make reference\`"; bad=1; }
    done < <(cd "$build/pages" && find . -name '*.md' -printf '%P\n')
    for page in sim/cli/verb_*.md analysis/verb_*.md; do [ -e "$build/pages/$page" ] || { echo "$page is of no verb"; bad=1; }; done
    return $bad
}

python_compiles() { "${PYTHON:-python3}" - $(python_files) $(find tests bench -name '*.py') <<'END'
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name, encoding="utf-8").read(), name)
END
}

rule 'C files are laid out by .clang-format' clang-format --dry-run -Werror "${files[@]}"
rule 'sim/core includes neither io nor cli' includes_only 'core' sim/core/*.[ch] sim/core/*.def
rule 'sim/io includes core and io only' includes_only 'core io' sim/io/*.[ch]
rule 'sim/cli includes core, io and cli only' includes_only 'core io cli' sim/cli/*.[ch]
rule 'a model includes sim/core and its own folder only' models_keep_to_themselves
rule 'sim includes and calls no model by name' sim_names_no_model
rule 'analysis knows the result file only' analysis_reads_files_only
rule 'only one file includes hdf5.h' included_once '(hdf5(_hl)?|H5[A-Za-z]*)\.h'
rule 'only one file includes libconfig.h' included_once 'libconfig\.h(\+\+)?'
rule 'only one file includes mpi.h' included_once 'mpi\.h'
rule 'every header compiles alone with gcc' headers_alone gcc
rule 'every header compiles alone with clang' headers_alone clang
rule 'gcc gives no warning' gcc_said_nothing
rule 'clang gives no warning' clean_with "$c_files" clang -fsyntax-only
rule 'cppcheck finds nothing' no_cppcheck
rule 'exported symbols carry the name of their file' prefixes
rule 'neither libm transcendentals nor GSL distributions in sim/core and models' no_libm
rule 'the top level holds what belongs there' top_level
rule 'Python files parse' python_compiles
rule 'the page of each verb is what its table says' pages_are_new
if [ -e models/cluster/PARAMETERS.md ]; then
    rule 'models/cluster/PARAMETERS.md is what the tables say' reference_is_new
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
