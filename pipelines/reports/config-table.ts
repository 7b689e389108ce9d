/** The config of a run with what set each value, as `run.yaml` keeps it in its comments. */
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { table } from '../drawing/page.js'

export interface ConfigValue {
  path: string
  value: string
  /** File and line, or the edit that set it; empty if it is not told. */
  origin: string
}

/** Every value of a run's config; lists of plain values stay together. */
export function configValues(text: string): ConfigValue[] {
  const found: ConfigValue[] = []
  const visit = (node: unknown, path: string) => {
    if (isMap(node)) for (const { key, value } of node.items) visit(value, path ? `${path}.${key}` : String(key))
    else if (isSeq(node) && node.items.every(isScalar)) {
      const origins = new Set(node.items.map(item => item.comment?.trim() ?? ''))
      const value = `[${node.items.map(item => item.value).join(', ')}]`
      found.push({ path, value, origin: [...origins].join(', ') })
    } else if (isSeq(node)) for (const [at, item] of node.items.entries()) visit(item, `${path}.${at}`)
    else if (isScalar(node)) found.push({ path, value: String(node.value), origin: node.comment?.trim() ?? '' })
  }
  visit(parseDocument(text).contents, '')
  return found
}

/** HTML, folded. */
export function configTable(text: string): string {
  const values = configValues(text)
  const edits = values.filter(({ origin }) => origin.startsWith('--')).length
  const rows = values.map(({ path, value, origin }) => [path, value, origin])
  const told = `${values.length} values${edits > 0 ? `, ${edits} of them set on the command line` : ''}; what is not here has its default.`
  return `<details><summary>${told}</summary>${table([{ title: 'name' }, { title: 'value' }, { title: 'set by' }], rows)}</details>`
}
