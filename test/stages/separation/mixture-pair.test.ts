import test from 'ava'
import stage, { atLevel } from '../../../stages/separation/mixture-pair.js'
import { energy } from '../../../stages/separation/products.js'
import type { Bank, Pair, Recording } from '../../../stages/values.js'
import { draws, runItem } from '../views/support.js'
import { excerptPort, noise, RATE, silence } from './support.js'

const SAMPLES = 50
const from = noise('from', SAMPLES)
const ports = { from: excerptPort(SAMPLES), others: { kind: 'recording', rate: RATE } as const }

/** A recording of which each excerpt tells where it was cut. */
const counting: Recording = {
  rate: RATE,
  samples: 1000,
  read: (start, count) => Float32Array.from({ length: count }, (_, at) => 1 + start + at),
  blocks: async function* () {},
}

async function pairs(given: object, count = 40): Promise<Pair<Float32Array>[]> {
  const others = (asked: string[]): Bank<Recording> => ({
    draw: async (count, { not }) => {
      asked.push(not)
      return new Array(count).fill(counting)
    },
    drawn: async () => [],
    statistics: () => ({ mean: 0, deviation: 1 }),
  })
  const make = (item: string) => runItem(stage, given, ports, { from, others: others([]), rng: draws(item) })
  return Promise.all(Array.from({ length: count }, (_, item) => make(`clip ${item}`) as Promise<Pair<Float32Array>>))
}

test('beside the excerpt stands one of another clip, from anywhere in it', async t => {
  const made = await pairs({})
  for (const { a, b } of made) {
    t.deepEqual(a, from)
    t.is(b.length, SAMPLES)
    t.is(b[SAMPLES - 1]! - b[0]!, SAMPLES - 1)
  }
  t.true(new Set(made.map(({ b }) => b[0])).size > 30)
  t.deepEqual(await pairs({}), made)
})

test('never of the clip itself', async t => {
  const asked: string[] = []
  const bank: Bank<Recording> = {
    draw: async (_, { not }) => {
      asked.push(not)
      return [counting]
    },
    drawn: async () => [],
    statistics: () => ({ mean: 0, deviation: 1 }),
  }
  await runItem(stage, {}, ports, { from, others: bank })
  t.deepEqual(asked, ['clip'])
})

test('a share of the second sides is silent, and the other draws stay', async t => {
  const [none, some, all] = [await pairs({}, 200), await pairs({ single: 0.3 }, 200), await pairs({ single: 1 }, 20)]
  const silent = some.filter(({ b }) => energy(b) === 0).length
  t.true(silent > 40 && silent < 80, `${silent} of 200`)
  some.forEach((pair, at) => {
    if (energy(pair.b) > 0) t.deepEqual(pair, none[at]!)
  })
  t.true(all.every(({ b }) => energy(b) === 0 && b.length === SAMPLES))
})

test('the level of the second side lies in the range', async t => {
  const made = await pairs({ level: [-5, 2] })
  const levels = made.map(({ a, b }) => 10 * Math.log10(energy(b) / energy(a)))
  t.true(levels.every(level => level > -5.01 && level < 2.01))
  t.true(Math.max(...levels) - Math.min(...levels) > 4)
})

test('silence stays silence, and is no measure', t => {
  t.deepEqual(atLevel(silence(), noise('a'), 3), silence())
  t.deepEqual(atLevel(noise('a'), silence(), 3), noise('a'))
})
