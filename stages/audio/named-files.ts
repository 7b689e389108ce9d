/** Other files beside a clip's own, which a column of its row names. */
import { dirname, resolve } from 'node:path'
import type { Clip } from '../values.js'

/** Absolute paths of what the column names, separated by `;`, from the folder of the clip's own file; none if it is empty. */
export function namedFiles({ labels, path }: Pick<Clip, 'labels' | 'path'>, column: string): (string | undefined)[] {
  const names = labels[column]?.split(';') ?? []
  return names.map(name => (name.trim() === '' ? undefined : resolve(dirname(path), name.trim())))
}
