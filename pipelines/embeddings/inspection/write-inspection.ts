/** The pages of an inspection: JSON, a map to look at, and a map to listen to. */
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { escaped } from '../../drawing/html-page.js'
import { page, sentence, table, tiles } from '../../drawing/page.js'
import { type DrawnMap, drawnMap, type MapOptions, mapModule, UNLABELLED } from './embedding-map.js'
import type { Inspection } from './inspect-file.js'
import { nearText, rankText, rowName } from './text.js'

/** `inspection.json`, `map.png` and `index.html`. @throws Problem if the folder cannot be written */
export async function writeInspection(
  folder: string,
  found: Inspection,
  settings: Omit<MapOptions, 'file'>,
): Promise<void> {
  makeFolder(folder)
  writeWhole(join(folder, 'inspection.json'), `${JSON.stringify(found, null, 1)}\n`)
  const map = await drawnMap({ ...settings, file: found.file })
  writeWhole(join(folder, 'map.png'), await mapPicture(map))
  writeWhole(join(folder, 'index.html'), inspectionPage(found, map.html))
}

function inspectionPage(found: Inspection, map: string): string {
  const { rows, recordings, dimensions, columns, metadata, norms, dead, near, breaches, rank } = found
  const figures = tiles([
    [`${rows}`, rowName(found)],
    ...(recordings < rows ? [[`${recordings}`, 'recordings'] as const] : []),
    [`${dimensions}`, 'dimensions'],
    [rank.toFixed(1), 'effective rank'],
    [`${dead.length}`, 'dead dimensions'],
    [`${near.cut ? '> ' : ''}${near.count}`, `pairs above ${near.threshold}`],
    [norms.mean.toPrecision(3), 'mean norm'],
  ])
  const contract = breaches.length === 0 ? 'It keeps contract 1.' : 'Against contract 1:'
  const pairs = near.pairs.slice(0, 100).map(({ cosine, a, b }) => [a, b, cosine.toFixed(5)])
  return page({
    title: basename(found.file),
    head: figures,
    sections: [
      { id: 'map', title: 'Map', body: map },
      {
        id: 'contract',
        title: 'Contract',
        body: `${sentence(contract)}${
          breaches.length > 0
            ? table(
                [{ title: 'at' }, { title: 'what' }],
                breaches.map(({ at, what }) => [at, what]),
              )
            : ''
        }`,
      },
      {
        id: 'near',
        title: 'Near-duplicates',
        body: `${sentence(nearText(near, rows))}${pairs.length > 0 ? table([{ title: rowName(found).slice(0, -1) }, { title: 'and' }, { title: 'cosine', number: true }], pairs) : ''}`,
      },
      {
        id: 'schema',
        title: 'Columns and metadata',
        body: `${sentence(`Effective rank: ${rankText(found)}.`)}${table(
          [{ title: 'column' }, { title: 'type' }],
          columns.map(({ name, type }) => [name, type]),
        )}${table(
          [{ title: 'metadata' }, { title: 'value' }],
          Object.entries(metadata).map(([name, value]) => [
            name,
            value.length > 200 ? `${value.slice(0, 200)} ...` : value,
          ]),
        )}`,
      },
    ],
    end: mapModule(),
  })
}

/** Okabe and Ito's colours, for up to eight labels; more go round the circle. */
const COLOURS = ['#0072b2', '#c2540a', '#007a5a', '#a8467f', '#8a6d00', '#6a4cb0', '#6b6b70', '#7a4b3a']
const LINE = 20
/** Pixels of the square that the points lie in, and around them. */
const [SIZE, PAD] = [640, 14]

async function mapPicture({ spots, names }: DrawnMap): Promise<Buffer> {
  const pale = (at: number) => names.length > 1 && names[at] === UNLABELLED
  const colour = (at: number) => {
    if (pale(at)) return '#c4c4cc'
    if (names.length <= COLOURS.length) return COLOURS[at]!
    return `hsl(${Math.round((360 * at) / names.length)}, 60%, ${at % 2 ? 32 : 50}%)`
  }
  const place = (share: number) => (PAD + share * (SIZE - 2 * PAD)).toFixed(1)
  const radius = spots.length > 800 ? 3 : 4.5
  const dots = spots.map(
    ({ x, y, label }) =>
      `<circle cx="${place(x)}" cy="${place(y)}" r="${radius}" fill="${colour(Math.max(0, names.indexOf(label)))}" fill-opacity="0.7"/>`,
  )
  const legend = names.length > 1 ? names : []
  const entries = legend.map((name, at) => {
    const y = LINE * (at + 1)
    return `<circle cx="${SIZE + 14}" cy="${y - 4}" r="5" fill="${colour(at)}"/><text x="${SIZE + 26}" y="${y}">${escaped(name)}</text>`
  })
  const width = SIZE + (legend.length > 0 ? 180 : 0)
  const height = Math.max(SIZE, LINE * (legend.length + 1))
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>${[...dots, ...entries].join('')}</svg>`
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer()
}
