import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { streamOf } from '../../../graphs/streams/draws.js'
import { drawScores, heldOutGroups } from '../../../pipelines/datasets/proxy/draw.js'
import { honestyOf, summariseProxies } from '../../../pipelines/datasets/proxy/summary.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { classifiersOf, type Tuned } from '../../../pipelines/evaluation/probes/classifiers.js'
import { thisProcess } from '../../../pipelines/jobs/processes.js'
import { truthOfLabels } from '../../../pipelines/statistics/truth.js'
import { earshot, scratchFolder } from '../../earshot.js'

const GROUPS = 12
const CLASSES = 3
const EACH = 6

/** Clips whose features tell the group far better than the class: whoever knows the group's others is flattered. */
function contaminated() {
  const rng = streamOf('contaminated')
  const dimensions = 8
  const vector = (scale: number) => Float64Array.from({ length: dimensions }, () => scale * rng.normal())
  const ofClass = Array.from({ length: CLASSES }, () => vector(0.5))
  const [values, labels, groups]: [number[], number[], string[]] = [[], [], []]
  for (let group = 0; group < GROUPS; group++)
    for (let label = 0; label < CLASSES; label++) {
      const own = vector(2)
      for (let clip = 0; clip < EACH; clip++) {
        const noise = vector(0.1)
        labels.push(label)
        groups.push(`kit ${group}`)
        values.push(...own.map((value, k) => value + ofClass[label]![k]! + noise[k]!))
      }
    }
  const features = { rows: labels.length, columns: dimensions, values: Float64Array.from(values) }
  return { features, labels, groups }
}

test('each group is held out once a repeat', t => {
  const groups = Array.from({ length: 7 }, (_, at) => `${at}`)
  const parts = heldOutGroups([...groups, ...groups], { parts: 3, key: 'a' })
  t.deepEqual(parts.flat().sort(), groups)
  t.deepEqual(parts.map(({ length }) => length).sort(), [2, 2, 3])
  t.notDeepEqual(heldOutGroups(groups, { parts: 3, key: 'b' }), parts)
})

test('optimism, rank correlation and regret of known scores', t => {
  // ranks 1 4 2 3 and 1 2 3 4: Spearman 1 - 6 (0 + 4 + 1 + 1) / (4 * 15)
  const { optimism, promised, rank, regret } = honestyOf({
    validation: [0.5, 0.9, 0.6, 0.7],
    heldOut: [0.3, 0.4, 0.5, 0.8],
  })
  t.true(Math.abs(optimism - 0.175) < 1e-12)
  t.true(Math.abs(promised - 0.5) < 1e-12)
  t.true(Math.abs(rank - 0.4) < 1e-12)
  t.true(Math.abs(regret - 0.4) < 1e-12)
  t.is(honestyOf({ validation: [1, 1], heldOut: [0, 1] }).rank, 0)
})

test('where groups tell more than classes, random validation flatters and the contamination-minimised one does not', async t => {
  const { features, labels, groups } = contaminated()
  const labelled = { truth: truthOfLabels(labels, CLASSES), groups }
  const methods = ['random', 'stratified', 'contamination'] as const
  const about = { encoders: [{ name: 'made', features }], classifiers: classifiersOf(['knn']) as Tuned[], methods }
  const held = ['a', 'b', 'c', 'd'].flatMap(key => heldOutGroups(groups, { parts: 3, key }))
  const draws = await Promise.all(
    held.map((part, at) => drawScores(labelled, part, { ...about, validation: 0.25, seed: at })),
  )
  const { methods: found, claims } = summariseProxies(draws, methods, 0)
  const of = (name: string) => found.find(({ method }) => method === name)!
  t.true(of('random').contaminated > 0.7)
  t.is(of('contamination').contaminated, 0)
  t.true(of('random').figures.promised.mean > 0.35)
  t.true(Math.abs(of('contamination').figures.optimism.mean) < 0.15)
  t.is(claims[3]!.claim, 'contamination misjudges less than random')
  t.is(claims[3]!.verdict, 'holds')
})

test('a stopped study goes on to the same result; other settings are refused', async t => {
  const folder = scratchFolder('proxy')
  const { features, labels, groups } = contaminated()
  const file = join(folder, 'made.arrow')
  const writer = createEmbeddingWriter(file, { dimensions: features.columns, columns: ['class', 'kit'], metadata: {} })
  for (const [at, label] of labels.entries()) {
    const embedding = Float32Array.from(features.values.subarray(at * features.columns, (at + 1) * features.columns))
    const columns = { class: `${label}`, kit: groups[at]! }
    writer.write([{ clip: `${at}`, path: `${at}.wav`, start: 0, end: 1, labels: columns, embedding }])
  }
  writer.close()
  const config = join(folder, 'study.yaml')
  const text = `embeddings: [${JSON.stringify(file)}]\nlabel: class\ngroup: kit\nrepeats: 2\nclassifiers: [knn]\n`
  writeFileSync(config, text)
  const output = join(folder, 'study')
  const words = ['data', 'proxy', config, '-o', output]
  const { code, out, error } = await earshot(words)
  t.is(code, 0, error)
  t.regex(out, /5 models: trained; each with knn/)
  t.regex(out, /contamination misjudges less than random: holds/)
  const ledger = join(output, 'draws.jsonl')
  const whole = readFileSync(ledger, 'utf8')
  const lines = whole.split('\n')
  t.is(lines.length, 7)
  writeFileSync(ledger, `${lines.slice(0, 2).join('\n')}\n`)
  appendFileSync(ledger, lines[2]!.slice(0, 30))
  t.is((await earshot(words)).out, out)
  t.is(readFileSync(ledger, 'utf8'), whole)

  writeFileSync(join(output, 'lock'), JSON.stringify(thisProcess()))
  t.regex((await earshot(words)).error, /Process \d+ on .* is at the study/)
  rmSync(join(output, 'lock'))
  writeFileSync(config, text.replace('classifiers: [knn]', 'classifiers: [knn, knn]\nmethods: [random, random]'))
  t.regex((await earshot(words)).error, /(methods|classifiers): names one of them twice/)

  writeFileSync(config, text.replace('repeats: 2', 'repeats: 3'))
  const refused = await earshot(words)
  t.is(refused.code, 1)
  t.true(refused.error.includes('other settings'))
  writeFileSync(config, text.replace('repeats: 2', 'repeat: 2\nvalidation: 0.9'))
  const wrong = await earshot(words)
  t.true(wrong.error.includes('validation'))
  t.true(wrong.error.includes('repeat'))
})
