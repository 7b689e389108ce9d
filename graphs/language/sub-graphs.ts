/** `views: { use: two-views.yaml, from: mel }`: the nodes of another file, as `views/near`, `views/mixed`, ... */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { Problem } from '../../data/problem.js'
import { readExtended } from './extend.js'
import { isLane } from './lift.js'
import { merge } from './merge.js'
import { suggestion } from './nearest-name.js'
import { changeReferences, type Reference, referencesIn, stageOf, textAt } from './node-references.js'
import { isFlag } from './overrides.js'
import type { StageBook } from './own-stages.js'
import { resolveReferences } from './references.js'
import { type Branch, branchAt, type Entry, type Leaf, problemAt, type Spot } from './tree.js'

/** A node that stood for another file. */
export interface Use {
  /** Its id, with those of the sub-graphs around it: `views`, `front/views`. */
  id: string
  /** Where it stands. */
  spot: Spot
  /** The files that its nodes come from. */
  files: string[]
}

export interface Inlining {
  book: StageBook
  problems: Problem[]
  environment: Record<string, string | undefined>
  /** Every file read so far; further ones are added. */
  files: string[]
}

/** Far above any graph written by people; files that use each other many times over stop here. */
const MOST_NODES = 5000
/** What a sub-graph file may hold. */
const PARTS = ['nodes', 'inputs', 'output', 'name', 'stages']

/** A used file, its nodes flat, their ids still its own. */
interface Part {
  id: string
  file: string
  nodes: Branch
  inputs: string[]
  /** The node that the sub-graph's own name stands for. */
  output?: string
  /** It names one that there is not; that has been told. */
  wrongOutput: boolean
  /** What the using graph gives for each input. */
  wiring: Map<string, Reference>
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
        parts.set(id, await this.#part(id, key, value, trail, outer))
    const { stages } = this.inlining.book
    const entries = new Map<string, Entry>()
    const outward = (id: string) => (reference: Reference) => this.#outward(reference, parts, ['nodes', outer + id])
    for (const [id, entry] of nodes.entries) {
      if (!parts.has(id)) {
        const { value } = entry
        const changed =
          value.kind === 'map' ? changeReferences(value, stageOf(value, nodes, stages), outward(id)) : value
        entries.set(id, { ...entry, value: changed })
        continue
      }
      const part = parts.get(id)
      if (!part) continue
      for (const [inner, entry] of part.nodes.entries)
        entries.set(`${id}/${inner}`, { ...entry, value: this.#moved(entry, part, outward(id)) })
    }
    this.#nodes += entries.size
    const failed = new Set([...parts.keys()].filter(id => !parts.get(id) || this.#failed.has(id)))
    return { ...nodes, entries, failed }
  }

  /** A node of a part, its references put right for where it now stands. */
  #moved({ value }: Entry, part: Part, outward: (reference: Reference) => Reference): Entry['value'] {
    if (value.kind !== 'map') return value
    return changeReferences(value, stageOf(value, part.nodes, this.inlining.book.stages), reference => {
      const [head = '', ...rest] = reference.value.split('.')
      const given = part.wiring.get(head)
      if (!given) return { ...reference, value: [`${part.id}/${head}`, ...rest].join('.') }
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
    const names = [...part.nodes.entries.keys()].map(name => name.replaceAll('/', '.'))
    const message = lanes
      ? `'${head}' (${basename(part.file)}) does not say which of its nodes it gives: name one, as in ${head}.${names.at(-1)}, or write output: ${names.at(-1)} in that file.`
      : `'${head}' (${basename(part.file)}) has no node '${rest.join('.')}'. ${suggestion(rest[0]!, names)}`.trimEnd()
    this.inlining.problems.push(problemAt('bad-use', reference.spot, path, message))
    return { ...reference, value: head }
  }

  async #part(id: string, key: Spot, tree: Branch, trail: readonly string[], outer: string): Promise<Part | undefined> {
    const { book, problems, environment, files } = this.inlining
    const path = ['nodes', `${outer}${id}`]
    const written = tree.entries.get('use')!.value
    const refuse = (message: string, spot: Spot = written.spot, at = [...path, 'use']) => {
      problems.push(problemAt('bad-use', spot, at, message))
      return undefined
    }
    const name = textAt(tree, 'use')
    if (name === undefined) return refuse('use is a YAML file with nodes, such as two-views.yaml.')
    if (tree.entries.has('stage')) return refuse(`'${id}' has a stage and uses a file: keep one of the two.`)
    const file = isAbsolute(name) || isFlag(written.spot) ? name : join(dirname(written.spot.file), name)
    if (trail.includes(resolve(file))) {
      const circle = [...trail.slice(trail.indexOf(resolve(file))), file].map(step => basename(step)).join(' -> ')
      return refuse(`Files use each other in a circle: ${circle}.`)
    }
    if (this.#nodes > MOST_NODES) return undefined
    const read = await readExtended(file, { spot: written.spot, path: [...path, 'use'] })
    problems.push(...read.problems)
    files.push(...read.files.filter(one => !files.includes(one)))
    if (!read.tree) return undefined
    this.uses.push({ id: `${outer}${id}`, spot: key, files: read.files })
    for (const [name, { key }] of read.tree.entries)
      if (!PARTS.includes(name)) {
        const message = `A sub-graph has nodes, inputs and an output; '${name}' stands in the graph that uses it.`
        problems.push(problemAt('bad-use', key, [name], message))
      }
    await book.add(read.tree, problems)
    const inputs = namesIn(read.tree, 'inputs', problems)
    const own = branchAt(read.tree, 'nodes')
    if (!own) return refuse(`${name} has no nodes.`)
    const { overrides, wiring } = this.#wiring(name, tree, own, inputs, path)
    if (wiring.size < inputs.length) return undefined
    const changed = merge(own, overrides, problems, path)
    const whole: Branch = { ...read.tree, entries: new Map(read.tree.entries).set('nodes', { key, value: changed }) }
    const resolved = resolveReferences(whole, problems, environment, new Set(read.files))
    const nodes = await this.flat(branchAt(resolved, 'nodes')!, [...trail, resolve(file)], `${outer}${id}/`)
    if (this.#nodes > MOST_NODES && problems.every(({ code }) => code !== 'too-large')) {
      const message = `Files that use files make more than ${MOST_NODES} nodes here.`
      problems.push(problemAt('too-large', written.spot, [...path, 'use'], message))
    }
    if (this.#nodes > MOST_NODES) return undefined
    const output = outputOf(resolved, nodes, inputs, book, problems)
    const wrongOutput = output === undefined && resolved.entries.has('output')
    return { id, file, nodes, inputs, wiring, wrongOutput, ...(output === undefined ? {} : { output }) }
  }

  /** What a use says: which nodes its inputs are, and what it changes inside. */
  #wiring(name: string, tree: Branch, own: Branch, inputs: string[], path: string[]) {
    const { problems } = this.inlining
    const wiring = new Map<string, Reference>()
    const overrides: Branch = { kind: 'map', spot: tree.spot, entries: new Map() }
    const add = (input: string | undefined, value: Entry['value'], at: (string | number)[]) => {
      if (value.kind !== 'leaf' || typeof value.value !== 'string')
        problems.push(problemAt('bad-reference', value.spot, at, `'${input ?? 'from'}' names a node, such as mel.`))
      else if (input === undefined) {
        const message = `'from' names more nodes than ${name} has inputs${inputs.length > 0 ? `: ${inputs.join(', ')}` : ''}.`
        problems.push(problemAt('too-many-ports', value.spot, at, message))
      } else wiring.set(input, value as Reference)
    }
    for (const [key, { key: spot, value }] of tree.entries) {
      const here = [...path, key]
      if (key === 'use') continue
      if (key === 'from' && value.kind === 'list')
        for (const [at, item] of value.items.entries()) add(inputs[at], item, [...here, at])
      else if (key === 'from') add(inputs[0], value, here)
      else if (inputs.includes(key)) add(key, value, here)
      else if (own.entries.has(key)) overrides.entries.set(key, { key: spot, value })
      else {
        const guess = suggestion(key, [...own.entries.keys(), ...inputs, 'from', 'use'], 20)
        problems.push(problemAt('bad-use', spot, here, `${name} has no node or input '${key}'. ${guess}`.trimEnd()))
      }
    }
    const missing = inputs.filter(input => !wiring.has(input))
    if (missing.length > 0) {
      const message = `${name} reads ${missing.map(one => `'${one}'`).join(' and ')}: say which node that is, as in ${missing[0] === inputs[0] ? 'from' : missing[0]}: node.`
      problems.push(problemAt('bad-use', tree.entries.get('use')!.value.spot, path, message))
    }
    return { overrides, wiring }
  }
}

/** The node that a sub-graph's name stands for: as `output` says, or the only one that no other reads. */
function outputOf(
  whole: Branch,
  nodes: Branch,
  inputs: string[],
  { stages }: StageBook,
  problems: Problem[],
): string | undefined {
  for (const input of inputs) {
    const twin = nodes.entries.get(input)
    if (twin)
      problems.push(
        problemAt('bad-use', twin.key, ['nodes', input], `'${input}' is an input already: call the node otherwise.`),
      )
  }
  const written = whole.entries.get('output')?.value
  if (written) {
    const name = written.kind === 'leaf' && typeof written.value === 'string' ? written.value.replaceAll('.', '/') : ''
    if (nodes.entries.has(name)) return name
    const message = `output is the id of a node of this file. ${suggestion(name, nodes.entries.keys())}`.trimEnd()
    problems.push(problemAt('bad-use', written.spot, ['output'], message))
    return undefined
  }
  const read = new Set(
    [...nodes.entries.values()].flatMap(({ value }) =>
      value.kind === 'map'
        ? referencesIn(value, stageOf(value, nodes, stages)).map(({ value }) => value.split('.')[0])
        : [],
    ),
  )
  const unread = [...nodes.entries.keys()].filter(id => !read.has(id))
  return unread.length === 1 ? unread[0] : undefined
}

/** A list of names at the top of a file; one name alone is a list of one. */
export function namesIn(tree: Branch, key: string, problems: Problem[]): string[] {
  const value = tree.entries.get(key)?.value
  if (!value) return []
  const items = value.kind === 'list' ? value.items : [value]
  const names = items.filter(
    (item): item is Leaf & { value: string } => item.kind === 'leaf' && typeof item.value === 'string',
  )
  if (names.length < items.length)
    problems.push(problemAt('bad-value', value.spot, [key], `${key} is a list of names, such as [mel].`))
  return names.map(({ value }) => value)
}
