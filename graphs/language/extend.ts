/** `extends: other.yaml`: reads a file and all that it stands on, and lays them over each other. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { nearestName } from '../../data/nearest-name.js'
import { Problem } from '../../data/problem.js'
import { inPlainWords } from '../../data/system-problem.js'
import { merge } from './merge.js'
import { readYamlFile } from './read-yaml.js'
import { type Branch, dotted, inCircle, type Path, problemAt, type Spot } from './tree.js'

export interface Extended {
  /** Absent if this file, or one below it, cannot be read at all. */
  tree?: Branch
  problems: Problem[]
  /** Every file read, the first one first. */
  files: string[]
}

/** What names a file: where it stands, and the path of that. */
interface Naming {
  spot: Spot
  path: Path
}

/**
 * Reads `file`, as named by the user or by another file; files it extends are found from its folder. Each file is laid
 * over all that it stands on, once: of two files on one base, the second does not bring back what the first changed.
 */
export async function readExtended(file: string, naming?: Naming): Promise<Extended> {
  const problems: Problem[] = []
  const files: string[] = []
  /** What each file says itself, after those that it extends. */
  const layers: Branch[] = []
  const done = new Map<string, boolean>()

  /** False if it, or one below it, cannot be read. */
  async function read(file: string, trail: string[], from?: Naming): Promise<boolean> {
    const key = resolve(file)
    if (trail.includes(key)) {
      const circle = [...trail.slice(trail.indexOf(key)), key].map(step => basename(step))
      problems.push(problemAt('extends-cycle', from!.spot, ['extends'], `Files extend each other ${inCircle(circle)}.`))
      return false
    }
    if (!done.has(key)) done.set(key, await addLayers(file, [...trail, key], from))
    return done.get(key)!
  }

  async function addLayers(file: string, trail: string[], from?: Naming): Promise<boolean> {
    const own = await readYamlFile(file).catch(async error => ({
      tree: undefined,
      problems: [await unreadable(file, error, from)],
    }))
    problems.push(...own.problems)
    files.push(file)
    if (!own.tree) return false
    const { tree, parents } = splitExtends(own.tree, problems)
    for (const { name, spot } of parents) {
      const parent = isAbsolute(name) ? name : join(dirname(file), name)
      if (!(await read(parent, trail, { spot, path: ['extends'] }))) return false
    }
    layers.push(tree)
    return true
  }

  if (!(await read(file, [], naming))) return { problems, files }
  const tree = layers.reduce<Branch | undefined>((below, layer) => merge(below, layer, problems), undefined)!
  return { tree, problems, files }
}

function splitExtends(tree: Branch, problems: Problem[]): { tree: Branch; parents: { name: string; spot: Spot }[] } {
  const { value: given } = tree.entries.get('extends') ?? {}
  if (!given) return { tree, parents: [] }
  const entries = new Map(tree.entries)
  entries.delete('extends')
  const names = given.kind === 'list' ? given.items : [given]
  const parents = names.flatMap(name => {
    if (name.kind === 'leaf' && typeof name.value === 'string') return [{ name: name.value, spot: name.spot }]
    problems.push(problemAt('bad-extends', name.spot, ['extends'], 'extends takes a file, or a list of files.'))
    return []
  })
  return { tree: { ...tree, entries }, parents }
}

async function unreadable(file: string, error: NodeJS.ErrnoException, from: Naming | undefined): Promise<Problem> {
  const place = from ? { ...from.spot, path: dotted(from.path) } : { file }
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
    return new Problem('unreadable-file', `${file} cannot be read: ${inPlainWords(error.code ?? error.message)}.`, {
      place,
    })
  }
  const beside = await readdir(dirname(file)).catch(() => undefined)
  const near = nearestName(
    basename(file),
    (beside ?? []).filter(name => /\.ya?ml$/.test(name)),
  )
  const hint = near
    ? `Did you mean ${join(dirname(file), near)}?`
    : beside
      ? undefined
      : `There is no folder ${dirname(file)}.`
  return new Problem('missing-file', `There is no file ${file}.`, { place, hint })
}
