#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# quotes.sh ROOT: what README.md and doc/*.md quote is what stands in the files, and the tests they name exist; and
# doc/reliability.md has a row for each promise of doc/guarantees.md, with its mutants, each of which changes something.
#   <!-- quote: FILE [TAG] --> before a code block: it equals FILE, or its lines from "[TAG]" to "[/TAG]" without the indent.
#   `test/FILE` on a line: FILE exists, and each `word_with_underscores` after it on that line stands in it.
set -uo pipefail
cd "$1" || exit 1
failures=0

fail() {
    echo "$1"
    failures=$((failures + 1))
}

# block DOCUMENT LINE: the code block that begins behind that line.
block() {
    awk -v from="$2" 'NR <= from { next } /^```/ { if (inside++) exit; next } inside' "$1"
}

# region FILE [TAG]
region() {
    if [[ -z ${2:-} ]]; then
        cat "$1"
    else
        awk -v tag="$2" 'index($0, "[/" tag "]") { exit }
            inside { if (indent == "") { match($0, /^ */); indent = RLENGTH } print substr($0, indent + 1) }
            index($0, "[" tag "]") { inside = 1 }' "$1"
    fi
}

check_quote() { # DOCUMENT LINE FILE [TAG]
    local difference
    difference=$(diff <(region "$3" "${4:-}") <(block "$1" "$2")) && [[ -n $(block "$1" "$2") ]] && return
    fail "$1:$2 quotes something else than $3 ${4:-}:"$'\n'"$difference"
}

check_names() { # DOCUMENT LINE TEXT
    local file= word
    while read -r word; do
        if [[ $word == test/*.* ]]; then
            file=$word
            [[ -f $file ]] || fail "$1:$2 names $file, which does not exist."
        elif [[ -n $file && $word =~ ^[a-z]+(_[a-z0-9]+)+$ ]]; then
            grep -qw "$word" "$file" 2>/dev/null || fail "$1:$2 names $word, which is not in $file."
        fi
    done < <(grep -o '`[^`]*`' <<<"$3" | tr -d '`')
}

# What test/mutants says, as the table of doc/reliability.md.
rows() {
    local mutant its heading
    declare -A mutants
    for mutant in test/mutants/*.mutant; do
        # shellcheck disable=SC1090,SC2154 # it sets promise
        its=$(source "$mutant" && echo "$promise")
        mutants[$its]+=${mutants[$its]:+, }\`$(basename "$mutant" .mutant)\`
    done
    sed -n '/^# What is not/q; s/^## //p' doc/guarantees.md | while read -r heading; do
        echo "| $heading | ${mutants[$heading]:-none} |"
    done
}

# changes_nothing MUTANT: what it changes is not in its file, or is there more than once.
changes_nothing() {
    local text after
    # shellcheck disable=SC1090,SC2154 # it sets file and old
    source "$1"
    text=$(<"$file")
    after=${text#*"$old"}
    [[ $after == "$text" || ${after#*"$old"} != "$after" ]]
}

for mutant in test/mutants/*.mutant; do
    if (changes_nothing "$mutant"); then
        fail "$mutant is stale: what it changes is not in its file exactly once"
    fi
done
difference=$(diff <(sed -n '/^| promise/,/^$/p' doc/reliability.md | sed '1,2d; /^$/d') <(rows)) ||
    fail "doc/reliability.md has another table than test/mutants:"$'\n'"$difference"
for document in README.md doc/*.md; do
    while IFS=: read -r number text; do
        read -r file tag <<<"${text#*quote: }"
        tag=${tag%%-->*}
        check_quote "$document" "$number" "${file%-->}" "${tag% }"
    done < <(grep -n '<!-- quote: ' "$document")
    while IFS=: read -r number text; do
        check_names "$document" "$number" "$text"
    done < <(grep -n '`test/' "$document")
done
(( failures == 0 )) || exit 1
