/** Progress of long work: a bar with the time left in a terminal, a plain line now and then elsewhere. */
import { SingleBar } from 'cli-progress'

/** Seconds between the plain lines that a log file gets. */
const PLAIN_EVERY = 15

export interface Progress {
  /** `count` more are done; `note` stands at the end of the line (`loss 2.31`). */
  tick(count?: number, note?: string): void
  done(): void
}

export function progress(label: string, total: number, start = 0): Progress {
  return process.stderr.isTTY ? bar(label, total, start) : lines(label, total, start)
}

/** Bars for work that says what it begins, and of how many steps, when it does: one after the other. */
export async function withBars<Result>(
  work: (begin: (label: string, steps: number) => () => void) => Promise<Result>,
): Promise<Result> {
  let bar: Progress | undefined
  const begin = (label: string, steps: number) => {
    bar?.done()
    bar = progress(label, steps)
    return () => bar?.tick()
  }
  return work(begin).finally(() => bar?.done())
}

/** A bar for work that says how many steps there are with each of them. */
export function withBar<Result>(
  label: string,
  work: (onStep: (done: number, all: number) => void) => Promise<Result>,
): Promise<Result> {
  let tick: (() => void) | undefined
  return withBars(begin =>
    work((_, all) => {
      tick ??= begin(label, all)
      tick()
    }),
  )
}

function bar(label: string, total: number, start: number): Progress {
  const drawn = new SingleBar({
    format: `${label} [{bar}] {value}/{total}  {eta_formatted} left  {note}`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
  })
  drawn.start(total, start, { note: '' })
  return {
    tick: (count = 1, note) => drawn.increment(count, note === undefined ? {} : { note }),
    done: () => drawn.stop(),
  }
}

function lines(label: string, total: number, start: number): Progress {
  const began = Date.now()
  let said = began
  let count = start
  let latest = ''
  const say = () => {
    const elapsed = (Date.now() - began) / 1000
    const left = count > start ? Math.round((elapsed / (count - start)) * (total - count)) : undefined
    const time = left === undefined ? '' : `, ${left} s left`
    process.stderr.write(`${label} ${count}/${total}${time}${latest && `  ${latest}`}\n`)
    said = Date.now()
  }
  return {
    tick(more = 1, note) {
      count += more
      latest = note ?? latest
      if (Date.now() - said >= PLAIN_EVERY * 1000) say()
    },
    done: say,
  }
}
