/** Embeddings by a readout, from the command line, against the encoder's layers read here by plain arithmetic. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { pieceStarts } from '../../../graphs/inference/hearing.js'
import { floatWav } from '../../../pipelines/drawing/wav-file.js'
import { writeExport } from '../../../pipelines/exchange/export/write-export.js'
import { logMelOptions, logMelParameters } from '../../../stages/audio/log-mel.js'
import { Level } from '../../../stages/audio/signal/level.js'
import { logMelOf } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import { normalised } from '../../../stages/views/normalise.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'
import { smallConfig } from '../../small-config.js'
import { type RandomRun, randomRun, STATISTICS } from '../exchange/export/random-run.js'
import { cosine, distance, graphModel, sound } from '../exchange/export/reference.js'

const folder = scratchFolder('readout')
const sounds = join(folder, 'sounds')
/** Samples; 16,400 is the shortest that the graph leaves as it is. */
const LENGTHS = { a: 40_001, b: 16_400, c: 5000 }
let run: RandomRun

test.before(async () => {
  mkdirSync(join(sounds, 'tone'), { recursive: true })
  for (const [name, length] of Object.entries(LENGTHS))
    writeFileSync(join(sounds, 'tone', `${name}.wav`), floatWav(sound(length), 16000))
  run = await randomRun(engine, join(folder, 'run'), [{ swap: 'encoder=vgg{widths: [3, 4, 6]}' }])
})

async function embedded(t: ExecutionContext, name: string, input: string, ...words: string[]) {
  const file = join(folder, `${name}.arrow`)
  const { code, error, out } = await earshot(['embed', run.run, input, '-o', file, ...words], {
    EARSHOT_CACHE: join(folder, 'cache'),
  })
  t.is(code, 0, error)
  const read = await openEmbeddings(file)
  t.teardown(() => read.close())
  return { ...read, ...(await read.read()), out }
}

/** The maps of a sound's patches, by layer: [patch][frame][band][channel]. */
async function mapsOf(length: number): Promise<{ starts: number[]; maps: Record<string, number[][][][]> }> {
  const level = new Level()
  const once = sound(length)
  const looped = Float32Array.from({ length: Math.max(length, 16_400) }, (_, at) => once[at % length]!)
  level.add(looped)
  const parameters = run.graph.nodes.find(({ id }) => id === 'mel')!.parameters
  const mel = (await logMelOf(logMelOptions(16000, logMelParameters.parse(parameters))))(level.apply(looped))
  const starts = pieceStarts(mel.length / 64, { length: 96, hop: 48 })
  const maps: Record<string, number[][][][]> = {}
  for (const start of starts) {
    const patch = normalised(mel.slice(start * 64, (start + 96) * 64), STATISTICS)
    for (const [name, map] of Object.entries(run.model.layers('encoder', engine.tf.tensor3d(patch, [1, 96, 64]))))
      maps[name] = [...(maps[name] ?? []), (map.arraySync() as number[][][][])[0]!]
    maps.input!.splice(
      -1,
      1,
      [...Array(96)].map((_, at) => [...patch.slice(at * 64, (at + 1) * 64)].map(bin => [bin])),
    )
  }
  return { starts, maps }
}

/** Frames of a layer in the clip's order, each moment from the patch where it lies most central, as far as there is sound. */
function framesOf(starts: number[], patches: number[][][][], bands: number, length: number): number[][] {
  return patches.flatMap((map, patch) => {
    const step = 96 / map.length
    return map.flatMap((frame, at) => {
      const middle = starts[patch]! + (at + 0.5) * step
      const distances = starts.map(start => Math.abs(start + 48 - middle))
      const nearest = distances.lastIndexOf(Math.min(...distances))
      if (nearest !== patch || middle * 160 >= length) return []
      const group = frame.length / bands
      const mean = (band: number, channel: number) =>
        frame.slice(band * group, (band + 1) * group).reduce((sum, one) => sum + one[channel]!, 0) / group
      return [Array.from({ length: bands }, (_, band) => frame[0]!.map((_, channel) => mean(band, channel))).flat()]
    })
  })
}

const column = (frames: number[][], of: (values: number[]) => number) =>
  frames[0]!.map((_, at) => of(frames.map(frame => frame[at]!)))
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: number[]) => Math.sqrt(mean(values.map(value => (value - mean(values)) ** 2)))
const STATISTIC = { mean, std: deviation, max: (values: number[]) => Math.max(...values) }

test.serial('layers, bands, statistics and ordered parts of every clip, and metadata that say so', async t => {
  const readout = '{ layers: [block1, block2], input: true, bands: 4, time: [mean, std, max], parts: 3 }'
  const { embedding, metadata, clips, dimensions } = await embedded(t, 'parts', sounds, '--readout', readout)
  const expected: number[] = []
  for (const [name, length] of Object.entries(LENGTHS)) {
    t.true(clips[expected.length / dimensions]!.endsWith(`${name}.wav`))
    const { starts, maps } = await mapsOf(length)
    for (const layer of ['input', 'block1', 'block2']) {
      const frames = framesOf(starts, maps[layer]!, layer === 'input' ? 64 : 4, length)
      for (let part = 0; part < 3; part++) {
        const first = Math.floor((frames.length * part) / 3)
        const end = Math.max(first + 1, Math.floor((frames.length * (part + 1)) / 3))
        for (const of of [mean, deviation, STATISTIC.max]) expected.push(...column(frames.slice(first, end), of))
      }
    }
  }
  t.is(dimensions, (64 + 4 * 4 + 4 * 6) * 9)
  near(t, embedding, expected, 'readout', { roundings: 4096 })
  t.is(metadata['earshot.layer'], 'encoder.input,encoder.block1,encoder.block2')
  t.like(JSON.parse(metadata['earshot.readout']!), { bands: 4, parts: 3, layers: ['input', 'block1', 'block2'] })
  t.is(metadata['earshot.pooling'], 'readout')
})

test.serial(
  'plain is the embedding of the encoder; a checkpoint from before readouts gives it, and says so',
  async t => {
    const [plain, usual] = [
      await embedded(t, 'plain', sounds, '--readout', 'plain'),
      await embedded(t, 'usual', sounds),
    ]
    t.regex(usual.out, /says no readout: these are the\s+encoder's own embeddings \(plain\)/)
    t.notRegex(plain.out, /no readout/)
    t.deepEqual(plain.embedding, usual.embedding)
    t.is(usual.metadata['earshot.readout'], 'plain')
    t.is(usual.metadata['earshot.pooling'], 'mean')
  },
)

test.serial('rows of patches and of frames', async t => {
  const one = join(sounds, 'tone', 'a.wav')
  const patches = await embedded(t, 'patches', one, '--level', 'patch', '--readout', '{ layers: 1, time: [max] }')
  const { starts, maps } = await mapsOf(LENGTHS.a)
  const last = maps.block2!
  t.is(patches.rows, starts.length)
  near(
    t,
    patches.embedding,
    last.flatMap(map =>
      column(
        map.map(frame => frame.flat()),
        STATISTIC.max,
      ),
    ),
    'patches',
    {
      roundings: 4096,
    },
  )
  const frames = await embedded(t, 'frames', one, '--level', 'frame', '--readout', 'bands')
  near(t, frames.embedding, framesOf(starts, last, last[0]![0]!.length, LENGTHS.a).flat(), 'frames', {
    roundings: 4096,
  })
  const from = frames.column('start').map(Number)
  t.deepEqual(
    from,
    [...from].sort((a, b) => a - b),
  )
  t.is(new Set(from).size, from.length)
})

test.serial('baselines are read out in the same way', async t => {
  const { file } = await embedded(t, 'baselines', sounds, '--readout', 'thirds', '--baselines')
  const mel = await openEmbeddings(file.replace('.arrow', '.baselines/log-mel.arrow'))
  t.teardown(() => mel.close())
  t.is(mel.dimensions, 3 * 64)
  t.regex(mel.metadata['earshot.readout']!, /"parts":3/)
})

test.serial('a clip and the same clip looped, or followed by silence, lie close together', async t => {
  const again = join(folder, 'again')
  mkdirSync(again)
  const clip = sound(40_000)
  copyFileSync(join(sounds, 'tone', 'c.wav'), join(again, '0-short.wav'))
  const short = sound(LENGTHS.c)
  writeFileSync(
    join(again, '1-short-looped.wav'),
    floatWav(
      Float32Array.from({ length: 20_000 }, (_, at) => short[at % 5000]!),
      16000,
    ),
  )
  writeFileSync(join(again, '2-long.wav'), floatWav(clip, 16000))
  writeFileSync(join(again, '3-long-looped.wav'), floatWav(Float32Array.from([...clip, ...clip]), 16000))
  const silence = new Float32Array(30_000)
  writeFileSync(join(again, '4-short-padded.wav'), floatWav(Float32Array.from([...short, ...silence]), 16000))
  writeFileSync(join(again, '5-long-padded.wav'), floatWav(Float32Array.from([...silence, ...clip, ...silence]), 16000))
  const { embedding, dimensions } = await embedded(
    t,
    'again',
    again,
    '--readout',
    '{ layers: 2, bands: 8, time: [mean, max] }',
  )
  const row = (at: number) => embedding.slice(at * dimensions, (at + 1) * dimensions)
  for (const [one, other] of [
    [0, 1],
    [2, 3],
    [0, 4],
    [2, 5],
  ] as const)
    t.true(cosine(row(one), row(other)) > 0.95, `${one}, ${other}: ${cosine(row(one), row(other))}`)
})

test.serial('exported to TensorFlow.js, the same embeddings come of every length', async t => {
  const readout = '{ layers: 2, input: true, bands: 4, time: [mean, max, std, p90], parts: 2 }'
  const { embedding, dimensions } = await embedded(t, 'exported', sounds, '--readout', readout)
  const output = join(folder, 'exported')
  await writeExport({ run: run.run, output, formats: ['tfjs'], readout })
  const { embed } = await import(pathToFileURL(join(output, 'tfjs', 'embed.mjs')).href)
  const card = JSON.parse(readFileSync(join(output, 'tfjs', 'encoder.json'), 'utf8'))
  const model = await graphModel(engine, join(output, 'tfjs'))
  for (const [at, length] of Object.values(LENGTHS).entries()) {
    const off = distance(
      await embed(engine.tf, model, card, sound(length)),
      embedding.slice(at * dimensions, (at + 1) * dimensions),
    )
    t.true(off < 1e-5, `${length} samples: ${off}`)
  }
})

test.serial('of a clip with fewer frames than parts it is said', async t => {
  const { out } = await embedded(t, 'crowded', sounds, '--readout', '{ layers: 1, parts: 5 }')
  t.regex(out, /1 clip of 3 has fewer frames than the readout has parts/)
})

test.serial('what cannot be read is said in a sentence', async t => {
  const cases: [string[], RegExp][] = [
    [['--readout', '{ layers: [block9] }'], /has no layer 'block9'.*block0, block1, block2/s],
    [['--readout', '{ layers: 2, bands: 3 }'], /'encoder.block1' has 16 bands, which cannot be averaged to 3/],
    [['--readout', 'best'], /--readout best:/],
    [['--readout', '{ time: [median] }'], /time.*expected mean, max, std, or a percentile/],
    [['--readout', '{ layers: 1'], /--readout \{ layers: 1:/],
    [['--readout', 'bands', '--layer', 'encoder.block1'], /give one of them/],
    [['--level', 'frame'], /of patches/],
  ]
  for (const [words, expected] of cases) {
    const { code, error } = await earshot(['embed', run.run, sounds, '-o', join(folder, 'x.arrow'), ...words], {
      EARSHOT_CACHE: join(folder, 'cache'),
    })
    t.is(code, 1, words.join(' '))
    t.regex(error, expected)
    t.notRegex(error, /\n {4}at /)
  }
})

test.serial('a fitted step is kept with the run; a checkpoint without it falls back to plain and says so', async t => {
  const { config, sounds: heard, folder: own, cache } = smallConfig('fitted readout', { steps: 2, every: 1 })
  const file = join(own, 'fitted.yaml')
  writeFileSync(file, `extends: small.yaml\nreadout: { preset: bands, fit: { whiten: 5 } }\n`)
  t.true(config.endsWith('small.yaml'))
  const trained = join(own, 'run')
  const { code, error } = await earshot(['train', file, '--run', trained], cache)
  t.is(code, 0, error)
  const arrow = join(own, 'white.arrow')
  const embed = await earshot(['embed', trained, heard, '-o', arrow, '--baselines'], cache)
  t.is(embed.code, 0, embed.error)
  for (const one of [arrow, join(own, 'white.baselines/untrained.arrow')]) {
    const read = await openEmbeddings(one)
    t.teardown(() => read.close())
    const { embedding, rows } = await read.read()
    t.is(read.dimensions, 5)
    t.like(JSON.parse(read.metadata['earshot.readout']!), { fit: { whiten: 5 } })
    // of the clips that it was fitted to: means of 0, and products of numbers that are those of the identity
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < 5; j++) {
        const product = mean(
          Array.from({ length: rows }, (_, row) => embedding[5 * row + i]! * embedding[5 * row + j]!),
        )
        t.true(Math.abs(product - (i === j ? 1 : 0)) < 1e-3, `${i}, ${j}: ${product}`)
      }
  }
  const early = await earshot(
    ['embed', join(trained, 'checkpoints/step-000001.safetensors'), heard, '-o', join(own, 'early.arrow')],
    cache,
  )
  t.is(early.code, 0, early.error)
  t.regex(early.out, /no fitted step for this readout: these are the encoder's own embeddings \(plain\)/)
  const tooMany = await earshot(['train', file, '--run', `${trained}-2`, '--set', 'readout.fit.whiten=24'], cache)
  t.is(tooMany.code, 1)
  t.regex(tooMany.error, /24 clips cannot be whitened to 24 numbers/)
  const undivided = await earshot(['train', file, '--run', `${trained}-3`, '--set', 'readout.bands=3'], cache)
  t.is(undivided.code, 1)
  t.regex(undivided.error, /'encoder.block1' has 16 bands, which cannot be averaged to 3/)
  t.notRegex(undivided.error, /training 1\/2/)
})
