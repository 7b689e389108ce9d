/** The file each pool thread runs: keeps what the last setups need, answers tasks, moves results out without copying. */
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { keepPasses } from '../../data/decoding/one-pass.js'
import { FeatureCache } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'
import type { CheckedGraph } from '../language/checked.js'
import type { Stages } from './evaluate.js'
import { type Evaluated, type PreparedClip, type Setup, type Task, TaskRunner } from './tasks.js'
import type { WorkerStatus } from './worker-status.js'

/** A task of the setup with this id; the setup itself only when a thread has asked for it. */
export interface Request {
  id: string
  setup?: Setup | undefined
  task: Task
  status: WorkerStatus
}

/** A Problem on its way to the thread that asked: an error would arrive as text alone. */
export interface Refusal {
  problem: { code: string; message: string; hint: string | undefined }
}

/** `unknown-setup`: this thread has not seen the setup; the task is to be sent again with it. */
export type Reply = Evaluated | PreparedClip | Refusal | 'unknown-setup'

/** One to prepare, one to stream: more at once is nobody's habit. */
const KEPT = 2

const runners = new Map<string, Promise<TaskRunner>>()

keepPasses() // stretches of one recording come one after the other; the pool ends what this leaves open

export default async function answer({ id, setup, task, status }: Request): Promise<Reply> {
  if (setup && !runners.has(id)) {
    runners.set(id, openRunner(setup))
    if (runners.size > KEPT) runners.delete(runners.keys().next().value!)
  }
  const runner = await runners.get(id)
  if (!runner) return 'unknown-setup'
  if (task.kind === 'prepare') return runner.prepare(task.clip, status)
  try {
    return moved(await runner.evaluate(task.items, status))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, message, hint } = error
    return { problem: { code, message, hint } }
  }
}

/** A runner as a pool thread has it: stages by their registry, features on disk. */
async function openRunner(setup: Setup): Promise<TaskRunner> {
  const registry = setup.stagesModule ?? new URL('../../stages/registry.js', import.meta.url).href
  const { loadStages } = (await import(registry)) as {
    loadStages(files: readonly string[] | undefined, nodes: CheckedGraph['nodes']): Promise<Stages>
  }
  const { stageFiles, nodes } = setup.evaluation.graph
  const stages = await loadStages(stageFiles, nodes)
  return new TaskRunner(setup, stages, new FeatureCache(setup.cacheFolder))
}

function moved(evaluated: Evaluated): Evaluated {
  const buffers = Object.values(evaluated.values).flatMap(lanes => Object.values(lanes).map(({ buffer }) => buffer))
  return move({ [transferableSymbol]: buffers, [valueSymbol]: evaluated }) as unknown as Evaluated
}
