import { ParameterProblem } from '../contract.js'
import type { PatchPort } from '../ports.js'

/**
 * Of smaller patches nothing would be left.
 *
 * @param why the beginning of the sentence, up to "at least"
 * @throws ParameterProblem at `parameter`
 */
export function demandPatch(
  { frames, bands }: Pick<PatchPort, 'frames' | 'bands'>,
  [fewest, lowest]: readonly [frames: number, bands: number],
  { parameter, why }: { parameter: string; why: string },
): void {
  if (frames >= fewest && bands >= lowest) return
  throw new ParameterProblem(parameter, `${why} at least ${fewest} x ${lowest}, and ${frames} x ${bands} arrives`)
}
