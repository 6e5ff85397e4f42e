#!/usr/bin/env bash
# Counts the instructions of single operations: benches/peers/instructions.sh [FRAMEWORK...]
#
# Every load runs twice under valgrind, the second time twice as long, on one worker thread. The difference is what the
# operations cost, without the start of the program. Such counts are the same on a busy machine and on a quiet one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

frameworks=("$@")
[ $# -gt 0 ] || frameworks=(actors handmade kameo ractor actix)
# Each load with the part of its full size that the shorter run has: some ten thousand operations.
loads=(tell=0.01 ring=0.02 ask=0.05 spawn=0.1)

cargo build --release --locked --quiet
peers=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/peers
scratch=$(mktemp --directory)
trap 'rm -r "$scratch"' EXIT

# Prints the operations and the instructions of one run.
count() { # LOAD FRAMEWORK SCALE
    local operations
    operations=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$scratch/log" \
        "$peers" one "$1" "$2" --scale "$3" --workers 1 | cut -d ' ' -f 1)
    echo "$operations $(sed -n 's/.*Collected : //p' "$scratch/log")"
}

printf '| %-9s |' operation && printf ' %8s |' "${frameworks[@]}" && echo
printf '|-----------|' && printf '%0.s---------:|' "${frameworks[@]}" && echo
for load in "${loads[@]}"; do
    name=${load%=*} scale=${load#*=}
    printf '| %-9s |' "$name"
    for framework in "${frameworks[@]}"; do
        read -r short few <<<"$(count "$name" "$framework" "$scale")"
        read -r long many <<<"$(count "$name" "$framework" "$(awk "BEGIN { print 2 * $scale }")")"
        printf ' %8d |' "$(((many - few) / (long - short)))"
    done
    echo
done
