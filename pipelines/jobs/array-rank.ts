/** Which of many alike processes this is, as whoever starts array jobs tells it. */
import { Problem } from '../../data/problem.js'

interface Scheduler {
  name: string
  /** Variables of the environment: this process's number, what numbers begin with, and how many processes there are. */
  rank: string
  first?: string
  count?: string
}

const SCHEDULERS: readonly Scheduler[] = [
  {
    name: 'an array job of Slurm',
    ...{ rank: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', count: 'SLURM_ARRAY_TASK_COUNT' },
  },
  { name: 'an Indexed Job of Kubernetes', rank: 'JOB_COMPLETION_INDEX' },
  { name: 'an array job of AWS Batch', rank: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
]

/**
 * The part of a list that is this process's.
 *
 * @param parts how many there are; as many as the environment says if absent
 * @throws Problem if the environment tells no number, or not how many there are, or a number beyond them
 */
export function rankFrom(environment: NodeJS.ProcessEnv, parts?: number): { number: number; of: number } {
  const scheduler = SCHEDULERS.find(({ rank }) => environment[rank])
  if (!scheduler)
    throw new Problem('bad-option', '--shard auto: nothing says which of many processes this is.', {
      hint: `Read are ${SCHEDULERS.map(({ name, rank }) => `${rank} (${name})`).join(', ')}. Without these, name it: --shard 3/16.`,
    })
  const { name, rank, first, count } = scheduler
  const of = parts ?? Number(count && environment[count])
  if (!(of >= 1))
    throw new Problem('bad-option', `--shard auto: ${name} does not say how many processes there are.`, {
      hint: 'Say it: --shard auto/16.',
    })
  const number = Number(environment[rank]) - Number((first && environment[first]) ?? 0) + 1
  if (Number.isInteger(number) && number >= 1 && number <= of) return { number, of }
  throw new Problem('bad-option', `--shard auto: ${rank} is ${environment[rank]}, which is no place among ${of}.`, {
    hint: `Start ${of} processes, numbered one after the other.`,
  })
}
