/** What is wrong with the contract of a stage from outside Earshot, in words: no compiler has read such a file. */
import type { BatchStage, Expectation, ItemStage, SourceStage, Stage, TensorStage } from './contract.js'
import type { Port, PortKind } from './ports.js'

export interface Mistake {
  /** The key of the contract that is wrong: `out`, `runsIn`. */
  key: string
  message: string
}

/** What each port says of its numbers. */
const FIELDS: { readonly [Kind in PortKind]: readonly Exclude<keyof Extract<Port, { kind: Kind }>, 'kind'>[] } = {
  clip: [],
  waveform: ['rate'],
  recording: ['rate'],
  excerpt: ['rate', 'samples'],
  logmel: ['rate', 'hop', 'bands'],
  patch: ['rate', 'hop', 'bands', 'frames'],
  label: ['classes'],
  activity: ['rate', 'hop', 'frames', 'classes'],
  levels: ['count'],
  pair: ['of'],
  channels: ['of', 'count'],
  batch: ['of', 'size'],
  embedding: ['size'],
  tokens: ['count', 'size', 'times', 'bins'],
  indices: ['kept', 'times', 'bins'],
  codes: ['count', 'codes', 'times', 'bins'],
  loss: ['chance'],
}

/** What any node may say, whatever its stage: no port and no parameter has such a name. */
export const NODE_WORDS: readonly string[] = [
  'stage',
  'draws',
  'joint',
  'weight',
  'weights',
  'frozen',
  'adapt',
  'shares',
  'follows',
  'momentum',
]

type Keys<S extends Stage> = Readonly<Record<keyof S, true>>

const COMMON = {
  runsIn: true,
  name: true,
  summary: true,
  source: true,
  parameters: true,
  in: true,
  out: true,
  labels: true,
  clips: true,
  leavesOut: true,
  files: true,
  fits: true,
} as const
const SOURCE: Keys<SourceStage> = { ...COMMON, order: true }
const ITEM: Keys<ItemStage> = {
  ...COMMON,
  ...{ work: true, draws: true, cached: true },
  ...{ copies: true, cuts: true, joins: true, filesOf: true, ofWholeClip: true, centres: true, standardises: true },
}
const BATCH: Keys<BatchStage> = COMMON
const TENSOR: Keys<TensorStage> = {
  ...COMMON,
  role: true,
  embedsAlone: true,
  classifies: true,
  changes: true,
  build: true,
}
const KEYS: Readonly<Record<Stage['runsIn'], Readonly<Record<string, true>>>> = {
  source: SOURCE,
  item: ITEM,
  batch: BATCH,
  tensor: TENSOR,
}
const ROLES: readonly TensorStage['role'][] = ['encoder', 'separator', 'head', 'loss']

/** Every mistake in a contract; none if it can be used as a `Stage`. */
export function contractMistakes(contract: Readonly<Record<string, unknown>>): Mistake[] {
  const { runsIn, name, summary, parameters, in: ports, role } = contract
  const mistakes: Mistake[] = []
  const demand = (sound: boolean, key: string, message: string) => {
    if (!sound) mistakes.push({ key, message })
  }
  demand(isText(name), 'name', `name is text, not ${show(name)}.`)
  demand(isText(summary), 'summary', `summary is a line of text, not ${show(summary)}.`)
  demand(isSchema(parameters), 'parameters', `parameters is z.strictObject({ ... }), not ${show(parameters)}.`)
  demand(
    typeof contract.out === 'function',
    'out',
    `out is a function, as in ({ from }) => from, not ${show(contract.out)}.`,
  )
  mistakes.push(...inMistakes(ports))
  const names = { in: isMap(ports) ? ports : {}, parameters: isSchema(parameters) ? parameters.shape : {} }
  for (const port of Object.keys(names.in))
    demand(!(port in names.parameters), 'parameters', `'${port}' is the name of a port and of a parameter.`)
  for (const [key, named] of Object.entries(names))
    for (const word of NODE_WORDS)
      demand(!(word in named), key, `'${word}' is what any node may say: take another name.`)
  const keys = Object.hasOwn(KEYS, String(runsIn)) ? KEYS[runsIn as Stage['runsIn']] : undefined
  const known = `runsIn is ${Object.keys(KEYS).join(', ')}, not ${show(runsIn)}.`
  if (runsIn === undefined && 'place' in contract) demand(false, 'place', "'place' is called runsIn.")
  else demand(keys !== undefined, 'runsIn', known)
  if (!keys) return mistakes
  for (const key of ['work', 'build', 'order'])
    if (key in keys)
      demand(
        typeof contract[key] === 'function',
        key,
        `A stage that runs in '${runsIn}' gives ${key}, a function, not ${show(contract[key])}.`,
      )
  if (runsIn === 'tensor')
    demand(
      ROLES.some(one => one === role),
      'role',
      `role is ${ROLES.join(', ')}, not ${show(role)}.`,
    )
  if (runsIn === 'source' && isMap(ports))
    demand(Object.keys(ports).length === 0, 'in', 'A source reads no other node: in is {}.')
  for (const key of Object.keys(contract))
    demand(key in keys, key, `'${key}' is nothing that a stage that runs in '${runsIn}' can say.`)
  return mistakes
}

function inMistakes(ports: unknown): Mistake[] {
  const wrong = (message: string): Mistake => ({ key: 'in', message })
  const example = 'such as { from: patch }, with patch among the tools'
  if (!isMap(ports) || isExpectation(ports))
    return [
      wrong(
        `in is a map of what the stage reads, ${example}, not ${isExpectation(ports) ? 'one such thing without a name' : show(ports)}.`,
      ),
    ]
  return Object.entries(ports).flatMap(([port, expected]) => {
    if (!isExpectation(expected)) return [wrong(`in.${port} is what arrives there, ${example}, not ${show(expected)}.`)]
    const other = expected.sameAs
    if (other === undefined || (other in ports && other !== port)) return []
    return [wrong(`in.${port} agrees with '${other}', which is no other port of the stage.`)]
  })
}

/** What is wrong with what an `out` gave, as the rest of a sentence; `undefined` if it is a port. */
export function portMistake(port: unknown): string | undefined {
  if (!isMap(port)) return show(port)
  const { kind } = port
  const fields = Object.hasOwn(FIELDS, String(kind)) ? FIELDS[kind as PortKind] : undefined
  if (!fields) return `a port of the kind ${show(kind)}, which there is not`
  for (const field of fields as readonly string[]) {
    const value = port[field]
    const inner = field === 'of' ? portMistake(value) : undefined
    if (inner) return `a ${kind} of ${inner}`
    if (field !== 'of' && !Number.isFinite(value)) return `a ${kind} with ${show(value)} as ${field}`
  }
  return undefined
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSchema = (value: unknown): value is { shape: Record<string, unknown> } =>
  isMap(value) && isMap(value.shape) && typeof value.safeParse === 'function'
const isExpectation = (value: unknown): value is Expectation<unknown> =>
  isMap(value) &&
  Array.isArray(value.accepts) &&
  value.accepts.every(kind => kind === 'views' || kind === 'patches' || Object.hasOwn(FIELDS, String(kind)))

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string') return `'${value}'`
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'a map') : String(value)
}
