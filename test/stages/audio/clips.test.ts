import { fc, testProp } from '@fast-check/ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import clips, { byDuration } from '../../../stages/audio/clips.js'
import type { Clip } from '../../../stages/values.js'

type Source = Extract<typeof clips, { place: 'source' }>
const some = (count: number): Clip[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${i}`, path: `/${i}.wav`, labels: {} }))
const order = (draw: string, listed: Clip[], seed: number) =>
  (clips as Source).order(clips.parameters.parse({ draw }))({
    clips: listed,
    durations: () => listed.map(({ id }) => 1 + (Number(id) % 7)),
    rng: name => streamOf(`${seed} ${name}`),
  })

testProp(
  'by clip: each once, the same order for the same key',
  [fc.integer({ min: 0, max: 200 }), fc.nat()],
  (t, n, seed) => {
    const listed = some(n)
    const ids = order('clip', listed, seed).map(({ id }) => id)
    t.deepEqual([...ids].sort(), listed.map(({ id }) => id).sort())
    t.deepEqual(
      order('clip', listed, seed).map(({ id }) => id),
      ids,
    )
  },
)

testProp(
  'by duration: as many draws as clips, each clip its share, up or down by less than one',
  [fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 100 }), fc.nat()],
  (t, durations, seed) => {
    const listed = some(durations.length)
    const drawn = byDuration(listed, durations, streamOf(`${seed}`))
    const total = durations.reduce((sum, seconds) => sum + seconds, 0)
    t.true(Math.abs(drawn.length - listed.length) <= 1)
    for (const [i, clip] of listed.entries()) {
      const times = drawn.filter(one => one === clip).length
      t.true(Math.abs(times - (durations[i]! / total) * listed.length) < 1 + 1e-6)
    }
  },
)
