/** One document from all its parts: files it extends, command-line values, references; then its settings, checked. */
import { basename, dirname, resolve } from 'node:path'
import type { z } from 'zod'
import type { Problem } from '../../data/problem.js'
import { readExtended } from './extend.js'
import { merge } from './merge.js'
import { suggestion } from './nearest-name.js'
import { isFlag, readOverride } from './overrides.js'
import { resolveReferences } from './references.js'
import { checkSettings } from './settings.js'
import { type Branch, branchAt, dotted, leaves, plain, problemAt, type Spot, type Tree } from './tree.js'

export type Sections = Record<string, z.ZodType>
export type SectionValues<S extends Sections> = { [Name in keyof S]?: z.output<S[Name]> }

export interface ReadOptions<S extends Sections = Sections> {
  /** Arguments of `--set`, in order: `nodes.mel.bands=128`. */
  set?: readonly string[]
  /** Schemas of the sections beside `nodes`; a section without a schema is passed on as it is. */
  sections?: S
  environment?: Record<string, string | undefined>
}

/** A value of the document and where it was written. */
export interface Origin {
  path: string
  value: unknown
  /** `graphs/contrastive-16k.yaml:12`, or the argument: `--set train.steps=100`. */
  origin: string
}

export interface Document<S extends Sections = Sections> {
  file: string
  /** Every file that was read, `file` first. */
  files: string[]
  /** Its `name`, or the file's own without ending. */
  name: string
  /** `data`, `train`, `streams`, `evaluate`: checked, defaults filled in, units turned into seconds and hertz. */
  sections: SectionValues<S>
  /** The whole document as written, composed and with references replaced; extends nothing any more. */
  resolved: Record<string, unknown>
  tree: Branch
  /** Where each value of `resolved` comes from. */
  explain(): Origin[]
}

const TOP_LEVEL = ['name', 'nodes', 'data', 'train', 'streams', 'evaluate']
const SECTIONS = ['data', 'train', 'streams', 'evaluate']
/** Settings of `data` that name files. */
const FILES = new Set(['set', 'folder', 'manifest'])

/** Reads a document. All problems are collected; `document` is absent only if a file cannot be read at all. */
export async function readDocument<S extends Sections>(
  file: string,
  { set = [], sections = {} as S, environment = process.env }: ReadOptions<S> = {},
): Promise<{ document?: Document<S>; problems: Problem[] }> {
  const { tree: written, problems, files } = await readExtended(file)
  if (!written) return { problems }
  const overridden = set.reduce<Branch>((below, argument) => {
    const override = readOverride(argument)
    problems.push(...override.problems)
    return override.tree ? merge(below, override.tree, problems) : below
  }, written)
  const tree = absolutePaths(resolveReferences(overridden, problems, environment))
  checkTopLevel(tree, problems)
  const name = tree.entries.get('name')?.value
  const document: Document<S> = {
    file,
    files,
    name: name?.kind === 'leaf' && typeof name.value === 'string' ? name.value : basename(file).replace(/\.ya?ml$/, ''),
    sections: readSections(tree, sections, problems),
    resolved: plain(tree) as Record<string, unknown>,
    tree,
    explain: () =>
      [...leaves(tree)].map(({ path, tree: leaf }) => ({
        path: dotted(path),
        value: plain(leaf),
        origin: origin(leaf.spot),
      })),
  }
  return { document, problems }
}

function checkTopLevel(tree: Branch, problems: Problem[]): void {
  for (const [name, { key, value }] of tree.entries) {
    if (!TOP_LEVEL.includes(name)) {
      const guess = suggestion(name, ['extends', ...TOP_LEVEL])
      problems.push(problemAt('unknown-key', key, [name], `A document has no '${name}'. ${guess}`))
    } else if (name === 'name') {
      if (value.kind !== 'leaf' || typeof value.value !== 'string')
        problems.push(problemAt('bad-value', value.spot, [name], 'name is text.'))
    } else if (value.kind !== 'map')
      problems.push(problemAt('bad-value', value.spot, [name], `'${name}' is a map: indented lines of key: value.`))
  }
}

function readSections<S extends Sections>(tree: Branch, schemas: S, problems: Problem[]): SectionValues<S> {
  const values: Record<string, unknown> = {}
  for (const name of SECTIONS) {
    const schema = schemas[name]
    const written = branchAt(tree, name)
    if (!schema) values[name] = written && plain(written)
    else if (written)
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

/** A relative file of `data` is meant from the file that names it, or from here if it stands on the command line. */
function absolutePaths(tree: Branch): Branch {
  const data = branchAt(tree, 'data')
  if (!data) return tree
  const entries = new Map(data.entries)
  for (const [name, { key, value }] of data.entries)
    if (FILES.has(name)) entries.set(name, { key, value: absolute(value) })
  return {
    ...tree,
    entries: new Map(tree.entries).set('data', { ...tree.entries.get('data')!, value: { ...data, entries } }),
  }
}

function absolute(tree: Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(absolute) }
  if (tree.kind !== 'leaf' || typeof tree.value !== 'string') return tree
  return { ...tree, value: resolve(isFlag(tree.spot) ? '.' : dirname(tree.spot.file), tree.value) }
}

function origin(spot: Spot): string {
  return spot.line === undefined ? spot.file : `${spot.file}:${spot.line}`
}
