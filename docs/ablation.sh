#!/usr/bin/env bash
# The ablation of docs/accuracy.md: each part of the synthesis alone, none, and all, with the intra-class distance.
#   docs/ablation.sh OUT WEIGHTS IMAGES
# Killed at any moment, the same command goes on where it was. INTRAQ and BUDGET as for accuracy.sh.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:?usage: docs/ablation.sh OUT WEIGHTS IMAGES}
intraq=${INTRAQ:-$root/intraq}
budget=${BUDGET:---images 256 --batch 64 --iterations 200 --epochs 2}
mkdir -p "$out"
none="synthesis { reinforcement.enabled = false, marginal.enabled = false, inception.kind = cross-entropy }"

variant() { # variant NAME SETTINGS
  local folder=$out/$1 resume=
  [ -f "$folder/result.json" ] && return
  [ -d "$folder" ] && resume=--resume
  printf '%s\n%s\n' "$none" "$2" >"$out/$1.conf"
  # shellcheck disable=SC2086 # options are words
  $intraq run --weights "$weights" --data "$data" --config "$out/$1.conf" --bits w4a4,w3a3 $budget --out "$folder" $resume
}

weights=$2 data=$3
variant none ""
variant LOR "synthesis.reinforcement.enabled = true"
variant MDC "synthesis.marginal.enabled = true"
variant SIL "synthesis.inception.kind = soft"
variant all "synthesis { reinforcement.enabled = true, marginal.enabled = true, inception.kind = soft }"
$intraq compare --each "$out"/{none,LOR,MDC,SIL,all}
