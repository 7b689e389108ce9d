/** One document from all its parts: files it extends, command-line values, references; then its settings, checked. */
import { basename } from 'node:path'
import type { z } from 'zod'
import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { shippedFile } from '../../data/shipped-file.js'
import { demandEdits } from './edit.js'
import { applyEdits, type Edit, editInWords } from './edits.js'
import { readExtended } from './extend.js'
import { absoluteSettings } from './files.js'
import { absoluteParameters } from './named-files.js'
import { NAME, NAME_IN_WORDS, nameOfFile } from './names.js'
import { StageBook } from './own-stages.js'
import { resolveReferences } from './references.js'
import { checkSettings } from './settings.js'
import { namesIn, type Use } from './sub-graph-file.js'
import { inlineSubGraphs } from './sub-graphs.js'
import { type Branch, branchAt, dotted, type Leaf, leaves, plain, problemAt, type Spot, type Tree } from './tree.js'
import type { Stages } from './wired.js'

export type Sections = Record<string, z.ZodType>
export type SectionValues<S extends Sections> = { [Name in keyof S]?: z.output<S[Name]> }

export interface ReadOptions<S extends Sections = Sections> {
  /** Arguments of `--set`, in order: `nodes.mel.bands=128`; done before `edits`. */
  set?: readonly string[]
  /** Further changes, done in this order. */
  edits?: readonly Edit[]
  /** The stages that are installed, whose ports say which nodes are read, or what loads them; a document may list more (`stages`). */
  stages?: Stages | StageLoader
  /** Schemas of the sections that may stand beside `nodes`; settings that name files are marked so (`files.ts`). */
  sections?: S
  environment?: Record<string, string | undefined>
}

/** Loads the stages of these names, or all. */
export type StageLoader = (named?: Iterable<string>) => Promise<Stages>

/** A value of the document and where it was written. */
export interface Origin {
  path: string
  value: unknown
  /** `graphs/contrastive-16k.yaml:12`, or the edit: `--set train.steps=100`. */
  origin: string
}

export interface Document<S extends Sections = Sections> {
  file: string
  /** Every file that was read, `file` first. */
  files: string[]
  /** Its `name`, or the file's own without ending. */
  name: string
  /** Those with a schema: checked, defaults filled in, units turned into seconds and hertz. */
  sections: SectionValues<S>
  /** The whole document as written, composed and with references replaced; extends nothing any more. */
  resolved: Record<string, unknown>
  tree: Branch
  /** As they were typed: `--without mixed`. */
  edits: string[]
  /** The nodes that stood for other files. */
  uses: readonly Use[]
  /** Where each value of `resolved` comes from. */
  explain(): Origin[]
}

const TOP_LEVEL = ['name', 'nodes', 'stages']

/**
 * Reads a document. All problems are collected; `document` is absent only if a file cannot be read at all.
 *
 * @param named path, or name of a config that ships with Earshot
 * @throws Problem `bad-edit`
 */
export async function readDocument<S extends Sections>(
  named: string,
  { set = [], edits = [], sections = {} as S, environment = process.env, stages = new Map() }: ReadOptions<S> = {},
): Promise<{ document?: Document<S>; problems: Problem[]; book: StageBook }> {
  demandEdits(edits)
  const file = shippedFile(named, 'configs')
  const { tree: written, problems, files } = await readExtended(file)
  const all: readonly Edit[] = [...set.map(set => ({ set })), ...edits]
  const book = new StageBook(typeof stages === 'function' ? await stages(written && namedStages(written, all)) : stages)
  if (!written) return { problems, book }
  const alone = subGraphAlone(file, written, problems)
  if (alone) return { problems: [...problems, alone], book }
  await book.add(written, problems)
  const inlined = await inlineSubGraphs(written, { book, problems, environment, files })
  const edited = applyEdits(inlined.tree, all, book.stages, problems)
  const tree = absolutePaths(resolveReferences(edited, problems, environment), book, sections)
  checkTopLevel(tree, [...TOP_LEVEL, ...Object.keys(sections)], problems)
  const name = tree.entries.get('name')?.value
  const document: Document<S> = {
    file,
    files,
    name: isName(name) ? name.value : nameOfFile(file),
    sections: readSections(tree, sections, problems),
    resolved: plain(tree) as Record<string, unknown>,
    tree,
    edits: all.map(editInWords),
    uses: inlined.uses,
    explain: () =>
      [...leaves(tree)].map(({ path, tree: leaf }) => ({
        path: dotted(path),
        value: plain(leaf),
        origin: origin(leaf.spot),
      })),
  }
  return { document, problems, book }
}

/** Stages that nodes and edits name; undefined where a sub-graph, a setting or a file of code may name more. */
function namedStages(tree: Branch, edits: readonly Edit[]): Set<string> | undefined {
  const nodes = [...leaves(tree)].filter(({ path }) => path[0] === 'nodes' && path.length === 3)
  const swapped = edits.flatMap(edit => ('swap' in edit ? [/=\s*([^\s{]*)/.exec(edit.swap)?.[1] ?? ''] : []))
  if (
    tree.entries.has('stages') ||
    nodes.some(({ path }) => path[2] === 'use') ||
    edits.some(edit => 'set' in edit && /stage|use/.test(edit.set))
  )
    return undefined
  return new Set([
    ...nodes.filter(({ path }) => path[2] === 'stage').map(({ tree }) => String(plain(tree))),
    ...swapped,
  ])
}

const isName = (tree: Tree | undefined): tree is Leaf & { value: string } =>
  tree?.kind === 'leaf' && typeof tree.value === 'string' && NAME.test(tree.value)

function checkTopLevel(tree: Branch, known: readonly string[], problems: Problem[]): void {
  for (const [name, { key, value }] of tree.entries) {
    if (!known.includes(name)) {
      const guess = suggestion(name, ['extends', ...known])
      problems.push(problemAt('unknown-key', key, [name], `A document has no '${name}'. ${guess}`))
    } else if (name === 'name') {
      if (!isName(value)) problems.push(problemAt('bad-value', value.spot, [name], `name is ${NAME_IN_WORDS}.`))
    } else if (value.kind !== 'map' && name !== 'stages')
      problems.push(problemAt('bad-value', value.spot, [name], `'${name}' is a map: indented lines of key: value.`))
  }
}

function readSections<S extends Sections>(tree: Branch, schemas: S, problems: Problem[]): SectionValues<S> {
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(schemas)) {
    const written = branchAt(tree, name)
    if (written)
      values[name] = checkSettings(
        written,
        schema,
        { owner: name, word: 'setting', path: [name], spot: tree.entries.get(name)!.key },
        problems,
      )
    else if (!tree.entries.has(name)) values[name] = schema.safeParse(undefined).data
  }
  return values as SectionValues<S>
}

/** A file with `inputs` is a part of other graphs: there is nothing to check by itself. */
function subGraphAlone(file: string, tree: Branch, problems: Problem[]): Problem | undefined {
  const inputs = tree.entries.get('inputs') ?? tree.entries.get('output')
  if (!inputs) return undefined
  const [name = 'node'] = namesIn(tree, 'inputs', problems)
  const message = `This file is a sub-graph: other graphs use it, and are checked with it.`
  const hint = `In such a graph: ${basename(file).replace(/\.ya?ml$/, '')}: { use: ${basename(file)}, from: ${name} }`
  return problemAt('sub-graph-alone', inputs.key, [tree.entries.has('inputs') ? 'inputs' : 'output'], message, hint)
}

/** The document with every file that it names named absolutely: in its sections, in nodes, and under `stages`. */
function absolutePaths(document: Branch, { own, stages }: StageBook, sections: Sections): Branch {
  const entries = new Map(document.entries)
  for (const [name, schema] of Object.entries(sections)) {
    const entry = entries.get(name)
    if (entry) entries.set(name, { ...entry, value: absoluteSettings(entry.value, schema) })
  }
  const items = [...own.values()].map(({ leaf }) => leaf) // those of sub-graphs among them
  const key = entries.get('stages')?.key ?? items[0]?.spot
  if (items[0] && key) entries.set('stages', { key, value: { kind: 'list', spot: items[0].spot, items } })
  return absoluteParameters({ ...document, entries }, stages)
}

function origin(spot: Spot): string {
  return spot.line === undefined ? spot.file : `${spot.file}:${spot.line}`
}
