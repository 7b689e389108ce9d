/** Classes that names of files tell. */
export interface ClassOptions {
  /**
   * Where the column `class` comes from. folder: the name of the sub-folder, if there are several. prefix: the file's
   * name up to the first `_`, `-` or digit. none: no column.
   */
  classFrom?: 'folder' | 'prefix' | 'none' | undefined
  /** Classes to keep; clips of others stay, without a class. */
  classes?: readonly string[] | undefined
}

/** @param names with `/` between folders @returns a class a name, undefined where there is none */
export function classesByName(
  names: readonly string[],
  { classFrom = 'folder', classes }: ClassOptions,
): (string | undefined)[] {
  const tops = new Set(names.filter(name => name.includes('/')).map(topOf))
  const several = tops.size > 1
  return names.map(name => {
    const found = classFrom === 'prefix' ? prefixOf(name) : several && name.includes('/') ? topOf(name) : undefined
    return classFrom === 'none' || (classes && !classes.includes(found ?? '')) ? undefined : found
  })
}

const topOf = (name: string) => name.split('/')[0]!
const prefixOf = (name: string) => /^[^_\-\d]+/.exec(name.split('/').at(-1)!)?.[0]
