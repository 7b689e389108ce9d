/** graphs/mixit.yaml trains on real sounds, and its checkpoint separates outside the graph. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readTensors } from '../../../engine/checkpoints/tensors.js'
import { findCheckpoint } from '../../../pipelines/model/checkpoint.js'
import tdcn from '../../../stages/separation/tdcn.js'
import { openSeparator } from '../../../stages/separation/trained/separator.js'
import { earshot } from '../../earshot.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'
import { smallConfig } from '../../small-config.js'

const STEPS = 4

test('graphs/mixit.yaml trains; its checkpoint becomes a processor', async t => {
  const { folder, sounds, cache } = smallConfig('mixit', { steps: STEPS, every: STEPS })
  const config = join(folder, 'mixit.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'graphs/mixit.yaml')}
data: { set: ${JSON.stringify(sounds)} }
nodes:
  wave: { at-least: 0.5 s }
  excerpt: { length: 0.5 s }
  both: { single: 0.3 }
  batch: { size: 4 }
  separator: { bottleneck: 8, channels: 12, blocks: 2 }
train:
  steps: ${STEPS}
  log-every: 1
  calibration: 1
  optimiser: { kind: adam }
  schedule: { kind: constant, learning-rate: 0.01 }
  checkpoints: { every: ${STEPS}, keep: 1 }
`,
  )
  const run = join(folder, 'run')
  const { code, error, out } = await earshot(['train', config, '--run', run], cache)
  t.is(code, 0, error)
  t.regex(out, /\(chance -3\.002\)/)
  const lines = (file: string) =>
    readFileSync(join(run, file), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  const losses: number[] = lines('metrics.jsonl').map(({ losses }) => losses.separation)
  t.is(losses.length, STEPS)
  t.true(losses.every(loss => loss >= -30 && loss < 10))
  const tensorsAlive = lines('timings.jsonl').map(({ tensors }) => tensors)
  t.is(new Set(tensorsAlive.slice(1)).size, 1, 'tensors are left behind')

  const { checkpoint, tensors } = findCheckpoint(run)
  const { id, parameters, inputs } = checkpoint.graph.nodes.find(({ stage }) => stage === 'tdcn')!
  const separator = openSeparator(
    engine,
    tdcn,
    { id, parameters, from: inputs.from!.port },
    readTensors(tensors).weights,
  )
  const mixture = engine.tf.randomNormal([1, 9000])
  const sources = separator.separate(mixture)
  t.deepEqual(sources.shape, [1, 4, 9000])
  near(t, engine.tf.sum(sources, 1).dataSync(), mixture.dataSync())
  separator.dispose()
})
