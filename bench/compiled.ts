/**
 * What a compiled step must not change: the models of bench/training-step.ts take the same steps as ever, as a function
 * and, where there are no convolutions, compiled by XLA, each in a process of its own. Prints how many losses have the bits
 * of the steps as ever, the largest relative difference, seconds of recording and compiling, tensors alive after a
 * tenth of the steps and at the end, and memory (resident, MB) then and at its peak. From the root of the repository,
 * after `npm run build`:
 *
 *   node dist/bench/compiled.js [--steps 100] [--model vgg ...] [--threads 2] [--json FILE]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from 'd3-array'
import type { Compile } from '../engine/compile/compiled.js'
import { startEngine } from '../engine/tensorflow.js'
import { rounded, tellRows } from './tell-rows.js'
import { models, type Name } from './training-step/models.js'

interface Taken {
  losses: number[]
  /** Of the first five steps, beyond what later ones take. */
  tracing: number
  /** After a tenth, and at the end. */
  tensors: number[]
  resident: number[]
  peak: number
}

const { values: given } = parseArgs({
  options: {
    steps: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
    model: { type: 'string', multiple: true, default: Object.keys(models) },
    json: { type: 'string' },
    way: { type: 'string' },
  },
})
const steps = Number(given.steps)

if (given.way) process.send!(await taken(given.model[0] as Name, given.way as Compile))
else {
  const rows = []
  for (const name of given.model as Name[]) {
    const asEver = await apart(name, 'off')
    const others: Compile[] = models[name].convolutions ? ['function'] : ['function', 'xla']
    for (const way of ['off', ...others] as const) {
      const found = way === 'off' ? asEver : await apart(name, way)
      const differences = found.losses.map((loss, at) => Math.abs(loss - asEver.losses[at]!) / Math.abs(loss))
      rows.push({
        model: models[name].title,
        way,
        'same bits': `${differences.filter(difference => difference === 0).length} of ${steps}`,
        'largest difference': rounded(Math.max(...differences)),
        'tracing, s': rounded(found.tracing),
        tensors: found.tensors.join(', '),
        'resident, MB': found.resident.map(rounded).join(', '),
        'peak, MB': rounded(found.peak),
      })
    }
  }
  tellRows(
    rows,
    given.json,
    `${steps} steps, float32, ${given.threads} threads; tensors and memory after a tenth, at the end`,
  )
}

async function apart(name: Name, way: Compile): Promise<Taken> {
  const words = ['--model', name, '--way', way, '--steps', given.steps, '--threads', given.threads]
  const child = fork(fileURLToPath(import.meta.url), words)
  const [found] = await once(child, 'message')
  return found as Taken
}

async function taken(name: Name, way: Compile): Promise<Taken> {
  const engine = await startEngine({ threads: Number(given.threads) })
  const step = models[name].make(engine, way, why => console.error(`${name} ${way}: ${why}`))
  const looked = { tensors: [] as number[], resident: [] as number[] }
  const losses: number[] = []
  const seconds: number[] = []
  for (let at = 1; at <= steps; at += 1) {
    const start = performance.now()
    losses.push(step())
    seconds.push((performance.now() - start) / 1000)
    if (at !== Math.ceil(steps / 10) && at !== steps) continue
    looked.tensors.push(engine.tf.memory().numTensors)
    looked.resident.push(process.memoryUsage().rss / 2 ** 20)
  }
  const usual = median(seconds.slice(5))!
  const tracing = seconds.slice(0, 5).reduce((sum, one) => sum + one - usual, 0)
  return { losses, tracing, ...looked, peak: process.resourceUsage().maxRSS / 2 ** 10 }
}
