#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# demo.sh BUILD_DIR: procgrep on Boost's headers, with a pattern that is harmless, one on which std::regex crashes, and
# one on which it never ends. Fails when the outcome is not the one described.
set -euo pipefail
export LC_ALL=C
procgrep=$1/examples/procgrep/procgrep
directories=(/usr/include/boost/{asio,mpl,phoenix,spirit})
workers=$(nproc)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ulimit -c 0
ulimit -S -s 8192 # Debian's default; a larger stack only lets longer lines pass

# search KIND TIMEOUT PATTERN: searches with one worker and with all, checks the output, prints a row of the table.
search() {
    run 1 "$2" "$3"
    local alone
    alone=$(count 'files/s')
    run "$workers" "$2" "$3"
    compare "$3"
    row "$1" "$3" "$(count files,)" "$(count 'matching lines')" "$(count crashed)" "$(count 'timed out')" \
        "$(count 'workers restarted')" "$(count 'files/s')" \
        "$(awk "BEGIN { printf \"%.2f\", $(count 'files/s') / $alone }")" "$(count 'ms \(') ms" \
        "$(count 'ms by') ms"
}

row() {
    printf '%-9s %-36s %6s %8s %8s %10s %10s %8s %9s %14s %9s\n' "$@"
}

# run WORKERS TIMEOUT PATTERN
run() {
    local status=0
    "$procgrep" -rn -j "$1" --timeout "$2" "$3" "${directories[@]}" >"$scratch/output" 2>"$scratch/errors" || status=$?
    (( status == 0 || status == 2 )) || fail "procgrep ended with status $status."
}

# count WORDS: the number that stands before them in the summary.
count() {
    sed -nE "\$s#.*[ (]([0-9.]+) $1.*#\1#p" "$scratch/errors"
}

# casualties: the files that could not be searched, and why.
casualties() {
    sed -nE 's/^procgrep: (.*: (worker crashed: .*|timed out))$/\1/p' "$scratch/errors"
}

# compare PATTERN: what was found is what grep finds in the files that could be searched.
compare() {
    casualties | sed 's/: .*/:/' >"$scratch/casualties"
    grep -rnE -e "$1" "${directories[@]}" | grep -vFf "$scratch/casualties" | sort >"$scratch/expected"
    sort "$scratch/output" | cmp -s - "$scratch/expected" || fail "The output for $1 is not that of grep."
}

fail() {
    cat "$scratch/errors" >&2
    echo "demo: $1" >&2
    exit 1
}

echo "procgrep searches ${directories[*]} with $workers workers; speed-up is over one worker."
echo
row '' pattern files matches crashed 'timed out' restarted 'files/s' speed-up 'longest block' 'own work'
search ordinary 30 '\b(class|struct) \w+_(base|impl)\b'
(( $(count files,) >= 2000 )) || fail 'Fewer than 2000 headers were searched; is libboost1.81-dev installed?'
(( $(count crashed) + $(count 'timed out') == 0 )) || fail 'An ordinary pattern must crash nothing and time out nowhere.'
search crashes 30 'template *<.*>.*;'
(( $(count crashed) > 0 && $(count 'timed out') == 0 )) || fail 'The second pattern must crash on some files.'
casualties | head -n 2 >"$scratch/examples"
search endless 1 '(-+)+>'
(( $(count crashed) == 0 && $(count 'timed out') > 0 )) || fail 'The third pattern must time out on some files.'
casualties | head -n 2 >>"$scratch/examples"
echo
echo 'The files that std::regex could not search are named, and all others are searched as by grep:'
sed 's/^/  /' "$scratch/examples"
echo 'The longest block is how late a timer of the event loop was at worst; where other programs have the CPUs, that is
their doing. Own work is the most CPU time that the loop itself used at a stretch.'
