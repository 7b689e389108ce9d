/** What a schema refuses, in words. */
import type { z } from 'zod'
import { nearestName } from '../../data/nearest-name.js'
import type { Parameter } from './parameters.js'
import { show } from './tree.js'

export type Issue = z.core.$ZodIssue

/** A default as one writes it in YAML, with its unit. */
export function written({ default: value, unit }: Parameter): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ')
  return unit && typeof value === 'number' ? `${text} ${unit}` : text
}

const TYPES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
}

/** What zod found wrong with the value of `name`, as a sentence. */
export function sentence(issue: Issue, name: string, value: unknown, doc: Parameter | undefined): string {
  const given = `not ${show(value)}`
  switch (issue.code) {
    case 'invalid_type':
      return `${name} must be ${doc ? withArticle(doc.type) : (TYPES[issue.expected] ?? issue.expected)}, ${given}.`
    case 'too_small':
    case 'too_big': {
      const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum
      const side = issue.code === 'too_small' ? 'at least' : 'at most'
      const beyond = issue.code === 'too_small' ? 'above' : 'below'
      const many =
        issue.origin === 'array'
          ? Number(limit) === 1
            ? ' value'
            : ' values'
          : issue.origin === 'string'
            ? ' characters'
            : ''
      const verb = many ? 'needs' : 'must be'
      return `${name} ${verb} ${issue.inclusive === false ? beyond : side} ${limit}${many}, ${given}.`
    }
    case 'invalid_value': {
      const near = typeof value === 'string' ? nearestName(value, issue.values.map(String)) : undefined
      return `${name} must be ${choice(issue.values)}, ${given}.${near ? ` Did you mean '${near}'?` : ''}`
    }
    case 'invalid_union':
      return issue.message === 'Invalid input'
        ? `${name} cannot be ${show(value)}.`
        : `${name}: ${issue.message}, ${given}.`
    default:
      return `${name}: ${issue.message}.`
  }
}

const withArticle = (type: string) => (/^(whole|number|list|map|duration|frequency)/.test(type) ? `a ${type}` : type)

/** `one of a, b`. */
export function choice(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`
}
