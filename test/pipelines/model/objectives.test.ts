/** Every objective trains from a graph: on real sounds, with its level beside it, and nothing left behind. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readTensors } from '../../../engine/checkpoints/tensors.js'
import { earshot } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const STEPS = 3

interface Metrics {
  losses: Record<string, number>
  chance: Record<string, number>
}

test('each objective in the place of NT-Xent, by one edit; weights of its own learn', async t => {
  const { config, folder, cache } = smallConfig('objectives', { steps: STEPS, every: STEPS })
  for (const [stage, chance, weights] of [
    ['bilinear-similarity', Math.log(8), ['weight']],
    ['coincidence{hidden: 16}', 2 * Math.LN2, ['first.bias', 'first.weight', 'second.bias', 'second.weight']],
    ['vicreg', 24.75, []],
    ['barlow-twins', 8, []],
    ['triplet', 0.1, []],
    ['angular-contrastive', 0.6 * Math.log(15) + (0.4 * 16 * 14 * 0.25) / 50, []],
  ] as const) {
    const run = join(folder, stage)
    const words = ['train', config, '--run', run, '--swap', `similarity=${stage}`]
    const { code, error, out } = await earshot(words, cache)
    t.is(code, 0, error)
    t.regex(out, new RegExp(`\\(chance ${chance.toFixed(3)}\\)`))
    const metrics = lines<Metrics>(run, 'metrics.jsonl')
    t.is(metrics.length, STEPS)
    for (const { losses } of metrics) t.true(Number.isFinite(losses.similarity), stage)
    t.true(Math.abs(metrics[0]!.chance.similarity! - chance) < 1e-9, stage)
    const tensors = lines<{ tensors: number }>(run, 'timings.jsonl').map(({ tensors }) => tensors)
    t.is(new Set(tensors.slice(1)).size, 1, `${stage} leaves tensors behind`)
    const own = weightsOf(run, 'step-000003').filter(([name]) => name.startsWith('similarity.'))
    t.deepEqual(own.map(([name]) => name.slice('similarity.'.length)).sort(), [...weights])
    const start = new Map(weightsOf(run, 'untrained'))
    for (const [name, data] of own) t.notDeepEqual(data, start.get(name), `${name} has not learnt`)
  }
})

for (const graph of ['cola', 'moments'])
  test(`graphs/${graph}.yaml trains`, async t => {
    const { config, folder, cache } = smallConfig(graph, { steps: STEPS, every: STEPS })
    const file = join(folder, 'other.yaml')
    const small = readFileSync(config, 'utf8').replace('contrastive-16k.yaml', `${graph}.yaml`)
    // the nodes of cola have no hidden layer
    const fitting = graph === 'cola' ? small.replace('hidden: 16, ', '') : small
    writeFileSync(file, fitting.replace('{ kind: sgd }', '{ kind: adam }').replace('0.05', '0.0001'))
    const run = join(folder, 'run')
    const { code, error } = await earshot(['train', file, '--run', run], cache)
    t.is(code, 0, error)
    for (const { losses } of lines<Metrics>(run, 'metrics.jsonl')) t.true(Number.isFinite(losses.similarity))
  })

function lines<Line>(run: string, file: string): Line[] {
  const text = readFileSync(join(run, file), 'utf8').trim()
  return text.split('\n').map(line => JSON.parse(line) as Line)
}

function weightsOf(run: string, checkpoint: string): [string, Float32Array][] {
  const { weights } = readTensors(join(run, 'checkpoints', `${checkpoint}.safetensors`))
  return [...weights].map(([name, { data }]) => [name, data])
}
