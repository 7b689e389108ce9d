/** Output that nobody reads any more: a closed terminal, or a pipe into `head`. Work that can be saved is told to stop. */

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
