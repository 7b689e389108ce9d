import test from 'ava'
import { setTensorflowEnvironment } from '../../engine/environment.js'

test("oneDNN is on and the threads are those asked for, unless the user's variables say otherwise", t => {
  const environment: NodeJS.ProcessEnv = {}
  setTensorflowEnvironment(3, environment)
  t.like(environment, { TF_ENABLE_ONEDNN_OPTS: '1', TF_NUM_INTRAOP_THREADS: '3', OMP_NUM_THREADS: '3' })
  t.is(environment.TF_NUM_INTEROP_THREADS, '2')

  const users = { TF_ENABLE_ONEDNN_OPTS: '0', TF_NUM_INTRAOP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '0' }
  const given: NodeJS.ProcessEnv = { ...users }
  for (const threads of [3, undefined, 5]) setTensorflowEnvironment(threads, given)
  t.like(given, { ...users, OMP_NUM_THREADS: '5' })
})

test('what was set before is set anew where threads are named, in a process that inherits it, too', t => {
  const environment: NodeJS.ProcessEnv = {}
  setTensorflowEnvironment(undefined, environment)
  t.is(environment.TF_NUM_INTRAOP_THREADS, '2')
  setTensorflowEnvironment(4, environment)
  setTensorflowEnvironment(undefined, environment)
  t.is(environment.TF_NUM_INTRAOP_THREADS, '4')
  const inherited = { ...environment, OMP_NUM_THREADS: '7' } // by whoever started it
  setTensorflowEnvironment(1, inherited)
  t.like(inherited, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: '7' })
})
