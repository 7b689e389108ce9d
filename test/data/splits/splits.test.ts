import test from 'ava'
import { choices } from '../../../data/random-order.js'
import { contamination } from '../../../data/splits/contamination.js'
import { iterativeStratification } from '../../../data/splits/iterative-stratification.js'
import { leastContamination } from '../../../data/splits/least-contamination.js'
import type { Part, SplitClip } from '../../../data/splits/parts.js'
import { randomSplit } from '../../../data/splits/random-split.js'
import { fc } from '../../properties.js'

const parts = (...shares: number[]): Part[] => shares.map((share, i) => ({ name: `part ${i}`, share }))

const clip = fc.record({
  classes: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
  group: fc.option(fc.constantFrom('g', 'h', 'i', 'j', 'k'), { nil: undefined }),
})
const clips = fc.array(clip, { maxLength: 40 })
const shares = fc.constantFrom(parts(0.8, 0.1, 0.1), parts(0.5, 0.5), parts(0.7, 0.3))
const seeds = fc.nat(1000)

const splitters = {
  random: randomSplit,
  stratified: iterativeStratification,
  contamination: leastContamination,
}

for (const [name, splitter] of Object.entries(splitters)) {
  test(`${name}: every clip stands in one part, and a seed gives one split`, t => {
    fc.assert(
      fc.property(clips, shares, seeds, (clips, parts, seed) => {
        const split = () => splitter(clips, parts, { keepGroups: false, choose: choices(seed) })
        const assigned = split()
        t.is(assigned.length, clips.length)
        t.true(assigned.every(part => Number.isInteger(part) && part >= 0 && part < parts.length))
        t.deepEqual(split(), assigned)
      }),
      { numRuns: 50 },
    )
  })
}

for (const splitter of [randomSplit, iterativeStratification])
  test(`${splitter.name}: groups are never parted when that is asked for`, t => {
    fc.assert(
      fc.property(clips, shares, seeds, (clips, parts, seed) => {
        const assigned = splitter(clips, parts, { keepGroups: true, choose: choices(seed) })
        t.deepEqual(contamination(clips, assigned), { within: 0, between: 0 })
      }),
      { numRuns: 50 },
    )
  })

test('random parts of single clips miss their shares by less than one clip', t => {
  fc.assert(
    fc.property(clips, shares, seeds, (clips, parts, seed) => {
      const assigned = randomSplit(clips, parts, { keepGroups: false, choose: choices(seed) })
      for (const [part, { share }] of parts.entries())
        t.true(Math.abs(assigned.filter(one => one === part).length - share * clips.length) < 1)
    }),
    { numRuns: 50 },
  )
})

test('with one class a clip, each class misses its shares by less than one clip', t => {
  const single = fc.array(
    fc.constantFrom('a', 'b', 'c', 'd').map(name => ({ classes: [name] })),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(single, shares, seeds, (clips, parts, seed) => {
      const assigned = iterativeStratification(clips, parts, { keepGroups: false, choose: choices(seed) })
      for (const name of ['a', 'b', 'c', 'd']) {
        const there = clips.flatMap(({ classes }, i) => (classes[0] === name ? [assigned[i]!] : []))
        for (const [part, { share }] of parts.entries())
          t.true(Math.abs(there.filter(one => one === part).length - share * there.length) < 1)
      }
    }),
    { numRuns: 100 },
  )
})

/** Sechidis et al., equation 1 (label distribution): mean difference between the odds of a class in a part and in all. */
function labelDistribution(clips: readonly SplitClip[], assigned: readonly number[], count: number): number {
  const names = [...new Set(clips.flatMap(({ classes }) => classes))]
  const odds = (some: readonly SplitClip[], name: string) => {
    const having = some.filter(({ classes }) => classes.includes(name)).length
    return having / Math.max(1, some.length - having)
  }
  const differences = names.flatMap(name =>
    Array.from({ length: count }, (_, part) => {
      const here = clips.filter((_, i) => assigned[i] === part)
      return Math.abs(odds(here, name) - odds(clips, name))
    }),
  )
  return differences.reduce((sum, one) => sum + one, 0) / differences.length
}

test('with several classes a clip, stratified parts keep class shares far better than random ones', t => {
  const rare = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const draw = choices(5)
  const clips = Array.from({ length: 300 }, () => ({ classes: rare.filter((_, i) => draw(2 + 3 * i) === 0) }))
  const ten = parts(...new Array(10).fill(0.1))
  let [stratified, random] = [0, 0]
  for (let seed = 0; seed < 10; seed++) {
    const options = { keepGroups: false, choose: choices(seed) }
    stratified += labelDistribution(clips, iterativeStratification(clips, ten, options), 10)
    random += labelDistribution(clips, randomSplit(clips, ten, options), 10)
  }
  t.true(stratified < 0.4 * random, `${stratified} against ${random}`)
})

test('contamination is what counting pair by pair gives', t => {
  fc.assert(
    fc.property(clips, fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }), (clips, assigned) => {
      const counted = { within: 0, between: 0 }
      for (const [i, one] of clips.entries()) {
        const kin = clips.filter((other, j) => one.group && other.group === one.group && assigned[i] !== assigned[j])
        if (kin.some(other => other.classes.some(name => one.classes.includes(name)))) counted.within++
        else if (kin.length > 0) counted.between++
      }
      t.deepEqual(contamination(clips, assigned), counted)
    }),
    { numRuns: 200 },
  )
})

test('where groups have clips of one class each, nothing is contaminated and every class is in every part', t => {
  const clips = ['a', 'b', 'c'].flatMap(name =>
    Array.from({ length: 40 }, (_, i) => ({ classes: [name], group: `${name}${i % 10}` })),
  )
  const assigned = leastContamination(clips, parts(0.8, 0.2), { choose: choices(1) })
  t.deepEqual(contamination(clips, assigned), { within: 0, between: 0 })
  for (const name of ['a', 'b', 'c'])
    t.is(clips.filter(({ classes }, i) => classes[0] === name && assigned[i] === 1).length, 8)
})

test('a class of one group alone is parted, since a part without it could not test it', t => {
  const clips = Array.from({ length: 40 }, (_, i) => ({
    classes: [i < 20 ? 'a' : 'b'],
    group: i < 20 ? 'only' : `g${i}`,
  }))
  const assigned = leastContamination(clips, parts(0.8, 0.2), { choose: choices(1) })
  t.is(assigned.filter((part, i) => i < 20 && part === 1).length, 4)
  t.deepEqual(contamination(clips, assigned), { within: 20, between: 0 })
})

/** The cost of a split as least-contamination.ts states it, counted from nothing. */
function cost(clips: readonly SplitClip[], parts: readonly Part[], assigned: readonly number[]): number {
  const { within, between } = contamination(clips, assigned)
  let sum = within + 0.1 * between
  for (const name of new Set(clips.flatMap(({ classes }) => classes))) {
    const there = assigned.filter((_, i) => clips[i]!.classes.includes(name))
    for (const [part, { share }] of parts.entries()) {
      const count = there.filter(one => one === part).length
      sum += Math.abs(count - share * there.length)
      if (count === 0 && share * there.length >= 0.5) sum += 4 * there.length
    }
  }
  return sum
}

test('on small sets the search mostly finds the best of all splits, and beats chance', t => {
  const two = parts(0.7, 0.3)
  const draw = choices(7)
  let [optimal, found, random] = [0, 0, 0]
  for (let trial = 0; trial < 60; trial++) {
    const clips = Array.from({ length: 9 }, () => ({ classes: ['abc'[draw(3)]!], group: 'vwxyz'[draw(5)] }))
    const every = Array.from({ length: 2 ** 9 }, (_, bits) => Array.from(clips, (_, i) => (bits >> i) & 1))
    const best = Math.min(...every.map(assigned => cost(clips, two, assigned)))
    const reached = cost(clips, two, leastContamination(clips, two, { choose: choices(trial) }))
    t.true(reached >= best - 1e-9)
    if (reached < best + 1e-6) optimal++
    found += reached
    random += cost(clips, two, randomSplit(clips, two, { keepGroups: false, choose: choices(trial) }))
  }
  t.true(optimal >= 36, `${optimal} of 60`)
  t.true(found < 0.6 * random, `${found} against ${random}`)
})
