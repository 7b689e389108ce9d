/** Several losses on one encoder: weights, what is logged of each, and that logging changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readTensors } from '../../../engine/checkpoints/tensors.js'
import { earshot } from '../../earshot.js'
import { type SmallConfig, smallConfig } from '../../small-config.js'

/** The four draws of two heads: two pairs of patches of each clip, one shared encoder. */
const HEADS = `
nodes:
  near2:       { stage: temporal-proximity, from: mel, frames: 48 }
  view2:       { stage: normalise, from: near2, statistics: mel }
  batch2:      { stage: batch, from: view2, size: 8 }
  encoder2:    { shares: encoder, from: batch2 }
  projection2: { stage: projection, from: encoder2, hidden: 16, width: 4 }
  second:      { stage: nt-xent, from: projection2, weight: 0.5 }
`

function twoHeads(name: string): SmallConfig {
  const config = smallConfig(name, { steps: 4, every: 4 })
  const file = join(config.folder, 'heads.yaml')
  writeFileSync(file, `extends: small.yaml${HEADS}`)
  return { ...config, config: file }
}

async function trained(t: ExecutionContext, { config, folder, cache }: SmallConfig, run: string, ...more: string[]) {
  const path = join(folder, run)
  const { code, error } = await earshot(['train', config, '--run', path, ...more], cache)
  t.is(code, 0, error)
  const lines = readFileSync(join(path, 'metrics.jsonl'), 'utf8').trim().split('\n')
  const { loss } = JSON.parse(readFileSync(join(path, 'status.json'), 'utf8'))
  const weights = readTensors(join(path, 'checkpoints/step-000004.safetensors')).weights
  return { metrics: lines.map(line => JSON.parse(line)), loss, weights, path }
}

test('the loss is the weighted sum, each head has its own entries, and logging changes no bit', async t => {
  const config = twoHeads('heads')
  const { metrics, loss, weights, path } = await trained(t, config, 'logged')
  const { losses, headGradientNorm, headGradientCosine, gradientNorm, chance } = metrics.at(-1)
  t.deepEqual(Object.keys(losses), ['similarity', 'second'])
  t.deepEqual(Object.keys(chance), ['similarity', 'second'])
  t.true(Math.abs(losses.similarity + 0.5 * losses.second - loss) < 1e-5)
  const { similarity: one, second: other } = headGradientNorm
  const [{ heads, cosine }] = headGradientCosine
  t.deepEqual(heads, ['similarity', 'second'])
  // of all gradients those on the encoder are a part
  t.true(Math.sqrt(one ** 2 + other ** 2 + 2 * one * other * cosine) <= gradientNorm * (1 + 1e-5))
  t.true(one > 0 && other > 0 && Math.abs(cosine) <= 1)
  const names = [...weights.keys()]
  t.true(names.some(name => name.startsWith('encoder.')))
  t.false(names.some(name => name.startsWith('encoder2.')))
  const timings = readFileSync(join(path, 'timings.jsonl'), 'utf8').trim().split('\n')
  t.is(new Set(timings.slice(1).map(line => JSON.parse(line).tensors)).size, 1, 'no tensor is left behind')

  const quiet = await trained(t, config, 'quiet', '--set', 'train.log-every=1000')
  t.is(quiet.metrics.length, 2)
  const measured = (every: number) => ['--set', `train.gradients-every=${every}`]
  const seldom = await trained(t, config, 'seldom', ...measured(3))
  t.deepEqual(
    seldom.metrics.map(line => 'headGradientNorm' in line),
    [true, false, true, true],
    'at the first step, the last, and every third',
  )
  t.deepEqual(seldom.weights, weights)
  t.deepEqual(quiet.weights, weights)
})

test('one head alone is an edit, and learns what it learns without the other in the file', async t => {
  const config = twoHeads('alone')
  const alone = await trained(t, config, 'alone', '--without', 'second')
  t.deepEqual(Object.keys(alone.metrics[0].losses), ['similarity'])
  t.false('headGradientNorm' in alone.metrics[0])
  const never = await trained(t, { ...config, config: join(config.folder, 'small.yaml') }, 'never')
  t.deepEqual(alone.weights, never.weights)
  t.regex(readFileSync(join(alone.path, 'run.yaml'), 'utf8'), /# Edits, in order:\n# +--without second/)
})

test('a frozen encoder keeps its weights and its running statistics; heads learn', async t => {
  const config = twoHeads('frozen')
  const frozen = await trained(t, config, 'run', '--set', 'nodes.encoder.frozen=true')
  const start = readTensors(join(frozen.path, 'checkpoints/untrained.safetensors')).weights
  for (const [name, { data }] of frozen.weights) {
    const same = Buffer.from(data.buffer).equals(Buffer.from(start.get(name)!.data.buffer))
    if (name.startsWith('encoder.')) t.true(same, `${name} has changed`)
    if (/^projection.*(filter|kernel|weight)$/.test(name)) t.false(same, `${name} has not changed`)
  }
  t.false('headGradientNorm' in frozen.metrics[0])
})
