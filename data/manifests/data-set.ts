import { existsSync } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { adapters } from '../adapters.js'
import { windowSettings } from '../annotations/window-settings.js'
import { inWindows } from '../annotations/windows.js'
import { Problem } from '../problem.js'
import { checkedSettings } from '../settings-file.js'
import { expandBraces } from './braces.js'
import { clipConditions, filterClips } from './clip-filter.js'
import type { ClipList } from './clip-list.js'
import { isEncoding } from './decode-text.js'
import { readFolder } from './folder.js'
import { hierarchySettings, withParents } from './hierarchy.js'
import { readShards } from './shards.js'
import { readTable } from './table.js'

/** A data set file. Paths start from the file's own folder; `package:name/path` is a path in an npm package. */
export const dataSetSchema = z
  .strictObject({
    adapter: z.enum(adapters.map(({ name }) => name)).optional(),
    folder: z.string().optional(),
    table: z.string().optional(),
    shards: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    keys: z.enum(['unique', 'per-shard']).optional(),
    'file-column': z.string().optional(),
    'start-column': z.string().optional(),
    'end-column': z.string().optional(),
    annotations: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    ...windowSettings,
    encoding: z.string().refine(isEncoding, 'there is no such encoding of text').optional(),
    extensions: z.array(z.string()).optional(),
    'class-from': z.enum(['folder', 'prefix', 'none']).optional(),
    classes: z.array(z.string()).optional(),
    hierarchy: hierarchySettings.optional(),
    where: clipConditions.optional(),
    except: clipConditions.optional(),
  })
  .refine(
    ({ folder, table, shards }) => folder !== undefined || table !== undefined || shards !== undefined,
    "expected 'folder', 'table' or both, or 'shards'",
  )
  .refine(
    ({ adapter, table, shards }) => shards === undefined || (adapter === undefined && table === undefined),
    "'shards' are read without an 'adapter' or 'table'",
  )
  .refine(
    ({ adapter, folder, table }) => adapter === undefined || (folder !== undefined && table === undefined),
    "an 'adapter' reads a 'folder', and no 'table'",
  )

/**
 * Clips of a data set file: `folder` alone (folder.ts), `table` with its paths starting from `folder` (table.ts), or
 * `folder` with an `adapter` that knows a published data set (adapters.ts), or `shards`: tars, with braces that count
 * (shards.ts), their paths starting from `folder`.
 * `annotations` and `segment` make stretches and windows of them (annotations/windows.ts). `hierarchy` gives labels their
 * parents (hierarchy.ts). `where` and `except` keep a part of them (clip-filter.ts). `${env:NAME,otherwise}` reads the
 * environment; a relative path there starts from the working folder.
 *
 * @throws Problem or Problems: `bad-data-set`, `no-data`, and those of folders, tables and conditions
 */
export async function readDataSet(file: string): Promise<ClipList> {
  const settings = await readSettings(file)
  const from = settings.folder === undefined ? dirname(file) : await located(settings.folder, dirname(file), file)
  const annotations = await Promise.all(
    [settings.annotations ?? []].flat().map(place => located(place, dirname(file), file)),
  )
  const list = await inWindows(await allClips(file, settings), { ...settings, annotations }, from, settings.encoding)
  const { hierarchy } = settings
  const whole = hierarchy ? withParents(list, await located(hierarchy.file, dirname(file), file), hierarchy) : list
  return filterClips(whole, settings, file)
}

async function allClips(file: string, settings: z.output<typeof dataSetSchema>): Promise<ClipList> {
  const folder = settings.folder === undefined ? undefined : await located(settings.folder, dirname(file), file)
  const adapter = adapters.find(({ name }) => name === settings.adapter)
  if (adapter) return adapter.read(folder!)
  const options = {
    extensions: settings.extensions,
    classFrom: settings['class-from'],
    classes: settings.classes,
    keys: settings.keys,
  }
  if (settings.shards !== undefined) {
    const from = folder ?? dirname(file)
    const shards = [settings.shards].flat().flatMap(path => expandBraces(placeOf(path, from, file)))
    return readShards(shards, { ...options, root: folder })
  }
  if (settings.table !== undefined) {
    return readTable(await located(settings.table, folder ?? dirname(file), file), {
      folder,
      fileColumn: settings['file-column'],
      startColumn: settings['start-column'],
      endColumn: settings['end-column'],
      encoding: settings.encoding,
    })
  }
  return readFolder(folder!, options)
}

async function readSettings(file: string): Promise<z.output<typeof dataSetSchema>> {
  return checkedSettings(
    { file, text: await readFile(file, 'utf8'), schema: dataSetSchema },
    (message, { path: _, ...place }) => new Problem('bad-data-set', `${file}:${place.line}: ${message}`, { place }),
    written => written,
  )
}

/** @throws Problem `no-data` if nothing is there */
async function located(path: string, from: string, file: string): Promise<string> {
  const variables = [...path.matchAll(ENVIRONMENT)].map(([, name]) => name!)
  const place = placeOf(path, from, file)
  await access(place).catch(() => {
    const hint = path.startsWith('package:')
      ? "Run 'npm install'."
      : variables.length > 0
        ? `Set ${variables.join(' and ')} to the folder that holds it.`
        : `Correct the path in ${file}.`
    throw new Problem('no-data', `${file} names ${place}, and there is no such file or folder.`, {
      place: { file },
      hint,
    })
  })
  return place
}

const placeOf = (path: string, from: string, file: string) => resolve(from, inPackage(withEnvironment(path), file))

const ENVIRONMENT = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?:,([^}]*))?\}/g

function withEnvironment(path: string): string {
  return path.replace(ENVIRONMENT, (_, name: string, otherwise = '') => {
    const value = process.env[name]
    return value ? resolve(value) : otherwise
  })
}

/** `package:name/path` as a path in the node_modules that serve the data set file. */
function inPackage(path: string, file: string): string {
  if (!path.startsWith('package:')) return path
  const within = path.slice('package:'.length)
  const folders = createRequire(file).resolve.paths(within) ?? []
  return folders.map(folder => join(folder, within)).find(existsSync) ?? join(dirname(file), 'node_modules', within)
}
