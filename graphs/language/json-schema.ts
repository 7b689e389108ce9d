/** The JSON Schema of documents, for editors: derived from the contracts of the stages and the schemas of the sections. */
import { z } from 'zod'
import { quantityPattern } from '../../data/quantities.js'
import type { Stage } from '../../stages/contract.js'
import { adaptSettings } from './adapt.js'
import { changingSchema } from './changing.js'
import { inPorts } from './describe-stage.js'
import type { Sections } from './document.js'
import { USUAL_MOMENTUM } from './weights.js'

type Json = Record<string, unknown>

const REFERENCE = '\\$\\{'

const reference: Json = { type: 'string', description: 'a node, such as mel, or one side of a pair, such as near.a' }
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] })

/** Whatever a file below says can be taken away. */
const REMOVED: Json = { type: 'null' }

/** Steps and values of a number that changes over training. */
const CHANGING: Json = { $ref: '#/definitions/changing' }

/** Where weights start. */
const START: Json = {
  anyOf: [
    { type: 'string' },
    {
      type: 'object',
      properties: { run: { type: 'string' }, node: { type: 'string' } },
      required: ['run'],
      additionalProperties: false,
    },
  ],
  description: 'run or checkpoint that the weights start from; its node of this name, or the one that is named',
}

/** What stands at a port of a stage that is not named here. */
const PORT = orNull(reference)

/** What every node may say. */
const WORDS: Json = {
  from: { anyOf: [reference, { type: 'array', items: reference }], description: 'the node that is read' },
  draws: { enum: ['separate', 'shared'], description: 'lanes of a pair draw for themselves, or all the same' },
  joint: { type: 'boolean', description: 'all lanes of a pair in one forward pass' },
  weight: {
    anyOf: [{ type: 'number', minimum: 0 }, CHANGING],
    description: 'how much a loss counts beside others (default 1)',
  },
  weights: START,
  frozen: {
    anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }],
    description: 'the weights, or those of these layers, stay as they are while others learn',
  },
  adapt: {
    ...written(adaptSettings),
    description: 'the weights of an encoder stay, and low-rank adapters of them learn',
  },
}

/**
 * The schema of a graph or config. Editors complete and explain by it; a document is right when `earshot validate` says
 * so, which knows more (types, wiring, what `extends` brings).
 */
export function documentSchema(stages: Iterable<Stage>, sections: Sections): Json {
  const all = [...stages].sort((one, other) => (one.name < other.name ? -1 : 1))
  const names = all.map(({ name, summary }) => ({ const: name, description: summary }))
  const node: Json = {
    type: 'object',
    properties: { stage: { anyOf: [...names, { type: 'string' }], description: 'what the node does' }, ...WORDS },
    allOf: all.map(stage => ({
      if: { properties: { stage: { const: stage.name } }, required: ['stage'] },
      // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
      then: { properties: nodeProperties(stage), additionalProperties: REMOVED },
    })),
  }
  const known = [{ enum: all.map(({ name }) => name) }, { type: 'string', pattern: REFERENCE }, { type: 'null' }]
  const strings = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A graph or config of Earshot',
    type: 'object',
    properties: {
      extends: { ...strings, description: 'files that this one is laid over: maps merge, lists replace, null removes' },
      name: { type: 'string' },
      stages: {
        type: 'array',
        items: { type: 'string' },
        description: 'JavaScript files with stages; their code is run. Where they are listed, any name may be a stage.',
      },
      inputs: { ...strings, description: 'of a sub-graph: the nodes that the using graph gives' },
      output: { type: 'string', description: 'of a sub-graph: the node that its name stands for' },
      nodes: {
        type: 'object',
        additionalProperties: orNull(
          either(
            'shares',
            shared(),
            either('follows', follower(), either('use', used(), { $ref: '#/definitions/node' })),
          ),
        ),
      },
      ...Object.fromEntries(Object.entries(sections).map(([name, schema]) => [name, orNull(written(schema))])),
    },
    additionalProperties: false,
    definitions: {
      node,
      changing: changingSchema,
      ...Object.fromEntries(Object.entries(WORDS).map(([name, word]) => [name, orNull(word as Json)])),
    },
    if: { required: ['stages'] },
    // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
    then: {},
    else: { properties: { nodes: { additionalProperties: { properties: { stage: { anyOf: known } } } } } },
  }
}

/** The schema of a file that is read whole and extends nothing: a sweep, scenes, a data set. */
export function fileSchema(schema: z.ZodType, title: string): Json {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...inJson(schema, { whole: true }) }
}

/** One schema for maps with this key, another for those without. */
const either = (key: string, one: Json, other: Json): Json => ({
  if: { type: 'object', required: [key] },
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
  then: one,
  else: other,
})

function nodeProperties(stage: Stage): Json {
  const ports = inPorts(stage).map(({ name, kind }) => [name, orNull({ ...reference, description: `reads ${kind}` })])
  const parameters = Object.entries(stage.parameters.shape as Record<string, z.ZodType>)
  return {
    stage: {},
    ...Object.fromEntries(Object.keys(WORDS).map(name => [name, { $ref: `#/definitions/${name}` }])),
    ...Object.fromEntries(ports.filter(([name]) => name !== 'from')),
    ...Object.fromEntries(parameters.map(([name, schema]) => [name, orNull(mayChange(written(schema), name, stage))])),
  }
}

/** A number that may change over training, or one inside a map, stands there as steps and values, too. */
function mayChange(schema: Json, name: string, { runsIn, ...stage }: Stage): Json {
  const changes = (runsIn === 'tensor' && 'changes' in stage && stage.changes) || []
  if (changes.includes(name)) return { anyOf: [schema, CHANGING] }
  const inner = changes.filter(path => path.startsWith(`${name}.`)).map(path => path.slice(name.length + 1))
  if (inner.length === 0) return schema
  const properties = { ...(schema.properties as Record<string, Json>) }
  for (const one of inner) if (properties[one]) properties[one] = { anyOf: [properties[one], CHANGING] }
  return { ...schema, properties }
}

/** `{ shares: encoder, from: batch2 }`. */
function shared(): Json {
  const { from, draws, joint } = WORDS as Record<string, Json>
  const properties = { shares: { type: 'string', description: 'the node whose weights it uses' }, from, draws, joint }
  return { type: 'object', required: ['shares'], properties, additionalProperties: PORT }
}

/** `{ follows: encoder, from: batch }`. */
function follower(): Json {
  const { from, draws, joint } = WORDS as Record<string, Json>
  const follows = { type: 'string', description: 'the node whose weights its own are the moving average of' }
  const share = { type: 'number', minimum: 0, maximum: 1 }
  const momentum = {
    anyOf: [share, { type: 'array', items: share, minItems: 2, maxItems: 2 }, CHANGING],
    default: USUAL_MOMENTUM,
    description: 'share of the average that stays at each step; of two, from the first to the second by half a cosine',
  }
  return {
    type: 'object',
    required: ['follows'],
    properties: { follows, momentum, from, draws, joint },
    additionalProperties: PORT,
  }
}

/** `{ use: two-views.yaml, from: mel }`. */
function used(): Json {
  const properties = { use: { type: 'string', description: 'a file with nodes' }, from: WORDS.from }
  return { type: 'object', required: ['use'], properties }
}

/** A schema as what is written: every value may be a reference or null, and a partial map is filled up by what it extends. */
function written(schema: z.ZodType): Json {
  return inJson(schema, { whole: false })
}

interface Strictness {
  /** Nothing is extended, referred to or removed. */
  whole: boolean
}

function inJson(schema: z.ZodType, how: Strictness): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  }) as Json
  return asWritten(json, how)
}

function asWritten(schema: Json, how: Strictness): Json {
  const { required, file: _, unit, description, default: usual, ...rest } = schema
  const about = { ...(description !== undefined && { description }), ...(usual !== undefined && { default: usual }) }
  const changed = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inside(key, value, how)]))
  if (typeof unit === 'string')
    return { ...about, anyOf: [{ type: 'number' }, { type: 'string', pattern: quantityPattern(unit) }, ...loose(how)] }
  if (how.whole) return { ...about, ...changed, ...(required !== undefined && { required }) }
  const plain = ['number', 'integer', 'boolean', 'array'].includes(String(rest.type)) || 'enum' in rest
  return plain ? { ...about, anyOf: [changed, ...loose(how)] } : { ...about, ...changed }
}

function loose({ whole }: Strictness): Json[] {
  return whole ? [] : [{ type: 'string', pattern: REFERENCE }]
}

function inside(key: string, value: unknown, how: Strictness): unknown {
  const each = (one: Json) => asWritten(one, how)
  if (key === 'properties')
    return Object.fromEntries(
      Object.entries(value as Record<string, Json>).map(([name, one]) => [
        name,
        how.whole ? each(one) : orNull(each(one)),
      ]),
    )
  if (['anyOf', 'oneOf', 'prefixItems'].includes(key)) return (value as Json[]).map(each)
  if (key === 'items') return Array.isArray(value) ? value.map(each) : each(value as Json)
  if (key === 'additionalProperties' && typeof value === 'object') return each(value as Json)
  if (key === 'additionalProperties' && value === false && !how.whole) return REMOVED
  return value
}
