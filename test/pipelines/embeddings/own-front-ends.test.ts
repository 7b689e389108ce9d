/**
 * Front ends of one's own: what stands between the clip and the encoder in training stands there when it embeds. Expected
 * are the patches worked out by hand, through the same encoder.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { pieceStarts } from '../../../graphs/inference/hearing.js'
import { floatWav } from '../../../pipelines/drawing/wav-file.js'
import gccPhat from '../../../stages/audio/gcc-phat.js'
import { logMelOptions, logMelParameters } from '../../../stages/audio/log-mel.js'
import { Level } from '../../../stages/audio/signal/level.js'
import { logMelOf } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import type { FeatureStream } from '../../../stages/values.js'
import { stacked } from '../../../stages/views/stack.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { near } from '../../engine/near.js'
import { engine } from '../../engine/started.js'
import { gathered, inBlocks } from '../../stages/audio/sounds.js'
import { runItem } from '../../stages/views/support.js'
import { randomRun } from '../exchange/export/random-run.js'
import { sound } from '../exchange/export/reference.js'

const folder = scratchFolder('own front ends')
const sounds = join(folder, 'sounds')
const LENGTHS = { long: 40_001, short: 17_000 }

test.before(() => {
  mkdirSync(sounds)
  for (const [name, length] of Object.entries(LENGTHS))
    writeFileSync(join(sounds, `${name}.wav`), floatWav(sound(length), 16000))
})

/** log10 mel power of a sound, frames x 64, or as the parameters say. */
async function melOf(samples: Float32Array, parameters: object = {}): Promise<Float32Array> {
  return (await logMelOf(logMelOptions(16000, logMelParameters.parse(parameters))))(samples)
}

function levelled(samples: Float32Array): Float32Array {
  const level = new Level()
  level.add(samples)
  return level.apply(samples)
}

/** A patch of 96 frames. */
const patchOf = (mel: Float32Array, start: number, bands = 64) => mel.slice(start * bands, (start + 96) * bands)

/** @param patchAt what the encoder should hear of a levelled sound, from a frame on */
async function embeds(
  t: ExecutionContext,
  graph: string,
  patchAt: (samples: Float32Array) => Promise<(frame: number) => Float32Array | Promise<Float32Array>>,
) {
  const file = resolve('test/fixtures/own-front-ends', `${graph}.yaml`)
  const { run, model } = await randomRun(engine, join(folder, graph), [], file)
  const arrow = join(folder, `${graph}.arrow`)
  const words = ['embed', run, sounds, '-o', arrow, '--level', 'patch']
  const { code, error } = await earshot(words, { EARSHOT_CACHE: join(folder, 'cache') })
  t.is(code, 0, error)
  const read = await openEmbeddings(arrow)
  t.teardown(() => read.close())
  const { embedding, clips } = await read.read()
  const expected: number[] = []
  for (const [name, length] of Object.entries(LENGTHS).sort()) {
    const samples = levelled(sound(length))
    const patch = await patchAt(samples)
    const starts = pieceStarts(1 + Math.floor(length / 160), { length: 96, hop: 48 })
    t.is(clips.filter(clip => clip.startsWith(name)).length, starts.length, name)
    for (const start of starts) {
      const numbers = await patch(start)
      const channels = numbers.length / (96 * 64)
      const input = engine.tf.tensor(numbers, channels === 1 ? [1, 96, 64] : [1, 96, 64, channels])
      expected.push(...model.encode('encoder', input).dataSync())
    }
  }
  near(t, embedding, expected, 'embedding', { roundings: 4096 })
}

test.serial('a fixed filter on excerpts is heard', t =>
  embeds(t, 'filter-on-excerpts', async samples => async frame => {
    const excerpt = samples.slice(frame * 160, frame * 160 + 15_360)
    let last = 0
    const soft = excerpt.map(sample => (last = 0.99 * last + 0.01 * sample))
    return patchOf(await melOf(soft), 0)
  }),
)

test.serial('a stage on the spectrogram of a whole clip is heard', t =>
  embeds(t, 'doubled-spectrogram', async samples => {
    const mel = (await melOf(samples)).map(value => 2 * value)
    return frame => patchOf(mel, frame)
  }),
)

test.serial('a stage that takes its time is waited for', t =>
  embeds(t, 'asynchronous', async samples => {
    const mel = (await melOf(samples)).map(value => value / 2)
    return frame => patchOf(mel, frame)
  }),
)

test.serial('the channels of a patch are cut at one place, and a file of one channel is heard as two', t =>
  embeds(t, 'two-channels', async samples => {
    const mel = await melOf(samples)
    const wave = { kind: 'waveform', rate: 16000 } as const
    const from = [samples, samples].map(channel => ({ rate: 16000, blocks: () => inBlocks(channel, 4000) }))
    const port = { from: { kind: 'channels', of: wave, count: 2 } } as const
    const lags = await gathered((runItem(gccPhat, {}, port, { from }) as FeatureStream).blocks())
    return start => stacked([mel, mel, lags].map(all => patchOf(all, start)))
  }),
)

test.serial('two front ends meet in one encoder', t =>
  embeds(t, 'two-resolutions', async samples => {
    const short = await melOf(samples, { bands: 32 })
    const long = await melOf(samples, { bands: 32, fft: 2048, window: 0.1 })
    return start =>
      Float32Array.from({ length: 96 * 64 }, (_, at) => {
        const [frame, band] = [start + Math.floor(at / 64), at % 64]
        return band < 32 ? short[32 * frame + band]! : long[32 * frame + band - 32]!
      })
  }),
)
