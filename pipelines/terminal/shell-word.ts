/** Printed commands can be pasted: a text as one word of a shell, in quotes only where it needs them. */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./=@:,%+-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/**
 * A command with values in it, each as one word of a shell, a list as several:
 * command`./earshot train --run ${run} --resume`.
 */
export const command = (texts: TemplateStringsArray, ...values: (string | readonly string[])[]): string =>
  texts.reduce((done, text, at) => `${done}${[values[at - 1]!].flat().map(shellWord).join(' ')}${text}`)
