/**
 * A step of configs/pool.yaml from end to end, views and all: `earshot train`, and the PyTorch loop bench/peers/simclr.py
 * with the same encoder, views and batch, which is given the log-mel features ready-made. In turns; seconds a step, waiting
 * for data included, after the first 10 steps (in which Earshot records the step as a function; told beside), and
 * the ratio, above 1 Earshot is faster. The sounds of data/sets/pool16k.yaml have to be there. From the root of the
 * repository, after `npm run build`:
 *
 *   EARSHOT_PYTHON=... node dist/bench/pool.js [--steps 60] [--rounds 3] [--set EDIT ...] [--json FILE]
 *
 * Python with torch, pyarrow and safetensors: EARSHOT_PYTHON, or python3.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import { readConfig } from '../pipelines/configuration/config.js'
import { writeFeatures } from './recipes/features.js'
import { rounded, tellRows } from './tell-rows.js'

const { values: given } = parseArgs({
  options: {
    steps: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
})
const CONFIG = join('configs', 'pool.yaml')
const EARSHOT = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'earshot-pool-'))
const config = await readConfig(CONFIG)
await writeFeatures(folder, config, [{ name: 'training', set: config.data.set }])
/** Steps that come before what is measured. */
const BEFORE = 10
/** Seconds of the steps before, and of a step after them. */
interface Times {
  before: number
  step: number
}
const times: Record<'Earshot' | 'PyTorch', Times[]> = { Earshot: [], PyTorch: [] }
try {
  for (let round = 0; round < Number(given.rounds); round++) {
    times.Earshot.push(ours(join(folder, `run${round}`)))
    times.PyTorch.push(theirs(join(folder, `torch${round}`)))
    const last = [times.Earshot, times.PyTorch].map(each => each.at(-1)!.step.toFixed(3))
    console.error(`round ${round + 1}: ${last.join(' s, ')} s`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
const row = (what: string, of: (times: Times) => number) => {
  const [own, peer] = [median(times.Earshot, of)!, median(times.PyTorch, of)!]
  return { [`${CONFIG}, seconds`]: what, Earshot: rounded(own), PyTorch: rounded(peer), ratio: rounded(peer / own) }
}
tellRows(
  [row('a step', ({ step }) => step), row(`the first ${BEFORE} steps`, ({ before }) => before)],
  given.json,
  `${given.steps} steps, medians of ${given.rounds} rounds in turns${given.set.map(edit => `; ${edit}`).join('')}`,
)

function ours(run: string): Times {
  const edits = [`train.steps=${given.steps}`, 'train.calibration=2', ...given.set].flatMap(edit => ['--set', edit])
  execFileSync(process.execPath, [EARSHOT, 'train', CONFIG, '--run', run, ...edits], { stdio: 'ignore' })
  const lines = readFileSync(join(run, 'timings.jsonl'), 'utf8').trim().split('\n')
  const logged = lines.map(line => JSON.parse(line) as { step: number; time: string })
  const [ten, last] = [logged.find(({ step }) => step === BEFORE)!, logged.at(-1)!]
  const step = (Date.parse(last.time) - Date.parse(ten.time)) / 1000 / (last.step - BEFORE)
  const { secondsPerStep } = JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'))
  return { step, before: secondsPerStep * last.step - step * (last.step - BEFORE) }
}

function theirs(out: string): Times {
  const words = ['--batch', '128', '--widths', '32,64,128,256', '--views', 'crop,companding,spec-augment,noise']
  const script = [join('bench', 'peers', 'simclr.py'), folder, out, '--steps', given.steps, ...words]
  execFileSync(process.env.EARSHOT_PYTHON ?? 'python3', script, { stdio: ['ignore', 'ignore', 'inherit'] })
  const { steps, seconds, after_10: after } = JSON.parse(readFileSync(join(out, 'log.json'), 'utf8'))
  return { step: after / (steps - BEFORE), before: seconds - after }
}
