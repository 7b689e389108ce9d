/** `views: { use: two-views.yaml, from: mel }`: the nodes of another file, as `views/near`, `views/mixed`, ... */
import { basename, resolve } from 'node:path'
import type { Problem } from '../../data/problem.js'
import { noInnerNode } from './inner-nodes.js'
import { isLane } from './lift.js'
import { merge } from './merge.js'
import { changeReferences, type Reference, stageOf } from './node-references.js'
import { resolveReferences } from './references.js'
import { type Inlining, outputOf, readUsed, type Use, type Using } from './sub-graph-file.js'
import { wiringOf } from './sub-graph-wiring.js'
import { type Branch, branchAt, type Entry, problemAt, type Spot } from './tree.js'

/** Far above any graph written by people; files that use each other many times over stop here. */
const MOST_NODES = 5000

/** A used file, its nodes flat, their ids still its own. */
interface Part {
  file: string
  nodes: Branch
  /** The node that the sub-graph's own name stands for. */
  output?: string
  /** It names one that there is not; that has been told. */
  wrongOutput: boolean
  inputs: readonly string[]
  /** What the using graph gives for each input. */
  given: Map<string, Reference>
}

/** The document with every `use` replaced by the nodes it stands for. */
export async function inlineSubGraphs(root: Branch, inlining: Inlining): Promise<{ tree: Branch; uses: Use[] }> {
  const nodes = branchAt(root, 'nodes')
  const uses: Use[] = []
  if (!nodes || !usesAny(nodes)) return { tree: root, uses }
  const inliner = new Inliner(inlining, uses)
  const flat = await inliner.flat(nodes, [resolve(inlining.files[0]!)], '')
  const entries = new Map(root.entries).set('nodes', { ...root.entries.get('nodes')!, value: flat })
  return { tree: { ...root, entries }, uses }
}

const usesAny = (nodes: Branch) =>
  [...nodes.entries.values()].some(({ value }) => value.kind === 'map' && value.entries.has('use'))

class Inliner {
  #nodes = 0
  /** Ids of uses that some reference could not be led into; that has been told. */
  readonly #failed = new Set<string>()

  constructor(
    private readonly inlining: Inlining,
    private readonly uses: Use[],
  ) {}

  /** Nodes of one file without `use` among them. `trail`: the files that stand around; `outer`: ids of the uses around. */
  async flat(nodes: Branch, trail: readonly string[], outer: string): Promise<Branch> {
    const parts = new Map<string, Part | undefined>()
    for (const [id, { value, key }] of nodes.entries)
      if (value.kind === 'map' && value.entries.has('use'))
        parts.set(id, await this.#part({ id: outer + id, key, map: value, trail }))
    const { stages } = this.inlining.book
    const entries = new Map<string, Entry>()
    const add = (id: string, entry: Entry) => {
      if (entries.has(id)) this.inlining.problems.push(calledAlike(id, nodes.entries.get(id)?.key ?? entry.key, outer))
      else entries.set(id, entry)
    }
    const outward = (id: string) => (reference: Reference) => this.#outward(reference, parts, ['nodes', outer + id])
    for (const [id, entry] of nodes.entries) {
      if (!parts.has(id)) {
        const { value } = entry
        const changed =
          value.kind === 'map' ? changeReferences(value, stageOf(value, nodes, stages), outward(id)) : value
        add(id, { ...entry, value: changed })
        continue
      }
      const part = parts.get(id)
      if (!part) continue
      for (const [inner, entry] of part.nodes.entries)
        add(`${id}/${inner}`, { ...entry, value: this.#moved(entry, id, part, outward(id)) })
    }
    this.#nodes += entries.size
    const failed = new Set([...parts.keys()].filter(id => !parts.get(id) || this.#failed.has(id)))
    const inputs = new Map<string, readonly string[]>()
    for (const [id, part] of parts) {
      if (part) inputs.set(id, part.inputs)
      for (const [inner, names] of part?.nodes.inputs ?? []) inputs.set(`${id}/${inner}`, names)
    }
    return { ...nodes, entries, failed, inputs }
  }

  /** A node of a part, its references put right for where it now stands. */
  #moved({ value }: Entry, id: string, part: Part, outward: (one: Reference) => Reference): Entry['value'] {
    if (value.kind !== 'map') return value
    return changeReferences(value, stageOf(value, part.nodes, this.inlining.book.stages), reference => {
      const [head = '', ...rest] = reference.value.split('.')
      const given = part.given.get(head)
      if (!given) return { ...reference, value: [`${id}/${head}`, ...rest].join('.') }
      return { ...reference, value: [outward(given).value, ...rest].join('.') }
    })
  }

  /** `views.mixed.a` becomes `views/mixed.a`, `views` the part's output. */
  #outward(reference: Reference, parts: ReadonlyMap<string, Part | undefined>, path: string[]): Reference {
    const [head = '', ...rest] = reference.value.split('.')
    const part = parts.get(head)
    if (!part) return reference
    for (let end = rest.length; end > 0; end--) {
      const inner = rest.slice(0, end).join('/')
      if (part.nodes.entries.has(inner))
        return { ...reference, value: [`${head}/${inner}`, ...rest.slice(end)].join('.') }
    }
    const lanes = rest.length === 0 || (rest.length === 1 && isLane(rest[0]!))
    if (lanes && part.output) return { ...reference, value: [`${head}/${part.output}`, ...rest].join('.') }
    this.#failed.add(head)
    if (part.nodes.failed?.size || part.wrongOutput) return { ...reference, value: head } // told already
    const inner = [...part.nodes.entries.keys()]
    const last = inner.at(-1)!.replaceAll('/', '.')
    const message = lanes
      ? `'${head}' (${basename(part.file)}) does not say which of its nodes it gives: name one, as in ${head}.${last}, or write output: ${last} in that file.`
      : noInnerNode(head, rest, inner)
    this.inlining.problems.push(problemAt('bad-use', reference.spot, path, message))
    return { ...reference, value: head }
  }

  async #part(using: Using): Promise<Part | undefined> {
    const { book, problems, environment } = this.inlining
    if (this.#nodes > MOST_NODES) return undefined
    const used = await readUsed(using, this.inlining, this.uses)
    const wiring = used && wiringOf(using, used, problems)
    if (!wiring) return undefined
    const path = ['nodes', using.id]
    const changed = merge(used.nodes, wiring.overrides, problems, path)
    const entries = new Map(used.tree.entries).set('nodes', { key: using.key, value: changed })
    const resolved = resolveReferences({ ...used.tree, entries }, problems, environment, new Set(used.files))
    const nodes = await this.flat(branchAt(resolved, 'nodes')!, [...using.trail, resolve(used.path)], `${using.id}/`)
    if (this.#nodes > MOST_NODES && problems.every(({ code }) => code !== 'too-large')) {
      const message = `Files that use files make more than ${MOST_NODES} nodes here.`
      problems.push(problemAt('too-large', using.map.entries.get('use')!.value.spot, [...path, 'use'], message))
    }
    if (this.#nodes > MOST_NODES) return undefined
    const output = outputOf(resolved, nodes, used.inputs, book, problems)
    const wrongOutput = output === undefined && resolved.entries.has('output')
    return {
      file: used.path,
      nodes,
      inputs: used.inputs,
      given: wiring.given,
      wrongOutput,
      ...(output === undefined ? {} : { output }),
    }
  }
}

/** A node of the using graph has the id of one inside a sub-graph. */
function calledAlike(id: string, spot: Spot, outer: string): Problem {
  const [part, ...inner] = id.split('/')
  const message = `The sub-graph '${part}' has a node '${inner.join('.')}': two nodes would be called '${id}'.`
  const change = inner.reduceRight((value, name) => `{ ${name}: ${value} }`, '{ ... }')
  return problemAt(
    'duplicate-key',
    spot,
    ['nodes', outer + id],
    message,
    `To change that node, write ${part}: ${change}.`,
  )
}
