/** Ports of one node that have to mean the same (`sameAs` of a contract): two rates mixed would be wrong in silence. */
import { innermost, type Port } from '../../stages/ports.js'

/** What a port may say of its numbers, in words. */
const WORDS: Readonly<Record<string, (value: number) => string>> = {
  rate: value => `${value} Hz`,
  hop: value => `a hop of ${value} samples`,
  bands: value => `${value} bands`,
  frames: value => `${value} frames`,
  samples: value => `${value} samples`,
}

/** The first of rate, hop, bands, ... in which two ports differ, said of each; `undefined` if they agree in all that both name. */
export function difference(one: Port, other: Port): { one: string; other: string } | undefined {
  const [first, second] = [one, other].map(port => innermost(port) as unknown as Record<string, number>)
  const name = Object.keys(WORDS).find(name => name in first! && name in second! && first![name] !== second![name])
  return name === undefined ? undefined : { one: WORDS[name]!(first![name]!), other: WORDS[name]!(second![name]!) }
}
