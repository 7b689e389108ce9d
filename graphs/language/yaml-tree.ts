/** From the nodes of a parsed YAML document to a tree with places. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import type { Problem } from '../../data/problem.js'
import { type Branch, type Leaf, type Path, problemAt, type Spot, type Tree } from './tree.js'

/** Far above any graph written by people, far below what would hurt. */
export const DEEPEST = 64
const MOST_VALUES = 100_000
const REFUSED_KEYS = new Set(['__proto__', 'prototype', 'constructor'])

const MERGE_KEY = "'<<' (merge keys of YAML 1.1) is not read."
const MERGE_HINT = `Files that extend each other merge maps; a value repeats another by its path: "\${nodes.mel.bands}".`

/** Places from offsets. */
export type Spotter = (start: number, end: number) => Spot

/** A value over several lines is underlined to the end of its first. */
export function spotter(file: string, text: string, lines: LineCounter): Spotter {
  return (start, end) => {
    const { line, col } = lines.linePos(start)
    const stop = text.slice(start, end).search(/\r?\n|$/)
    return { file, line, column: col, length: Math.max(1, stop) }
  }
}

/** The values of a parsed document; aliases become copies of what they name. */
export function treeOf(document: Document, spot: Spotter): { tree?: Tree; problems: Problem[] } {
  const problems: Problem[] = []
  let values = 0
  const active = new Set<unknown>()
  class TooMuch extends Error {}

  function value(node: Node, path: Path, at: Spot): Tree {
    if (++values > MOST_VALUES || path.length > DEEPEST) {
      problems.push(problemAt('too-large', at, path.slice(0, 3), `The document holds more than ${MOST_VALUES} values.`))
      throw new TooMuch()
    }
    if (isAlias(node)) return alias(node.resolve(document), node.source, path, at)
    if (isScalar(node)) return leaf(node.value, node.source, at)
    active.add(node)
    const tree = isMap(node) ? map(node.items, path, at) : isSeq(node) ? list(node.items, path, at) : undefined
    active.delete(node)
    return tree ?? { kind: 'leaf', spot: at, value: null }
  }

  function alias(target: Node | undefined, name: string, path: Path, at: Spot): Tree {
    if (target && !active.has(target)) return value(target, path, at)
    const message = target
      ? `'*${name}' stands inside the value that it repeats.`
      : `There is no anchor '&${name}' above this.`
    problems.push(problemAt('bad-alias', at, path, message))
    return { kind: 'leaf', spot: at, value: null }
  }

  function map(pairs: { key: unknown; value: unknown }[], path: Path, at: Spot): Branch {
    const entries: Branch['entries'] = new Map()
    for (const pair of pairs) {
      const key = pair.key as Node
      const where = key?.range ? spot(key.range[0], key.range[1]) : at
      const name = isScalar(key) ? String(key.value) : undefined
      const first = name === undefined ? undefined : entries.get(name)
      const here = name === undefined ? path : [...path, name]
      if (name === undefined) problems.push(problemAt('bad-key', where, path, 'A key must be a plain word.'))
      else if (name === '<<') problems.push(problemAt('bad-key', where, here, MERGE_KEY, MERGE_HINT))
      else if (REFUSED_KEYS.has(name)) problems.push(problemAt('bad-key', where, here, `'${name}' cannot be a key.`))
      else if (first) {
        const message = `'${name}' stands twice here; the first one is in line ${first.key.line}. Keep one.`
        problems.push(problemAt('duplicate-key', where, here, message))
      } else {
        const node = pair.value as Node | null
        const tree: Tree = node
          ? value(node, here, nodeSpot(node) ?? where)
          : { kind: 'leaf', spot: where, value: null }
        entries.set(name, { key: where, value: tree })
      }
    }
    return { kind: 'map', spot: at, entries }
  }

  function list(items: unknown[], path: Path, at: Spot): Tree {
    return {
      kind: 'list',
      spot: at,
      items: items.map((item, index) => value(item as Node, [...path, index], nodeSpot(item as Node) ?? at)),
    }
  }

  const nodeSpot = (node: Node) => (node.range ? spot(node.range[0], node.range[1]) : undefined)
  const root = document.contents as Node
  try {
    return { tree: value(root, [], nodeSpot(root)!), problems }
  } catch (error) {
    if (error instanceof TooMuch) return { problems }
    throw error
  }
}

function leaf(given: unknown, source: string | undefined, spot: Spot): Leaf {
  const value = ['string', 'number', 'boolean'].includes(typeof given) ? (given as Leaf['value']) : null
  return { kind: 'leaf', spot, value, ...(typeof value !== 'string' && source && { source }) }
}
