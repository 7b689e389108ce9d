/** Garbage collection, so that what is measured afterwards is what is held. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Buffers are given back by a thread beside, which the next collection waits for. */
export function collect(): void {
  gc()
  gc()
}
