/** `stages: [./my-stage.js]`: stages from outside Earshot. Loading such a file runs its code. */
import { relative, resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { BadContract, stageFromFile } from '../../stages/registry.js'
import { folderOf } from './files.js'
import { codeHash } from './stage-code.js'
import { type Branch, type Leaf, problemAt } from './tree.js'

/** A stage of a document's own. */
interface OwnStage {
  file: string
  /** Of its code: features and checkpoints made with other code are not taken for the same. */
  hash: string
  leaf: Leaf
}

/** The stages that a document may use: all that are installed, and its own. */
export class StageBook {
  readonly stages: Map<string, Stage>
  /** By name of the stage, in the order of the files. */
  readonly own = new Map<string, OwnStage>()

  readonly #wrong = new Set<string>()
  #unread = false

  constructor(installed: ReadonlyMap<string, Stage>) {
    this.stages = new Map(installed)
  }

  /** Whether a problem tells already why there is no such stage: its contract is wrong, or a file did not load that may have it. */
  isBroken(name: string): boolean {
    return this.#wrong.has(name) || this.#unread
  }

  /** Adds what `stages` of a document lists; a file is found from the one that lists it. */
  async add(tree: Branch, problems: Problem[]): Promise<void> {
    const listed = tree.entries.get('stages')
    if (!listed) return
    const refuse = (code: string, leaf: Leaf | undefined, message: string, hint?: string) =>
      void problems.push(problemAt(code, leaf?.spot ?? listed.value.spot, ['stages'], message, hint))
    if (listed.value.kind !== 'list')
      return refuse('bad-value', undefined, 'stages is a list of JavaScript files: stages: [./my-stage.js].')
    for (const item of listed.value.items) {
      if (item.kind !== 'leaf' || typeof item.value !== 'string') {
        problems.push(
          problemAt('bad-value', item.spot, ['stages'], 'stages lists JavaScript files, such as ./my-stage.js.'),
        )
        continue
      }
      const file = resolve(folderOf(item.spot), item.value)
      if ([...this.own.values()].some(own => own.file === file)) continue
      try {
        const stage = await stageFromFile(file)
        if (this.stages.has(stage.name)) {
          const message = `'${stage.name}' of ${item.value} is the name of another stage. Give it another name.`
          refuse('stage-twice', item, message)
          continue
        }
        this.own.set(stage.name, { file, hash: codeHash(file), leaf: { ...item, value: file } })
        this.stages.set(stage.name, stage)
      } catch (error) {
        if (error instanceof BadContract) this.#wrong.add(error.stage)
        else this.#unread = true
        for (const problem of error instanceof BadContract ? error.problems : [error as Problem]) {
          const { code, hint, place } = problem
          const message = problem.message.replaceAll(file, item.value)
          if (place) problems.push(new Problem(code, message, { place: { ...place, file: shown(file) }, hint }))
          else refuse(code ?? 'bad-stage-file', item, message, hint)
        }
      }
    }
  }
}

/** A file as one would write it here: shorter than its absolute path where it lies below. */
export const shown = (file: string) => {
  const from = relative('.', file)
  return from.startsWith('..') ? file : from
}
