/** Sentences and commands that are printed. */
import { existsSync } from 'node:fs'
import { relative } from 'node:path'

/** A path as it is typed from the working folder; whole where that is shorter. */
export function fromHere(path: string): string {
  const near = relative('', path) || '.'
  return near.length < path.length ? near : path
}

/** Sentences for whoever started the work, a line each, beside what it prints. */
export function tell(sentences: readonly string[]): void {
  if (sentences.length > 0) process.stderr.write(`${sentences.join('\n')}\n`)
}

/** Printed commands can be pasted: a text as one word of a shell, in quotes only where it needs them. */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./=@:,%+-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/**
 * A command with values in it, each as one word of a shell, a list as several:
 * command`./earshot train --run ${run} --resume`.
 */
export const command = (texts: TemplateStringsArray, ...values: (string | readonly string[])[]): string =>
  texts.reduce((done, text, at) => `${done}${[values[at - 1]!].flat().map(shellWord).join(' ')}${text}`)

/** An option as it has to be typed again; nothing where it was not given. */
export const optionAgain = (name: string, value: string | readonly string[] | undefined): string =>
  value === undefined ? '' : ` --${name} ${[value].flat().map(shellWord).join(' ')}`

/** Messages call the program as a checkout does, `./earshot VERB`; where it is called otherwise, they follow. */
/** For the command line, once: installed as a package, what is printed says `npx earshot VERB`. */
export function nameCommands(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]): void {
  if (existsSync(new URL('../../../package-lock.json', import.meta.url))) return // a checkout
  for (const stream of streams) {
    const write = stream.write.bind(stream) as (text: unknown, ...rest: unknown[]) => boolean
    stream.write = ((text: unknown, ...rest: unknown[]) =>
      write(
        typeof text === 'string' ? text.replaceAll('./earshot ', 'npx earshot ') : text,
        ...rest,
      )) as typeof stream.write
  }
}
