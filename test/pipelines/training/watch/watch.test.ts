/** Training watched on labelled sounds: what is told, that nothing else changes, and the best checkpoint. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { findCheckpoint } from '../../../../pipelines/model/checkpoint.js'
import { earshot, start } from '../../../earshot.js'
import { stopped, stopsAt } from '../../../hold.js'
import { type SmallConfig, smallConfig } from '../../../small-config.js'

interface Line {
  step: number
  watch?: { knn: number; linear: number; chance: number; k: number; clips: number; patches: number }
}

/** The sounds with their prefixes as classes (bd, drum), watched every fifth step. */
function watched(name: string, steps: number): SmallConfig {
  const config = smallConfig(name, { steps, every: 10 })
  writeFileSync(join(config.folder, 'set.yaml'), 'folder: sounds\nextensions: [flac]\nclass-from: prefix\n')
  const file = join(config.folder, 'watched.yaml')
  writeFileSync(
    file,
    'extends: small.yaml\ntrain:\n  watch: { set: set.yaml, label: class, every: 5 }\n  checkpoints: { best: true, keep: 1 }\n',
  )
  return { ...config, config: file }
}

async function trained(t: ExecutionContext, { config, folder, cache }: SmallConfig, run: string, ...more: string[]) {
  const path = join(folder, run)
  const { code, error } = await earshot(['train', config, '--run', path, ...more], cache)
  t.is(code, 0, error)
  return path
}

const text = (run: string, file: string) => readFileSync(join(run, file), 'utf8')
const linesOf = (run: string) =>
  text(run, 'metrics.jsonl')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Line)

test('kNN and the linear probe are told, and nothing else changes', async t => {
  const config = watched('watch', 12)
  const run = await trained(t, config, 'watched')
  const lines = linesOf(run)
  t.deepEqual(
    lines.flatMap(({ step, watch }) => (watch ? [step] : [])),
    [5, 10, 12],
  )
  for (const { watch } of lines) {
    if (!watch) continue
    t.like(watch, { chance: 1 / 2, clips: 24 })
    t.true(watch.patches >= 24 && watch.k >= 1)
    t.true(watch.knn > 0 && watch.knn <= 1 && watch.linear > 0 && watch.linear <= 1)
  }
  const plain = await trained(t, { ...config, config: join(config.folder, 'small.yaml') }, 'plain')
  const without = lines.map(({ watch, ...rest }) => rest)
  t.deepEqual(without as unknown, linesOf(plain))
  const file = 'checkpoints/step-000012.safetensors'
  t.deepEqual(readFileSync(join(run, file)), readFileSync(join(plain, file)))
})

test('killed and resumed, the same is told and the same checkpoint is the best; it is kept and embeds', async t => {
  const config = watched('best', 30)
  const straight = await trained(t, config, 'straight')
  const run = join(config.folder, 'killed')
  const first = start(['train', config.config, '--run', run], { ...config.cache, ...stopsAt(/step-000020\.json$/) })
  await stopped(first.process.pid)
  await first.kill()
  await first.end
  const { code, error } = await earshot(['train', '--run', run, '--resume'], config.cache)
  t.is(code, 0, error)
  t.is(text(run, 'metrics.jsonl'), text(straight, 'metrics.jsonl'))
  t.is(text(run, 'checkpoints/best.json'), text(straight, 'checkpoints/best.json'))

  const all = linesOf(straight).flatMap(({ step, watch }) => (watch ? [{ step, knn: watch.knn }] : []))
  const best = all.find(({ knn }) => knn === Math.max(...all.map(one => one.knn)))!
  t.deepEqual(JSON.parse(text(straight, 'checkpoints/best.json')), best)
  t.is(findCheckpoint(`${straight}@best`).checkpoint.step, best.step)
  t.is(findCheckpoint(straight).checkpoint.step, 30)
  const kept = readdirSync(join(straight, 'checkpoints')).filter(name => /^step-.*json$/.test(name))
  t.is(kept.length, best.step === 30 ? 1 : 2)

  const output = join(config.folder, 'best.arrow')
  const embedded = await earshot(['embed', `${straight}@best`, config.sounds, '-o', output], config.cache)
  t.is(embedded.code, 0, embedded.error)
  t.true(existsSync(output))
})

test('a head is watched in the place of the encoder, as the paper does', async t => {
  const config = watched('head', 5)
  const of = async (node: string) =>
    linesOf(await trained(t, config, node, '--set', `train.watch.node=${node}`)).at(-1)!
  const [head, encoder] = [await of('projection'), await of('encoder')]
  t.true(head.watch!.linear > 0)
  t.notDeepEqual(head.watch, encoder.watch)
  const { watch: _, ...rest } = head
  t.like(encoder as unknown as object, rest as object)
})

test('what cannot be watched is said before any training', async t => {
  const config = watched('unwatchable', 2)
  const said = async (...edit: string[]) => {
    const run = join(config.folder, 'run')
    return (await earshot(['train', config.config, '--run', run, ...edit.flatMap(set => ['--set', set])], config.cache))
      .error
  }
  t.regex(await said('train.watch.label=clas'), /no column 'clas'\. Did you mean 'class'/)
  t.regex(await said('train.watch.node=mel'), /'mel' is no encoder/)
  t.regex(await said('train.watch=null'), /best checkpoint is chosen by train\.watch/)
  t.throws(() => findCheckpoint(`${config.folder}@best`), { message: /has no best checkpoint/ })
})
