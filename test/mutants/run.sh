#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Breaks each promise of doc/guarantees.md on purpose, by one change of the library at a time, and shows which test turns
# red. Arguments: a preset, then names of mutants (all unless told). Fails when a mutant survives, is stale (what it
# changes is not there exactly once) or does not compile, and when a promise has no mutant.
#
# NAME.mutant beside this file says what is changed, in bash: promise (its heading), file, old, new; and what must turn red:
# program and cases, a filter of Boost.Test. The work is done on a copy of the tree, in build/mutants.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

preset=$1
shift
root=$PWD
copy=$root/build/mutants
log=$copy/build/log
most_seconds=30 # then a test hangs, which is red too
failures=0
ulimit -c 0

files_of() {
    (cd "$1" && find . \( -name build -o -name .git \) -prune -o -type f -print | sort)
}

# Only what differs, so that only that is compiled again.
copy_tree() {
    mkdir -p "$copy/build"
    comm -13 <(files_of "$root") <(files_of "$copy") | (cd "$copy" && xargs -r -d '\n' rm)
    files_of "$root" | while read -r file; do
        cmp -s "$root/$file" "$copy/$file" || (cd "$root" && cp --parents "$file" "$copy")
    done
}

build() {
    (cd "$copy" && PRESET=$preset ./dev build --target "$@") >"$log" 2>&1
}

# What a broken library leaves running.
kill_marked() {
    local process
    for process in /proc/[0-9]*; do
        if grep -qzx "PROCPOOL_MUTANTS=$$" "$process/environ" 2>/dev/null; then
            kill -KILL "${process#/proc/}" 2>/dev/null || true
        fi
    done
}

# Runs the cases of the current mutant; sets red to the first of them that fails, or to nothing.
run_cases() {
    local status=0
    { PROCPOOL_MUTANTS=$$ timeout -k 5 "$most_seconds" "$copy/build/$preset/test/$program" \
        --run_test="$cases" --color_output=no </dev/null >"$log" 2>&1 || status=$?; } 2>/dev/null # bash says "Killed"
    kill_marked
    red=
    (( status == 0 )) && return
    red=$(sed -n '/error: in "/{s/.*error: in "\([^"]*\)".*/\1/p;q}' "$log")
    (( status == 124 || status == 137 )) && red="${red:-$cases} (hangs)"
    red=${red:-$cases (ends with status $status)}
}

# Sets what the mutant says.
read_mutant() {
    # shellcheck disable=SC1090 # one of those beside this file
    source "$root/test/mutants/$1.mutant"
}

change_file() {
    local text
    text=$(<"$root/$file")
    local before=${text%%"$old"*} after=${text#*"$old"}
    [[ $before != "$text" && ${after#*"$old"} == "$after" ]] || return 1
    printf '%s\n' "$before$new$after" >"$copy/$file"
}

say() { # NAME SECONDS VERDICT
    printf '  %-48s %4d s  %s\n' "$@"
}

fail() {
    failures=$((failures + 1))
    say "$@"
}

try() {
    local name=$1 start=$SECONDS promise file old new program cases red
    read_mutant "$name"
    change_file || { fail "$name" 0 "STALE: change $file and the mutant together"; return; }
    if ! build "$program"; then
        cat "$log"
        fail "$name" $((SECONDS - start)) "DOES NOT COMPILE"
    else
        run_cases
        if [[ -n $red ]]; then
            say "$name" $((SECONDS - start)) "$red"
        elif grep -q '^skipped: ' "$log"; then
            say "$name" $((SECONDS - start)) "not judged: this system lacks what its cases need"
        else
            fail "$name" $((SECONDS - start)) "SURVIVES: $program $cases"
        fi
    fi
    cp "$root/$file" "$copy/$file"
}

# What is red in any case proves nothing.
try_without() {
    local name=$1 promise file old new program cases red
    read_mutant "$name"
    run_cases
    [[ -z $red ]] || fail "$name" 0 "RED WITHOUT IT: $red"
}

mutants_of() { # PROMISE NAME...
    local wanted=$1 name promise file old new program cases
    shift
    for name; do
        read_mutant "$name"
        [[ $promise == "$wanted" ]] && echo "$name"
    done
    return 0
}

all=$(cd test/mutants && printf '%s\n' *.mutant | sed 's/\.mutant$//')
mapfile -t names < <((( $# )) && printf '%s\n' "$@" || echo "$all")
mapfile -t programs < <(for name in "${names[@]}"; do (read_mutant "$name" && echo "$program"); done | sort -u)
mapfile -t promises < <(sed -n '/^# What is not/q; s/^## //p' doc/guarantees.md)

echo "Without a mutant: ${programs[*]}"
copy_tree
build "${programs[@]}" || { cat "$log"; exit 1; }
for name in "${names[@]}"; do
    try_without "$name"
done
for promise in "${promises[@]}"; do
    mapfile -t its < <(mutants_of "$promise" "${names[@]}")
    (( ${#its[@]} || $# == 0 )) || continue
    echo "$promise"
    (( ${#its[@]} )) || fail "-" 0 "NO MUTANT"
    for name in "${its[@]}"; do
        try "$name"
    done
done

echo
(( failures == 0 )) || { echo "FAILED: $failures of ${#names[@]} mutants, see above"; exit 1; }
echo "All ${#names[@]} mutants are found by the tests, in $SECONDS s"
