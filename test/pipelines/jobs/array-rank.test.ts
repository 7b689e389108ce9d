import test from 'ava'
import { readShard } from '../../../pipelines/jobs/shard.js'

const SLURM = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '16' }

test('the number of a process is read as Slurm, Kubernetes and AWS Batch tell it', t => {
  t.deepEqual(readShard('auto', SLURM), { number: 3, of: 16 })
  t.deepEqual(readShard('auto/16', { JOB_COMPLETION_INDEX: '0' }), { number: 1, of: 16 })
  const batch = { AWS_BATCH_JOB_ARRAY_INDEX: '15', AWS_BATCH_JOB_ARRAY_SIZE: '16' }
  t.deepEqual(readShard('auto', batch), { number: 16, of: 16 })
  t.deepEqual(readShard('3/16', SLURM), { number: 3, of: 16 })
})

test('what is not told, or does not fit, is said', t => {
  t.throws(() => readShard('auto', {}), { message: /nothing says which/ })
  t.throws(() => readShard('auto', { JOB_COMPLETION_INDEX: '3' }), { message: /does not say how many/ })
  t.throws(() => readShard('auto/2', { JOB_COMPLETION_INDEX: '2' }), { message: /is 2, which is no place among 2/ })
  t.throws(() => readShard('auto/2', { SLURM_ARRAY_TASK_ID: '3' }), { message: /no place among 2/ })
  t.throws(() => readShard('auto/2', { AWS_BATCH_JOB_ARRAY_INDEX: 'x' }), { message: /is x/ })
})
