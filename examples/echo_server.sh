#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# echo_server.sh PROGRAM: the server greets while its only worker is stopped, and on SIGTERM ends when what it was asked
# before is answered.
set -uo pipefail
limit=60 # seconds for any one step, far more than it takes

fail() {
    echo "echo_server: $1" >&2
    exit 1
}

# connect FD: opens a connection as that descriptor and reads the greeting.
connect() {
    eval "exec $1<>/dev/tcp/127.0.0.1/$port"
    read -r -t $limit -u "$1" greeting || fail 'a new client was not greeted'
}

# answered FD: reads a line into $answer.
answered() {
    read -r -t $limit -u "$1" answer || fail 'a line was not answered'
}

exec 8< <(exec "$1")
server=$!
trap 'kill -KILL $server 2>/dev/null' EXIT
read -r -t $limit -u 8 port || fail 'the server did not print its port'

connect 3
echo hello >&3
answered 3
[[ $answer =~ ^process\ ([0-9]+):\ hello$ ]] || fail "hello was answered with $answer"
worker=${BASH_REMATCH[1]}

kill -STOP "$worker"
echo late >&3
SECONDS=0
until connect 4 && [[ $greeting == '1 workers are busy' ]]; do # greeted, although no worker runs
    (( SECONDS < limit )) || fail 'the server did not read the line'
done

kill -TERM $server
while (exec 5<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do # until it has closed its door
    (( SECONDS < limit )) || fail 'the server did not mind SIGTERM'
done
kill -CONT "$worker"
answered 3
[[ $answer == "process $worker: late" ]] || fail "late was answered with $answer"
wait $server || fail "the server ended with status $?"
