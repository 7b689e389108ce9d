/** Before the jobs of a sweep: what they need is made, one command after the other. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem } from '../../data/problem.js'
import { writeJson } from '../jobs/job-folder.js'
import { PROGRAM } from '../jobs/processes.js'
import { command, optionAgain, shellWord, tell } from '../terminal/say.js'
import { armsOf, chosenArms } from './arms.js'
import { BEGUN, isUnfinished, type Step, sparedText, stepsLeft } from './before.js'
import { stepsFor } from './needs.js'
import { usualOutput } from './plan.js'
import { lockSweep } from './run-sweep.js'
import { readSweepFile } from './sweep-file.js'

/**
 * Runs the commands whose products are missing, in their order, in the folder of the sweep file. What is killed goes on
 * when it is called again.
 *
 * @param named as for `planSweep`, and so are `given` and `only`
 * @throws Problem `before-failed`, `sweep-in-use`, `unknown-arm`; the signal's reason once it is aborted
 */
export async function makeBefore(
  named: string,
  given: string | undefined,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const sweep = await readSweepFile(named)
  const output = given ?? usualOutput(sweep.name)
  const chosen = chosenArms(sweep, armsOf(sweep), only)
  const { needed, spared } = await stepsFor(sweep, only && chosen)
  tell([sparedText(stepsLeft(spared, output))].filter(text => text !== ''))
  const steps = stepsLeft(needed, output)
  if (steps.length === 0) return
  const lock = lockSweep({ ...sweep, output })
  try {
    for (const [at, step] of steps.entries()) {
      process.stderr.write(`Before the jobs, ${at + 1} of ${steps.length}: ${inWords(step)}\n`)
      writeJson(output, BEGUN, { product: step.product })
      await make(step, sweep.file, signal, only)
      rmSync(join(output, BEGUN))
    }
  } finally {
    lock.release()
  }
}

async function make(step: Step, file: string, signal: AbortSignal, only?: readonly string[]): Promise<void> {
  signal.throwIfAborted()
  const words = isUnfinished(step.product) ? ['train', '--run', step.product, '--resume'] : step.words
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: dirname(file), stdio: ['ignore', 2, 2] })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  const [code] = (await once(child, 'close')) as [number | null]
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  if (code === 0 && existsSync(step.product)) return
  const why = code === 0 ? `has ended without ${step.product}` : 'has failed; what it said stands above'
  throw new Problem('before-failed', `${inWords(step)}: ${why}.`, {
    place: { file, path: 'before' },
    hint: `Its paths are named from the folder of the sweep file. Then again: ${command`./earshot sweep run ${file}`}${optionAgain('only', only)}`,
  })
}

const inWords = ({ words }: Step) => `./earshot ${words.map(shellWord).join(' ')}`
