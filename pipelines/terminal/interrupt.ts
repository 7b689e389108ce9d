/**
 * What Ctrl-C does to long work: the first one asks it to stop, the second one ends the process. SIGTERM and SIGHUP ask, too,
 * and may come several times: from a batch system or a closed terminal to all processes, and once more from the process
 * that started this one. So does output that nobody reads any more.
 */

export interface Interrupt {
  /** Aborted by the first Ctrl-C (SIGINT), by SIGTERM or SIGHUP, or once the terminal or the pipe is closed. */
  signal: AbortSignal
  /** The signals end the process again, as they do by default. */
  release(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @param sentence said once the work has been asked to stop */
export function stopOnInterrupt(sentence: string): Interrupt {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted && name !== 'SIGINT') return
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write(`\n${sentence} Press Ctrl-C again to stop at once.\n`)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  const hear = onClosedOutput(() => controller.abort())
  return {
    signal: controller.signal,
    release: () => {
      hear()
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}

/** Does work that Ctrl-C asks to stop. @param sentence as `stopOnInterrupt` takes it */
export async function interruptible<T>(sentence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = stopOnInterrupt(sentence)
  return work(signal).finally(release)
}

/**
 * Does work that Ctrl-C may stop; then says what became of it, with exit code 130.
 *
 * @param stopped what to tell once the work has stopped
 * @param sentence as `stopOnInterrupt` takes it
 */
export async function stoppable(
  work: (signal: AbortSignal) => Promise<void>,
  stopped: () => string,
  sentence = 'Stopping.',
): Promise<void> {
  await interruptible(sentence, async signal => {
    try {
      await work(signal)
    } catch (error) {
      if (!wasInterrupted(error, signal)) throw error
      process.stdout.write(`${stopped()}\n`)
      process.exitCode = 130
    }
  })
}

/** Whether work ended because it was asked to stop, and not for another reason. */
export function wasInterrupted(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason
}

const CLOSED = ['EPIPE', 'EIO', 'ECONNRESET']

const stops = new Set<() => void>()

/** For the command line, once: without anybody to stop, a process whose output is closed ends; what cannot be written is said. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
      if (!CLOSED.includes(code)) {
        if (stream === process.stdout) process.stderr.write(`What is printed cannot be written: ${message}\n`)
        process.exitCode = 1
      } else if (stops.size === 0) process.exit()
      for (const stop of stops) stop()
    })
}

/** @returns what ends it again */
export function onClosedOutput(stop: () => void): () => void {
  stops.add(stop)
  return () => stops.delete(stop)
}
