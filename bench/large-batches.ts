/**
 * Memory and time of large batches by gradient caching (`train.chunk`): the peak of a process that trains on 64 pairs, on
 * 512 at once, and on 512 in chunks of 64.
 *
 * Run: npx tsc && node dist/bench/large-batches.js
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startEngine } from '../engine/tensorflow.js'
import { readGraph } from '../graphs/language/read-graph.js'
import { buildModel } from '../graphs/model/model.js'
import { sections } from '../pipelines/configuration/sections.js'
import { Trainer } from '../pipelines/model/trainer.js'

const STEPS = 3

interface Measured {
  /** Most memory of the process, MB, and what it held before the first step. */
  peak: number
  before: number
  seconds: number
}

const [size, chunk] = process.argv.slice(2).map(Number)
if (size) process.send!(await measure(size, chunk))
else {
  const [small, whole, chunked] = [await measuredApart(64), await measuredApart(512), await measuredApart(512, 64)]
  const row = (name: string, { peak, before, seconds }: Measured) =>
    `${name.padEnd(28)}${(peak - before).toFixed(0).padStart(8)} MB${seconds.toFixed(2).padStart(8)} s a step`
  process.stdout.write(
    [
      row('64 pairs', small),
      row('512 pairs', whole),
      row('512 pairs, chunks of 64', chunked),
      `512 in chunks over 64: ${((chunked.peak - chunked.before) / (small.peak - small.before)).toFixed(2)} times the memory`,
      `512 at once over 64: ${((whole.peak - whole.before) / (small.peak - small.before)).toFixed(2)} times the memory`,
      `512 in chunks over 512 at once: ${(chunked.seconds / whole.seconds).toFixed(2)} times the time`,
      '',
    ].join('\n'),
  )
}

/** In a process of its own, whose peak is its own. */
function measuredApart(...words: number[]): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), words.map(String))
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as Measured))
    child.once('exit', code => reject(new Error(`the measured process ended with code ${code}`)))
  })
}

async function measure(size: number, chunk?: number): Promise<Measured> {
  const edits = [{ set: `nodes.batch.size=${size}` }, { set: 'nodes.encoder.widths=[16, 32, 64, 128]' }]
  const { graph, stages } = await readGraph('graphs/contrastive-16k.yaml', { edits })
  const engine = await startEngine({ threads: 2 })
  const train = sections.train.parse({
    steps: STEPS,
    optimiser: { kind: 'sgd' },
    schedule: { kind: 'constant', 'learning-rate': 1e-3 },
    ...(chunk && { chunk }),
  })!
  const setup = { graph: graph!, seed: 0, threads: 2, precision: 'float32' as const, train }
  const trainer = new Trainer(engine, buildModel(engine, graph!, stages, 0), setup)
  const side = () => Float32Array.from({ length: size * 96 * 64 }, (_, at) => Math.sin(at * 0.37) + Math.cos(at * 1.3))
  const sides = Array.from({ length: STEPS }, () => ({ a: side(), b: side() }))
  const before = process.memoryUsage().rss / 2 ** 20
  const began = performance.now()
  for (const [at, batch] of sides.entries()) trainer.step({ batch }, { step: at + 1, logged: false })
  const seconds = (performance.now() - began) / 1000 / STEPS
  return { peak: process.resourceUsage().maxRSS / 2 ** 10, before, seconds }
}
