/** Tables of Markdown pages, from results as sweeps, probes and benches write them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { withTables } from '../../../pipelines/reports/page-tables.js'
import type { SweepResults } from '../../../pipelines/sweeps/results.js'
import type { SummaryRow } from '../../../pipelines/sweeps/summary.js'
import { scratchFolder } from '../../earshot.js'

const arm = (arm: string, evaluation: string, mean: number, kind: SummaryRow['kind'] = 'arm'): SummaryRow => ({
  ...{ arm, kind, evaluation, role: 'report', classifier: 'kNN', metric: 'balanced accuracy', seeds: [0, 1] },
  ...{ missing: [], mean, interval: [mean - 0.1, mean + 0.1], differenceSeeds: [0, 1], verdict: 'not resolved' },
  ...{ difference: mean - 0.5, differenceInterval: [mean - 0.6, mean - 0.4], variance: null },
})
const note = (name: string): SweepResults['evaluations'][number] => ({
  ...{ name, role: 'report', clips: 40, classes: ['a', 'b'], units: 8, group: 'kit', chance: 0.5, left: 0 },
})
const sweep: SweepResults = {
  ...{ name: 'made', against: 'base', rows: [], missing: [] },
  evaluations: [note('drums'), note('words')],
  summary: ['drums', 'words'].flatMap(on => [
    arm('base', on, 0.5),
    arm('quiet', on, 0.625),
    arm('untrained', on, 0.4, 'baseline'),
  ]),
  claims: [
    {
      ...{
        claim: 'quiet is better',
        evaluation: 'words',
        classifier: 'kNN',
        metric: 'balanced accuracy',
        better: 'quiet',
        than: 'base',
      },
      ...{ difference: 0.125, interval: [0.025, 0.225], seeds: [0, 1], variance: null, verdict: 'holds' },
    },
  ],
}
/** One evaluation is judged by another classifier. */
const mixed: SweepResults = {
  ...sweep,
  evaluations: [...sweep.evaluations, note('pairs')],
  summary: [...sweep.summary, { ...arm('base', 'pairs', 0.5), classifier: 'MLP' }],
}
const probe = {
  recipe: 'earshot-probe/1',
  options: { file: 'a.arrow', label: 'class' },
  settings: { interval: 'percentile, 95 %' },
  counts: { tested: 40, classes: { a: 20, b: 20 } },
  rows: [
    { name: 'trained', figures: { kNN: { balanced: 0.5, balancedInterval: [0.4, 0.6], accuracy: 0.55 } } },
    {
      name: 'log-mel',
      figures: { kNN: { balanced: 0.4, accuracy: 0.45, behind: { difference: 0.1, interval: [-0.1, 0.3] } } },
    },
  ],
}
const bench = {
  rows: [
    { model: 'vgg', rate: 484, peer: 375 },
    { model: 'crnn', rate: 12.5 },
    { model: 'vgg', rate: 390, peer: 310 },
  ],
  note: 'Examples a second.',
}

/** A page with a table, beside the results. @returns the lines from the first marker on */
function made(asked: string, before = ''): string[] {
  const folder = scratchFolder('tables')
  const page = join(folder, 'page.md')
  const files = { 'sweep.json': sweep, 'mixed.json': mixed, 'a.probe.json': probe, 'bench.json': bench }
  for (const [name, json] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(json))
  writeFileSync(page, `# Page\n<!-- table ${asked} -->\n${before}<!-- end -->\nbehind\n`)
  const text = withTables(page)
  writeFileSync(page, text)
  if (withTables(page) !== readFileSync(page, 'utf8')) throw new Error('A second time gives something else.')
  return text.split('\n')
}

test('arms of a sweep, evaluations side by side; what stood there goes', t => {
  const [title, begin, head, , ...rest] = made('{ from: sweep.json }', 'typed by hand\n')
  t.deepEqual([title, begin], ['# Page', '<!-- table { from: sweep.json } -->'])
  t.regex(head!, /drums, balanced accuracy +\| minus base +\| words, balanced accuracy +\| minus base/)
  t.regex(rest[0]!, /base +\| 50\.0 \[40\.0, 60\.0\] +\| +\| 50\.0/)
  t.regex(rest[1]!, /quiet +\| 62\.5 \[52\.5, 72\.5\] +\| \+12\.5 \[\+2\.5, \+22\.5\]/)
  t.regex(rest[2]!, /\(untrained\) \| 40\.0/)
  t.regex(rest[4]!, /kNN, mean over seeds 0, 1,.*drums: 40 clips, 8 of 'kit' held out whole.*From \[sweep\.json\]/)
  t.deepEqual(rest.slice(5), ['<!-- end -->', 'behind', ''])
})

test('some arms on one evaluation; claims', t => {
  const [, , , , ...some] = made('{ from: sweep.json, on: [words], rows: [quiet, base] }')
  t.deepEqual(
    some.slice(0, 2).map(line => line.split('|')[1]!.trim()),
    ['quiet', 'base'],
  )
  t.regex(made('{ from: sweep.json, claims: true }')[4]!, /quiet minus base.*\+12\.5 \[\+2\.5, \+22\.5\] +\| holds/)
})

test('a probe beside its baselines', t => {
  const lines = made('{ from: a.probe.json }')
  t.regex(lines[4]!, /trained +\| 50\.0 \[40\.0, 60\.0\] +\| 55\.0/)
  t.regex(lines[5]!, /log-mel \| 40\.0 +\| 45\.0 +\| \+10\.0 \[-10\.0, \+30\.0\]/)
})

test('all rows of a bench that have a name, some columns in an order of their own', t => {
  t.deepEqual(made('{ from: bench.json, columns: [model, peer], rows: [crnn, vgg] }').slice(2, 9), [
    '| model | peer |',
    '|-------|------|',
    '| crnn  |      |',
    '| vgg   | 375  |',
    '| vgg   | 310  |',
    '',
    'Examples a second. From [bench.json](bench.json).',
  ])
})

for (const [asked, why] of [
  ['{ from: sweep.json, rows: [quite] }', /no 'quite'. Did you mean 'quiet'/],
  ['{ from: sweep.json, on: [drum] }', /no 'drum'/],
  ['{ from: mixed.json }', /'pairs' has no figures of kNN: say which with on, or by/],
  ['{ from: sweep.json, arm: base }', /arm/],
  ['{ from: sweep.json', /cannot be made/],
  ['{ from: gone.json }', /gone\.json/],
  ['{ from: sweep.json } -->\n<!-- table { from: sweep.json }', /no end/],
] as const)
  test(`told at its line: ${asked.split('\n')[0]}, ${why}`, t => {
    const error = t.throws(() => made(asked), { message: why, name: 'Problem' })
    t.like(error, { place: { line: 2 } })
  })
