/**
 * The sweeps that ship, on miniature copies of their sounds: every arm of each is planned, and two arms of two sweeps are
 * trained on what their commands make before, as their jobs would be, the second of them judged.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { clipsTable, writeDelimited } from '../../../data/manifests/delimited.js'
import { readClips } from '../../../data/manifests.js'
import { type Edit, editArguments } from '../../../graphs/language/edits.js'
import { graphWeightShapes } from '../../../graphs/model/weight-shapes.js'
import { readConfig } from '../../../pipelines/configuration/config.js'
import { stepsLeft, stepsOf } from '../../../pipelines/sweeps/before.js'
import { evaluationWords } from '../../../pipelines/sweeps/evaluation-words.js'
import { planSweep } from '../../../pipelines/sweeps/plan.js'
import { readSweepFile } from '../../../pipelines/sweeps/sweep-file.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { writeShapedCheckpoint } from '../../shaped-checkpoint.js'

const SAMPLES = 'node_modules/supersonic-scsynth-samples/samples'
const root = scratchFolder('shipped sweeps')
const cache = { EARSHOT_CACHE: process.env.EARSHOT_TEST_CACHE ?? join(root, 'cache') }
const SWEEPS = readdirSync('configs/sweeps')

/** What is made by the commands of the sweeps themselves; another product has a stand-in. */
const MADE = /\/(teachers\/drop-20|teachers\/drop-20\/flag-6|pre-trained\/vgg)$/
const RUN: Record<string, string[]> = {
  'missing-labels-dose.yaml': ['20 % dropped, none masked', '20 % dropped, 6 % masked'],
  'label-share-words.yaml': ['vgg, scratch, 100 %', 'vgg, pre-trained, 100 %'],
}
const SMALL = ['train.steps=2', 'train.calibration=1', 'train.compile=off'].flatMap(edit => ['--set', edit])
/** Which its miniature can fill. */
const OF_THE_POOL = ['--set', 'nodes.batch.size=8']

const KITS =
  `Audiophob,BJA_Pacific,ColomboAcousticDrumkit,ElectricEmpireKit,ForzeeStereo,GMRockKit,Gimme A Hand 1.0,HardElectro1,\
Millo-Drums_v.1,Millo_MultiLayered2,Millo_MultiLayered3,TR808EmulationKit,The Black Pearl 1.0,VariBreaks,circAfrique v4,\
rumpf_kit_z01_h2`.split(',')
const VOICES = 'British,Classic,Default,HillBilly,Mobster,Pirate,Robot,Russian,Singer,Surfer'.split(',')

test.before(async t => {
  for (const folder of ['configs', 'graphs', 'data/sets'])
    cpSync(folder, join(root, folder), { recursive: true, filter: name => !/\.(svg|png)/.test(extname(name)) })
  const scenes = join(root, 'configs/scenes/drums-pairs.yaml')
  shrink(scenes, 'count: 1200', 'count: 120')
  for (const name of ['pool-small', 'fine-tuning-drums']) // who is pre-trained, and who begins with that
    shrink(join(root, 'configs', `${name}.yaml`), 'widths: [16, 32, 64, 128]', 'widths: [4, 8]')
  process.env.EARSHOT_SOUNDS = join(root, 'sounds')
  process.env.EARSHOT_SCENES = join(root, 'scenes')
  const each = (groups: string[], labels: string[]) => groups.flatMap(group => labels.map(label => [label, group]))
  sounds('drums16k', 'labels.tsv', ['label', 'kit'], each(KITS, ['kick', 'snare', 'splash_china', 'shaker_tamb']))
  sounds('words16k', 'labels.tsv', ['label', 'voice'], each(VOICES, ['amazing', 'boring', 'hello']))
  sounds(
    'pool16k',
    'clips.tsv',
    ['kind', 'seconds'],
    each(['1', '5'], ['effect', 'speech', 'scene', 'music', 'instrument']),
  )
  const scene = (name: string) => [`../../sounds/pool16k/${name}.flac`, 'train', '']
  table(join(root, 'scenes/pool16k/manifest.tsv'), ['file', 'split', 'stems'], ['0', '1'].map(scene))
  await done(t, ['scenes', scenes, '-o', join(root, 'scenes/drums-pairs')])
})

function shrink(file: string, much: string, little: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(much, little))
}

/** A set as it is published, its labels and groups with sounds that are not theirs. */
function sounds(name: string, file: string, columns: string[], rows: string[][]): void {
  const there = readdirSync(SAMPLES).filter(sample => /^(bd|elec|tabla).*flac$/.test(sample))
  const folder = join(root, 'sounds', name)
  table(
    join(folder, file),
    ['file', ...columns],
    rows.map((row, at) => [`${at}.flac`, ...row]),
  )
  for (const at of rows.keys()) copyFileSync(join(SAMPLES, there[at % there.length]!), join(folder, `${at}.flac`))
}

function table(file: string, columns: string[], rows: string[][]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, writeDelimited([columns, ...rows], '\t'))
}

for (const name of SWEEPS)
  test.serial(`${name}: what it makes before its jobs, and every arm`, async t => {
    const file = join(root, 'configs/sweeps', name)
    const sweep = await readSweepFile(file)
    for (const { words, product } of stepsLeft(stepsOf(sweep), join(root, 'out', name)))
      if (MADE.test(product)) await done(t, inMiniature(words, dirname(file)))
      else await standIn(words, product, dirname(file))
    const plan = await planSweep(file, join(root, 'out', name))
    t.true(plan.jobs.size >= plan.arms.length)
    const arms = RUN[name] ?? []
    for (const arm of arms) {
      const job = [...plan.jobs.values()].find(one => one.arm === arm)!
      const run = join(root, 'out', name, arm)
      await done(t, ['train', job.base, ...editArguments(job.edits), ...SMALL, '--run', run])
      if (arm !== arms.at(-1)) continue
      const files = { embeddings: join(run, 'e.arrow'), result: join(run, 'p.json') }
      for (const words of evaluationWords(run, { ...plan.tests[0]!, baselines: false }, files)) await done(t, words)
      t.true(existsSync(files.result))
    }
  })

/** As the sweep would run it, whose paths count from its folder. */
function inMiniature(words: readonly string[], folder: string): string[] {
  const here = words.map(word => (word.startsWith('../') ? resolve(folder, word) : word))
  if (words[0] !== 'train') return here
  return [...here, ...SMALL, ...(words[1]!.endsWith('/pool-small.yaml') ? OF_THE_POOL : [])]
}

async function done(t: ExecutionContext, words: readonly string[]): Promise<void> {
  const { code, error } = await earshot(words, cache)
  t.is(code, 0, `${words.join(' ')}\n${error}`)
}

/** A run as its command would train it, without numbers, and the tables that training and `classify` write. */
async function standIn([verb, config, ...words]: readonly string[], product: string, folder: string): Promise<void> {
  const { clips, columns } = await readClips(join(root, 'data/sets/drums-pairs-training.yaml'))
  mkdirSync(product, { recursive: true })
  if (verb === 'train') {
    const edits = words.flatMap((word, at) =>
      /^--(set|swap)$/.test(word) ? [{ [word.slice(2)]: words[at + 1]! } as Edit] : [],
    )
    const { graph, stages } = await readConfig(resolve(folder, config!), edits)
    writeShapedCheckpoint(join(product, 'checkpoints'), graphWeightShapes(graph, stages).shapes)
  }
  writeFileSync(join(product, 'training-set.tsv'), clipsTable(clips, columns))
  writeFileSync(join(product, 'flagged.tsv'), clipsTable(clips, [...columns, 'flagged']))
}
