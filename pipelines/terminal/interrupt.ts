/**
 * What Ctrl-C does to long work: the first one asks it to stop, the second one ends the process. SIGTERM asks too, and may
 * come several times: from a batch system to all processes, and once more from the process that started this one.
 */
export interface Interrupt {
  /** Aborted by the first Ctrl-C (SIGINT), or by SIGTERM. */
  signal: AbortSignal
  /** The signals end the process again, as they do by default. */
  release(): void
}

/** @param sentence said once the work has been asked to stop */
export function stopOnInterrupt(sentence: string): Interrupt {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted && name === 'SIGTERM') return
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write(`\n${sentence} Press Ctrl-C again to stop at once.\n`)
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { signal: controller.signal, release: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}

/**
 * Does work that Ctrl-C may stop; then says what became of it, with exit code 130.
 *
 * @param stopped told once the work has stopped
 */
export async function stoppable(work: (signal: AbortSignal) => Promise<void>, stopped: string): Promise<void> {
  const { signal, release } = stopOnInterrupt('Stopping.')
  try {
    await work(signal)
  } catch (error) {
    if (!wasInterrupted(error, signal)) throw error
    process.stdout.write(`${stopped}\n`)
    process.exitCode = 130
  } finally {
    release()
  }
}

/** Whether work ended because it was asked to stop, and not for another reason. */
export function wasInterrupted(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason
}
