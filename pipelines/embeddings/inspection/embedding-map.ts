/** A map of embeddings: neighbours are alike to the encoder; a click plays the clip. */
import { basename } from 'node:path'
import { Problem } from '../../../data/problem.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import { colour } from '../../drawing/chart.js'
import { escaped } from '../../drawing/html-page.js'
import { sentence } from '../../drawing/page.js'
import { smallSound } from '../../drawing/small-sound.js'
import { rowsOf } from '../../statistics/products.js'
import { openEmbeddings } from '../arrow-reader.js'
import { type ClipTable, readClipTable } from '../clip-table.js'
import { mapLayout } from './map-layout.js'

export interface MapOptions {
  /** Arrow file. */
  file: string
  /** Column that colours the points; one with few values if absent. */
  label?: string | undefined
  /** Most points; more clips are drawn from. */
  points: number
  /** Most clips that can be heard. */
  sounds: number
  progress?: ((done: number, all: number) => void) | undefined
}

/** Seconds of a clip that a page holds. */
const SECONDS = 1.5
const SIZE = 640
const PAD = 14

export interface Spot {
  /** Of the table. */
  row: number
  label: string
  x: number
  y: number
  sound?: string
}

export interface DrawnMap {
  /** A drawing and its sounds. */
  html: string
  spots: readonly Spot[]
  /** Labels by how often they are. */
  names: readonly string[]
  /** Side of the square that the spots lie in. */
  size: number
}

/** HTML with a drawing and its sounds. @throws Problem if the file or the column cannot be read */
export async function embeddingMap(options: MapOptions): Promise<string> {
  return (await drawnMap(options)).html
}

/** The same, and where its points lie. @throws Problem if the file or the column cannot be read */
export async function drawnMap(options: MapOptions): Promise<DrawnMap> {
  const { file, points, progress } = options
  const label = options.label ?? (await likelyLabel(file))
  const table = await readClipTable(file, label ? [label] : [])
  const chosen = drawn(table.clips.length, points)
  const places = fitted(mapLayout(rowsOf(table.features, chosen), { seed: 0, progress }))
  const labels = label ? table.values.get(label)! : []
  const spots: Spot[] = chosen.map((row, at) => ({ row, label: labels[row] ?? 'none', ...places[at]! }))
  const heard = await addSounds(spots, table, options.sounds)
  const names = namesOf(spots, label)
  const said = [
    `${basename(file)}: ${chosen.length} of ${table.clips.length} clips, ${table.features.columns} dimensions, L2-normalised, by UMAP.`,
    'Near each other: alike to the encoder. The axes have no unit, and distances between far groups mean little.',
    heard > 0
      ? `${heard} clips, those with a border, can be heard: click on one. This page holds their first ${SECONDS} s.`
      : options.sounds > 0
        ? 'None can be heard: their files cannot be read from here.'
        : '',
  ]
  const html = `${sentence(said.join(' '))}<div class="card">${drawing(spots, table, names)}<p class="heard-name soft"></p></div>`
  return { html, spots, names: [...names.keys()], size: SIZE }
}

/** Of the columns with 2 to 30 values, the first; names that say label come first. */
async function likelyLabel(file: string): Promise<string | undefined> {
  const source = await openEmbeddings(file)
  try {
    const names = source.columns.filter(name => !['clip', 'path', 'start', 'end'].includes(name))
    const rows = await source.read(0, Math.min(source.rows, 5000))
    const few = names.filter(name => {
      const count = new Set(rows.column(name)).size
      return count > 1 && count <= 30
    })
    return few.find(name => /label|class|category/i.test(name)) ?? few[0]
  } finally {
    await source.close()
  }
}

/** All rows, or so many of them drawn at random, in order. */
function drawn(rows: number, most: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row)
  if (rows <= most) return all
  return shuffled(all, 'points of a map')
    .slice(0, most)
    .sort((a, b) => a - b)
}

/** Into the drawing, at one scale for both directions. */
function fitted(places: readonly [number, number][]): { x: number; y: number }[] {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - top) || 1
  const scale = (SIZE - 2 * PAD) / span
  return places.map(([x, y]) => ({ x: PAD + (x - left) * scale, y: PAD + (y - top) * scale }))
}

/** Gives sounds to so many spots, label by label in turn, so that none is without. @returns how many could be read */
async function addSounds(spots: readonly Spot[], table: ClipTable, most: number): Promise<number> {
  const turns = new Map<string, number>()
  const order = shuffled(spots, 'sounds of a map')
  const turn = new Map(
    order.map(spot => [spot, turns.set(spot.label, (turns.get(spot.label) ?? 0) + 1).get(spot.label)!]),
  )
  order.sort((one, other) => turn.get(one)! - turn.get(other)!)
  const starts = await startsOf(table)
  let heard = 0
  for (const spot of order.slice(0, most)) {
    const path = table.paths[spot.row]
    if (path === undefined) continue
    try {
      spot.sound = await smallSound({ path, start: starts.get(table.clips[spot.row]!), seconds: SECONDS })
      heard++
    } catch (error) {
      if (!(error instanceof Problem)) throw error // gone, or gone bad, since: the map does without its sound
    }
  }
  return heard
}

/** Seconds in its file at which each clip begins. */
async function startsOf({ file, columns }: ClipTable): Promise<Map<string, number>> {
  const starts = new Map<string, number>()
  if (!columns.includes('start')) return starts
  const source = await openEmbeddings(file)
  try {
    for await (const batch of source.batches())
      batch.column('start').forEach((start, at) => {
        const clip = batch.clips[at]!
        if (!starts.has(clip)) starts.set(clip, Number(start ?? 0))
      })
  } finally {
    await source.close()
  }
  return starts
}

/** Labels by how often they are, with their colours; none if nothing is known to colour by. */
function namesOf(spots: readonly Spot[], label: string | undefined): Map<string, string> {
  if (!label) return new Map([['none', colour(0)]])
  const counts = new Map<string, number>()
  for (const spot of spots) counts.set(spot.label, (counts.get(spot.label) ?? 0) + 1)
  const names = [...counts.keys()].sort((one, other) => counts.get(other)! - counts.get(one)!)
  return new Map(names.map((name, at) => [name, names.length <= 8 ? colour(at) : hue(at, names.length)]))
}

/** Evenly round the circle, every second one darker. */
function hue(at: number, count: number): string {
  const angle = Math.round((360 * at) / count)
  const [light, dark] = at % 2 ? [42, 74] : [60, 60]
  return `light-dark(oklch(${light}% 0.15 ${angle}), oklch(${dark}% 0.14 ${angle}))`
}

function drawing(spots: readonly Spot[], { clips }: ClipTable, names: ReadonlyMap<string, string>): string {
  const kinds = [...names.keys()]
  const height = Math.max(...spots.map(({ y }) => y)) + PAD
  const radius = spots.length > 800 ? 3.5 : 5
  const dots = [...spots]
    .sort((one, other) => Number(one.sound !== undefined) - Number(other.sound !== undefined))
    .map(({ row, label, x, y, sound }) => {
      const kind = kinds.indexOf(label)
      const heard = sound ? ` class="heard" data-sound="${sound}"` : ''
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${sound ? radius + 2 : radius}" data-k="${kind}"${heard} style="fill:${names.get(label)}"><title>${escaped(`${clips[row]}${names.size > 1 ? `: ${label}` : ''}`)}</title></circle>`
    })
  const entries = kinds.map(
    (name, kind) =>
      `<li><button data-k="${kind}" aria-pressed="false"><i class="spot" style="--ink-of:${names.get(name)}"></i>${escaped(name)}</button></li>`,
  )
  const legend = names.size > 1 ? `<ul class="legend">${entries.join('')}</ul>` : ''
  return `<svg class="map" viewBox="0 0 ${SIZE} ${height.toFixed(0)}" role="img" aria-label="Map of embeddings">${dots.join('')}</svg>${legend}`
}

/** For every map of a page: plays what is clicked on, and shows one label alone. */
export const MAP_SCRIPT = `
const player = new Audio()
for (const map of document.querySelectorAll('.map')) {
  const card = map.parentElement
  map.addEventListener('click', event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse())
    const far = dot => Math.hypot(dot.cx.baseVal.value - at.x, dot.cy.baseVal.value - at.y)
    const [nearest] = [...map.querySelectorAll('.heard')].sort((one, other) => far(one) - far(other))
    if (!nearest || far(nearest) > 30) return
    map.querySelector('.chosen')?.classList.remove('chosen')
    nearest.classList.add('chosen')
    card.querySelector('.heard-name').textContent = nearest.querySelector('title').textContent
    player.src = nearest.dataset.sound
    player.play()
  })
  card.addEventListener('click', event => {
    const button = event.target.closest('button[data-k]')
    if (!button) return
    const alone = button.getAttribute('aria-pressed') === 'false'
    for (const other of card.querySelectorAll('button[data-k]')) other.setAttribute('aria-pressed', String(alone && other === button))
    map.classList.toggle('only', alone)
    for (const dot of map.querySelectorAll('circle')) dot.classList.toggle('shown', dot.dataset.k === button.dataset.k)
  })
}
`
