import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClipList } from '../manifests/clip-list.js'
import { Problem } from '../problem.js'

/** How a published data set is read: its own folders and tables, and the evaluation that its authors ask for. */
export interface Adapter {
  /** As `adapter:` of a data set file says it. */
  name: string
  summary: string
  /** Paper, and where the data are published. */
  source: string
  /** Paths below the folder that must be there, as they leave the archive. */
  layout: readonly string[]
  /** Columns that a probe needs, and the usual metric. */
  protocol: {
    label: string
    /** Groups that no split should part. */
    group?: string
    /** Official split (train, validation, test) or folds. */
    split?: string
    /** Between several classes of a clip, where it may have such. */
    separator?: string
    /** In words. */
    metric: string
    /** The same as a probe knows it: `map` with d', `map-at-3` and `separation` are not computed by probes. */
    figure: 'accuracy' | 'map' | 'lwlrap' | 'map-at-3' | 'separation'
  }
  /** @param folder the data set's own folder @throws Problem `bad-layout`, `bad-table`, `no-audio` */
  read(folder: string): Promise<ClipList>
}

/** @throws Problem `bad-layout` that names the missing path and all that is expected */
export function missing({ name, layout }: Pick<Adapter, 'name' | 'layout'>, folder: string, path: string): Problem {
  return new Problem('bad-layout', `${folder} is not laid out as ${name}: ${path} is missing.`, {
    place: { file: join(folder, path) },
    hint: `Expected in that folder: ${layout.join(', ')}. Set 'folder' to the one that holds them.`,
  })
}

/** Whether there is a file or folder. */
export const exists = (...path: string[]) =>
  stat(join(...path)).then(
    () => true,
    () => false,
  )

/** @throws Problem `bad-layout` for the first path that is not there */
export async function requirePaths(adapter: Adapter, folder: string, paths = adapter.layout): Promise<void> {
  for (const path of paths) if (!(await exists(folder, path))) throw missing(adapter, folder, path)
}
