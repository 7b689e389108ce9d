import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { featureKey } from '../../../graphs/streams/features.js'
import { encodingPath } from '../../../pipelines/embeddings/encoding-path.js'
import { scratchFolder } from '../../earshot.js'

async function pathOf(set: string[] = [], file = 'graphs/waveform-views.yaml') {
  const { graph, stages, problems } = await readGraph(file, { set })
  if (!graph) throw problems[0]
  return { graph, path: encodingPath(graph, stages, { mel: { mean: 1, deviation: 2 } }) }
}

test('views on sound are left out: log-mel of the whole clip stands in for that of its excerpts', async t => {
  const { graph, path } = await pathOf()
  t.deepEqual(
    path.features.nodes.map(({ id, stage }) => [id, stage]),
    [
      ['clip', 'clips'],
      ['wave', 'waveform'],
      ['patch', 'log-mel'],
    ],
  )
  t.is(path.mel, 'patch')
  t.deepEqual(path.melPort, { kind: 'logmel', rate: 16000, hop: 160, bands: 64 })
  t.is(path.patch.frames, 96)
  // it is the very log-mel node of the graph, also in the cache
  const key = (where: typeof graph, id: string) => featureKey(where, id, 'content', {})
  t.is(key(path.features, 'patch'), key(graph, 'mel'))
})

test('its settings are those of the patch', async t => {
  const { path } = await pathOf(['nodes.patch.bands=32', 'nodes.patch.hop=20 ms', 'nodes.patch.frames=40'])
  t.deepEqual(path.melPort, { kind: 'logmel', rate: 16000, hop: 320, bands: 32 })
  t.is(path.patch.frames, 40)
})

/** Scenes around each clip, mixed and then heard twice. */
const SCENES = `
nodes:
  clip: { stage: clips }
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
  encoder: { stage: vgg, from: batch }
  projection: { stage: projection, from: encoder }
  similarity: { stage: nt-xent, from: projection }
`

test('what draws nothing below the patch is done, what stands above it is not', async t => {
  const file = join(scratchFolder('scenes'), 'scenes.yaml')
  writeFileSync(file, SCENES)
  for (const { path } of [await pathOf(), await pathOf([], file)])
    t.deepEqual(path.finish(Float32Array.of(1, 3, -1)), Float32Array.of(0, 1, -1))
})
