import test from 'ava'
import { type Separate, separateInWindows, type Windows } from '../../../stages/separation/windows.js'
import { fc, testProp } from '../../properties.js'
import { largestDifference } from '../views/support.js'
import { noise } from './support.js'

/** Blocks of the given lengths, again and again, until the sound is at its end. */
function* cutUp(sound: Float32Array, lengths: readonly number[]): Generator<Float32Array> {
  for (let at = 0, i = 0; at < sound.length; i++) {
    const length = lengths[i % lengths.length]!
    yield sound.subarray(at, at + length)
    at += length
  }
}

async function separated(sound: Float32Array, separate: Separate, windows: Windows, lengths = [1000]) {
  const channels: number[][] = []
  for await (const blocks of separateInWindows(cutUp(sound, lengths), separate, windows))
    for (const [at, block] of blocks.entries()) channels[at] = [...(channels[at] ?? []), ...block]
  return channels.map(channel => Float32Array.from(channel))
}

/** Smooth parts of the sound that each sample tells alone; they leave in another order each time, as networks do. */
function rotating(): Separate {
  let turn = 0
  return window => {
    const parts = [
      window.map(x => Math.min(0, x)),
      window.map(x => Math.max(0, Math.min(1, x))),
      window.map(x => Math.max(1, x) - 1),
    ]
    turn++
    return parts.map((_, at) => parts[(at + turn) % 3]!)
  }
}

/** Separates nothing, and keeps how long the windows were. */
function listening() {
  const seen: number[] = []
  const separate: Separate = window => {
    seen.push(window.length)
    return [window]
  }
  return { seen, separate }
}

/** Noise in which any three samples in a row lie below 0, from 0 to 1, and above 1: every overlap tells the parts apart. */
const varied = (length: number) =>
  noise(`sound ${length}`, length).map((x, at) => [-Math.abs(x), Math.abs(x) % 1, 1 + Math.abs(x)][at % 3]!)

const windows = fc
  .tuple(fc.integer({ min: 40, max: 200 }), fc.integer({ min: 10, max: 20 }))
  .map(([length, overlap]) => ({ length, overlap }))
const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 })

testProp(
  'parts that each sample tells come out whole, in one order, however long the sound and however it is cut up',
  [fc.integer({ min: 1, max: 1500 }), windows, lengths],
  async (t, length, windows, lengths) => {
    const sound = varied(length)
    const channels = await separated(sound, rotating(), windows, lengths)
    const expected = rotating()(sound)
    t.is(channels.length, 3)
    for (const [at, channel] of channels.entries()) t.true(largestDifference(channel, expected[at]!) < 1e-6)
  },
)

testProp(
  'every window is equally long, and none reaches beyond the sound',
  [fc.integer({ min: 200, max: 1500 }), windows],
  async (t, length, windows) => {
    const { seen, separate } = listening()
    await separated(noise('x', length), separate, windows)
    t.true(seen.every(count => count === windows.length))
    t.is(seen.length, Math.ceil((length - windows.overlap) / (windows.length - windows.overlap)))
  },
)

test('a sound of at most one window is separated as it is; one without samples gives nothing', async t => {
  const { seen, separate } = listening()
  await separated(noise('x', 99), separate, { length: 100, overlap: 10 })
  await separated(noise('x', 100), separate, { length: 100, overlap: 10 })
  t.deepEqual(await separated(new Float32Array(0), separate, { length: 100, overlap: 10 }), [])
  t.deepEqual(seen, [99, 100])
})

test('the fade is linear where two windows disagree', async t => {
  let window = 0
  const separate = (mixture: Float32Array) => [new Float32Array(mixture.length).fill(window++)]
  const [channel] = await separated(new Float32Array(150), separate, { length: 100, overlap: 50 })
  t.deepEqual([...channel!.subarray(0, 50)], new Array(50).fill(0))
  t.true(
    largestDifference(
      channel!.subarray(50, 100),
      Float32Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50),
    ) < 1e-6,
  )
  t.deepEqual([...channel!.subarray(100)], new Array(50).fill(1))
})

test('who stops reading in the middle lets the sound go', async t => {
  let closed = false
  async function* sound() {
    try {
      for (;;) yield new Float32Array(10)
    } finally {
      closed = true
    }
  }
  for await (const _ of separateInWindows(sound(), window => [window], { length: 20, overlap: 5 })) break
  t.true(closed)
})
