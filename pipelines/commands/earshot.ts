/** The command line: what concerns the process, its output and its end. */

import { watchOutput } from '../terminal/interrupt.js'
import { nameCommands } from '../terminal/say.js'
import { isExpected, perform, tellWhy } from './program.js'

const words = process.argv.slice(2)

watchOutput()
nameCommands()
// errors that nobody waits for: of a stream, of a thread
process.on('uncaughtException', error => void tellWhy(error, words).finally(() => process.exit(1)))

try {
  await perform(words)
} catch (error) {
  process.exitCode = await tellWhy(error, words)
  if (!isExpected(error)) process.exit()
}
