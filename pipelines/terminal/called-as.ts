/** Messages call the program as a checkout does, `./earshot VERB`; where it is called otherwise, they follow. */
import { existsSync } from 'node:fs'

const isCheckout = existsSync(new URL('../../../package-lock.json', import.meta.url))

/** For the command line, once: installed as a package, what is printed says `npx earshot VERB`. */
export function nameCommands(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]): void {
  if (isCheckout) return
  for (const stream of streams) {
    const write = stream.write.bind(stream) as (text: unknown, ...rest: unknown[]) => boolean
    stream.write = ((text: unknown, ...rest: unknown[]) =>
      write(
        typeof text === 'string' ? text.replaceAll('./earshot ', 'npx earshot ') : text,
        ...rest,
      )) as typeof stream.write
  }
}
