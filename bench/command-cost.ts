/** What a command costs. Figures of /proc are NaN where there is none. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const EARSHOT = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))
/** Milliseconds between two looks at a process. */
const LOOK = 100
/** Clock ticks a second, as Linux counts processor time. */
const TICKS = 100

export interface Cost {
  out: string
  /** Seconds of wall time, and of all processors together up to the last look. */
  wall: number
  processor: number
  /** The most megabytes that it held. */
  peak: number
}

/**
 * Runs a verb.
 *
 * @param until stopped by Ctrl-C, which is its good end, once it has said this
 * @throws Error if it ends otherwise than well
 */
export async function commandCost(words: readonly string[], { cache, until }: { cache: string; until?: string }) {
  const began = performance.now()
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, EARSHOT_CACHE: cache }
  const child = spawn(process.execPath, [EARSHOT, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const cost: Cost = { out: '', wall: Number.NaN, processor: Number.NaN, peak: Number.NaN }
  const watch = setInterval(() => Object.assign(cost, lookedAt(child.pid!)), LOOK)
  child.stdout.setEncoding('utf8').on('data', text => {
    cost.out += text
    if (until !== undefined && cost.out.includes(until)) child.kill('SIGINT')
  })
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (code !== 0 && until === undefined) throw new Error(`earshot ${words[0]} ended with code ${code}`)
  return { ...cost, wall: (performance.now() - began) / 1000 }
}

function lookedAt(pid: number): Partial<Cost> {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')[1]!
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return { processor: (user! + system!) / TICKS, ...(kilobytes && { peak: Number(kilobytes) / 1024 }) }
  } catch {
    return {} // it has ended, or there is no /proc
  }
}
