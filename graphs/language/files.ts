/** Files that documents name: marked in the schemas of their settings, and where a relative name counts from. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { shippedAs } from '../../engine/checkpoints/find.js'
import { isFlag } from './overrides.js'
import { bare, schemaAt } from './parameters.js'
import { plain, type Spot, type Tree } from './tree.js'

/** A setting that names a file. */
export const fileName = (description: string) => z.string().meta({ description, file: true })

/** A setting that names a run or a checkpoint. */
export const checkpointName = (description: string) => z.string().meta({ description, file: 'checkpoint' })

/** Where relative names count from: the folder of the file in which they stand, or here if on the command line. */
export const folderOf = (spot: Spot): string => spot.folder ?? (isFlag(spot) ? '.' : dirname(spot.file))

/** The same value with file names made absolute; lists are lists of names. */
export const absolute = (tree: Tree): Tree => renamed(tree, resolve)

/** As `absolute`, of a run or checkpoint: `pretrained` is the encoder that ships. */
export const absoluteCheckpoint = (tree: Tree): Tree =>
  renamed(tree, (folder, name) => shippedAs(name, folder) ?? resolve(folder, name))

function renamed(tree: Tree, name: (folder: string, given: string) => string): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(item => renamed(item, name)) }
  if (tree.kind !== 'leaf' || typeof tree.value !== 'string') return tree
  return { ...tree, value: name(folderOf(tree.spot), tree.value) }
}

/** Settings with the files that their schema marks named absolutely. */
export function absoluteSettings(tree: Tree, schema: z.ZodType): Tree {
  if (tree.kind !== 'map') {
    const named = whatIsNamed(schema)
    return named === 'checkpoint' ? absoluteCheckpoint(tree) : named ? absolute(tree) : tree
  }
  const given = plain(tree)
  const entries = [...tree.entries].map(([name, { key, value }]) => {
    const inner = schemaAt(schema, [name], given)
    return [name, { key, value: inner ? absoluteSettings(value, inner) : value }] as const
  })
  return { ...tree, entries: new Map(entries) }
}

function whatIsNamed(schema: z.ZodType): unknown {
  const inner = bare(schema)
  if (inner instanceof z.ZodUnion) return (inner.options as z.ZodType[]).map(whatIsNamed).find(named => named)
  if (inner instanceof z.ZodArray) return whatIsNamed(inner.element as z.ZodType)
  return inner.meta()?.file ?? schema.meta()?.file
}
