/** What a run was trained on and what came of it, in Markdown: the card of an encoder that is given away. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { withoutCheckpoint } from '../../engine/checkpoints/find.js'
import { verdict } from '../evaluation/probes/verdict.js'
import { inPercent, range } from '../terminal/numbers.js'
import { type ProbeFile, probesOf, probeTitle, readProbe } from './probe-file.js'

/** @param named run folder, RUN@best or RUN@500 @returns undefined of a checkpoint that lies in no run folder */
export function aboutRun(named: string): string | undefined {
  const run = withoutCheckpoint(named)
  const file = join(run, 'run.yaml')
  if (!existsSync(file)) return undefined
  const { data, train, name } = parse(readFileSync(file, 'utf8')) as {
    name?: string
    data?: { set?: string }
    train?: { steps?: number }
  }
  const trained = `Config ${name ?? 'without a name'}, ${train?.steps ?? 'some'} steps, without labels.`
  const probes = probesOf(run).map(readProbe)
  return [
    `## Trained on\n${trained}${data?.set ? `\n\n${soundsIn(data.set)}` : ''}`,
    ...(probes.length > 0 ? [`## Figures\n${probes.map(figures).join('\n\n')}`] : []),
  ].join('\n\n')
}

/** What a data set file says of itself above its keys: purpose, source, licence. */
function soundsIn(set: string): string {
  const named = set.split(/[\\/]/).at(-1)
  if (!/\.ya?ml$/.test(set) || !existsSync(set)) return `Sounds: ${named}.`
  const [head = ''] = readFileSync(set, 'utf8').split(/^[^#]/m)
  const lines = head
    .split('\n')
    .flatMap(line => (/^#\s/.test(line) && !line.includes('$schema') ? [line.slice(1)] : []))
  return `${named}:\n\n${lines.map(line => `   ${line}`).join('\n')}`
}

function figures(probe: ProbeFile): string {
  const [classifier = ''] = Object.keys(probe.rows[0]?.figures ?? {})
  const rows = probe.rows.map(({ name, figures }) => {
    const { balanced, balancedInterval } = figures[classifier]!
    return `| ${name} | ${inPercent(balanced)} | ${balancedInterval ? range(balancedInterval, inPercent) : ''} |`
  })
  const said = verdict(probe.rows, 'balanced accuracy', probe.counts.groups)
  return `${probeTitle(probe)}, by ${classifier}:\n
| | balanced accuracy | 95 % |
| --- | --- | --- |
${rows.join('\n')}${said ? `\n\n${said}` : ''}`
}
