/** Printed commands can be pasted: a text as one word of a shell, in quotes only where it needs them. */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./=@:,%+-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
