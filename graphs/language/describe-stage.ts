/** A stage in words, all taken from its contract. */
import { type Accepted, ParameterProblem, type Stage } from '../../stages/contract.js'
import { describePort, type Port } from '../../stages/ports.js'
import type { FoundStage } from '../../stages/registry.js'
import { kindsInWords } from './lift.js'
import { type Parameter, parametersOf } from './parameters.js'
import { written } from './sentences.js'

const WIDTH = 100

export interface InPort {
  name: string
  kind: string
  bank: boolean
  optional: boolean
  /** The port with which its rate, hop, bands, ... agree. */
  sameAs?: string
}

/** What a stage reads. */
export function inPorts(stage: Stage): InPort[] {
  return Object.entries(stage.in).map(([name, { accepts, bank, optional, sameAs }]) => ({
    name,
    kind: accepts.length === 0 ? 'any item' : kindsInWords(accepts),
    bank,
    optional,
    ...(sameAs === undefined ? {} : { sameAs }),
  }))
}

/** A stage in full: ports, parameters, source, an example. */
export function explained({ stage, folder }: FoundStage): string {
  const parameters = parametersOf(stage.parameters)
  const width = Math.max(
    0,
    ...parameters.map(({ name }) => name.length),
    ...inPorts(stage).map(({ name }) => name.length),
  )
  const title = `${stage.name} (${folder})`
  return [
    ...hanging(`${title}: `, stage.summary, 2),
    ...(stage.source ? hanging('Source: ', stage.source, 2) : []),
    '',
    'Reads',
    ...(inPorts(stage).length === 0 ? ['  nothing: clips come from here'] : []),
    ...inPorts(stage).map(port => `  ${port.name.padEnd(width)}  ${port.kind}${remarks(port)}`),
    '',
    'Gives',
    ...givenExample(stage),
    '',
    'Parameters',
    ...(parameters.length === 0 ? ['  none'] : []),
    ...parameters.flatMap(parameter =>
      hanging(`  ${parameter.name.padEnd(width)}  `, inWords(parameter, changesInWords(stage, parameter.name))),
    ),
    '',
    'Example',
    `  ${example(stage, parameters)}`,
  ].join('\n')
}

function remarks({ bank, optional, sameAs }: InPort): string {
  const bankWords = bank ? ' of any clip, from the store (a node without random draws)' : ''
  return `${bankWords}${optional ? ', optional' : ''}${sameAs ? `, agrees with '${sameAs}'` : ''}`
}

function inWords(parameter: Parameter, changes: string): string {
  const { type, doc, required } = parameter
  const standing = required
    ? 'required'
    : parameter.default === undefined
      ? 'optional'
      : `default ${written(parameter)}`
  return `${type}; ${standing}${changes}.${doc ? ` ${doc[0]!.toUpperCase()}${doc.slice(1)}` : ''}`
}

/** Which parameter, or what in it, may be written by steps and values. */
export function changesInWords(stage: Stage, name: string): string {
  const changes = (stage.runsIn === 'tensor' && stage.changes) || []
  if (changes.includes(name)) return '; may change over training'
  const inner = changes.filter(path => path.startsWith(`${name}.`)).map(path => path.slice(name.length + 1))
  return inner.length > 0 ? `; ${inner.join(', ')} may change over training` : ''
}

/** What leaves, for ports of usual sizes: `logmel[frames x 64]@16000/160, from waveform@16000`. */
export function givenExample(stage: Stage): string[] {
  const ports = Object.entries(stage.in)
    .filter(([, { optional }]) => !optional)
    .map(([name, { accepts }]) => [name, usual(accepts)] as const)
  const parameters = stage.parameters.safeParse({})
  if (!parameters.success) return ['  depends on its parameters']
  try {
    const out = stage.out(Object.fromEntries(ports), parameters.data)
    const [first] = ports
    return [`  ${describePort(out)}${first ? `, from ${describePort(first[1])}` : ''}`]
  } catch (error) {
    if (error instanceof ParameterProblem) return ['  depends on what arrives']
    throw error
  }
}

/** What holds no other ports, of usual sizes. */
const USUAL: readonly Port[] = [
  { kind: 'clip' },
  { kind: 'waveform', rate: 16_000 },
  { kind: 'recording', rate: 16_000 },
  { kind: 'excerpt', rate: 16_000, samples: 64_000 },
  { kind: 'logmel', rate: 16_000, hop: 160, bands: 64 },
  { kind: 'label', classes: 10 },
  { kind: 'activity', rate: 16_000, hop: 160, frames: 96, classes: 10 },
  { kind: 'levels', count: 4 },
  { kind: 'embedding', size: 512 },
  { kind: 'tokens', count: 24, size: 192, times: 6, bins: 4 },
  { kind: 'indices', kept: 6, times: 6, bins: 4 },
  { kind: 'codes', count: 24, codes: 1024, times: 6, bins: 4 },
]

function usual([kind, ...inner]: readonly Accepted[]): Port {
  if (kind === 'pair' || kind === 'views') return { kind: 'pair', of: usual(inner) }
  if (kind === 'batch') return { kind, of: usual(inner), size: 128 }
  if (kind === 'channels') return { kind, of: usual(inner), count: 4 }
  const patch = { kind: 'patch', rate: 16_000, hop: 160, bands: 64, frames: 96 } as const
  return USUAL.find(port => port.kind === kind) ?? patch
}

/** A node as one writes it: ports, and the first parameters at their defaults. */
export function example(stage: Stage, parameters: Parameter[]): string {
  const ports = inPorts(stage)
    .filter(({ optional }) => !optional)
    .map(({ name, bank, kind }, at) =>
      at === 0
        ? `from: ${
            name === 'from'
              ? 'before'
              : `[${inPorts(stage)
                  .map(port => port.name)
                  .join(', ')}]`
          }`
        : bank
          ? `${name}: ${kind === 'recording' ? 'sound' : 'mel'}`
          : undefined,
    )
    .filter(text => text !== undefined)
  const settings = parameters
    .filter(({ default: value }) => value !== undefined)
    .slice(0, 2)
    .map(parameter => `${parameter.name}: ${written(parameter)}`)
  return `name: { ${[`stage: ${stage.name}`, ...ports, ...settings].join(', ')} }`
}

/** Text after a start, wrapped; further lines stand under its first word. */
export function hanging(start: string, text: string, indent = start.length): string[] {
  const lines: string[] = []
  let line = start
  let empty = true
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ' '.repeat(indent)
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
