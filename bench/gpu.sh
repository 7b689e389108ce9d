#!/usr/bin/env bash
# For a machine with an NVIDIA GPU: installs the GPU engine from wheel files, trains 50 steps in each mode, compares the
# losses with the CPU's, and prints the speeds. From the root of the repository:
#
#   bench/gpu.sh WHEELS [SOUNDS]
#
# WHEELS  folder with the wheel of `tensorflow` 2.18.1 and its nvidia-*-cu12 companions
#         (python3 -m pip download 'tensorflow[and-cuda]==2.18.1' -d WHEELS, on a machine with a network)
# SOUNDS  folder of recordings; those of configs/quickstart.yaml if absent
#
# The CPU's engine is put back at the end.
set -euo pipefail
wheels=${1:?name the folder with the wheels}
sounds=${2:+--set data.set=$2}
scratch=$(mktemp -d)
restore() { ./earshot engine install >&2; rm -rf "$scratch"; }
trap restore EXIT

train() { # NAME ENVIRONMENT COMPILE PRECISION
  echo "== $1" >&2
  env $2 ./earshot train configs/quickstart.yaml --run "$scratch/$1" \
    $sounds --set train.steps=50 --set train.log-every=1 --set train.calibration=2 \
    --set "train.compile=$3" --set "train.precision=$4" >&2
}

./earshot engine install --gpu --from "$wheels"
./earshot doctor
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for compile in off function xla; do train "gpu-$compile" X= "$compile" float32; done
train gpu-bfloat16 X= function bfloat16
train cpu CUDA_VISIBLE_DEVICES= function float32

node --input-type=module - "$scratch" <<'END'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
const folder = process.argv[2]
const read = name => {
  const file = readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8').trim().split('\n').map(JSON.parse)
  const { secondsPerStep } = JSON.parse(readFileSync(join(folder, name, 'status.json'), 'utf8'))
  return { losses: file.map(({ losses }) => Object.values(losses)[0]), secondsPerStep }
}
const cpu = read('cpu')
console.log('mode          s a step   of the CPU   largest difference of a loss, first 10 steps and all')
for (const name of ['gpu-off', 'gpu-function', 'gpu-xla', 'gpu-bfloat16', 'cpu']) {
  const { losses, secondsPerStep } = read(name)
  const apart = count => Math.max(...losses.slice(0, count).map((loss, at) => Math.abs(loss - cpu.losses[at])))
  const speed = (cpu.secondsPerStep / secondsPerStep).toFixed(2)
  console.log(name.padEnd(14), secondsPerStep.toFixed(4).padEnd(10), speed.padEnd(12), apart(10).toExponential(1), apart(losses.length).toExponential(1))
}
END
