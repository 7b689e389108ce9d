import test from 'ava'
import { windowsOf } from '../../../pipelines/listening/windows.js'
import { fc, testProp } from '../../properties.js'

const RATE = 1000

async function* blocks(sound: Float32Array, lengths: readonly number[]) {
  for (let at = 0, turn = 0; at < sound.length; turn++) {
    const length = lengths[turn % lengths.length]!
    yield { rate: RATE, samples: sound.subarray(at, at + length) }
    at += length
  }
}

/** All that comes. */
async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i)

testProp(
  'windows are stretches of the sound, whatever blocks it came in',
  [
    fc.integer({ min: 1, max: 3000 }),
    fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 20, max: 900 }),
    fc.integer({ min: 10, max: 900 }),
  ],
  async (t, length, lengths, window, hop) => {
    const settings = { length: window / RATE + 0.0003, hop: hop / RATE }
    const heard = await allOf(windowsOf(blocks(ramp(length), lengths), settings))
    const place = (seconds: number) => Math.round(seconds * RATE)
    let count = 0
    while (place(count * settings.hop + settings.length) <= length) count++
    t.is(heard.length, Math.max(1, count))
    for (const [k, { start, end, samples }] of heard.entries()) {
      t.is(start, count === 0 ? 0 : k * settings.hop)
      t.deepEqual(samples, ramp(length).slice(place(start), count === 0 ? length : place(end)))
    }
  },
)

test('silence of no samples has no windows', async t => {
  t.deepEqual(await allOf(windowsOf(blocks(ramp(0), [1]), { length: 1, hop: 1 })), [])
})
