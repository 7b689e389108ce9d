/** What `data check`, `data split` and `data list-adapters` print. */
import type { Adapter } from '../../data/adapters.js'
import { someOf } from '../../data/problem.js'
import { percent, plural } from '../terminal/numbers.js'
import { textTable } from '../terminal/text-table.js'
import type { CheckReport } from './check-sets.js'
import type { CopyOf, Stretch } from './copies.js'
import type { Fault } from './findings.js'
import type { SplitReport } from './split-set.js'

/** Lines of each kind that are shown; all of them stand in the JSON. */
const SHOWN = 20

const TITLES: Record<Fault, string> = {
  missing: 'missing files',
  empty: 'files without sound',
  unreadable: 'files that cannot be read',
  silent: 'silent clips',
  clipped: 'clipped clips (a warning)',
  odd: 'clips whose files are odd, and are read (a warning)',
  'wrong-length': 'clips whose length is not as stated',
  'beyond-end': 'stretches that end behind their recordings',
  milliseconds: 'tables whose times are perhaps milliseconds',
  overlap: 'stretches that overlap and say the same (a warning)',
}

const ALIKE =
  'pairs that share sound and differ otherwise (faded or filtered, a loop under another tune, a sample in a mix), to listen to'

/** What a person reads: the sets, then each kind of fault, then sounds that stand twice. */
export function checkText(report: CheckReport): string {
  const sets = report.sets.map(
    ({ name, clips, seconds, reference }) =>
      `${reference ? 'against ' : ''}${name}: ${clips} clips, ${lasting(seconds)}`,
  )
  const faults = (Object.keys(TITLES) as Fault[]).map(kind => {
    const lines = report.findings.filter(finding => finding.kind === kind)
    return block(
      TITLES[kind],
      lines.map(({ clip, detail }) => (detail.includes(clip) ? detail : `${clip}: ${detail}`)),
    )
  })
  const leaks = report.copies.filter(({ leak }) => leak)
  const within = report.copies.filter(({ leak }) => !leak)
  const parts = [
    ...faults,
    block('sounds that stand in two sets or parts (a leak)', leaks.map(copyLine)),
    block('sounds that stand twice', within.map(copyLine)),
  ].filter(text => text !== '')
  if (parts.length === 0) parts.push('Nothing is wrong: every clip can be read, and no sound stands twice.')
  return [...sets, '', ...parts, block(ALIKE, report.alike.map(copyLine))].join('\n').trimEnd()
}

function block(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const rest = lines.length > SHOWN ? [`... and ${lines.length - SHOWN} more`] : []
  const head = `${title.charAt(0).toUpperCase()}${title.slice(1)}: ${lines.length}`
  return [head, ...[...lines.slice(0, SHOWN), ...rest].map(line => `  ${line}`), ''].join('\n')
}

function copyLine({ a, b, by, differ, ...evidence }: CopyOf): string {
  const how = by === 'file' ? 'the same file' : by === 'bytes' ? 'the same bytes' : soundLine(evidence)
  const labels = differ.length > 0 ? `; differ in ${differ.join(', ')}` : ''
  return `${where(a)} and ${where(b)}  ${how}${labels}`
}

const where = ({ clip, from, to }: Stretch) => `${clip} [${from.toFixed(2)}-${to.toFixed(2)} s]`

function soundLine({ correlation, octave, gain }: Pick<CopyOf, 'correlation' | 'octave' | 'gain'>): string {
  const louder = Math.abs(gain) < 0.5 ? '' : `, ${gain > 0 ? '+' : ''}${gain.toFixed(1)} dB`
  const inverted = correlation < 0 ? ', inverted' : ''
  return `correlation ${Math.abs(correlation).toFixed(2)}, in each octave at least ${octave.toFixed(2)}${inverted}${louder}`
}

function lasting(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** Classes that are named as lacking; the others are counted. */
const NAMED = 6

/** A table of the parts, and what their clips have to do with each other. */
export function splitText({ parts, contamination, ungrouped }: SplitReport): string {
  const total = parts.reduce((sum, { clips }) => sum + clips, 0)
  const rows = [
    ['part', 'clips', 'share', 'groups', 'classes', 'class shares off by'],
    ...parts.map(({ name, clips, groups, classes, deviation }) => [
      ...[name, `${clips}`, percent(clips / total), `${groups}`, `${classes}`, percent(deviation)],
    ]),
  ]
  const lines = textTable(rows, { right: [1, 2, 3, 4, 5] })
  for (const { name, lacking } of parts) {
    if (lacking.length > 0) lines.push(`${name} has no clip of ${someOf(lacking, NAMED)}`)
  }
  if (ungrouped && ungrouped.clips > 0) {
    const { column, clips } = ungrouped
    lines.push(`${plural(clips, 'clip')} without a group (nothing in '${column}'): each is parted by itself`)
  }
  if (contamination) {
    const { within, between } = contamination
    lines.push(
      `within-class contamination:  ${within} clips (${percent(within / total)}) have one of their group and class elsewhere`,
    )
    lines.push(
      `between-class contamination: ${between} clips (${percent(between / total)}) have one of their group only elsewhere`,
    )
  }
  return lines.join('\n')
}

const EXAMPLE = `Write a data set file, and give it wherever data are asked for:
  # esc50.yaml
  adapter: esc-50
  folder: \${env:ESC50,../ESC-50-master}

  ./earshot embed runs/quickstart esc50.yaml -o esc50.arrow
  ./earshot probe esc50.arrow --protocol esc-50`

/** Each adapter with its source, the columns for a probe, and what must be in its folder. */
export function adaptersText(adapters: readonly Omit<Adapter, 'read'>[]): string {
  const blocks = adapters.map(
    ({ name, summary, source, layout, protocol: { label, group, split, separator, metric } }) =>
      [
        `${name}: ${summary}`,
        `  ${source}`,
        `  --label ${label}${group ? ` --group ${group}` : ''}${split ? ` --split ${split}` : ''}${separator ? ` --labels-separator '${separator}'` : ''}; ${metric}`,
        `  in its folder: ${layout.join(', ')}`,
      ].join('\n'),
  )
  return [...blocks, EXAMPLE].join('\n\n')
}
