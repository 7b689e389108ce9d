/** What some arms of a sweep need of that which commands make before the jobs. */
import { existsSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { folderOf } from '../../graphs/language/files.js'
import { readGraph } from '../../graphs/language/read-graph.js'
import { readYamlFile } from '../../graphs/language/read-yaml.js'
import { resolveReferences } from '../../graphs/language/references.js'
import { leaves, type Tree } from '../../graphs/language/tree.js'
import { CONFIG } from '../configuration/config.js'
import type { Arm } from './arms.js'
import { type Step, stepsOf } from './before.js'
import type { SweepFile } from './sweep-file.js'
import { jobEdits } from './variants.js'

/**
 * A thing is needed if the config of an arm, after its edits, names it, something in it, or a folder that holds it; if an
 * evaluation does; or if the command does that makes a later thing which is needed. YAML files that are named (data sets,
 * scenes, configs) count with what they name in turn.
 *
 * @param arms all if absent, and then everything is needed
 */
export async function stepsFor(
  sweep: SweepFile,
  arms: readonly Arm[] | undefined,
): Promise<{ needed: Step[]; spared: Step[] }> {
  const steps = stepsOf(sweep)
  if (arms === undefined || steps.length === 0) return { needed: steps, spared: [] }
  const names = new Names()
  for (const arm of arms)
    for (const seed of arm.seeds) {
      const edits = jobEdits(arm, seed, undefined)
      const { document } = await readGraph(arm.base, { edits, sections: CONFIG.sections })
      if (document) await names.addTree(document.tree)
    }
  const { crossFit, evaluate, written } = sweep
  for (const set of [crossFit?.set, written.pilot, ...Object.values(evaluate).map(({ set }) => set)])
    if (set !== undefined) await names.add(set)
  const needed: Step[] = []
  for (const step of steps.toReversed()) {
    if (!names.touch(step.product, steps)) continue
    needed.unshift(step)
    for (const word of step.words.flatMap(partsOf)) await names.add(resolve(dirname(sweep.file), word))
  }
  return { needed, spared: steps.filter(step => !needed.includes(step)) }
}

/** What a word may name: itself, or, of an edit (`train.from=../runs/a`, `tracks=separate{processors: [../runs/b]}`), its parts. */
const partsOf = (word: string) =>
  [word.slice(word.indexOf('=') + 1), ...word.split(/[\s=,:{}[\]"']+/)].filter(part => part !== '')

/** Everything that may be the name of a file or folder, absolute. */
class Names {
  readonly #names = new Set<string>()

  async add(name: string): Promise<void> {
    if (this.#names.has(name)) return
    this.#names.add(name)
    if (!['.yaml', '.yml'].includes(extname(name)) || !existsSync(name)) return
    const { tree } = await readYamlFile(name)
    if (tree) await this.addTree(resolveReferences(tree, []))
  }

  async addTree(tree: Tree): Promise<void> {
    for (const { tree: leaf } of leaves(tree))
      if (leaf.kind === 'leaf' && typeof leaf.value === 'string' && leaf.value !== '')
        await this.add(resolve(folderOf(leaf.spot), leaf.value))
  }

  /** Whether one of them is a product, lies in it, is a checkpoint of it, or holds it and is none itself. */
  touch(product: string, steps: readonly Step[]): boolean {
    const isProduct = (name: string) => steps.some(step => step.product === name)
    return [...this.#names].some(
      name =>
        name === product ||
        name.startsWith(`${product}/`) ||
        name.startsWith(`${product}@`) ||
        (product.startsWith(`${name}/`) && !isProduct(name)),
    )
  }
}
