/** The page of a run, by the command line: everything in one file, and what is missing told in a sentence. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parseHTML } from 'linkedom'
import { EVENTS } from '../../../pipelines/training/tracking/run-events.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const STEPS = 4
const config = smallConfig('report', { steps: STEPS, every: 2 })
const run = join(config.folder, 'run')
const arrow = join(run, 'embeddings', 'sounds.arrow')

/** The sounds in a folder for each class. */
function classFolders(): string {
  const folder = join(config.folder, 'by class')
  for (const name of readdirSync(config.sounds)) {
    const kind = join(folder, name.split('_')[0]!)
    mkdirSync(kind, { recursive: true })
    copyFileSync(join(config.sounds, name), join(kind, name))
  }
  return folder
}

async function page(words: string[]) {
  const output = join(scratchFolder('report'), 'page.html')
  const { code, error, out } = await earshot(['report', ...words, '-o', output], config.cache)
  if (code !== 0) throw new Error(error)
  const html = readFileSync(output, 'utf8')
  return { html, out, document: parseHTML(html).document }
}

test.before(async t => {
  const verbs = [
    ['train', config.config, '--run', run],
    ['embed', run, classFolders(), '-o', arrow],
    ['probe', arrow, '--label', 'class', '--folds', '2'],
  ]
  for (const words of verbs) {
    const { code, error } = await earshot(words, config.cache)
    t.is(code, 0, error)
  }
})

test.serial('one file that needs no network holds all that a run tells', async t => {
  const { html, out, document } = await page([run, '--views', '2', '--sounds', '5'])
  t.regex(out, /page\.html: \d+\.\d MB\.\nOpen it in a browser: file:\/\//)
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) t.regex(address!, /^(data:|#)/)
  t.notRegex(html, /url\(\s*['"]?https?:|@import|fetch\(/)
  t.notRegex(html.replace(/data:[^"]*/g, ''), /NaN|undefined|\[object/)
  const titles = [...document.querySelectorAll('h2')].map(title => title.textContent)
  t.deepEqual(titles, [
    ...['Training', 'Probes', 'Map of embeddings', 'Views', 'Time', 'Graph', 'Config', 'Skipped clips', 'Environment'],
  ])
  const training = document.querySelector('#training')!.textContent
  for (const words of ['Loss similarity', 'chance', 'Learning rate', 'Gradient norms', 'step →', 'loss'])
    t.true(training.includes(words), words)
  t.regex(
    document.querySelector('#probes')!.textContent,
    /sounds: class[\s\S]*untrained encoder[\s\S]*balanced accuracy \(%\)/,
  )
  const { spots } = JSON.parse(document.querySelector('.map ~ script')!.textContent!)
  t.is(spots.length, 24)
  t.is(html.match(/"data:audio\/wav[^"]*"\]/g)!.length, 5, 'sounds of the map')
  t.is(document.querySelectorAll('#views audio').length, 6, 'clip and both views of two clips')
  t.regex(document.querySelector('#time')!.textContent, /seconds[\s\S]*clips \/ s[\s\S]*Work of the views/)
  t.regex(document.querySelector('#graph svg')!.textContent, /similarity[\s\S]*nt-xent/)
  t.regex(document.querySelector('#config')!.textContent, /train\.steps4.*small\.yaml:\d+/)
  t.regex(document.querySelector('#skipped')!.textContent, /1 clip was left out[\s\S]*c-truncated/)
  t.regex(document.querySelector('#environment')!.textContent, /cores, [\d.]+ GiB[\s\S]*front-end/)
})

test.serial('the same run gives the same page, and its map the same places', async t => {
  const words = [run, '--views', '0', '--sounds', '0']
  t.is((await page(words)).html, (await page(words)).html)
})

test.serial('a run that has nothing yet says so', async t => {
  const folder = scratchFolder('report-bare')
  copyFileSync(join(run, 'run.yaml'), join(folder, 'run.yaml'))
  const { document } = await page([folder, '--views', '0'])
  const text = (id: string) => document.querySelector(`#${id}`)!.textContent
  t.regex(text('training'), /No step has been logged/)
  t.regex(text('probes'), /No probe has been made/)
  t.regex(text('map'), /no embeddings/)
  t.regex(text('time'), /No times have been logged/)
  t.regex(text('environment'), /not noted/)
  t.true(document.querySelectorAll('#graph svg').length === 1)
})

test.serial('what cannot be reported on is told in a sentence', async t => {
  const refusal = async (...words: string[]) => {
    const { code, error } = await earshot(['report', ...words], config.cache)
    t.is(code, 1)
    return error
  }
  t.regex(await refusal(config.folder), /not a run folder/)
  t.regex(await refusal(run, '--points', 'many'), /must be a whole number from 1/)
  t.regex(await refusal(run, '--probe', join(run, 'run.yaml')), /result of a probe cannot be read/)
  t.regex(await refusal(run, '--label', 'kind', '--views', '0'), /kind/)
  t.regex(
    await refusal(run, '--views', '0', '--sounds', '0', '-o', join(run, 'run.yaml', 'x.html')),
    /cannot be written/,
  )
})

test.serial('without a folder for temporary files the page says why it has no views', async t => {
  const output = join(scratchFolder('report'), 'page.html')
  const words = ['report', run, '--sounds', '0', '-o', output]
  const { code, error } = await earshot(words, { ...config.cache, TMPDIR: '/nowhere' })
  t.is(code, 0, error)
  t.regex(readFileSync(output, 'utf8'), /cannot be drawn from here\. \/nowhere cannot be written: there is no such/)
})

test.serial('a run keeps its environment and an event file that tells as much as its lines', async t => {
  const environments = JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8'))
  t.is(environments.length, 1)
  t.like(environments[0], { versions: { node: process.versions.node } })
  const resumed = await earshot(['train', '--run', run, '--resume'], config.cache)
  t.is(resumed.code, 0, resumed.error)
  t.is(JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8')).length, 2)
  const [name, ...others] = readdirSync(join(run, EVENTS))
  t.deepEqual(others, [])
  const file = readFileSync(join(run, EVENTS, name!))
  let records = 0
  for (let at = 0; at < file.length; at += 16 + Number(file.readBigUInt64LE(at))) records++
  t.is(records, 1 + 3 * STEPS)
})

test.serial('runs are listed with their states and what they reached', async t => {
  const { code, out, error } = await earshot(['runs', config.folder])
  t.is(code, 0, error)
  t.regex(out, /run +finished +4 +\d\.\d{3} \(2\.708\) +\d+\.\d sounds: class \(\w+\)/)
  t.regex(out, /1 run: 1 finished/)
  const [listed] = JSON.parse((await earshot(['runs', config.folder, '--json'])).out)
  t.like(listed, { state: 'finished', step: 4, best: { probe: 'sounds: class' } })
})
