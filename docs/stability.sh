#!/usr/bin/env bash
# Shows that the presets hold at small and large budgets: every network given, 50, 200 and 1,000 iterations, presets
# default and paper, W3A3. Prints for each run the statistics loss of its images, what had to be undone in training,
# and how far the quantized network agrees with its teacher on the synthetic images, before and after fine-tuning.
#   docs/stability.sh OUT WEIGHTS...
# Killed at any moment, the same command goes on where it was. INTRAQ is the program (default: ./intraq), BUDGET more
# options for every run, PRESETS and ITERATIONS what to try.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:?usage: docs/stability.sh OUT WEIGHTS...}
shift
intraq=${INTRAQ:-$root/intraq}
budget=${BUDGET:---images 64 --batch 64 --epochs 1}
mkdir -p "$out"
printf 'fine-tuning.steps = 100\ncalibration.batch = 64\n' >"$out/steps.conf"

value() { # value NAME FILE: of a JSON file with one name a line
  sed -n "s/^ *\"$1\" : \\([^,]*\\),\\{0,1\\}$/\\1/p" "$2"
}

echo "| weights | preset | iterations | statistics loss | undone in synthesis | diverged in fine-tuning | agreement calibrated | agreement at the end |"
echo "|---|---|---|---|---|---|---|---|"
for weights in "$@"; do
  for preset in ${PRESETS:-default paper}; do
    for iterations in ${ITERATIONS:-50 200 1000}; do
      name=$(basename "$weights" | cut -d. -f1)
      folder=$out/$name-$preset-$iterations resume=
      if [ ! -f "$folder/result-w3a3.json" ]; then
        [ -d "$folder" ] && resume=--resume
        # shellcheck disable=SC2086 # options are words
        $intraq run --weights "$weights" --preset "$preset" --config "$out/steps.conf" --iterations "$iterations" \
          --bits w3a3 $budget --out "$folder" $resume >"$folder.out" 2>&1 || { cat "$folder.out" >&2; exit 1; }
      fi
      loss=$(sed -n 's/.*iteration [0-9/]*: statistics \([0-9.]* + [0-9.]*\),.*/\1/p' "$folder/log.txt" | tail -1)
      undone=$(grep -c 'loss was no number' "$folder/log.txt" || true)
      echo "| $name | $preset | $iterations | $loss | $undone | $(value divergences "$folder/result-w3a3.json") |" \
        "$(value agreement_calibrated "$folder/result-w3a3.json") | $(value agreement "$folder/result-w3a3.json") |"
    done
  done
done
