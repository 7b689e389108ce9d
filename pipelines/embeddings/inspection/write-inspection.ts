/** The pages of an inspection: JSON, a map to look at, and a map to listen to. */
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { onDisk, writeWhole } from '../../../data/whole-file.js'
import { page, sentence, table, tiles } from '../../drawing/page.js'
import { drawnMap, MAP_SCRIPT } from './embedding-map.js'
import type { Inspection } from './inspect-file.js'
import { mapPicture } from './map-picture.js'
import { nearText, rankText } from './text.js'

export interface MapSettings {
  /** Column that colours the points; one with few values if absent. */
  label?: string | undefined
  /** Most points of the map, and most of them that can be heard. */
  points: number
  sounds: number
  progress?: ((done: number, all: number) => void) | undefined
}

/** `inspection.json`, `map.png` and `index.html`. @throws Problem if the folder cannot be written */
export async function writeInspection(folder: string, found: Inspection, settings: MapSettings): Promise<void> {
  onDisk(folder, () => mkdirSync(folder, { recursive: true }))
  writeWhole(join(folder, 'inspection.json'), `${JSON.stringify(found, null, 1)}\n`)
  const map = await drawnMap({ ...settings, file: found.file })
  writeWhole(join(folder, 'map.png'), await mapPicture(map))
  writeWhole(join(folder, 'index.html'), inspectionPage(found, map.html))
}

function inspectionPage(found: Inspection, map: string): string {
  const { rows, clips, dimensions, columns, metadata, norms, dead, near, breaches, rank } = found
  const figures = tiles([
    [`${rows}`, 'rows'],
    [`${clips}`, 'clips'],
    [`${dimensions}`, 'dimensions'],
    [rank.toFixed(1), 'effective rank'],
    [`${dead.length}`, 'dead dimensions'],
    [`${near.cut ? '> ' : ''}${near.count}`, `pairs above ${near.threshold}`],
    [norms.mean.toPrecision(3), 'mean length'],
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
        body: `${sentence(nearText(near, rows))}${pairs.length > 0 ? table([{ title: 'clip' }, { title: 'and' }, { title: 'cosine', number: true }], pairs) : ''}`,
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
    script: MAP_SCRIPT,
  })
}
