import test from 'ava'
import { ParameterProblem } from '../../../stages/contract.js'
import type { Port } from '../../../stages/ports.js'
import separate, { channelStreams } from '../../../stages/separation/separate.js'
import type { Processor } from '../../../stages/separation/trained/processor.js'
import type { Recording } from '../../../stages/values.js'
import { gathered, largestDifference } from '../audio/sounds.js'
import { outOf } from '../views/support.js'
import { noise } from './support.js'

const from: Port = { kind: 'recording', rate: 16000 }

test('as many channels as its processors have together; no checkpoint is opened to say so', t => {
  const given = { processors: ['one', 'two', 'three'], sources: 4 }
  t.deepEqual(outOf(separate, given, { from }), { kind: 'channels', of: from, count: 12 })
  t.throws(() => outOf(separate, { ...given, window: '1 s', overlap: '0.6 s' }, { from }), {
    instanceOf: ParameterProblem,
    message: /more than half the window/,
  })
})

const RATE = 10 // so that two minutes are few samples

function recordingOf(samples: Float32Array): Recording {
  return {
    rate: RATE,
    samples: samples.length,
    read: (start, count) => samples.slice(start, start + count),
    async *blocks() {
      for (let at = 0; at < samples.length; at += 70) yield samples.subarray(at, at + 70)
    },
  }
}

/** Its windows are counted. */
function halving() {
  const counted = { windows: 0 }
  const separate = (window: Float32Array) => {
    counted.windows++
    return [window.map(x => Math.max(0, x)), window.map(x => Math.min(0, x))]
  }
  return { counted, processor: { count: 2, rate: RATE, separate } as unknown as Processor }
}

for (const { what, seconds, times } of [
  { what: 'a short recording is separated once for all channels', seconds: 110, times: 1 },
  { what: 'a long one is never held: once for each channel', seconds: 250, times: 2 },
])
  test(what, async t => {
    const sound = noise(what, seconds * RATE)
    const { counted, processor } = halving()
    const streams = channelStreams(recordingOf(sound), processor, { length: 100, overlap: 10 })
    const [above, below] = await Promise.all(streams.map(({ blocks }) => gathered(blocks())))
    t.true(
      largestDifference(
        above!,
        sound.map(x => Math.max(0, x)),
      ) < 1e-6,
    )
    t.true(
      largestDifference(
        below!,
        sound.map(x => Math.min(0, x)),
      ) < 1e-6,
    )
    t.is(counted.windows, times * Math.ceil((sound.length - 10) / 90))
  })
