/** What a schema says of its settings, in words: for `list`, for messages, for guessing names. */
import { z } from 'zod'

export interface Parameter {
  name: string
  /** `number above 0`, `one of a, b`, ... */
  type: string
  /** As written in YAML; absent without a default. */
  default?: unknown
  /** Of a number alone: `s`, `Hz`. */
  unit?: string
  doc?: string
  required: boolean
}

/** The settings of an object schema, in its order; of a choice between objects, those that `value` chooses, or all. */
export function parametersOf(schema: z.ZodType, value?: unknown): Parameter[] {
  return [...shapeOf(schema, value)].map(([name, field]) => describe(name, field))
}

/** The schema at a path below another, `undefined` where it says nothing. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], value?: unknown): z.ZodType | undefined {
  let here: z.ZodType | undefined = schema
  let given = value
  for (const step of path) {
    if (!here) return undefined
    const definition = bare(here).def as { type: string; element?: z.ZodType; valueType?: z.ZodType }
    here = shapeOf(here, given).get(String(step)) ?? definition.element ?? definition.valueType
    given = (given as Record<PropertyKey, unknown> | undefined)?.[step]
  }
  return here
}

/** What may stand under the key by which a choice between objects is made: `kind: sgd | adam`. */
export function choicesOf(schema: z.ZodType, key: string): unknown[] {
  const inner = bare(schema)
  if (!(inner instanceof z.ZodUnion)) return []
  return (inner.options as z.ZodType[]).flatMap(option => [
    ...((shapeOf(option).get(key) as z.ZodLiteral | undefined)?.values ?? []),
  ])
}

function shapeOf(schema: z.ZodType, value?: unknown): Map<string, z.ZodType> {
  const inner = bare(schema)
  if (inner instanceof z.ZodObject) return new Map(Object.entries(inner.shape as Record<string, z.ZodType>))
  if (inner instanceof z.ZodUnion) {
    const options = inner.options as z.ZodType[]
    const chosen = options.filter(option =>
      chooses(option, (inner.def as { discriminator?: string }).discriminator, value),
    )
    return new Map((chosen.length > 0 ? chosen : options).flatMap(option => [...shapeOf(option)]))
  }
  return new Map()
}

function chooses(option: z.ZodType, key: string | undefined, value: unknown): boolean {
  if (key === undefined || typeof value !== 'object' || value === null) return false
  return (
    shapeOf(option)
      .get(key)
      ?.safeParse((value as Record<string, unknown>)[key]).success ?? false
  )
}

type Wrapped = { type: string; innerType?: z.ZodType; in?: z.ZodType; defaultValue?: unknown }

/** The schema inside defaults, optionals and transforms, as far as what is written goes. */
export function bare(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = schema.def as Wrapped
  const inside = innerType ?? input
  return inside ? bare(inside) : schema
}

function describe(name: string, field: z.ZodType): Parameter {
  const layers: z.ZodType[] = []
  for (let layer: z.ZodType | undefined = field; layer; layer = insideOf(layer)) layers.push(layer)
  const meta = Object.assign({}, ...layers.reverse().map(layer => layer.meta() ?? {})) as {
    description?: string
    unit?: string
  }
  const withDefault = layers.find(layer => 'defaultValue' in layer.def)
  const parameter: Parameter = {
    name,
    type: typeInWords(field, meta.unit),
    required: !layers.some(layer => ['default', 'prefault', 'optional', 'catch'].includes(layer.def.type)),
  }
  if (withDefault) parameter.default = (withDefault.def as Wrapped).defaultValue
  if (meta.unit) parameter.unit = meta.unit
  if (meta.description) parameter.doc = meta.description
  return parameter
}

function insideOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input } = schema.def as Wrapped
  return innerType ?? input
}

interface JsonSchema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema | false
  prefixItems?: JsonSchema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
}

function typeInWords(field: z.ZodType, unit: string | undefined): string {
  if (unit === 's') return 'duration'
  if (unit === 'Hz') return 'frequency'
  return words(z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }) as JsonSchema)
}

function words(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(words).join(' or ')
  if (schema.enum) return `one of ${schema.enum.join(', ')}`
  if (schema.const !== undefined) return String(schema.const)
  if (schema.prefixItems && new Set(schema.prefixItems.map(words)).size === 1) {
    return `list of ${schema.prefixItems.length}, each a ${words(schema.prefixItems[0]!)}`
  }
  if (schema.prefixItems) return `[${schema.prefixItems.map(words).join(', ')}]`
  if (schema.type === 'array') return `list of ${schema.items ? words(schema.items) : 'values'}`
  if (schema.type === 'integer') return `whole number${limits(schema)}`
  if (schema.type === 'number') return `number${limits(schema)}`
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type === 'string') return 'text'
  if (schema.type === 'object') return 'map'
  return 'value'
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (low !== undefined && high !== undefined) return ` ${low} to ${high}`
  if (low !== undefined) return ` from ${low}`
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${high === undefined ? '' : `, to ${high}`}`
  if (high !== undefined) return ` to ${high}`
  return exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`
}
