import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import test from 'ava'
import { FeatureCache } from '../../../data/feature-cache.js'
import { valueFrom } from '../../../graphs/streams/cached-values.js'
import recording from '../../../stages/audio/recording.js'
import { logMelSpectrogram } from '../../../stages/audio/spectra/log-mel-spectrogram.js'
import { waveform } from '../../../stages/audio/waveform.js'
import type { FeatureStream, Recording, Waveform } from '../../../stages/values.js'
import { runItem } from '../views/support.js'
import { gathered, sine, temporaryFolder, writeWav } from './sounds.js'

const folder = temporaryFolder()
const port = { kind: 'waveform', rate: 16000 } as const
const out = { kind: 'recording', rate: 16000 } as const

async function recorded(wave: Waveform): Promise<Recording> {
  const { bands, blocks, ...about } = runItem(recording, {}, { from: port }, { from: wave }) as FeatureStream
  const cache = new FeatureCache(join(folder, 'cache'))
  const key = randomBytes(32).toString('hex')
  await cache.write(key, bands, blocks(), about)
  return valueFrom(out, cache.open(key)!) as Recording
}

const sound = sine(440, 16000, 100_000, 0.4)
const wave = () =>
  waveform({ path: writeWav(join(folder, 'a.wav'), sound) }, { rate: 16000, atLeast: 0, normalise: 'none' })

test('holds the very samples of the waveform, and reads any range of them', async t => {
  const kept = await recorded(wave())
  t.deepEqual([kept.samples, kept.rate, kept.seconds?.()], [100_000, 16000, 6.25])
  t.deepEqual(kept.read(99_000, 1000), sound.slice(99_000))
  t.deepEqual(await gathered(kept.blocks()), sound)
  t.throws(() => kept.read(99_001, 1000), { instanceOf: RangeError })
})

test('a spectrogram of it is that of the waveform, bit for bit', async t => {
  const kept = await recorded(wave())
  const options = { rate: 16000, window: 400, hop: 160, fft: 512, bands: 16, low: 60, high: 7800 } as const
  const more = { scale: 'htk', norm: 'none', floor: 1e-6 } as const
  const of = (from: Waveform) => gathered(logMelSpectrogram(from.blocks(), { ...options, ...more }))
  t.deepEqual(await of(kept), await of(wave()))
})

test('the seconds are those of the sound, before it is repeated', async t => {
  const short = waveform(
    { path: writeWav(join(folder, 'b.wav'), sound.slice(0, 800)) },
    { rate: 16000, atLeast: 4000, normalise: 'none' },
  )
  const kept = await recorded(short)
  t.deepEqual([kept.samples, kept.seconds?.()], [4000, 0.05])
})
