/** What no schema can say of a sweep file: names that are not there, settings that do not go together. */

import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import { type Branch, childOf, type Path, problemAt, type Spot, type Tree } from '../../graphs/language/tree.js'
import type { Written } from './sweep-schema.js'

const NO_SEED = "The seeds of a sweep stand under 'seeds': of all arms, or of one arm."

/** All of them at once. */
export function sweepProblems(written: Written, tree: Branch): Problem[] {
  const problems: Problem[] = []
  const { arms, grid, random, against, budget, slurm } = written
  const names = Object.keys(arms)
  for (const [name, { set }] of Object.entries(written.evaluate))
    if (set === undefined && !written['cross-fit']) {
      const path = ['evaluate', name]
      problems.push(problemAt('no-set', spotOf(tree, path), path, 'An evaluation needs a set of labelled sounds: set.'))
    }
  if (names.length === 0 && !grid && !random)
    problems.push(problemAt('no-arms', tree.spot, [], 'There are no arms: write arms, grid or random.'))
  if (against !== undefined && !grid && !random && !names.includes(against)) {
    const message = `There is no arm '${against}'. ${suggestion(against, names)}`.trimEnd()
    problems.push(problemAt('unknown-arm', spotOf(tree, ['against']), ['against'], message))
  }
  if (budget.threads !== undefined && slurm.cpus !== undefined && slurm.cpus < budget.threads) {
    const message = `A job has ${budget.threads} threads (budget.threads), but slurm.cpus gives it ${slurm.cpus}.`
    problems.push(problemAt('too-few-cpus', spotOf(tree, ['slurm', 'cpus']), ['slurm', 'cpus'], message))
  }
  const paths = { grid: Object.keys(grid ?? {}), 'random.draw': Object.keys(random?.draw ?? {}) }
  for (const [section, keys] of Object.entries(paths)) {
    const path = [...section.split('.'), 'train.seed']
    if (keys.includes('train.seed')) problems.push(problemAt('seed-edit', spotOf(tree, path), path, NO_SEED))
  }
  for (const path of editPaths(written)) {
    const found = childOf(spotTree(tree, path), 'set')
    if (found?.kind !== 'leaf' || !/^\s*train\.seed\s*=/.test(String(found.value))) continue
    problems.push(problemAt('seed-edit', found.spot, path, NO_SEED))
  }
  return problems
}

function* editPaths({ edits, arms }: Written): Generator<Path> {
  for (const at of edits.keys()) yield ['edits', at]
  for (const [name, arm] of Object.entries(arms))
    if (Array.isArray(arm)) for (const at of arm.keys()) yield ['arms', name, at]
    else for (const at of arm.edits.keys()) yield ['arms', name, 'edits', at]
}

const spotTree = (tree: Tree, path: Path) => path.reduce<Tree | undefined>((here, step) => childOf(here, step), tree)

/** Where something stands, as near as it can be told. */
export function spotOf(tree: Tree, path: Path): Spot {
  let here: { tree: Tree; spot: Spot } = { tree, spot: tree.spot }
  for (const step of path) {
    const next = childOf(here.tree, step)
    if (!next) break
    here = { tree: next, spot: next.spot }
  }
  return here.spot
}
