/**
 * A step of configs/pool.yaml from end to end, views and all: `earshot train`, and the PyTorch loop bench/peers/simclr.py
 * with the same encoder, views and batch, which is given the log-mel features ready-made. In turns; seconds a step and
 * the ratio, above 1 Earshot is faster. The sounds of data/sets/pool16k.yaml have to be there. From the root of the
 * repository, after `npm run build`:
 *
 *   EARSHOT_PYTHON=... node dist/bench/pool.js [--steps 40] [--rounds 3] [--set EDIT ...] [--json FILE]
 *
 * Python with torch and pyarrow: EARSHOT_PYTHON, or python3.
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
    steps: { type: 'string', default: '40' },
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
const times: Record<'Earshot' | 'PyTorch', number[]> = { Earshot: [], PyTorch: [] }
try {
  for (let round = 0; round < Number(given.rounds); round++) {
    times.Earshot.push(ours(join(folder, `run${round}`)))
    times.PyTorch.push(theirs(join(folder, `torch${round}`)))
    console.error(`round ${round + 1}: ${times.Earshot.at(-1)!.toFixed(3)} s, ${times.PyTorch.at(-1)!.toFixed(3)} s`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
const [own, peer] = [median(times.Earshot)!, median(times.PyTorch)!]
const row = {
  [`a step of ${CONFIG}`]: 'seconds',
  Earshot: rounded(own),
  PyTorch: rounded(peer),
  ratio: rounded(peer / own),
}
tellRows([row], given.json, `${given.steps} steps, median of ${given.rounds} rounds in turns; ${given.set.join(' ')}`)

/** Seconds a step, waiting for data included. */
function ours(run: string): number {
  const edits = [`train.steps=${given.steps}`, 'train.calibration=2', ...given.set].flatMap(edit => ['--set', edit])
  execFileSync(process.execPath, [EARSHOT, 'train', CONFIG, '--run', run, ...edits], { stdio: 'ignore' })
  return JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).secondsPerStep
}

function theirs(out: string): number {
  const words = ['--batch', '128', '--widths', '32,64,128,256', '--views', 'crop,companding,spec-augment,noise']
  const script = [join('bench', 'peers', 'simclr.py'), folder, out, '--steps', given.steps, ...words]
  execFileSync(process.env.EARSHOT_PYTHON ?? 'python3', script, { stdio: ['ignore', 'ignore', 'inherit'] })
  const { steps, seconds } = JSON.parse(readFileSync(join(out, 'log.json'), 'utf8'))
  return seconds / steps
}
