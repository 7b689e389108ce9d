/**
 * What a verb is: one schema gives its arguments, its flags, its help, its defaults and the types of what its work is
 * given. Keys are flags (`gridPoints` is `--grid-points`); `meta` says what the command line needs besides.
 */
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { Edit } from '../../graphs/language/edits.js'
import { type Parameter, parametersOf, schemaAt } from '../../graphs/language/parameters.js'
import { written } from '../../graphs/language/sentences.js'
import { demandOptions } from '../configuration/demand-options.js'
import { editOptions } from './edit-options.js'

/** Beside `describe`, for the command line. */
export interface OnTheCommandLine {
  /** It has no flag: `<run>`, `[config]`, `<input...>`. */
  argument?: string
  /** What stands behind the flag in the help; `n` for numbers, `text` for texts if absent; `[steps]` may be left out. */
  value?: string
  /** What it is called, if not as its key. */
  flag?: string
  /** One letter. */
  short?: string
  /** A switch that can also be turned off: `--baselines` and `--no-baselines`. */
  negatable?: true
}

interface Contract<S extends z.ZodObject> {
  name: string
  /** One line. */
  summary: string
  takes: S
  /** It reads a graph, which `--set`, `--without` and `--swap` may change first. */
  edits?: true
  /** Behind the flags: what it does, examples. */
  help?: string
  hidden?: true
  run(given: z.output<S> & { edits: readonly Edit[] }, command: Command): Promise<void> | void
}

/** Puts a verb into a program, or into a verb that has several. */
export type Register = (program: Command) => Command

export function verb<S extends z.ZodObject>({ name, summary, takes, edits, help, hidden, run }: Contract<S>): Register {
  return program => {
    const command = program.command(name, { hidden: hidden ?? false }).description(summary)
    const fields = parametersOf(takes).map(parameter => ({ parameter, ...fieldOf(takes, parameter) }))
    const words = fields.filter(({ meta }) => meta.argument)
    for (const { meta, parameter } of words) command.argument(meta.argument!, parameter.doc ?? '', undefined)
    for (const field of fields)
      if (!field.meta.argument) for (const option of optionsOf(field)) command.addOption(option)
    const changes = edits ? editOptions(command) : []
    if (help) command.addHelpText('after', `\n${help.trim()}\n`)
    return command.action(async (...given: unknown[]) => {
      const typed: Record<string, unknown> = {}
      const flags: Record<string, unknown> = command.opts()
      for (const { parameter, meta } of fields) typed[parameter.name] = flags[meta.flag ?? parameter.name]
      for (const [at, { parameter }] of words.entries()) typed[parameter.name] = given[at]
      await run({ ...checked(takes, fields, typed), edits: changes }, command)
    })
  }
}

interface Field {
  parameter: Parameter
  meta: OnTheCommandLine
  kind: 'switch' | 'list' | 'value'
  /** Texts that look like numbers are numbers. */
  numeric: boolean
}

function fieldOf(takes: z.ZodObject, { name }: Parameter): Omit<Field, 'parameter'> {
  let [schema, meta] = [schemaAt(takes, [name]), {} as OnTheCommandLine]
  while (schema) {
    meta = { ...(schema.meta() as OnTheCommandLine), ...meta }
    const { innerType, in: input, type } = schema.def as { innerType?: z.ZodType; in?: z.ZodType; type: string }
    const inner: z.ZodType | undefined = innerType ?? input
    if (!inner) return { meta, kind: KINDS[type] ?? 'value', numeric: isNumeric(schema) }
    schema = inner
  }
  return { meta, kind: 'value', numeric: false }
}

/** Of a choice: numbers, and no texts that they could be taken for. */
function isNumeric(schema: z.ZodType): boolean {
  const { type, options = [] } = schema.def as { type: string; options?: z.ZodType[] }
  const types = [type, ...options.map(option => option.def.type as string)]
  return types.includes('number') && !types.includes('string')
}

const KINDS: Record<string, Field['kind']> = { boolean: 'switch', array: 'list' }

function optionsOf({ parameter, meta, kind, numeric }: Field): Option[] {
  const { name, default: usual, required, doc = '' } = parameter
  const flag = meta.flag ?? flagOf(name)
  const short = meta.short ? `-${meta.short}, ` : ''
  if (kind === 'switch') {
    if (meta.negatable) return [new Option(`--${flag}`, doc), new Option(`--no-${flag}`, 'do not')]
    return [new Option(usual === true ? `--no-${flag}` : `${short}--${flag}`, doc)]
  }
  const stands =
    usual === undefined || (Array.isArray(usual) && usual.length === 0) ? '' : ` (default: ${shown(parameter)})`
  const value = meta.value ?? (numeric ? 'n' : 'text')
  const shape = value.startsWith('[') ? value : `<${value}${kind === 'list' ? '...' : ''}>`
  const option = new Option(`${short}--${flag} ${shape}`, `${doc}${stands}`)
  return [option.makeOptionMandatory(required)]
}

const shown = (parameter: Parameter) =>
  Array.isArray(parameter.default) ? parameter.default.join(' ') : written(parameter)

/** `gridPoints` is typed `--grid-points`. */
const flagOf = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** @throws Problem or Problems, a sentence for each value that does not fit */
function checked<S extends z.ZodObject>(
  takes: S,
  fields: readonly Field[],
  typed: Record<string, unknown>,
): z.output<S> {
  const given = Object.fromEntries(
    fields
      .filter(({ parameter }) => typed[parameter.name] !== undefined)
      .map(({ parameter: { name }, numeric }) => [name, numeric ? numberOf(typed[name]) : typed[name]]),
  )
  const nameOf = (option: string) => {
    const { meta } = fields.find(({ parameter }) => parameter.name === option)!
    return meta.argument ?? `--${meta.flag ?? flagOf(option)}`
  }
  return demandOptions(takes, given, nameOf, typed)
}

const numberOf = (text: unknown) => (typeof text === 'string' && /^\s*[-+]?[\d.]/.test(text) ? Number(text) : text)
