/** The joint graph of separated scenes, from a trained separator to embeddings. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { FeatureCache } from '../../../data/feature-cache.js'
import type { Edit } from '../../../graphs/language/edits.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { start } from '../../earshot.js'
import { stopped, stopsAt } from '../../hold.js'
import { type SmallSeparator, smallSeparator, succeeds } from './small-separator.js'

const GRAPH = 'graphs/separated-scenes.yaml'
const SCENES = 10

let small: SmallSeparator
let config: string

test.before(async () => {
  small = await smallSeparator('separated scenes', SCENES)
  config = join(small.folder, 'joint.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), GRAPH)}
data: { set: scenes/manifest.tsv }
nodes:
  tracks: { processors: [separator@0, separator@2, separator], sources: 3 }
  choice: { sources: 3 }
  choice2: { sources: 3 }
  near: { frames: 32 }
  near2: { frames: 32 }
  batch: { size: 4 }
  batch2: { size: 4 }
  encoder: { widths: [4, 8] }
  projection: { hidden: 8, width: 8 }
  coincidence: { hidden: 8 }
train:
  steps: 3
  log-every: 1
  calibration: 1
  compile: off
  optimiser: { kind: adam }
  schedule: { kind: constant, learning-rate: 1e-3 }
`,
  )
})

/** Features on disk by file name: when each was written. */
function features(cache: string): Map<string, number> {
  const folder = join(cache, 'features')
  const files = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : []
  return new Map(files.filter(name => name.endsWith('.f32')).map(name => [name, statSync(join(folder, name)).mtimeMs]))
}

test.serial('both tasks are trained on one encoder, and scenes are separated once', async t => {
  const run = join(small.folder, 'joint')
  await succeeds(small.earshot('train', config, '--run', run))
  const [first] = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .map(line => line && JSON.parse(line))
  t.deepEqual(Object.keys(first.losses), ['similarity', 'coincidence'])
  t.deepEqual(first.headGradientCosine[0].heads, ['similarity', 'coincidence'])
  for (const loss of Object.values(first.losses)) t.true(Number.isFinite(loss))
  t.true(readFileSync(join(run, 'run.yaml'), 'utf8').includes(join(small.folder, 'separator@0')))
  const made = features(join(small.folder, 'cache'))
  await succeeds(small.earshot('train', config, '--run', `${run}-again`))
  t.deepEqual(features(join(small.folder, 'cache')), made)
  t.is(readFileSync(join(`${run}-again`, 'metrics.jsonl'), 'utf8'), readFileSync(join(run, 'metrics.jsonl'), 'utf8'))
})

test.serial('channels add up to the scene, whichever processor made them', async t => {
  const { graph } = await readGraph(config)
  const tracks = graph!.nodes.find(({ id }) => id === 'tracks')!
  t.is(tracks.content!.processors!.length, 3)
  t.is(new Set(tracks.content!.processors).size, 3)
  const cache = new FeatureCache(join(small.folder, 'cache/features'))
  const kept = [...features(join(small.folder, 'cache')).keys()].map(name => cache.open(name.slice(3, -4))!)
  const samples = 16_400 // at-least: one patch of 1.025 s
  const sounds = kept.filter(({ bands, frames }) => bands === 1 && frames === samples)
  const channels = kept.filter(({ bands, frames }) => bands === 1 && frames === 9 * samples)
  t.is(channels.length, SCENES)
  const key = (values: Float32Array) => Math.round(values.reduce((sum, value) => sum + value * value, 0) * 10)
  const mixtures = new Set(sounds.map(sound => key(sound.read(0, samples))))
  for (const nine of channels)
    for (const processor of [0, 1, 2]) {
      const sum = new Float32Array(samples)
      for (const channel of [0, 1, 2]) {
        const sound = nine.read((3 * processor + channel) * samples, samples)
        for (let i = 0; i < samples; i++) sum[i]! += sound[i]!
      }
      t.true(mixtures.has(key(sum)))
    }
})

test.serial('the encoder embeds sounds as they are: nothing is separated for it', async t => {
  const output = join(small.folder, 'sounds.arrow')
  const { out } = await succeeds(
    small.earshot('embed', join(small.folder, 'joint'), join(small.folder, 'sounds'), '-o', output),
  )
  t.regex(out, /8 rows/)
})

test.serial('killed half-way, separation goes on where it was', async t => {
  const cache = join(small.folder, 'second-cache')
  const words = ['train', config, '--run', join(small.folder, 'killed'), '--set', 'streams.workers=1']
  const { process: child, end } = start(words, { EARSHOT_CACHE: cache, ...stopsAt(/\.f32$/, 3) })
  await stopped(child.pid)
  child.kill('SIGKILL')
  await end
  const before = features(cache)
  t.is(before.size, 3)
  const left = (readdirSync(join(cache, 'features'), { recursive: true }) as string[]).filter(name => /\/\./.test(name))
  t.true(left.length <= 1, 'more than one feature was under way')
  await succeeds(start([...words, '--resume'], { EARSHOT_CACHE: cache }).end)
  const after = features(cache)
  t.is(after.size, 5 * SCENES)
  for (const [name, time] of before) t.is(after.get(name), time)
  const metrics = (run: string) => readFileSync(join(small.folder, run, 'metrics.jsonl'), 'utf8')
  t.is(metrics('killed'), metrics('joint'))
})

test.serial('a separator that does not fit stops the run before it trains, with what to write', async t => {
  const wrong = async (...edits: string[]) => {
    const { code, error } = await small.earshot('train', config, '--run', join(small.folder, 'wrong'), ...edits)
    t.is(code, 1)
    return error
  }
  const four = ['tracks', 'choice', 'choice2'].flatMap(id => ['--set', `nodes.${id}.sources=4`])
  t.regex(await wrong(...four), /separates\s+into\s+3\s+channels,\s+not\s+4\.[\s\S]*Write\s+sources:\s+3/)
  t.regex(await wrong('--set', 'nodes.tracks.processors=[nowhere]'), /nowhere\s+does\s+not\s+exist/)
})

test('every variant named in the graph is sound', async t => {
  const variants = readFileSync(GRAPH, 'utf8')
    .split('\n')
    .flatMap(line => (/^# .*? (--(?:set|without|swap) .*)$/.exec(line) ? [line.slice(line.indexOf(' --') + 1)] : []))
  t.is(variants.length, 8)
  for (const words of variants) {
    const edits = words.split(/ (?=--(?:set|without|swap) )/).map(word => {
      const [, kind, argument] = /^--(\w+) (.*)$/.exec(word)!
      return { [kind!]: argument! } as unknown as Edit
    })
    const { problems, graph } = await readGraph(GRAPH, { edits })
    t.deepEqual(
      problems.map(({ message }) => message),
      [],
      words,
    )
    t.truthy(graph)
  }
})
