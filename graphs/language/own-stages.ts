/** `stages: [./my-stage.js]`: stages from outside Earshot. Loading such a file runs its code. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Problem } from '../../data/problem.js'
import type { Stage } from '../../stages/contract.js'
import { stageFromFile } from '../../stages/registry.js'
import { isFlag } from './overrides.js'
import { type Branch, type Leaf, problemAt } from './tree.js'

/** A stage of a document's own. */
interface OwnStage {
  file: string
  /** Of the file's content: features and checkpoints made with other code are not taken for the same. */
  hash: string
  leaf: Leaf
}

/** The stages that a document may use: all that are installed, and its own. */
export class StageBook {
  readonly stages: Map<string, Stage>
  /** By name of the stage, in the order of the files. */
  readonly own = new Map<string, OwnStage>()

  constructor(installed: ReadonlyMap<string, Stage>) {
    this.stages = new Map(installed)
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
      const file = resolve(isFlag(item.spot) ? '.' : dirname(item.spot.file), item.value)
      if ([...this.own.values()].some(own => own.file === file)) continue
      try {
        const stage = await stageFromFile(file)
        const twin = this.stages.has(stage.name)
        if (twin)
          refuse(
            'stage-twice',
            item,
            `'${stage.name}' of ${item.value} is the name of another stage. Give it another name.`,
          )
        const hash = createHash('sha256')
          .update(await readFile(file))
          .digest('hex')
          .slice(0, 16)
        if (!twin) this.own.set(stage.name, { file, hash, leaf: { ...item, value: file } })
        if (!twin) this.stages.set(stage.name, stage)
      } catch (error) {
        const { code, message, hint } = error as Problem
        refuse(code ?? 'bad-stage-file', item, message.replaceAll(file, item.value), hint)
      }
    }
  }
}
