/**
 * What an encoder pass costs in the joint graph of separated scenes, beside the plain contrastive graph on the same
 * scenes: arms of configs/sweeps/separated-scenes.yaml, trained for some steps in turns, data and measurements of the
 * heads included. Channels have to be in the cache already, or are separated first. Prints seconds a step and how fast a
 * pass is; at least 0.9 of the plain graph is what we ask for. From the root of the repository, after `npm run build`:
 *
 *   EARSHOT_SOUNDS=... EARSHOT_SCENES=... node dist/bench/joint-graph.js [--steps 100] [--rounds 2] [--threads 2] [--json FILE]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { editArguments } from '../graphs/language/edits.js'
import { mean } from '../pipelines/statistics/mean.js'
import { planSweep } from '../pipelines/sweeps/plan.js'
import { rounded, tellRows } from './tell-rows.js'

const EARSHOT = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))
const LEAST = 0.9
/** The plain graph first, and how many pairs for each item of a batch the encoder reads in a step. */
const ARMS = [
  { arm: 'mixture-mixture', pairs: 1 },
  { arm: 'joint, four processors', pairs: 1 },
  { arm: 'joint with own pairs, four processors', pairs: 2 },
]

const { values: given } = parseArgs({
  options: {
    steps: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
})
const plan = await planSweep(join('configs', 'sweeps', 'separated-scenes.yaml'))
const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))

/** Seconds a step, as the run itself tells it. */
function trained(arm: string, run: string): number {
  const { edits } = plan.arms.find(({ name }) => name === arm)!
  const sizes = ['--set', `train.steps=${given.steps}`, '--set', `train.threads=${given.threads}`]
  const { status } = spawnSync(
    process.execPath,
    [EARSHOT, 'train', plan.base, ...editArguments(edits), ...sizes, '--run', run],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (status !== 0) throw new Error(`Training of '${arm}' ended with ${status}.`)
  return JSON.parse(readFileSync(join(run, 'status.json'), 'utf8')).secondsPerStep
}

try {
  const seconds = new Map<string, number[]>(ARMS.map(({ arm }) => [arm, []]))
  for (let round = 0; round < Number(given.rounds); round++)
    for (const [at, { arm }] of ARMS.entries()) seconds.get(arm)!.push(trained(arm, join(folder, `${round}-${at}`)))
  const meanOf = (arm: string) => mean(seconds.get(arm)!)
  const plain = meanOf(ARMS[0]!.arm)
  const rows = ARMS.map(({ arm, pairs }) => ({
    graph: arm,
    'seconds a step': rounded(meanOf(arm)),
    'speed of an encoder pass, of the plain graph': rounded((pairs * plain) / meanOf(arm)),
  }))
  tellRows(rows, given.json, `means of ${given.rounds} rounds of ${given.steps} steps; at least ${LEAST} is asked for`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
