#!/bin/sh
# Counts the instructions of each operation, ours beside the hand-written actor's, under valgrind's callgrind:
# (I(2N) - I(N)) / N, so that starting and ending the process cancels out. Unlike times, the counts do not depend on what
# else the machine does.
#
#   benches/instructions.sh [load ...]      all loads by default
#   PLAIN=1 benches/instructions.sh         without link-time optimisation, as an untouched release profile builds
set -eu
cd "$(dirname "$0")/.."
if [ -n "${PLAIN:-}" ]; then
    export CARGO_PROFILE_BENCH_LTO=false CARGO_PROFILE_BENCH_CODEGEN_UNITS=16
fi
# Lines for callgrind_annotate; they change no instruction.
export CARGO_PROFILE_BENCH_DEBUG=line-tables-only
program=$(cargo bench --quiet --bench instructions --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*instructions[^"]*\)".*/\1/p' | tail -n 1)
counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT

# instructions WHO LOAD N: those of the whole process.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$counts/out" "$program" "$1" "$2" "$3" >/dev/null 2>"$counts/log"
    sed -n 's/^\(summary\|totals\): //p' "$counts/out" | tail -n 1
}

# each WHO LOAD N: those of one operation.
each() {
    once=$(instructions "$1" "$2" "$3")
    twice=$(instructions "$1" "$2" $((2 * $3)))
    echo $(((twice - once) / $3))
}

printf '%-14s %10s %10s\n' load ours handmade
for load in ${*:-tell tell_bounded ring ask spawn}; do
    case $load in
        spawn) operations=2000 ;;
        *) operations=20000 ;;
    esac
    printf '%-14s %10s %10s\n' "$load" "$(each ours "$load" $operations)" "$(each handmade "$load" $operations)"
done
