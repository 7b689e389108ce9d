import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { inferenceGraph, reasonAgainst } from '../../../graphs/inference/inference-graph.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { featureKey } from '../../../graphs/streams/features.js'
import { describePort } from '../../../stages/ports.js'
import { scratchFolder } from '../../earshot.js'

async function read(set: string[] = [], file = 'graphs/waveform-views.yaml') {
  const { graph, stages, problems } = await readGraph(file, { set })
  if (!graph) throw problems[0]
  return { graph, stages, inference: () => inferenceGraph(graph, stages) }
}

/** A graph whose nodes up to the encoder are given. */
function written(nodes: string, compared = 'encoder'): string {
  const file = join(scratchFolder('inference'), 'graph.yaml')
  const rest = `  encoder: { stage: vgg, from: batch, widths: [4] }\n  loss: { stage: nt-xent, from: ${compared} }\n`
  writeFileSync(file, `nodes:\n  clip: { stage: clips }\n${nodes.replace(/^\n/, '')}${rest}`)
  return file
}

/** `id(stage) <- what it reads`, and what the encoder reads. */
async function drawn(file: string): Promise<string[]> {
  const { graph, input } = (await read([], file)).inference()
  const text = ({ node, lane, cut, bank, port }: typeof input) =>
    `${bank ? 'bank ' : ''}${node}${lane ? `.${lane}` : ''}${cut ? ` cut to ${describePort(port).split('@')[0]}` : ''}`
  return [
    ...graph.nodes.map(({ id, stage, inputs }) => `${id} (${stage}) <- ${Object.values(inputs).map(text).join(', ')}`),
    `encoder <- ${text(input)}`,
  ]
}

const shows = async (t: ExecutionContext, file: string, expected: string[]) => t.deepEqual(await drawn(file), expected)

test('random views are left out, patches are cut where the pair was, one side stays', t =>
  shows(t, 'graphs/contrastive-16k.yaml', [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'mel (log-mel) <- wave',
    'view.a (normalise) <- mel cut to patch[96 x 64], bank mel',
    'encoder <- view.a',
  ]))

test('two encoders that are compared as they are share a space, and each hears its own side', async t => {
  const { graph, stages, inference } = await read([], 'graphs/vocal-imitation.yaml')
  const { input, space, graph: heard } = inferenceGraph(graph, stages, 'voices')
  t.deepEqual([input.port.kind, space], ['patch', 'sounds, voices'])
  t.deepEqual(
    heard.nodes.filter(({ stage }) => stage === 'waveform').map(({ id }) => id),
    ['voice'],
  )
  t.is(inference().encoder, 'sounds')
  t.is((await read()).inference().space, undefined)
})

test('two branches that make a pair: the first', t =>
  shows(t, 'graphs/audiomosaic.yaml', [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'mel (log-mel) <- wave',
    'level.a (normalise) <- mel cut to patch[192 x 64], bank mel',
    'encoder <- level.a',
  ]))

test('separated scenes: the mixture is heard, nothing is separated', t =>
  shows(t, 'graphs/separated-scenes.yaml', [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'sound (recording) <- wave',
    'mel (log-mel) <- sound',
    'view.a (normalise) <- mel cut to patch[96 x 64], bank mel',
    'encoder <- view.a',
  ]))

test('a channel of the stems is heard where training heard that', async t => {
  const nodes = `
  stems: { stage: stems, from: clip, channels: 3 }
  mels:  { stage: log-mel, from: stems }
  near:  { stage: temporal-proximity, from: mels.2 }
  batch: { stage: batch, from: near, size: 4 }
`
  await shows(t, written(nodes), [
    'clip (clips) <- ',
    'stems (stems) <- clip',
    'mels (log-mel) <- stems',
    'encoder <- mels.2 cut to patch[96 x 64]',
  ])
})

test('channels of a patch are cut at one place, from the spectrograms of both microphones and their lags', t =>
  shows(t, 'graphs/mc-simclr.yaml', [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'mel (log-mel) <- wave',
    'first.a (normalise) <- mel.1 cut to patch[96 x 64], bank mel.1',
    'second.a (normalise) <- mel.2 cut to patch[96 x 64], bank mel.2',
    'lags (gcc-phat) <- wave',
    'third.a (normalise) <- lags cut to patch[96 x 64], bank lags',
    'all.a (stack) <- first.a, second.a, third.a',
    'encoder <- all.a',
  ]))

test('a patch of an excerpt is cut from the spectrogram of the whole clip', async t => {
  const nodes = `
  wave:   { stage: waveform, from: clip }
  sound:  { stage: recording, from: wave }
  near:   { stage: nearby-excerpts, from: sound, length: 0.96 s }
  patch:  { stage: log-mel-patch, from: near, bands: 32, frames: 96 }
  batch:  { stage: batch, from: patch, size: 4 }
`
  await shows(t, written(nodes), [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'patch.a (log-mel) <- wave',
    'encoder <- patch.a cut to patch[96 x 32]',
  ])
})

test('views on sound are left out: log-mel of the whole clip stands in for that of its excerpts', async t => {
  const { graph, inference } = await read()
  const heard = inference()
  t.deepEqual(
    heard.graph.nodes.map(({ id, stage }) => [id, stage]),
    [
      ['clip', 'clips'],
      ['wave', 'waveform'],
      ['patch.a', 'log-mel'],
      ['view.a', 'normalise'],
    ],
  )
  t.like(heard.port, { kind: 'patch', frames: 96, bands: 64 })
  // it is the very log-mel node of the graph, also in the cache
  const key = (where: typeof graph, id: string) => featureKey(where, id, 'content', {})
  t.is(key(heard.graph, 'patch.a'), key(graph, 'mel'))
})

test('its settings are those of the patch', async t => {
  const { inference } = await read([
    ...['patch', 'mel'].flatMap(id => [`nodes.${id}.bands=32`, `nodes.${id}.hop=20 ms`]),
    'nodes.patch.frames=40',
  ])
  const { port, graph } = inference()
  t.deepEqual(port, { kind: 'patch', rate: 16000, hop: 320, bands: 32, frames: 40 })
  t.deepEqual(graph.nodes[2]!.out, { kind: 'logmel', rate: 16000, hop: 320, bands: 32 })
})

test('of scenes that are composed around a clip the clip is heard', async t => {
  const nodes = `
  wave: { stage: waveform, from: clip }
  sound: { stage: recording, from: wave }
  scene: { stage: scene, from: sound, events: sound }
  mixed: { stage: mix, from: scene }
  first: { stage: log-mel-patch, from: mixed, frames: 96 }
  second: { stage: log-mel-patch, from: mixed, frames: 96 }
  both: { stage: pair, a: first, b: second }
  mel: { stage: log-mel, from: wave }
  view: { stage: normalise, from: both, statistics: mel }
  batch: { stage: batch, from: view, size: 4 }
`
  await shows(t, written(nodes), [
    'clip (clips) <- ',
    'wave (waveform) <- clip',
    'first (log-mel) <- wave',
    'view.a (normalise) <- first cut to patch[96 x 64], bank mel',
    'encoder <- view.a',
  ])
})

test('stems that were mixed at one place are mixed at every place', async t => {
  const nodes = `
  stems: { stage: stems, from: clip, channels: 2 }
  cut:   { stage: crop, from: stems, length: 1 s }
  mixed: { stage: mix, from: cut }
  patch: { stage: log-mel-patch, from: mixed, frames: 96 }
  both:  { stage: pair, a: patch, b: patch }
  batch: { stage: batch, from: both, size: 4 }
`
  await shows(t, written(nodes), [
    'clip (clips) <- ',
    'stems (stems) <- clip',
    'mixed (mix) <- stems cut to channels[2]<excerpt[16000]',
    'patch (log-mel-patch) <- mixed',
    'encoder <- patch',
  ])
})

test('several sounds of a clip at once have no one embedding, and it is said why', async t => {
  const nodes = `
  stems: { stage: stems, from: clip, channels: 3 }
  mels:  { stage: log-mel, from: stems }
  cut:   { stage: cut, from: mels }
  batch: { stage: batch, from: cut, size: 4 }
  both:  { stage: zip, from: [encoder.1, encoder.2] }
`
  const { graph, stages } = await read([], written(nodes, 'both'))
  const problem = reasonAgainst(graph, stages)
  t.is(problem?.code, 'cannot-embed')
  t.regex(problem!.message, /'encoder' hears .*channels.*3 sounds of a clip, not one/)
})

test('every graph that comes along can be embedded, or has no encoder', async t => {
  for (const name of [
    'cola',
    'moments',
    'contrastive-16k',
    'audiomosaic',
    'supervised-16k',
    'uclser20',
    'mixit',
    'separated-scenes',
    'mc-simclr',
    'byol-a',
    'audio-mae',
    'audio-jepa',
    'distillation',
    'mean-teacher',
    'fixmatch',
    'mixmatch',
    'co-training',
    'audio-text',
  ]) {
    const { graph, stages } = await read([], `graphs/${name}.yaml`)
    t.is(reasonAgainst(graph, stages), undefined, name)
  }
})

test('of encoder and teacher the one that learns is meant, the other by its name; masks are left out', async t => {
  const byol = await read([], 'graphs/byol-a.yaml')
  t.is(byol.inference().encoder, 'encoder')
  t.like(inferenceGraph(byol.graph, byol.stages, 'teacher'), { encoder: 'teacher', dimensions: 256 })
  const masked = (await read([], 'graphs/audio-mae.yaml')).inference()
  t.is(masked.dimensions, 192)
  t.false(masked.graph.nodes.some(({ stage }) => stage === 'mask-tokens'))
})

test('a graph without an encoder is told so, one without the encoder that is named by what it has', async t => {
  const mixit = await read([], 'graphs/mixit.yaml')
  t.throws(mixit.inference, { message: 'The graph has no encoder, and makes no embeddings.' })
  const { graph, stages } = await read([], 'graphs/cola.yaml')
  t.throws(() => inferenceGraph(graph, stages, 'nix'), { message: "The graph has no encoder 'nix'." })
})
