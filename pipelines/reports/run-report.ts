/** The report of a run: one page with all that its folder tells. */
import { relative } from 'node:path'
import { Problems, problemsIn } from '../../data/problem.js'
import { drawSvg } from '../../graphs/drawing/svg.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { sections as configSections } from '../configuration/sections.js'
import { escaped } from '../drawing/html-page.js'
import { page, type Section, sentence, table, tiles } from '../drawing/page.js'
import { embeddingMap, mapModule } from '../embeddings/inspection/embedding-map.js'
import { percent } from '../terminal/numbers.js'
import { withBar } from '../terminal/progress.js'
import { command } from '../terminal/say.js'
import { configTable } from './config-table.js'
import { curves } from './curves.js'
import { judgedSections } from './judged-figures.js'
import { probeFigures } from './probe-figures.js'
import { probeTitle } from './probe-file.js'
import { type RecordOptions, type RunRecord, readRun, waitedShare } from './run-record.js'
import { times } from './times.js'
import { views } from './views.js'

export interface RunReportOptions extends RecordOptions {
  /** Column that colours the maps. */
  label?: string | undefined
  /** Most points of a map. */
  points: number
  /** Most sounds of a map. */
  sounds: number
  /** Clips whose views are drawn. */
  views: number
  /** Folder of the feature cache. */
  cache: string
}

/** @returns HTML. @throws Problem if the folder is not that of a run, or a file beside it cannot be read */
export async function runReport(path: string, options: RunReportOptions): Promise<string> {
  const record = readRun(path, options)
  const maps = await mapsOf(record, options)
  const sections: Section[] = [
    { id: 'training', title: 'Training', body: curves(record) },
    { id: 'probes', title: 'Probes', body: probeFigures(record.probes) },
    ...judgedSections(path),
    { id: 'map', title: 'Map of embeddings', body: maps },
    {
      id: 'views',
      title: 'Views',
      body: await views({ config: `${path}/run.yaml`, count: options.views, cache: options.cache }),
    },
    { id: 'time', title: 'Time', body: times(record) },
    { id: 'graph', title: 'Graph', body: await graphOf(path) },
    { id: 'config', title: 'Config', body: configTable(record.config) },
    { id: 'skipped', title: 'Skipped clips', body: skippedTable(record) },
    { id: 'environment', title: 'Environment', body: environmentTable(record) },
  ]
  return page({ title: `Run ${record.name}`, head: headOf(record), sections, end: mapModule() })
}

function headOf({ path, status, metrics, timings, probes, embeddings }: RunRecord): string {
  const last = metrics.at(-1)
  const figures: [string, string][] = []
  const step = status.step ?? last?.step
  if (step !== undefined) figures.push([String(step), status.of ? `steps of ${status.of}` : 'steps'])
  for (const [id, loss] of Object.entries(last?.losses ?? {})) {
    const chance = last!.chance[id]
    figures.push([loss.toFixed(3), `loss ${id}${chance === undefined ? '' : `, chance ${chance.toFixed(3)}`}`])
  }
  if (status.secondsPerStep !== undefined) figures.push([`${status.secondsPerStep.toFixed(2)} s`, 'a step'])
  const share = status.waitedShare ?? waitedShare(timings)
  if (share !== undefined) figures.push([percent(share), 'waiting for data'])
  for (const probe of probes) {
    const [classifier, figure] = Object.entries(probe.rows[0]?.figures ?? {})[0] ?? []
    if (figure) figures.push([percent(figure.balanced), `${probeTitle(probe)} (${classifier})`])
  }
  const state = `${status.state}${status.reason ? `: ${status.reason}` : ''}, ${new Date(1000 * status.written).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const short = relative('.', path)
  const folder = short === '' || short.startsWith('..') ? path : short
  const next =
    embeddings.length === 0 ? sentence(command`Next: ./earshot embed ${folder} my-sounds/ -o my-sounds.arrow`) : ''
  return `<p class="${status.state === 'failed' || status.state === 'killed' ? 'bad' : 'soft'}">${escaped(state)} · ${escaped(folder)}</p>${tiles(figures)}${next}`
}

/** A map of each embeddings file of the run; what cannot be read is told. */
async function mapsOf({ embeddings }: RunRecord, options: RunReportOptions): Promise<string> {
  if (embeddings.length === 0)
    return sentence('The run holds no embeddings: embeddings/*.arrow, or name some with --embeddings.')
  const { label, points, sounds } = options
  const maps: string[] = []
  for (const file of embeddings) {
    const map = { file, label, points, sounds }
    maps.push(await withBar('map of embeddings', progress => embeddingMap({ ...map, progress })))
  }
  return `<div class="maps">${maps.map(map => `<div>${map}</div>`).join('\n')}</div>`
}

async function graphOf(path: string): Promise<string> {
  try {
    const { graph, document, problems } = await readGraph(`${path}/run.yaml`, { sections: configSections })
    if (!graph || !document) throw new Problems(problems)
    return `<div class="graph">${await drawSvg(graph, document.name)}</div>`
  } catch (error) {
    if (!problemsIn(error)) throw error
    return sentence(`It cannot be drawn by this version of Earshot. ${(error as Error).message}`)
  }
}

/** Clips listed; a run may skip thousands. */
const LISTED = 200

function skippedTable({ skipped }: RunRecord): string {
  if (skipped.length === 0) return sentence('None.')
  const rows = skipped.slice(0, LISTED).map(({ clip, reason, path }) => [clip, reason, path])
  const told = `${skipped.length} ${skipped.length === 1 ? 'clip was' : 'clips were'} left out${skipped.length > LISTED ? `; the first ${LISTED} are listed, all are in skipped.jsonl` : ''}.`
  return `<details><summary>${told}</summary>${table([{ title: 'clip' }, { title: 'reason' }, { title: 'file' }], rows)}</details>`
}

function environmentTable({ environments }: RunRecord): string {
  const last = environments.at(-1)
  if (!last) return sentence('It was not noted: environment.json is not there.')
  const { time, host, system, processor, cores, memory, versions, git, variables } = last
  const rows = [
    [environments.length > 1 ? 'went on' : 'begun', time.slice(0, 19).replace('T', ' ')],
    ['machine', `${host}: ${processor}, ${cores} cores, ${memory} GiB; ${system}`],
    ...Object.entries(versions),
    ...(git ? [['git', `${git.commit}${git.changed ? ', with changes that were not committed' : ''}`]] : []),
    ...Object.entries(variables),
  ]
  const told =
    environments.length > 1 ? sentence(`Begun or gone on with ${environments.length} times; this is the last.`) : ''
  return told + table([{ title: 'what' }, { title: 'value' }], rows)
}
