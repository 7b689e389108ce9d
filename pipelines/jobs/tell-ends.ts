/** Progress of a list of jobs: a line for each that has ended, with the time left. */
import { inWords } from '../terminal/in-words.js'
import type { JobNow } from './job-folder.js'
import { JobFolder, jobPath } from './job-folder.js'

/**
 * @param total jobs that there are to run
 * @param nameOf what a job is called
 * @returns what is told of each that has ended, whichever way
 */
export function tellEnds(output: string, total: number, nameOf: (key: string) => string) {
  const began = Date.now()
  let ended = 0
  return (key: string, { state, status }: JobNow): void => {
    if (state === 'waiting') return
    ended++
    const left = ((Date.now() - began) / 1000 / ended) * (total - ended)
    const took = status?.seconds === undefined ? '' : ` in ${inWords(status.seconds)}`
    const log = new JobFolder(jobPath(output, key)).log
    const why = state === 'failed' ? `: ${status?.reason} (${log})` : ''
    const rest = ended < total ? `  about ${inWords(left)} left` : ''
    const place = String(ended).padStart(String(total).length)
    process.stderr.write(`[${place}/${total}] ${nameOf(key)}: ${state}${took}${why}${rest}\n`)
  }
}
