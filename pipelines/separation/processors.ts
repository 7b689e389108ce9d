/** The separators that a command names: found, told apart, opened. */
import { basename, dirname, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { type CheckpointFiles, locateCheckpoint, locateIfThere } from '../../engine/checkpoints/find.js'
import type { Engine } from '../../engine/engine.js'
import { openProcessor, type Processor } from '../../stages/separation/trained/processor.js'

export type Named<P> = P & {
  /** `mixit@750`: run and step; `mixit@750#2` if that is the name of another one already. */
  name: string
}

/** Each once, in the order given. @throws Problem `no-checkpoint`, `bad-checkpoint` */
export function findProcessors(names: readonly string[]): CheckpointFiles[] {
  const found = new Map(names.map(name => locateCheckpoint(name)).map(one => [one.file, one]))
  return [...found.values()]
}

/** The untrained separator of the run that a checkpoint is of, if it has been kept. */
export function untrainedOf({ file, step }: CheckpointFiles): CheckpointFiles | undefined {
  return step === 0 ? undefined : locateIfThere(join(dirname(file), 'untrained.safetensors'))
}

/** @throws Problem `wrong-processor` if they are for different rates; those of `openProcessor` */
export async function openProcessors(engine: Engine, found: readonly CheckpointFiles[]): Promise<Named<Processor>[]> {
  const opened: Named<Processor>[] = []
  for (const one of found) {
    const name = nameOf(one)
    const twins = opened.filter(other => other.name.replace(/#\d+$/, '') === name).length
    opened.push({ ...(await openProcessor(engine, one.file)), name: twins > 0 ? `${name}#${twins + 1}` : name })
    const [first, last] = [opened[0]!, opened.at(-1)!]
    if (first.rate !== last.rate)
      throw new Problem(
        'wrong-processor',
        `${first.name} separates sound at ${first.rate} Hz and ${last.name} at ${last.rate} Hz.`,
        { hint: 'Call the command once for each rate.' },
      )
  }
  return opened
}

function nameOf({ file, step }: CheckpointFiles): string {
  const folder = dirname(file)
  return `${basename(basename(folder) === 'checkpoints' ? dirname(folder) : folder)}@${step}`
}
