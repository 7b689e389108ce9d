/** The variables by which TensorFlow is told how to compute: ours where the user has set none. */

/** What we have set, `NAME=value` a word: a process that inherits it knows that no user asked for these. */
const NOTE = 'EARSHOT_TENSORFLOW'

/** Operations of a compiled step that may run at once, as those on the two views of a pair: bits are the same. */
const SIDE_BY_SIDE = 2

/**
 * Sets how many threads TensorFlow computes with, and oneDNN's kernels, which it uses by itself on few processors and
 * which make training up to twice as fast on all with AVX2. Variables that the user has set stay as they are.
 *
 * They are read when the process loads TensorFlow, so a parent calls this before a worker thread starts: inside the
 * worker it has no effect.
 *
 * @param threads undefined: as many as were set before, else 2
 */
export function setTensorflowEnvironment(threads?: number, environment: NodeJS.ProcessEnv = process.env): void {
  const before = environment[NOTE]?.split(' ') ?? []
  const wanted = {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_ENABLE_ONEDNN_OPTS: '1',
    TF_NUM_INTRAOP_THREADS: String(threads ?? 2),
    TF_NUM_INTEROP_THREADS: String(Math.min(SIDE_BY_SIDE, threads ?? 2)),
    OMP_NUM_THREADS: String(threads ?? 2),
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  }
  const ours: string[] = []
  for (const [name, value] of Object.entries(wanted)) {
    const present = environment[name]
    if (present !== undefined && !before.includes(`${name}=${present}`)) continue
    const now = threads === undefined ? (present ?? value) : value
    environment[name] = now
    ours.push(`${name}=${now}`)
  }
  environment[NOTE] = ours.join(' ')
}
