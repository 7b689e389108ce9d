import test from 'ava'
import type { Port } from '../../../stages/ports.js'
import chooseChannel, { chooseChannels } from '../../../stages/separation/choose-channel.js'
import type { Pair } from '../../../stages/values.js'
import { fc, testProp } from '../../properties.js'
import { draws, logMelPort, outOf, runItem } from '../views/support.js'

const portsOf = (count: number) => ({
  mixture: logMelPort,
  channels: { kind: 'channels', of: logMelPort, count } as Port,
  levels: { kind: 'levels', count } as Port,
})

interface Asked {
  levels: number[]
  given?: object
  clip?: string
}

/** Which channels leave, by number from 0; the mixture is -1. */
function pairOf({ levels, given = {}, clip = 'clip' }: Asked) {
  const counts: string[] = []
  const channels = levels.map((_, at) => at)
  const item = {
    mixture: -1,
    channels,
    levels: Float32Array.from(levels),
    rng: draws(clip),
    count: (name: string) => counts.push(name),
  }
  const { a, b } = runItem(chooseChannel, { sources: 2, ...given }, portsOf(levels.length), item) as Pair<number>
  return { a, b, fallbacks: counts.length }
}

const level = fc.oneof(fc.float({ min: -60, max: 10, noNaN: true }), fc.constant(-200))
const levelsOf = (processors: number) => fc.array(level, { minLength: 2 * processors, maxLength: 2 * processors })

testProp(
  'a channel that is not active is never chosen; the mixture takes its place, and that is counted',
  [levelsOf(3), fc.double({ min: 0, max: 40, noNaN: true }), fc.string()],
  (t, levels, within, clip) => {
    const { a, b, fallbacks } = pairOf({ levels, given: { within }, clip })
    t.is(a, -1)
    if (b >= 0) t.true(levels[b]! >= -within)
    t.is(fallbacks, b < 0 ? 1 : 0)
  },
)

testProp(
  'two channels are two different active ones of one processor',
  [levelsOf(3), fc.string()],
  (t, levels, clip) => {
    const { a, b, fallbacks } = pairOf({ levels, given: { kind: 'channel-channel' }, clip })
    for (const channel of [a, b]) if (channel >= 0) t.true(levels[channel]! >= -20)
    if (b >= 0) t.true(a !== b && Math.floor(a / 2) === Math.floor(b / 2))
    t.is(fallbacks, b < 0 ? 1 : 0)
    if (a < 0) t.true(b < 0)
  },
)

test('each processor has its share, whatever comes of it; active channels of one are equally likely', t => {
  const levels = [-3, -3, -3, -50, -50, -50] // two active, one active, none
  const counts = new Map<number, number>()
  for (let i = 0; i < 6000; i++) {
    const { b } = pairOf({ levels, clip: `${i}` })
    counts.set(b, (counts.get(b) ?? 0) + 1)
  }
  const expected = new Map([
    [0, 1000],
    [1, 1000],
    [2, 2000],
    [-1, 2000],
  ])
  t.deepEqual([...counts.keys()].sort(), [...expected.keys()].sort())
  for (const [channel, count] of expected) t.true(Math.abs(counts.get(channel)! - count) < 5 * Math.sqrt(count))
})

test('among some processors alone', t => {
  const levels = new Array(6).fill(-3)
  for (let i = 0; i < 200; i++)
    t.true([0, 1, 4, 5].includes(pairOf({ levels, given: { among: [1, 3] }, clip: `${i}` }).b))
})

test('the draws are keyed: the same clip in the same epoch has the same channel, whatever its levels in other processors', t => {
  const choice = { groups: [[0, 1, 2]], within: 20, number: 1 as const }
  const chosen = (levels: number[]) => chooseChannels({ ...choice, levels: Float32Array.from(levels) }, draws('x'))
  t.deepEqual(chosen([-1, -2, -3]), chosen([-4, -5, -6]))
})

test('what cannot be is refused', t => {
  const refuse = (given: object, ports: Record<string, Port>, message: RegExp) =>
    t.throws(() => outOf(chooseChannel, given, ports), { message })
  refuse({ sources: 4 }, portsOf(6), /6 channels are not those of processors with 4 each/)
  refuse({ sources: 3, among: [3] }, portsOf(6), /there are 2 processors, and no number 3/)
  refuse({ sources: 3 }, { ...portsOf(6), levels: { kind: 'levels', count: 5 } }, /5 levels of 6 channels/)
  refuse(
    { sources: 3 },
    { ...portsOf(6), mixture: { ...logMelPort, bands: 9 } as Port },
    /a pair needs two of the same/,
  )
  t.deepEqual(outOf(chooseChannel, { sources: 3 }, portsOf(6)), { kind: 'pair', of: logMelPort })
})
