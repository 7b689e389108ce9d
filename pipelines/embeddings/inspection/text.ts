/** An inspection in a few lines. */
import { basename } from 'node:path'
import { plural } from '../../terminal/numbers.js'
import { type Inspection, RANK_ROWS } from './inspect-file.js'

/** Names that a line lists at most. */
const LISTED = 5

export function inspectionText(found: Inspection): string {
  const { rows, recordings, dimensions, columns, metadata, norms, dead, near, breaches } = found
  const lines: [name: string, text: string][] = [
    [
      'embeddings',
      `${rows} ${rowName(found)}${recordings < rows ? ` of ${plural(recordings, 'recording')}` : ''}, ${dimensions} dimensions`,
    ],
    ['columns', columns.map(({ name, type }) => `${name} ${type}`).join(', ')],
    ['made by', madeBy(metadata)],
    ...readOut(metadata),
    ['norms', `${[norms.least, norms.mean, norms.most].map(short).join(' to ')} (least, mean, most)${zeros(norms)}`],
    ['dead dimensions', dead.length === 0 ? 'none' : `${dead.length} of ${dimensions}: ${listed(dead.map(String))}`],
    ['effective rank', rankText(found)],
    ['near-duplicates', nearText(near, rows)],
  ]
  const body = lines.map(([name, text]) => `  ${name.padEnd(16)} ${text}`)
  const contract =
    breaches.length === 0
      ? ['It keeps contract 1.']
      : [
          'Against contract 1 (pipelines/embeddings/inspection/README.md):',
          ...breaches.map(({ at, what }) => `  ${at} ${what}`),
        ]
  return `${basename(found.file)}\n${[...body, ...contract].join('\n')}\n`
}

/** What a row is: a window, where recordings have several. */
export const rowName = ({ rows, recordings }: Inspection) => (recordings < rows ? 'windows' : 'clips')

function madeBy(metadata: Record<string, string>): string {
  const of = (name: string) => metadata[`earshot.${name}`]
  if (of('contract') === undefined) return 'another program: no metadata of Earshot'
  const { content, layer, level } = { content: of('content'), layer: of('layer'), level: of('level') }
  return `Earshot ${of('version')}: ${content ?? 'embedding'}, ${layer ?? 'encoder'}, level ${level ?? 'unknown'}, checkpoint ${of('checkpoint')?.slice(0, 12)} (step ${of('step')})`
}

function readOut({ 'earshot.readout': readout }: Record<string, string>): [name: string, text: string][] {
  if (readout === undefined) return []
  if (readout === 'plain') return [['read out', "plain: the encoder's own embedding, the mean over patches"]]
  const { layers, bands, time, parts, fit } = JSON.parse(readout)
  const over = parts === 1 ? 'the clip' : `each of ${parts} parts of the clip`
  const last = fit === undefined ? '' : `; ${fit === 'standardise' ? fit : `whitened to ${fit.whiten}`}`
  return [['read out', `${layers.join(', ')} in ${bands} bands; ${time.join(', ')} over ${over}${last}`]]
}

export function rankText({ rank, rankRows, dimensions }: Inspection): string {
  const most = Math.min(rankRows, dimensions)
  const drawn = rankRows === RANK_ROWS ? `of ${rankRows} rows` : `of all ${rankRows} rows`
  return `${short(rank)} of at most ${most} (${drawn})`
}

export function nearText({ threshold, count, cut, pairs }: Inspection['near'], rows: number): string {
  if (count === 0) return `no two of ${rows} rows have a cosine of ${threshold} or more`
  const shown = pairs.slice(0, LISTED).map(({ cosine, a, b }) => `${a} and ${b} (${cosine.toFixed(5)})`)
  const all = cut ? `more than ${count - 1}` : `${count}`
  return `${all} pairs with a cosine of ${threshold} or more: ${listed(shown, count)}`
}

function zeros({ zero }: Inspection['norms']): string {
  return zero === 0 ? '' : `; ${zero} rows of zeros`
}

function listed(all: readonly string[], count = all.length): string {
  return `${all.slice(0, LISTED).join(', ')}${count > LISTED ? ', ...' : ''}`
}

const short = (value: number) => value.toPrecision(4)
