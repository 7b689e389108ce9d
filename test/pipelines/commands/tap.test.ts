/** What a tap promises: the values of training, and the sound where they were cut. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { firstValueFrom } from 'rxjs'
import sharp from 'sharp'
import { FeatureCache } from '../../../data/feature-cache.js'
import { readClips } from '../../../data/manifests.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { openPool } from '../../../graphs/streams/pool.js'
import { prepareFeatures } from '../../../graphs/streams/prepare.js'
import { readConfig } from '../../../pipelines/configuration/config.js'
import { cutterOf, meaningAt } from '../../../pipelines/reports/tap/cuts.js'
import { type Shown, show } from '../../../pipelines/reports/tap/exhibits.js'
import type { Waveform } from '../../../stages/values.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

async function opened(name: string, graphFile?: string) {
  const { config: file, cache } = smallConfig(name, { steps: 1, every: 1 })
  const config = await readConfig(file)
  const { train, data } = config
  const { graph = config.graph, stages } = graphFile ? await readGraph(graphFile) : config
  const pool = openPool({ workers: 1 })
  const { clips } = await readClips(data.set)
  const prepared = await prepareFeatures({ graph, clips, cacheFolder: join(cache.EARSHOT_CACHE!, 'features'), pool })
  const tapped = async (id: string, count: number) => {
    const node = graph.nodes.find(node => node.id === id)!
    const store = new FeatureCache(prepared.cacheFolder)
    const all: Shown[] = []
    for await (const shown of show({ graph, stages, prepared, store, seed: train.seed, count, node })) all.push(shown)
    return all
  }
  return { graph, stages, seed: train.seed, pool, prepared, tapped }
}

test('the views are those of the first batch of training, bit for bit', async t => {
  const { graph, stages, seed, pool, prepared, tapped } = await opened('tap-views')
  t.teardown(() => pool.close())
  const batch = await firstValueFrom(streamBatches({ graph, stages, prepared, pool, seed, steps: 1 }))
  const shown = await tapped('view', 8)
  const [size, values] = [48 * 64, batch.values.batch!]
  for (const [at, { exhibits }] of shown.entries())
    for (const { lane, value } of exhibits)
      t.deepEqual(value, values[lane as 'a' | 'b']!.slice(at * size, (at + 1) * size), `clip ${at}, ${lane}`)
  batch.release()
})

test('a mask, and one made from it, are seen on the patch that they belong to', async t => {
  const { pool, tapped } = await opened('tap-masks', 'graphs/m2d.yaml')
  t.teardown(() => pool.close())
  const [view, mask, rest] = await Promise.all(
    ['view', 'mask', 'rest'].map(async id => (await tapped(id, 1))[0]!.exhibits[0]!),
  )
  t.is(rest!.port.kind, 'patch')
  const [whole, kept, hidden] = [view, mask, rest].map(exhibit => exhibit!.value as Float32Array)
  const lowest = Math.min(...whole!)
  for (const [at, value] of whole!.entries())
    t.deepEqual([kept![at], hidden![at]].sort(), [lowest, value].sort(), 'one shows it, the other hides it')
})

test('of a patch of several channels each is shown, cut where the first was', async t => {
  const { graph, stages, pool, tapped } = await opened('tap-channels', 'graphs/mc-simclr.yaml')
  t.teardown(() => pool.close())
  const first = async (id: string) => (await tapped(id, 1))[0]!.exhibits
  const [all, near, lags] = [await first('all'), await first('near'), await first('between')]
  t.deepEqual(
    all.map(({ lane }) => lane),
    ['a.1', 'a.2', 'a.3', 'b.1', 'b.2', 'b.3'],
  )
  const cuts = near.map(({ cut }) => [cut!.start, cut!.end])
  for (const [at, { cut, sound, value }] of all.entries()) {
    t.deepEqual([cut!.start, cut!.end], cuts[at < 3 ? 0 : 1])
    t.is(sound!.samples.length, 96 * 160)
    t.is((value as Float32Array).length, 96 * 64)
  }
  t.deepEqual(
    lags.map(({ cut }) => [cut!.start, cut!.end]),
    cuts,
  )
  const units = ['between', 'third', 'near', 'first'].map(id => meaningAt(graph, stages, id).unit)
  t.deepEqual(units, ['r', 'sd', 'dB', 'sd'])
  t.is(meaningAt(graph, stages, 'third').centres, undefined)
})

test('a cut says where the patch lies, in the spectrogram and in the sound', async t => {
  const { pool, tapped } = await opened('tap-cuts')
  t.teardown(() => pool.close())
  const waves = await tapped('wave', 8)
  for (const [at, { mel, exhibits }] of (await tapped('near', 8)).entries()) {
    const samples: number[] = []
    for await (const block of (waves[at]!.exhibits[0]!.value as Waveform).blocks()) samples.push(...block)
    for (const { value, cut, sound } of exhibits) {
      t.deepEqual(value, mel!.read(Math.round(cut!.start / 0.01), 48))
      const first = Math.round(cut!.start * 16000)
      t.deepEqual([...sound!.samples], samples.slice(first, first + 48 * 160))
    }
  }
  const [after] = await tapped('view', 1)
  t.deepEqual(
    after!.exhibits.map(({ cut }) => cut),
    (await tapped('near', 1))[0]!.exhibits.map(({ cut }) => cut),
  )
})

test('a folder with a page, pictures, sounds and JSON; an earlier tap gives way, other files do not', async t => {
  const { config, folder, cache } = smallConfig('tap-verb', { steps: 1, every: 1 })
  const output = join(folder, 'tap')
  const { code, out, error } = await earshot(['tap', config, 'view', '-n', '3', '-o', output], cache)
  t.is(code, 0, error)
  t.regex(out, /3 clips, 3 PNG, 9 WAV; 1 clip of the set cannot be used/)
  const record = JSON.parse(readFileSync(join(output, 'tap.json'), 'utf8'))
  t.like(record, { node: 'view', seed: 0, port: 'pair<patch[48 x 64]@16000/160>' })
  t.deepEqual(
    record.clips[0].exhibits.map(({ lane }: { lane: string }) => lane),
    ['a', 'b'],
  )
  for (const name of record.files) t.true(existsSync(join(output, name)), name)
  t.is((await sharp(join(output, '01.png')).metadata()).format, 'png')
  const page = readFileSync(join(output, 'index.html'), 'utf8')
  t.is(page.match(/<svg/g)!.length, 9)
  for (const [, name] of page.matchAll(/src="([^"]+)"/g)) t.true(existsSync(join(output, name!)), name)
  t.regex(page, /before mixed, cropped, squeezed, masked, noisy and view/)

  t.is((await earshot(['tap', config, 'wave', '-n', '1', '-o', output], cache)).code, 0)
  t.false(existsSync(join(output, '03.png')), 'of the earlier tap')
  writeFileSync(join(output, 'mine.txt'), 'kept')
  const refused = await earshot(['tap', config, 'wave', '-n', '1', '-o', output], cache)
  t.is(refused.code, 1)
  t.regex(refused.error, /not of an earlier tap/)
})

test('what cannot be tapped is told in a sentence', async t => {
  const { config, cache, folder } = smallConfig('tap-errors', { steps: 1, every: 1 })
  const refusal = async (...words: string[]) => {
    const { code, error } = await earshot(['tap', ...words, '-o', join(folder, 'out')], cache)
    t.is(code, 1)
    return error
  }
  t.regex(await refusal(config, 'veiw'), /no node 'veiw'. Did you mean 'view'\?/)
  t.regex(await refusal(config, 'mel.a'), /no side 'a'/)
  t.regex(await refusal('graphs/contrastive-16k.yaml', 'view'), /--data my-sounds/)
  t.regex(await refusal(config, 'view', '-n', 'many'), /--count must be a whole number from 1/)
})

test('a cut is traced through branches, lanes and joins', async t => {
  const file = join(scratchFolder('tap-branches'), 'graph.yaml')
  writeFileSync(
    file,
    `extends: ${join(process.cwd(), 'graphs/contrastive-16k.yaml')}
nodes:
  left: { stage: companding, from: near.b }
  right: { stage: gaussian-noise, from: near.a }
  crossed: { stage: pair, a: left, b: right }
  mixed: { from: crossed }
`,
  )
  const { graph, problems } = await readGraph(file)
  t.deepEqual(problems, [])
  const traced = (id: string, lane?: 'a' | 'b') => {
    const { node, which, after } = cutterOf(graph!, id, lane)!
    return [node.id, which, after.map(({ id }) => id)]
  }
  t.deepEqual(traced('near', 'b'), ['near', 1, []])
  t.deepEqual(traced('left'), ['near', 1, ['left']])
  t.deepEqual(traced('cropped', 'a'), ['near', 1, ['left', 'crossed', 'mixed', 'cropped']])
  t.deepEqual(traced('cropped', 'b'), ['near', 0, ['right', 'crossed', 'mixed', 'cropped']])
  t.is(cutterOf(graph!, 'mel', undefined), undefined)
})

test('a clip that training would drop says why, and the others are shown', async t => {
  const { config, folder, cache, sounds } = smallConfig('tap-drop', { steps: 1, every: 1 })
  const own = join(folder, 'refuse.mjs')
  writeFileSync(
    own,
    `export default ({ describeStage, patch, z }) => describeStage({
      name: 'refuse', summary: 'Refuses some.', runsIn: 'item', parameters: z.strictObject({}), in: { from: patch }, out: ({ from }) => from,
      work: () => ({ from, clip }) => { if (clip.id < 'c') throw new RangeError('no <bass> drums'); return from },
    })`,
  )
  const graph = join(folder, 'refusing.yaml')
  writeFileSync(
    graph,
    `extends: ${config}\nstages: [${own}]\ndata: { set: ${JSON.stringify(sounds)} }\nnodes:\n  picky: { stage: refuse, from: view }\n  batch: { from: picky }\n`,
  )
  const output = join(folder, 'tap')
  const { code, error } = await earshot(['tap', graph, 'picky', '-n', '24', '-o', output], cache)
  t.is(code, 0, error)
  const { clips } = JSON.parse(readFileSync(join(output, 'tap.json'), 'utf8'))
  t.true(clips.some(({ failure }: { failure?: string }) => failure === 'no <bass> drums'))
  t.true(clips.some(({ exhibits }: { exhibits: unknown[] }) => exhibits.length === 2))
  t.regex(readFileSync(join(output, 'index.html'), 'utf8'), /Training drops it: no &lt;bass&gt; drums/)
})

test('channels and excerpts can be heard and seen, all of them or one', async t => {
  const { folder, cache, sounds } = smallConfig('tap-channels', { steps: 1, every: 1 })
  const graph = join(folder, 'scenes.yaml')
  writeFileSync(
    graph,
    `extends: ${join(process.cwd(), 'graphs/waveform-views.yaml')}
data: { set: ${JSON.stringify(sounds)} }
nodes:
  scene: { stage: scene, from: sound, events: sound, number: [2, 2], length: 1 s, longest: 1 s }
  mixed: { stage: mix, from: scene }
  views: { stage: pair, a: mixed, b: mixed }
  stretched: { from: views }
  near: null
`,
  )
  const tap = async (node: string) => {
    const output = join(folder, node)
    const { code, error } = await earshot(['tap', graph, node, '-n', '1', '-o', output], cache)
    t.is(code, 0, error)
    const { files, clips } = JSON.parse(readFileSync(join(output, 'tap.json'), 'utf8'))
    return { files, samples: clips[0].exhibits.map(({ sound }: { sound: string }) => wavSamples(join(output, sound))) }
  }
  const { files, samples } = await tap('scene')
  t.deepEqual(files.slice(0, 3), ['01-1.wav', '01-2.wav', '01.png'])
  const [mixture] = (await tap('mixed')).samples
  t.is(mixture!.length, 16000)
  t.true(mixture!.every((sample: number, i: number) => Math.abs(sample - samples[0][i] - samples[1][i]) < 1e-6))
  t.deepEqual((await tap('scene.2')).samples, [samples[1]])
})

test('behind the batch: the first batch of training with the first weights, row by row', async t => {
  const { config, folder, cache } = smallConfig('tap-tensors', { steps: 1, every: 1 })
  const tap = async (node: string, count = 3) => {
    const output = join(folder, node)
    const { code, error } = await earshot(['tap', config, node, '-n', String(count), '-o', output], cache)
    t.is(code, 0, error)
    return JSON.parse(readFileSync(join(output, 'tap.json'), 'utf8'))
  }
  const views = await tap('view', 8)
  const batch = await tap('batch', 8)
  type Shown = { clip: string; exhibits: { lane: string; range: number[]; values: number[] }[] }
  const told = ({ clips }: { clips: Shown[] }) =>
    clips.map(({ clip, exhibits }) => [clip, ...exhibits.flatMap(({ lane, range }) => [lane, ...range])])
  t.deepEqual(told(batch), told(views))
  const { clips } = (await tap('encoder')) as { clips: Shown[] }
  t.is(clips.length, 3)
  for (const { exhibits } of clips) {
    t.deepEqual(
      exhibits.map(({ lane }) => lane),
      ['a', 'b'],
    )
    for (const { values } of exhibits) t.true(values.length === 16 && values.every(Number.isFinite))
  }
  t.deepEqual((await tap('encoder.b')).clips[2].exhibits[0].values, clips[2]!.exhibits[1]!.values)
  const { loss } = await tap('similarity')
  t.true(loss > 0 && loss < 20)
  t.regex(readFileSync(join(folder, 'similarity', 'index.html'), 'utf8'), /for the first batch of training with seed 0/)
})

/** 32-bit floats behind a header of 58 bytes. */
function wavSamples(file: string): Float32Array {
  const bytes = readFileSync(file).subarray(58)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
