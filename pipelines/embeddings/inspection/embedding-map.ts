/** A map of embeddings: neighbours are alike to the encoder; a click plays what a row speaks of. */

import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openEmbeddings } from '../../../data/arrow/arrow-reader.js'
import { Problem } from '../../../data/problem.js'
import { shuffled, someOf } from '../../../graphs/streams/draws.js'
import { colour } from '../../drawing/chart.js'
import { escaped } from '../../drawing/html-page.js'
import { sentence } from '../../drawing/page.js'
import { importMap } from '../../drawing/page-modules.js'
import { smallSound } from '../../drawing/small-sound.js'
import { rowsOf } from '../../statistics/products.js'
import { labelColumns } from '../arrow-writer.js'
import { likelyLabel } from '../label-table.js'
import { type EmbeddingIndex, readIndex } from '../search/embedding-index.js'
import { recordingOf } from '../search/examples.js'
import { inUnitSquare, mapLayout } from './map-layout.js'

export interface MapOptions {
  /** Arrow file. */
  file: string
  /** Column that colours the points; one with few values if absent. */
  label?: string | undefined
  /** Most points; more rows are drawn from. */
  points: number
  /** Most rows whose sound the page holds; others are played from their files. */
  sounds: number
  progress?: ((done: number, all: number) => void) | undefined
}

/** Seconds of a row that a page holds. */
const SECONDS = 1.5

export interface Spot {
  /** Of the file. */
  row: number
  label: string
  /** From 0 to 1. */
  x: number
  y: number
  /** A data URI. */
  sound?: string
}

export interface DrawnMap {
  /** A canvas, its legend, and the points for `mapModule`. */
  html: string
  spots: readonly Spot[]
  /** Labels by how often they are. */
  names: readonly string[]
}

/** HTML, at work once `mapModule` stands at the end of the page. @throws Problem if the file or the column cannot be read */
export async function embeddingMap(options: MapOptions): Promise<string> {
  return (await drawnMap(options)).html
}

/** The same, and where its points lie. @throws Problem if the file or the column cannot be read */
export async function drawnMap(options: MapOptions): Promise<DrawnMap> {
  const { file, points, progress } = options
  const label = options.label ?? (await labelWithFew(file))
  const index = await readIndex(file, label ? [label] : [])
  const chosen = someOf(index.rows, points, 'points of a map')
  const directions = { rows: index.rows, columns: index.dimensions, values: index.directions }
  const places = inUnitSquare(mapLayout(rowsOf(directions, chosen), { seed: 0, progress }))
  const labels = label ? index.labels.get(label)! : []
  const all: Spot[] = chosen.map((row, at) => ({
    row,
    label: labels[row] ?? UNLABELLED,
    x: places[at]![0],
    y: places[at]![1],
  }))
  const named = (spot: Spot) => spot.label !== UNLABELLED
  const spots = [...all.filter(spot => !named(spot)), ...all.filter(named)] // what has a label lies above
  const held = await addSounds(spots, index, options.sounds)
  const names = namesOf(spots, label)
  const said = [
    `${basename(file)}: ${chosen.length} of ${index.rows} rows, ${index.dimensions} dimensions, L2-normalised, by UMAP.`,
    'Near each other: alike to the encoder. The axes have no unit, and distances between far groups mean little.',
    'A click plays what a row speaks of, arrows go on from it, + and - (or the wheel) look closer and further, 0 shows all.',
    `${held === 0 ? 'Sounds are' : `This page holds the first ${SECONDS} s of ${held} rows, those with a border; all others are`} played from their files, on the machine where these are.`,
  ]
  const html = `${sentence(said.join(' '))}<div class="card">${drawing(spots, index, names)}<p class="heard-name soft" aria-live="polite"></p></div>`
  return { html, spots, names: [...names.keys()] }
}

/** Of the columns with 2 to 30 values the likeliest. */
async function labelWithFew(file: string): Promise<string | undefined> {
  const source = await openEmbeddings(file)
  try {
    const names = labelColumns(source.columns)
    const rows = await source.read(0, Math.min(source.rows, 5000))
    const few = names.filter(name => {
      const count = new Set(rows.column(name)).size
      return count > 1 && count <= 30
    })
    return likelyLabel(few)
  } finally {
    await source.close()
  }
}

/** Gives sounds to so many spots, label by label in turn, so that none is without. @returns how many could be read */
async function addSounds(spots: readonly Spot[], index: EmbeddingIndex, most: number): Promise<number> {
  const turns = new Map<string, number>()
  const order = shuffled(spots, 'sounds of a map')
  const turn = new Map(
    order.map(spot => [spot, turns.set(spot.label, (turns.get(spot.label) ?? 0) + 1).get(spot.label)!]),
  )
  order.sort((one, other) => turn.get(one)! - turn.get(other)!)
  let held = 0
  for (const spot of order.slice(0, most)) {
    const path = index.paths[spot.row]
    if (path === undefined) continue
    try {
      spot.sound = await smallSound({
        path,
        start: index.starts[spot.row],
        end: index.ends[spot.row],
        seconds: SECONDS,
      })
      held++
    } catch (error) {
      if (!(error instanceof Problem)) throw error // gone, or gone bad, since: the map does without its sound
    }
  }
  return held
}

/** What rows without a label are called: the last of the names, and pale. */
export const UNLABELLED = 'no label'

/** Labels by how often they are, with their colours; none if nothing is known to colour by. */
function namesOf(spots: readonly Spot[], label: string | undefined): Map<string, string> {
  if (!label) return new Map([[UNLABELLED, colour(0)]])
  const counts = new Map<string, number>()
  for (const spot of spots) counts.set(spot.label, (counts.get(spot.label) ?? 0) + 1)
  const without = counts.delete(UNLABELLED)
  const names = [...counts.keys()].sort((one, other) => counts.get(other)! - counts.get(one)!)
  const coloured = names.map((name, at) => [name, names.length <= 8 ? colour(at) : hue(at, names.length)] as const)
  return new Map([...coloured, ...(without ? [[UNLABELLED, 'var(--edge)'] as const] : [])])
}

/** Evenly round the circle, every second one darker. */
function hue(at: number, count: number): string {
  const angle = Math.round((360 * at) / count)
  const [light, dark] = at % 2 ? [42, 74] : [60, 60]
  return `light-dark(oklch(${light}% 0.15 ${angle}), oklch(${dark}% 0.14 ${angle}))`
}

function drawing(spots: readonly Spot[], index: EmbeddingIndex, names: ReadonlyMap<string, string>): string {
  const kinds = [...names.keys()]
  const files = [...new Set(spots.map(({ row }) => index.paths[row] ?? ''))]
  const fileNumbers = new Map(files.map((file, at) => [file, at]))
  const data = {
    colours: [...names.values()],
    files: files.map(file => (file === '' ? '' : pathToFileURL(resolve(file)).href)),
    /** x, y, kind, name, file, start, end, sound. */
    spots: spots.map(({ row, label, x, y, sound }) => [
      ...[
        Number(x.toFixed(4)),
        Number(y.toFixed(4)),
        kinds.indexOf(label),
        nameOf(index, row, kinds.length > 1 ? label : ''),
      ],
      ...[fileNumbers.get(index.paths[row] ?? '')!, index.starts[row] ?? 0, index.ends[row] ?? null, sound ?? null],
    ]),
  }
  const entries = kinds.map(
    (name, kind) =>
      `<li><button data-k="${kind}" aria-pressed="false"><i class="spot" style="--ink-of:${names.get(name)}"></i>${escaped(name)}</button></li>`,
  )
  const legend = names.size > 1 ? `<ul class="legend">${entries.join('')}</ul>` : ''
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
  return `<canvas class="map" role="application" aria-label="Map of embeddings"></canvas>${legend}<script type="application/json">${json}</script>`
}

function nameOf({ clips, starts, ends }: EmbeddingIndex, row: number, label: string): string {
  const [clip, start, end] = [clips[row]!, starts[row], ends[row]]
  const where =
    start === undefined || end === undefined ? clip : `${recordingOf(clip)} ${start.toFixed(2)}-${end.toFixed(2)} s`
  return label === '' ? where : `${where}: ${label}`
}

const SCRIPT = fileURLToPath(new URL('../../../../pipelines/embeddings/inspection/browser/maps.mjs', import.meta.url))

/** What brings the maps of a page to life, as HTML for its end. */
export function mapModule(): string {
  const modules = importMap({ 'earshot/point-map': 'pipelines/drawing/browser/point-map.mjs' })
  return `<script type="importmap">${modules}</script>\n<script type="module">${readFileSync(SCRIPT, 'utf8')}</script>`
}
