#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# from_python.sh ROOT: doc/from-python.md leaves nothing out and promises nothing that no test shows.
#   <!-- names: NAME... --> in front of a table: each NAME is at the beginning of a `…` in the first cell of one of its rows.
#   A row names a test in its last cell (that it exists: quotes.sh), or says "later" or "not here, because …" of a name
#   of which that may be said.
set -uo pipefail
cd "$1" || exit 1
document=doc/from-python.md
later='Value|Array|RawValue|RawArray|SharedMemory|ShareableList|SharedMemoryManager|Lock|RLock|Semaphore|BoundedSemaphore'
later+='|Condition|Event|Barrier|Manager|BaseManager|SyncManager|BaseProxy|Listener|Client|authkey|AuthenticationError'
not_here='fork|"fork"|freeze_support|set_executable|ThreadPool|InterpreterPoolExecutor|log_to_stderr'
failures=0

fail() {
    echo "$document: $1"
    failures=$((failures + 1))
}

# names_in CELL: what stands in backquotes, up to what is no part of a name.
names_in() {
    grep -o '`[^`]*`' <<<"$1" | tr -d '`' | sed -E 's/^([A-Za-z_.]+|"fork").*/\1/'
}

check_row() { # LINE FIRST SECOND LAST
    local names allowed=
    names=$(names_in "$2")
    [[ $4 == *'`test/'*'.'*'`: `'* ]] && return
    [[ $3 == ' later'* ]] && allowed=$later
    [[ $3 == ' not here, because '* ]] && allowed=$not_here
    [[ -n $allowed ]] || { fail "$1: no test shows $2"; return; }
    grep -qvxE "$allowed" <<<"$names" && fail "$1: not of all of $2 may that be said."
}

required= given=
check_required() {
    local name
    for name in $required; do
        grep -qxF "$name" <<<"$given" || fail "$name is in none of the rows of its table."
    done
    required= given=
}

number=0
while IFS= read -r line; do
    number=$((number + 1))
    if [[ $line == '## '* ]]; then
        check_required
    elif [[ $line == '<!-- names: '* ]]; then
        required=${line#*names: }
        required=${required%-->}
    elif [[ $line == '| '* && $line != '| Python |'* ]]; then
        IFS='|' read -r _ first second last _ <<<"${line//\\|/}"
        given+=$'\n'$(names_in "$first")
        check_row "$number" "$first" "$second" "$last"
    fi
done <"$document"
check_required
(( failures == 0 )) || exit 1
