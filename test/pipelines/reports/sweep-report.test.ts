/** The page of a sweep, from its folder alone: the ablation, what failed and why, and links that lead somewhere. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parseHTML } from 'linkedom'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { writeResult } from '../../../pipelines/evaluation/probes/result-file.js'
import { runProbe } from '../../../pipelines/evaluation/probes/run-probe.js'
import { type Job, type Test, testKey } from '../../../pipelines/sweeps/plan.js'
import { earshot, scratchFolder } from '../../earshot.js'

const TEST: Test = {
  name: 'kits',
  set: '/kits',
  list: '',
  label: 'class',
  role: 'development',
  hop: 0.48,
  classifiers: ['knn'],
  baselines: 'none',
}
/** How plainly the embeddings of each arm tell the classes apart. */
const ARMS = { base: 1, 'no <mix> back': 0.2, failing: undefined, later: undefined }

const noise = (at: number, k: number) => 4 * ((Math.abs(Math.sin(12.9898 * at + 78.233 * k) * 43_758.5453) % 1) - 0.5)

/** A sweep folder with two jobs done, one failed and one that waits. */
async function smallSweep(): Promise<string> {
  const folder = scratchFolder('sweep-report')
  const arms = Object.keys(ARMS).map((name, at) => ({
    name,
    edits: at ? [{ without: name }] : [],
    jobs: [{ seed: 0, key: `key${at}` }],
  }))
  const budget = { 'jobs-at-once': 1, threads: 2, memory: 2e9 }
  const ledger = {
    format: 1,
    name: 'small',
    file: 'small.yaml',
    base: 'base.yaml',
    against: 'base',
    arms,
    tests: [TEST],
    claims: { 'it is better': { better: 'no <mix> back', than: 'base', on: ['kits'] } },
    budget,
  }
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify(ledger))
  for (const [at, [name, told]] of Object.entries(ARMS).entries()) {
    if (name === 'later') continue
    const job = join(folder, 'jobs', `key${at}`)
    mkdirSync(join(job, 'run'), { recursive: true })
    const state = told === undefined ? { state: 'failed', reason: 'the loss is not finite' } : { state: 'done' }
    writeFileSync(join(job, 'status.json'), JSON.stringify({ ...state, seconds: 90 }))
    writeFileSync(join(job, 'log.txt'), '')
    writeFileSync(join(job, 'run', 'run.yaml'), 'name: small\n')
    const metrics = [1, 2].map(step =>
      JSON.stringify({ step, losses: { similarity: 3 - step }, chance: { similarity: 5 } }),
    )
    writeFileSync(join(job, 'run', 'metrics.jsonl'), `${metrics.join('\n')}\n`)
    if (told === undefined) continue
    const key = testKey(TEST, { reference: at === 0 } as Job)
    const arrow = join(job, 'run', 'embeddings', `${key}.arrow`)
    mkdirSync(join(job, 'run', 'embeddings'))
    const writer = createEmbeddingWriter(arrow, { dimensions: 5, columns: ['class'], metadata: {} })
    for (let clip = 0; clip < 60; clip++) {
      const embedding = Float32Array.from({ length: 5 }, (_, k) => noise(clip, k) + (k === clip % 3 ? 3 * told : 0))
      writer.write([
        { clip: `${clip}`, path: `${clip}.wav`, start: 0, end: 1, labels: { class: `c${clip % 3}` }, embedding },
      ])
    }
    writer.close()
    const options = { file: arrow, label: 'class', folds: 3, seed: 0, against: [] }
    writeResult(join(job, 'run', 'probes', `${key}.probe.json`), await runProbe(options))
  }
  return folder
}

test('the ablation with its table, states, reasons and links, in one file', async t => {
  const folder = await smallSweep()
  const { code, error } = await earshot(['report', folder])
  t.is(code, 0, error)
  const html = readFileSync(join(folder, 'report.html'), 'utf8')
  const { document } = parseHTML(html)
  t.notRegex(html, /NaN|undefined|\[object|<mix>/)
  t.notRegex(html, /(src|href)="https?:/)
  t.regex(document.body.textContent, /2of 4 jobs done[\s\S]*1of 4 jobs waiting[\s\S]*1of 4 jobs failed/)
  const charts = [...document.querySelectorAll('#results svg')].map(svg => svg.getAttribute('aria-label'))
  t.is(charts.length, 4, 'two classifiers, difference and level')
  t.true(charts[0]!.endsWith('difference to base'))
  const [difference] = [...document.querySelectorAll('#results svg')]
  t.true(difference!.outerHTML.includes('var(--bad)') && !difference!.outerHTML.includes('var(--good)'), 'worse')
  t.is(difference!.querySelectorAll('circle').length, 1)
  const [claims, arms] = [...document.querySelectorAll('#results table')]
  t.regex(claims!.textContent, /it is betterno <mix> back minus base.*log-loss.*\+\d.*fails/)
  const rows = [...arms!.querySelectorAll('tr')].map(row => row.textContent)
  t.regex(rows[1]!, /^base1\d\.\d{3} \[/)
  t.regex(rows[2]!, /^no <mix> back1.*\+\d.*worse.*-\d/)
  t.regex(rows[3]!, /^failing0 \(1 missing\)-+$/)
  t.is(document.querySelectorAll('#curves svg').length, 3, 'the arms that have begun')
  const jobs = document.querySelector('#jobs')!
  t.regex(jobs.querySelectorAll('tr')[1]!.textContent, /^failing0failed2 minrun\s*log.*the loss is not finite$/)
  const links = [...jobs.querySelectorAll('a')].map(link => link.getAttribute('href')!)
  t.is(links.length, 6)
  for (const link of links) t.true(existsSync(join(folder, decodeURIComponent(link))), link)
  t.regex(document.querySelector('#arms')!.textContent, /the base as it is[\s\S]*--without no <mix> back/)
})

test('a page elsewhere leads to the runs as well, and a broken ledger is told', async t => {
  const folder = await smallSweep()
  const elsewhere = scratchFolder('sweep-page')
  t.is((await earshot(['report', folder, '-o', join(elsewhere, 'page.html')])).code, 0)
  const { document } = parseHTML(readFileSync(join(elsewhere, 'page.html'), 'utf8'))
  for (const link of document.querySelectorAll('#jobs a'))
    t.true(existsSync(join(elsewhere, decodeURIComponent(link.getAttribute('href')!))))
  writeFileSync(join(folder, 'sweep.json'), '{"name":')
  const { code, error } = await earshot(['report', folder])
  t.is(code, 1)
  t.regex(error, /ledger of the sweep cannot be read[\s\S]*sweep run/)
})
