#!/usr/bin/env bash
# Measures the accuracies of docs/accuracy.md: three seeds, two networks, W4A4 and W3A3, default preset.
#   docs/accuracy.sh OUT [RESNET20_TH CIFAR_BIN]
# Killed at any moment, the same command goes on where it was. INTRAQ is the program (default: ./intraq), SEEDS the
# seeds, BUDGET more options for every run.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:?usage: docs/accuracy.sh OUT [RESNET20_WEIGHTS CIFAR_IMAGES]}
intraq=${INTRAQ:-$root/intraq}
budget=${BUDGET:---images 512 --iterations 300}
mkdir -p "$out"

measure() { # measure NAME WEIGHTS DATA SEED
  local folder=$out/$1-s$4 resume=
  [ -f "$folder/result.json" ] && return
  [ -d "$folder" ] && resume=--resume
  # shellcheck disable=SC2086 # options are words
  $intraq run --weights "$2" --data "$3" --seed "$4" --bits w4a4,w3a3 $budget --out "$folder" $resume
}

for seed in ${SEEDS:-1 2 3}; do
  if [ $# -ge 3 ]; then measure resnet20-cifar10 "$2" "$3" "$seed"; fi
  measure resnet20-fashion "$root/models/pretrained/resnet20_fashion.safetensors" "$root/models/data/fashion-mnist" "$seed"
done
$intraq compare "$out"/*-s*
