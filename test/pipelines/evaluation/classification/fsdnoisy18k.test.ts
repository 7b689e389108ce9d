/** The configs for FSDnoisy18k and FSD50K on miniature copies: their folders and tables as published, and real sounds. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { readClips } from '../../../../data/manifests.js'
import { planGraph } from '../../../../graphs/language/plan.js'
import { readConfig } from '../../../../pipelines/configuration/config.js'
import type { Classification } from '../../../../pipelines/evaluation/classification/classification.js'
import { earshot, scratchFolder } from '../../../earshot.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const CONFIGS = [
  'uclser20',
  'fsdnoisy18k-noisy',
  'fsdnoisy18k-linear',
  'fsdnoisy18k-clean',
  'fsdnoisy18k-both',
  'fsdnoisy18k-baseline',
  'fsd50k',
]

/** Both sets in one folder: eight clips, every second one verified, to train on, and four to be judged by. */
function miniature(): string {
  const folder = scratchFolder('fsd')
  const drums = readdirSync(SAMPLES).filter(name => name.startsWith('bd'))
  const others = readdirSync(SAMPLES).filter(name => name.startsWith('elec'))
  const rows: Record<string, string[]> = { train: [], test: [], dev: [], eval: [] }
  const put = (sound: string, file: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    copyFileSync(join(SAMPLES, sound), join(folder, file)) // what is in a file counts, not what it is called
  }
  for (let at = 0; at < 12; at++) {
    const sound = (at % 2 ? drums : others)[at]!
    const part = at < 8 ? 'train' : 'test'
    put(sound, `FSDnoisy18k.audio_${part}/${at}.wav`)
    const label = `${at}.wav,${at % 2 ? 'Engine' : 'Glass'},/m/0`
    rows[part]!.push(part === 'train' ? `${label},${Math.floor(at / 2) % 2},0` : label)
    const side = at < 8 ? 'dev' : 'eval'
    put(sound, `FSD50K.${side}_audio/${at}.wav`)
    const labels = at % 2 ? '"Drum,Music","/m/026t6,/m/04rlf"' : '"Music","/m/04rlf"'
    rows[side]!.push(`${at},${labels}${side === 'dev' ? `,${at < 6 ? 'train' : 'val'}` : ''}`)
  }
  const tables = {
    'FSDnoisy18k.meta/train.csv': ['fname,label,aso_id,manually_verified,noisy_small', ...rows.train!],
    'FSDnoisy18k.meta/test.csv': ['fname,label,aso_id', ...rows.test!],
    'FSD50K.ground_truth/dev.csv': ['fname,labels,mids,split', ...rows.dev!],
    'FSD50K.ground_truth/eval.csv': ['fname,labels,mids', ...rows.eval!],
  }
  for (const [file, lines] of Object.entries(tables)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
  }
  return folder
}

const folder = miniature()
process.env.FSDNOISY18K = folder
process.env.FSD50K = folder

test('every config is sound, and finds the sounds that it trains on, watches and is judged by', async t => {
  const counts: Record<string, number[]> = {}
  for (const name of CONFIGS) {
    const config = await readConfig(`configs/${name}.yaml`)
    t.truthy(planGraph(config.graph))
    const sets = [config.data.set, config.train.watch?.set, config.evaluate?.set]
    const clips = await Promise.all(sets.flatMap(set => (set === undefined ? [] : [readClips(set)])))
    counts[name] = clips.map(({ clips }) => clips.length)
  }
  t.deepEqual(counts, {
    uclser20: [4, 4],
    'fsdnoisy18k-noisy': [4, 4, 4],
    'fsdnoisy18k-linear': [4, 4, 4],
    'fsdnoisy18k-clean': [4, 4],
    'fsdnoisy18k-both': [8, 4],
    'fsdnoisy18k-baseline': [4, 4, 4],
    fsd50k: [6, 2, 4],
  })
})

test('the encoder of a linear evaluation stays, with the schedule of its paper', async t => {
  const { graph, train } = await readConfig('configs/fsdnoisy18k-linear.yaml')
  t.true(graph.nodes.find(({ id }) => id === 'encoder')!.frozen)
  t.like(train.schedule, { kind: 'steps', 'learning-rate': 0.1, milestones: [9920, 19840], gamma: 0.1 })
})

test('verified clips are learned by cross-entropy, the others by L_q, and the classifier is judged on the test set', async t => {
  const run = join(folder, 'run')
  const sizes = ['batch.size=8', 'labels.size=8', 'noisy.size=8', 'wave.at-least=1.5'].map(one => `nodes.${one}`)
  const sets = [...sizes, 'train.steps=2', 'train.calibration=1', 'train.log-every=1', 'train.schedule.milestones=[1]']
  const words = ['finetune', 'configs/fsdnoisy18k-both.yaml', '--run', run, '--swap', 'encoder=vgg{widths: [4, 8]}']
  const { code, error } = await earshot([...words, ...sets.flatMap(one => ['--set', one])], {
    EARSHOT_CACHE: join(folder, 'cache'),
  })
  t.is(code, 0, error)
  const [first] = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.deepEqual(Object.keys(first.losses), ['entropy', 'robust'])
  t.true(first.losses.entropy > 2 && first.losses.entropy < 4) // ln 20 is 3
  const file = join(run, 'classification', 'fsdnoisy18k-test', 'classification.json')
  t.like(JSON.parse(readFileSync(file, 'utf8')) as Classification, { clips: 4, labelled: 4, left: [] })
})
