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

# search KIND PATTERN: searches with one worker and with all, checks the output, prints a row of the table.
search() {
    run 1 "$2"
    local alone=$(count 'files/s')
    run "$workers" "$2"
    compare "$2"
    printf '%-9s %-38s %6s %8s %8s %10s %10s %8s %9s %14s\n' "$1" "$2" "$(count files,)" "$(count 'matching lines')" \
        "$(count crashed)" "$(count 'timed out')" "$(count 'workers restarted')" "$(count 'files/s')" \
        "$(awk "BEGIN { printf \"%.2f\", $(count 'files/s') / $alone }")" "$(count ms) ms"
}

# run WORKERS PATTERN
run() {
    local status=0
    "$procgrep" -rn -j "$1" --timeout 0.5 "$2" "${directories[@]}" >"$scratch/output" 2>"$scratch/errors" || status=$?
    (( status == 0 || status == 2 )) || fail "procgrep ended with status $status."
}

# count WORDS: the number that stands before them in the summary.
count() {
    sed -nE "\$s#.* ([0-9.]+) $1.*#\1#p" "$scratch/errors"
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

echo "procgrep searches ${directories[*]} with $workers workers, after that with each pattern with one:"
echo
printf '%-9s %-38s %6s %8s %8s %10s %10s %8s %9s %14s\n' '' pattern files matches crashed 'timed out' restarted \
    'files/s' 'speed-up' 'longest block'
search ordinary '\b(class|struct) \w+_(base|impl)\b'
(( $(count files,) >= 2000 )) || fail 'Fewer than 2000 headers were searched; is libboost1.81-dev installed?'
(( $(count crashed) + $(count 'timed out') == 0 )) || fail 'An ordinary pattern must crash nothing and time out nowhere.'
search crashes 'template *<.*>.*;'
(( $(count crashed) > 0 && $(count 'timed out') == 0 )) || fail 'The second pattern must crash on some files.'
casualties | head -n 2 >"$scratch/examples"
search endless '(-+)+>'
(( $(count crashed) == 0 && $(count 'timed out') > 0 )) || fail 'The third pattern must time out on some files.'
casualties | head -n 2 >>"$scratch/examples"
echo
echo 'The files that std::regex could not search are named, and all others are searched as by grep:'
sed 's/^/  /' "$scratch/examples"
echo 'The longest block is how late, at worst, a timer of the event loop was, on which a server would answer its clients.'
